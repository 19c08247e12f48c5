"""Why a request of a batch is not filled, told one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.assignment.aims import Bools, places
from matching.assignment.answers import FORCED, LOADS, NOBODY, RULES, TOO_FEW, Shortage
from matching.assignment.asking import Problem
from matching.assignment.reserving import candidate
from matching.panel.candidates import PanelCandidate
from matching.panel.formulation import formulate
from matching.panel.infeasible import blocking
from matching.panel.partial import fill_so_far
from matching.panel.rules import Rule
from matching.programs import INFEASIBLE
from matching.sentences import Sentence


def hopeless(problem: Problem) -> dict[int, Shortage]:
    """The requests that nobody may sit in, and those whose forced experts cannot all sit.

    Of requests that force the same expert the first ones may.
    """
    nobody = Sentence("Nobody in the batch may sit in this request.")
    barred = np.asarray(np.isneginf(problem.worth).all(axis=1), dtype=np.bool_)
    found = {request: Shortage(NOBODY, nobody) for request in places(barred)}
    used: NDArray[np.int64] = np.zeros(len(problem.experts), dtype=np.int64)
    for request, wanted in enumerate(problem.forced):
        name = _hindered(problem, request, wanted, used)
        if name is not None:
            found[request] = Shortage(FORCED, name)
        else:
            used[list(wanted)] += 1
    return found


def _hindered(problem: Problem, request: int, wanted: tuple[int, ...], used: NDArray[np.int64]) -> Sentence | None:
    if len(wanted) > problem.seats[request]:
        template = "{count} experts are forced into {seats} seats."
        return Sentence(template, count=len(wanted), seats=int(problem.seats[request]))
    for place in wanted:
        expert = problem.experts[place].expert
        if used[place] >= problem.capacity[place]:
            return Sentence("The forced expert {expert} can take no further engagement.", expert=expert)
        if problem.worth[request, place] == -np.inf:
            return Sentence("The forced expert {expert} may not sit in this request.", expert=expert)
    return None


def explain(problem: Problem, request: int, members: Bools, time_limit: float | None, *, in_full: bool) -> Shortage:
    """Why this request is short, with `members` all who sit, shape (n_requests, n_experts).

    In full, with the rules that block each other: some ten programs more.
    """
    allowed = problem.worth[request] > -np.inf
    count, seats = int(allowed.sum()), problem.asks[request].seats
    if count < seats:
        return Shortage(
            TOO_FEW, Sentence("Only {count} experts may sit in its {seats} seats.", count=count, seats=seats)
        )
    if problem.couplings[request] is None:
        return Shortage(LOADS, _crowd(problem, request, members))
    rules = problem.asks[request].rules
    if _impossible(_pool(problem, request, allowed), rules, seats, time_limit):
        blockers = blocking(_pool(problem, request, allowed), rules, seats, time_limit) if in_full else ()
        return Shortage(RULES, Sentence("Its rules cannot be met, even with everybody free."), blockers)
    free = _pool(problem, request, allowed & (members.sum(axis=0) < problem.capacity))
    blockers = blocking(free, rules, seats, time_limit) if in_full and len(free) >= seats else ()
    template = "The {count} experts who have loads left cannot meet its rules; the others sit in other requests."
    return Shortage(LOADS, Sentence(template, count=len(free)), blockers)


def _impossible(pool: Sequence[PanelCandidate], rules: Sequence[Rule], seats: int, time_limit: float | None) -> bool:
    return formulate(pool, rules, seats).solve(time_limit).status == INFEASIBLE


def _crowd(problem: Problem, request: int, members: Bools) -> Sentence:
    """Who competes for whom: all requests that share fully loaded experts with this one, directly or through others."""
    allowed = problem.worth > -np.inf
    requests = np.zeros(len(problem.asks), dtype=np.bool_)
    requests[request] = True
    while True:
        experts = allowed[requests].any(axis=0)
        wider = requests | members[:, experts].any(axis=1)
        if (wider == requests).all():
            break
        requests = wider
    template = (
        "The {experts} experts open to it can take {capacity} engagements; "
        "it and {others} other requests ask for {seats}."
    )
    return Sentence(
        template,
        experts=int(experts.sum()),
        capacity=int(problem.capacity[experts].sum()),
        others=int(requests.sum()) - 1,
        seats=sum(ask.seats for ask, inside in zip(problem.asks, requests, strict=True) if inside),
    )


def fill_partly(problem: Problem, request: int, left: NDArray[np.int64], time_limit: float | None) -> tuple[str, ...]:
    """Who of those with loads left could sit in a request that cannot be completed."""
    allowed = (problem.worth[request] > -np.inf) & (left > 0)
    pool = _pool(problem, request, allowed)
    if not pool:
        return ()
    ask = problem.asks[request]
    return tuple(one.expert for one in fill_so_far(pool, ask.rules, ask.seats, time_limit).members)


def _pool(problem: Problem, request: int, allowed: Bools) -> list[PanelCandidate]:
    return [candidate(problem, request, place) for place in places(allowed)]
