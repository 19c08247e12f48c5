"""Why no panel meets all rules: a smallest set of rules that block each other, the least that must give way, and the
panel that can be had so far.

The blocking set is irreducible (drop any one of it and the rest can be met), found by deleting one rule after the other
(Chinneck & Dravnieks, ORSA Journal on Computing 3, 1991). The relaxation is an elastic program: first the fewest rules,
then the smallest amounts, then the highest objective.
"""

from __future__ import annotations

from collections.abc import Sequence

from matching.panel.candidates import PanelCandidate
from matching.panel.elastic import relax
from matching.panel.formulation import formulate
from matching.panel.panels import Infeasibility
from matching.panel.partial import fill_so_far
from matching.panel.rules import Rule
from matching.programs import INFEASIBLE


def explain(
    pool: Sequence[PanelCandidate], rules: Sequence[Rule], size: int, time_limit: float | None
) -> Infeasibility:
    """Why no panel of this size meets the rules, when none does."""
    return Infeasibility(
        blocking(pool, rules, size, time_limit),
        relax(pool, rules, size, time_limit),
        fill_so_far(pool, rules, size, time_limit),
    )


def blocking(
    pool: Sequence[PanelCandidate], rules: Sequence[Rule], size: int, time_limit: float | None
) -> tuple[int | None, ...]:
    """Places of rules (None: the number of seats) that cannot be met together, while any one fewer can.

    The number of seats is kept out of it where the rules alone cannot be met, and of several sets one is found that
    leans on the rules stated first.
    """
    kept: list[int | None] = [None, *range(len(rules))]
    for candidate in (None, *reversed(range(len(rules)))):
        rest = [one for one in kept if one != candidate]
        if _impossible(pool, rules, rest, size, time_limit):
            kept = rest
    return tuple(kept)


def _impossible(
    pool: Sequence[PanelCandidate],
    rules: Sequence[Rule],
    kept: Sequence[int | None],
    size: int,
    time_limit: float | None,
) -> bool:
    without = [place for place in range(len(rules)) if place not in kept]
    program = formulate(pool, rules, size if None in kept else None, without=without)
    program.worth = [0.0] * len(program.worth)
    return program.solve(time_limit).status == INFEASIBLE
