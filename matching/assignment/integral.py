"""Whole-number solutions of a batch, proven against the relaxation over all pairs.

Where the relaxation is whole, it is the solution. Else a mixed-integer program over the pairs whose profit is at least
−g is solved: a solution with any other pair is below the bound by more than g (reduced-cost fixing), so that an optimum
within g of the bound is the optimum over all pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from matching.assignment.aims import Aim, Bools, Relaxed, Taken
from matching.assignment.asking import Problem
from matching.assignment.laying import lay_out
from matching.assignment.relaxation import Tick, best_of

SCALE = 2.0**8  # HiGHS stops at an absolute gap of 1e-6; in our units that is 4e-9.
FIRST_WIDTH = 0.05
CLOSE = 1e-7
TRIES = 10  # So often is the width multiplied by eight where nothing whole lies within it; twice under a time limit.
# For each request: beyond, the program would not end in reasonable time. Raising a floor, most pairs have no price.
MOST_PAIRS, MOST_PAIRS_OF_FLOORS = 400, 40


def integral(problem: Problem, aim: Aim, relaxed: Relaxed, time_limit: float | None, tick: Tick) -> Taken | None:
    """The best whole-number solution found, with a bound over all pairs; None where none was found."""
    if relaxed.whole:
        pairs = np.zeros(problem.shape, dtype=np.bool_)
        taken = relaxed.values > 0.5
        pairs[relaxed.requests[taken], relaxed.experts[taken]] = True
        return Taken(pairs, relaxed.bound, relaxed.bound)
    width, tries = FIRST_WIDTH, TRIES if time_limit is None else 2
    while True:
        tick()
        near = _near(problem, relaxed, width, MOST_PAIRS_OF_FLOORS if aim.raise_floor else MOST_PAIRS)
        found = _search(problem, aim, near.pairs, time_limit)
        if found is None:
            if near.capped or near.everything or tries == 1:
                return None
            tries -= 1
            width *= 8
            continue
        bound = relaxed.bound
        if not near.capped:  # What lies outside of `near` stays below the bound by more than the width.
            bound = min(bound, max(found.bound, -np.inf if near.everything else bound - width))
        best = Taken(found.pairs, found.objective, max(bound, found.objective))
        searched = found.bound - found.objective <= CLOSE
        if best.bound - best.objective <= CLOSE or near.capped or near.everything or not searched:
            return best
        width = relaxed.bound - best.objective + CLOSE


@dataclass(frozen=True, slots=True)
class _Near:
    """Pairs within a width; whether some were left out because there are too many, and whether these are all."""

    pairs: Bools
    capped: bool
    everything: bool


def _near(problem: Problem, relaxed: Relaxed, width: float, most: int) -> _Near:
    within = relaxed.profit >= -width
    chosen = best_of(np.where(within, relaxed.profit, -np.inf), most)
    capped = bool((within & ~chosen).any())
    used = relaxed.values > 0
    chosen[relaxed.requests[used], relaxed.experts[used]] = True
    for request, places in enumerate(problem.forced):
        chosen[request, list(places)] = True
    return _Near(chosen, capped, bool(chosen.sum() >= (problem.worth > -np.inf).sum()))


def _search(problem: Problem, aim: Aim, near: Bools, time_limit: float | None) -> Taken | None:
    layout = lay_out(problem, near, aim, None)
    objective = np.concatenate(layout.objective)
    options = {"mip_rel_gap": 0.0} | ({} if time_limit is None else {"time_limit": time_limit})
    answer = milp(
        -SCALE * objective,
        integrality=np.concatenate(layout.integer).astype(np.int64),
        bounds=Bounds(np.concatenate(layout.lower), np.concatenate(layout.upper)),
        constraints=LinearConstraint(layout.matrix(), np.concatenate(layout.low), np.concatenate(layout.high)),
        options=options,
    )
    if answer.x is None:
        return None
    taken = answer.x[: len(layout.requests)] > 0.5
    pairs = np.zeros(problem.shape, dtype=np.bool_)
    pairs[layout.requests[taken], layout.experts[taken]] = True
    whole = np.concatenate(layout.integer)
    values = np.where(whole, np.round(answer.x), answer.x)
    return Taken(pairs, float(objective @ values), -float(answer.mip_dual_bound) / SCALE)
