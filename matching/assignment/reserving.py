"""Reserves for the panels of a batch, from what loads are left once all members sit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as with_

import numpy as np

from matching.assignment.aims import Aim, Bools
from matching.assignment.asking import Ints, Problem
from matching.assignment.relaxation import Tick, first_pairs, relax
from matching.panel.candidates import PanelCandidate
from matching.panel.reserves import replacements

LOOKED_AT = 200  # Of a request with rules, the best so many are asked whom they could replace.


def reserve(
    problem: Problem, members: Bools, complete: Sequence[bool], tick: Tick
) -> tuple[Bools, dict[tuple[int, int], tuple[str, ...]]]:
    """As many reserves as asked for, then those with the highest worth; and whom each can replace.

    Nobody is a reserve more often than they could still serve. Of a request with rules only those count who can take
    some member's place without breaking them.
    """
    able: dict[tuple[int, int], tuple[str, ...]] = {}
    left: Ints = problem.capacity - members.sum(axis=0)
    worth = np.where(members | (left <= 0), -np.inf, problem.worth)
    for request, ask in enumerate(problem.asks):
        if not ask.reserves or not complete[request]:
            worth[request] = -np.inf
        elif problem.couplings[request] is not None:
            _narrow(problem, request, members[request], worth, able)
    seats = np.array(
        [ask.reserves if done else 0 for ask, done in zip(problem.asks, complete, strict=True)], dtype=np.int64
    )
    wanted = with_(
        problem,
        worth=worth,
        seats=seats,
        capacity=left,
        minimum=np.zeros_like(left),
        couplings=(None,) * len(seats),
        forced=((),) * len(seats),
    )
    chosen = np.zeros(problem.shape, dtype=np.bool_)
    if seats.any():
        relaxed = relax(wanted, Aim(), first_pairs(wanted), tick)
        taken = relaxed.values > 0.5
        chosen[relaxed.requests[taken], relaxed.experts[taken]] = True
    return chosen, able


def _narrow(
    problem: Problem, request: int, seated: Bools, worth: np.ndarray, able: dict[tuple[int, int], tuple[str, ...]]
) -> None:
    """Leave only those of the best who can replace somebody, and note whom."""
    best = np.argsort(-worth[request], kind="stable")[:LOOKED_AT]
    best = best[worth[request, best] > -np.inf]
    sitting = np.flatnonzero(seated)
    pool = [candidate(problem, request, place) for place in (*sitting, *best)]
    can = replacements(pool, pool[: len(sitting)], problem.asks[request].rules)[len(sitting) :]
    worth[request, np.setdiff1d(np.arange(worth.shape[1]), best[can.any(axis=1)])] = -np.inf
    for place, row in zip(best, can, strict=True):
        able[request, int(place)] = tuple(
            problem.experts[who].expert for who, yes in zip(sitting, row, strict=True) if yes
        )


def candidate(problem: Problem, request: int, place: int) -> PanelCandidate:
    """The expert at this place as this request sees them, with their affinity to it."""
    affinity = problem.affinities[request, place]
    return with_(
        problem.asks[request].sees(problem.experts[place]), affinity=0.0 if np.isnan(affinity) else float(affinity)
    )
