"""What `assign` answers."""

from __future__ import annotations

from dataclasses import dataclass

from matching.sentences import Sentence

# Why a request is not filled.
NOBODY = "nobody"  # No expert of the batch may sit in it.
TOO_FEW = "too_few"  # Fewer may than it has seats.
RULES = "rules"  # Its rules cannot be met, even if everybody were free.
LOADS = "loads"  # Enough may, but they are taken up by this and other requests.
FORCED = "forced"  # Whom it must seat may not sit, is taken up, or is more than it has seats.


@dataclass(frozen=True, slots=True)
class Seat:
    """An expert in a request of the batch. Of a reserve, `replaces` are the members whose place they can take."""

    expert: str
    affinity: float
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shortage:
    """Why a request is not filled: a code, a sentence, and the places of the rules that block each other."""

    reason: str
    detail: Sentence
    blocking: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """The panel of one request; with a `shortage`, as many members as can be had."""

    request: str
    members: tuple[Seat, ...]
    reserves: tuple[Seat, ...]
    shortage: Shortage | None = None


@dataclass(frozen=True, slots=True)
class BelowMinimum:
    """An expert who gets fewer engagements than the minimum asks for."""

    expert: str
    load: int
    minimum: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """Panels for all requests of a batch.

    - `objective`: the sum of the worths of all members; `bound`: what no assignment that fills the same seats (and
      keeps the same floor) can exceed, over all pairs of request and expert; `gap`: their difference.
    - `lowest`: the lowest mean affinity of a filled request; `lowest_bound`: what it cannot exceed, where the aim was
      to raise it.
    - `pairs`: how many pairs of request and expert were allowed; `laid`: how many the programs looked at: prices rule
      out the rest.
    """

    panels: tuple[Filled, ...]
    objective: float
    bound: float
    gap: float
    lowest: float | None
    lowest_bound: float | None
    below_minimum: tuple[BelowMinimum, ...]
    pairs: int
    laid: int
