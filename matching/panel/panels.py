"""What `compose` and `replace` answer."""

from __future__ import annotations

from dataclasses import dataclass

from matching.panel.candidates import PanelCandidate
from matching.sentences import Sentence

OPTIMAL = "optimal"  # No lawful panel has a higher objective.
FEASIBLE = "feasible"  # Lawful; the time limit left a gap.
INFEASIBLE = "infeasible"  # No panel of this size meets every rule.
UNKNOWN = "unknown"  # The time limit came before any panel was found, or that there is none.


@dataclass(frozen=True, slots=True)
class Sizes:
    """A range of sizes: the first at which a lawful panel exists is taken, from `start` upwards, then downwards."""

    minimum: int
    maximum: int
    start: int | None = None

    def in_order(self) -> tuple[int, ...]:
        """The sizes in the order they are tried."""
        start = self.minimum if self.start is None else max(self.minimum, min(self.start, self.maximum))
        return (*range(start, self.maximum + 1), *range(start - 1, self.minimum - 1, -1))


@dataclass(frozen=True, slots=True)
class Reserve:
    """Who steps in, in this order; `replaces` are the members whose place they can take without breaking a rule."""

    candidate: PanelCandidate
    replaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleState:
    """How a panel stands to one rule.

    `slack` is how many members more or less it would bear, None where nothing binds. `price` is what the rule costs:
    how much higher the objective would be without it, None where that was not asked for or not found in time.
    """

    rule: int
    type: str
    name: str
    satisfied: bool
    slack: int | None
    price: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to give way: a rule (None is the number of seats), from what to what, for whom."""

    rule: int | None
    type: str
    amount: int
    detail: Sentence


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The fewest rules, and of them the smallest amounts, that must give way, and the panel that this allows."""

    changes: tuple[Change, ...]
    members: tuple[PanelCandidate, ...]
    objective: float


@dataclass(frozen=True, slots=True)
class Partial:
    """The most seats that can be filled so that the vacant ones can still make the panel lawful.

    `wanted` says what whoever takes the vacant seats must bring.
    """

    members: tuple[PanelCandidate, ...]
    vacancies: int
    wanted: tuple[Sentence, ...]
    objective: float


@dataclass(frozen=True, slots=True)
class Infeasibility:
    """Why no panel fits.

    `blocking` are places of rules that cannot be met together, while any one fewer of them can; None among them is
    the number of seats. `relaxation` is None where only firm rules stand in the way.
    """

    blocking: tuple[int | None, ...]
    relaxation: Relaxation | None
    partial: Partial


@dataclass(frozen=True, slots=True)
class Composition:
    """A panel, and all that is to be said of it.

    `objective` is the sum of the members' affinities less what fairness takes off; `bound` is what no lawful panel can
    exceed, `gap` their difference. `unique` is None where it was not found out in time whether another panel is as
    good. `unreplaceable` are members for whom no reserve can step in.
    """

    status: str
    size: int
    members: tuple[PanelCandidate, ...]
    reserves: tuple[Reserve, ...]
    objective: float
    bound: float
    gap: float
    unique: bool | None
    rules: tuple[RuleState, ...]
    unreplaceable: tuple[str, ...] = ()
    infeasibility: Infeasibility | None = None
