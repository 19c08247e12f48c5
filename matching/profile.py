"""What the matcher reads: experts as profiles of items, and a request as a query. Plain data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

ALWAYS = (0, 2**31 - 1)


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of evidence.

    `kind` is for display. `year` decides which items count when an expert has more than the cap. `verified`
    is False only where somebody has yet to check the item; None means that checking does not apply, and costs
    nothing.
    """

    title: str
    text: str = ""
    kind: str = ""
    year: int | None = None
    verified: bool | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What the index reads of an expert.

    codes: all vocabulary codes curated on the profile, the kind included. tags: what a `Filter` may ask for, opaque to
    the matcher ("region:350200"). days: the first and the last day, as ordinals, on which the expert may be ranked.
    """

    expert: str
    statement: str = ""
    items: tuple[Item, ...] = ()
    codes: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    days: tuple[int, int] = ALWAYS
    # Worked out once by `records.digest`: all that it is made of never changes.
    known_digest: int | None = field(default=None, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """Who may be ranked: on that day (an ordinal), with a tag of every group in `any_of`, not among `without`, and,
    where it is given, among `only`.
    """

    any_of: tuple[frozenset[str], ...] = ()
    day: int | None = None
    without: frozenset[str] = frozenset()
    only: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Aspect:
    """One kind of expertise that a request asks for by its vocabulary code."""

    code: str
    need: Literal["must", "nice"] = "nice"

    def __post_init__(self) -> None:
        if self.need not in ("must", "nice"):
            raise ValueError(f"aspect {self.code}: need is {self.need!r}; choose 'must' or 'nice'")


@dataclass(frozen=True, slots=True)
class Query:
    """The words of a request and the aspects it names."""

    title: str
    text: str = ""
    aspects: tuple[Aspect, ...] = ()


def aspect_codes(aspects: Iterable[Aspect], need: str | None = None) -> tuple[str, ...]:
    """Return the codes of the aspects (of one `need`, where given), each once, in order."""
    return tuple(dict.fromkeys(aspect.code for aspect in aspects if need in (None, aspect.need)))
