"""Improving a whole-number solution a neighbourhood at a time, where one program over everything takes too long.

A neighbourhood is one request and those that hold the experts it would like best. With everybody else left as they are
it is a small batch of its own, solved as such; its solution is never worse, so that it can be taken over at once (large
neighbourhood search; Shaw, CP 1998).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as with_

import numpy as np

from matching.assignment.aims import Aim, Bools, places
from matching.assignment.asking import Ints, Problem
from matching.assignment.integral import integral
from matching.assignment.relaxation import Tick, first_pairs, relax

NEIGHBOURS, LIKED = 8, 40
SECONDS = 3.0  # For each program of a neighbourhood.
ROUNDS = 2
SMALLEST = 1e-9  # An improvement of less is none.


def raise_lowest(problem: Problem, pairs: Bools, tick: Tick) -> Bools:
    """The solution with its lowest mean raised as far as one neighbourhood after the other allows."""
    while True:
        lowest = min(places(problem.seats > 0), key=lambda request: mean(problem, pairs, request))
        group = _group(problem, pairs, lowest)
        after = _solved(problem, pairs, group, Aim(raise_floor=True), tick)
        if after is None:
            return pairs
        before = mean(problem, pairs, lowest)
        if min(mean(problem, after, request) for request in group) <= before + SMALLEST:
            return pairs
        pairs = after


def raise_sum(problem: Problem, pairs: Bools, floor: float, tick: Tick) -> Bools:
    """The solution with a higher sum of worths, every mean kept at the floor or above."""
    for _ in range(ROUNDS):
        before = _sum(problem, pairs)
        # Who is furthest from their best first.
        best = np.sort(np.where(problem.worth > -np.inf, problem.worth, 0.0), axis=1)[:, ::-1].cumsum(axis=1)
        lost = {
            request: best[request, problem.seats[request] - 1] - problem.worth[request, pairs[request]].sum()
            for request in places(problem.seats > 0)
        }
        for request in sorted(lost, key=lambda one: -lost[one]):
            after = _solved(problem, pairs, _group(problem, pairs, request), Aim(floor=floor), tick)
            if after is not None and _sum(problem, after) > _sum(problem, pairs) + SMALLEST:
                pairs = after
        if _sum(problem, pairs) <= before + SMALLEST:
            break
    return pairs


def mean(problem: Problem, pairs: Bools, request: int) -> float:
    """The mean affinity of a request's seats; vacant ones count as 0."""
    return float(problem.affinities[request, pairs[request]].sum() / problem.asks[request].seats)


def _sum(problem: Problem, pairs: Bools) -> float:
    return float(problem.worth[pairs].sum())


def _group(problem: Problem, pairs: Bools, request: int) -> list[int]:
    """The request and those that hold most of the experts it would like best."""
    liked = np.argsort(-problem.worth[request], kind="stable")[:LIKED]
    held = pairs[:, liked].sum(axis=1)
    held[request] = len(liked) + 1
    order = np.argsort(-held, kind="stable")[:NEIGHBOURS]
    return [int(one) for one in order if held[one]]


def _solved(problem: Problem, pairs: Bools, group: Sequence[int], aim: Aim, tick: Tick) -> Bools | None:
    """The whole solution with this group solved anew, everybody else left alone; None where that took too long."""
    inside = np.zeros(len(problem.asks), dtype=np.bool_)
    inside[list(group)] = True
    left: Ints = problem.capacity - pairs[~inside].sum(axis=0)
    worth = np.where(inside[:, None] & (left > 0)[None, :], problem.worth, -np.inf)
    part = with_(
        problem,
        worth=worth,
        seats=np.where(inside, problem.seats, 0),
        capacity=left,
        couplings=tuple(one if within else None for one, within in zip(problem.couplings, inside, strict=True)),
        forced=tuple(one if within else () for one, within in zip(problem.forced, inside, strict=True)),
    )
    relaxed = relax(part, aim, first_pairs(part), tick)
    found = None if relaxed.missing > 1e-6 else integral(part, aim, relaxed, SECONDS, tick)
    return None if found is None else np.where(inside[:, None], found.pairs, pairs)
