"""The linear relaxation of a batch over all pairs of request and expert, by column generation.

The program over a few pairs gives prices (duals). A pair left out can only help where it is worth more than what its
rows cost; those pairs come in, until there is none. Then the optimum over the few is the optimum over all, and `profit`
says what each pair could still add at most. Without panel rules and floors the rows are a network's, and the vertices
that the simplex method ends in are whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from matching.assignment.aims import Aim, Bools, Relaxed
from matching.assignment.asking import Floats, Problem
from matching.assignment.laying import CAPACITY, FLOOR, MINIMUM, RULES, SEATS, Layout, lay_out
from matching.programs import maximise

TOLERANCE = 1e-9
AT_FIRST, AT_ONCE = 25, 30  # Pairs laid down for each request at first, and taken in for each in one round.

Tick = Callable[[], None]


def first_pairs(problem: Problem) -> Bools:
    """The pairs to begin with: each request's best and whom it must seat."""
    pairs = best_of(problem.worth, max(AT_FIRST, 2 * int(problem.seats.max(initial=0))))
    for request, places in enumerate(problem.forced):
        pairs[request, list(places)] = True
    return pairs


def best_of(scores: Floats, count: int) -> Bools:
    """The `count` highest scores of each row, of those above -inf, as a mask."""
    chosen = np.zeros(scores.shape, dtype=np.bool_)
    count = min(count, scores.shape[1])
    if count:
        np.put_along_axis(chosen, np.argpartition(-scores, count - 1, axis=1)[:, :count], values=True, axis=1)
    return chosen & (scores > -np.inf)


def relax(problem: Problem, aim: Aim, pairs: Bools, tick: Tick) -> Relaxed:
    """The relaxation over all pairs, beginning with `pairs`, which those taken in are added to.

    `tick` is called before each program; what it raises ends the work.
    """
    penalty = None if aim.fill is not None else 2.0 * (2 + len(problem.asks)) * (1.0 + aim.prize)
    rounds = 0
    while True:
        tick()
        rounds += 1
        layout = lay_out(problem, pairs, aim, penalty)
        matrix = layout.matrix()
        objective = np.concatenate(layout.objective)
        bounds = [np.concatenate(part) for part in (layout.low, layout.high, layout.lower, layout.upper)]
        answer = maximise(objective, matrix, *bounds)
        if answer is None:
            raise RuntimeError("a batch in which everything may be missing cannot be filled")
        profit = _profit(problem, layout, aim, answer.prices)
        promising = np.where(pairs, -np.inf, profit)
        fresh = best_of(np.where(promising > TOLERANCE, promising, -np.inf), AT_ONCE)
        if not fresh.any():
            return _relaxed(layout, answer.values, objective, profit, penalty, rounds)
        pairs |= fresh


def _profit(problem: Problem, layout: Layout, aim: Aim, prices: Floats) -> Floats:
    """What each pair is worth less what its rows cost at these prices."""
    if aim.fill is not None:
        profit = np.where(problem.whole, 0.0, aim.fill)[:, None] + np.zeros(problem.shape)
    else:
        profit = np.zeros(problem.shape) if aim.raise_floor else np.where(problem.worth > -np.inf, problem.worth, 0.0)
    at = 0
    for block in layout.blocks:
        price = prices[at : at + len(block.of)]
        at += len(block.of)
        if block.kind == SEATS:
            profit[block.of] += price[:, None]
        elif block.kind in (CAPACITY, MINIMUM):
            profit[:, block.of] += price
        elif block.kind == FLOOR:
            profit[block.of] += price[:, None] * np.nan_to_num(problem.affinities[block.of])
        elif block.kind == RULES and price.any():
            coupling = problem.couplings[block.of[0]]
            assert coupling is not None
            profit[block.of[0]] += coupling.experts[block.which].T @ price
    profit[problem.worth == -np.inf] = -np.inf
    return profit


def _relaxed(
    layout: Layout, values: Floats, objective: Floats, profit: Floats, penalty: float | None, rounds: int
) -> Relaxed:
    count = len(layout.requests)
    integer = np.concatenate(layout.integer)
    missing = 0.0 if penalty is None else float(values[objective == -penalty].sum())
    fractional = np.abs(values - np.round(values))[integer]
    return Relaxed(
        float(objective @ values),
        layout.requests,
        layout.experts,
        values[:count],
        profit,
        missing,
        bool(fractional.max(initial=0.0) < 1e-6),
        rounds,
    )
