"""Deciding between panels that are equally good, so that the same input always gives the same panel.

Candidates are in order of affinity and id. Of all panels within TOLERANCE of the optimum the one is taken whose places,
in ascending order, come first lexicographically: the first member as early as can be, then the second, and so on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from matching.panel.candidates import PanelCandidate
from matching.panel.formulation import formulate
from matching.panel.rules import Rule, worth
from matching.programs import INFEASIBLE, OPTIMAL, SCALE, Program

TOLERANCE = 1e-9
Places = tuple[int, ...]


def first_of_equals(
    pool: Sequence[PanelCandidate], rules: Sequence[Rule], best: Places, time_limit: float | None
) -> tuple[Places, bool | None]:
    """The first of the panels as good as `best`, and whether it is the only one (None: not found out in time)."""
    values = worth(pool, rules)
    floor = math.fsum(values[place] for place in best) - TOLERANCE
    program = formulate(pool, rules, len(best))
    program.row(best, high=len(best) - 1)
    other = program.solve(time_limit)
    if other.status == INFEASIBLE:
        return best, True
    rival = other.chosen(len(pool))
    if other.status == OPTIMAL and math.fsum(values[place] for place in rival) < floor:
        return best, True
    if other.status != OPTIMAL:
        return best, None
    return _first(pool, rules, min(best, rival), floor, time_limit)


def _first(
    pool: Sequence[PanelCandidate], rules: Sequence[Rule], known: Places, floor: float, time_limit: float | None
) -> tuple[Places, bool | None]:
    """Settle one member after the other: is there an equal panel with the same members so far and the next earlier?"""
    for rank in range(len(known)):
        start = known[rank - 1] + 1 if rank else 0
        if known[rank] == start:
            continue
        program = _with_earlier(pool, rules, known, rank, start, floor)
        solved = program.solve(time_limit, scale=1.0)
        if solved.status not in (OPTIMAL, INFEASIBLE):
            return known, None
        known = min(known, solved.chosen(len(pool)) or known)
    return known, False


def _with_earlier(
    pool: Sequence[PanelCandidate], rules: Sequence[Rule], known: Places, rank: int, start: int, floor: float
) -> Program:
    """The program for the earliest place below known[rank] at which the member of this rank can be."""
    program = formulate(pool, rules, len(known))
    values = program.worth
    program.row(range(len(pool)), [SCALE * value for value in values[: len(pool)]], low=SCALE * floor)
    for place in range(start):
        program.fix(place, float(place in known[:rank]))
    program.worth = [0.0] * len(values)
    span = range(start, known[rank])
    first = program.variables([-float(place - start) for place in span])
    program.row(first, low=1, high=1)
    for place, column in zip(span, first, strict=True):
        program.row((place, column), (1.0, -1.0), low=0)
    return program
