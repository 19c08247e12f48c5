"""How others assign, written for this comparison from their documentation, with none of their code.

*rounded flow*: OpenReview's minmax matcher poses a min-cost flow with affinities as whole hundredths, in which scores
below .01 vanish; rules about the members of one panel are outside of it.

*greedy*: request by request, the best who is free, breaks no limit, and leaves enough seats for what the rules still
demand: what a careful assistant with a list would do. *random greedy*: the best of ten such runs in random orders.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from matching.assignment import Ask
from matching.panel import PanelCandidate, check


@dataclass(frozen=True)
class Result:
    """Sum of affinities, lowest mean of a request, requests whose panel is complete and lawful, seconds."""

    total: float
    lowest: float
    lawful: int
    seconds: float


def judge(
    experts: Sequence[PanelCandidate],
    asks: Sequence[Ask],
    affinities: np.ndarray,
    panels: list[list[int]],
    seconds: float,
) -> Result:
    """What a list of panels (places of experts for each request) is worth; only lawful complete panels count."""
    total, means = 0.0, []
    for request, (ask, places) in enumerate(zip(asks, panels, strict=True)):
        members = [replace(experts[place], affinity=float(affinities[request, place])) for place in places]
        if not check(members, ask.rules, ask.seats):
            total += float(affinities[request, places].sum())
            means.append(float(affinities[request, places].mean()))
    return Result(total, min(means, default=0.0), len(means), seconds)


def rounded_flow(
    experts: Sequence[PanelCandidate], asks: Sequence[Ask], affinities: np.ndarray, capacity: int
) -> Result:
    """Min-cost flow on affinities rounded to hundredths (as a linear program, whose vertices are flows)."""
    began = time.perf_counter()
    hundredths = np.round(np.nan_to_num(affinities) * 100)
    requests, people = np.nonzero(hundredths)
    pairs = np.arange(len(requests))
    ones = np.ones(len(pairs))
    found = linprog(
        -hundredths[requests, people],
        A_eq=csr_array((ones, (requests, pairs)), shape=(len(asks), len(pairs))),
        b_eq=[ask.seats for ask in asks],
        A_ub=csr_array((ones, (people, pairs)), shape=(len(experts), len(pairs))),
        b_ub=np.full(len(experts), capacity),
        bounds=(0, 1),
        method="highs-ds",
    )
    taken = np.flatnonzero(found.x > 0.5) if found.x is not None else []
    panels: list[list[int]] = [[] for _ in asks]
    for pair in taken:
        panels[requests[pair]].append(int(people[pair]))
    return judge(experts, asks, affinities, panels, time.perf_counter() - began)


def greedy(
    experts: Sequence[PanelCandidate],
    asks: Sequence[Ask],
    affinities: np.ndarray,
    capacity: int,
    order: Sequence[int] | None = None,
) -> Result:
    """Request by request, the best who is free and breaks no limit."""
    began = time.perf_counter()
    left = np.full(len(experts), capacity)
    panels: list[list[int]] = [[] for _ in asks]
    made: dict[tuple[object, ...], _Rows] = {}
    for request in range(len(asks)) if order is None else order:
        ask = asks[request]
        if (ask.rules, ask.seats) not in made:
            made[ask.rules, ask.seats] = _rows(experts, ask)
        panels[request] = _one_by_one(made[ask.rules, ask.seats], ask.seats, affinities[request], left)
        left[panels[request]] -= 1
    return judge(experts, asks, affinities, panels, time.perf_counter() - began)


def random_greedy(
    experts: Sequence[PanelCandidate], asks: Sequence[Ask], affinities: np.ndarray, capacity: int, tries: int = 10
) -> Result:
    """The best of ten greedy runs in random orders."""
    chance = np.random.default_rng(0)
    runs = [greedy(experts, asks, affinities, capacity, list(chance.permutation(len(asks)))) for _ in range(tries)]
    best = max(runs, key=lambda run: (run.lawful, run.total))
    return replace(best, seconds=sum(run.seconds for run in runs))


_Rows = list[tuple[np.ndarray, float, float]]


def _rows(experts: Sequence[PanelCandidate], ask: Ask) -> _Rows:
    """Of each rule: whom it counts, how many there may be, how many there must."""
    rows = [row for rule in ask.rules for row in rule.rows(experts, ask.seats)]
    return [(np.isin(np.arange(len(experts)), row.places), row.high, row.low) for row in rows]


def _one_by_one(rows: _Rows, seats: int, affinities: np.ndarray, left: np.ndarray) -> list[int]:
    room, wanted = [high for _, high, _ in rows], [low for _, _, low in rows]
    chosen: list[int] = []
    for place in np.argsort(-np.nan_to_num(affinities, nan=-1.0), kind="stable"):
        if len(chosen) == seats or np.isnan(affinities[place]):
            break
        mine = [at for at, (inside, _, _) in enumerate(rows) if inside[place]]
        if left[place] <= 0 or any(room[at] < 1 for at in mine):
            continue
        missing = sum(max(0.0, want - (at in mine)) for at, want in enumerate(wanted) if want > 0)
        if missing > seats - len(chosen) - 1 and not any(wanted[at] > 0 for at in mine):
            continue
        chosen.append(int(place))
        for at in mine:
            room[at] -= 1
            wanted[at] -= 1
    return chosen
