"""Assigning experts to all requests of a batch at once, over common loads.

In this order: every seat that can be filled is (where not all can, as many as possible, requests listed earlier first);
minimum loads are met as far as they can be; then the sum of worths is as high as can be, or, with max-min fairness, the
lowest mean affinity of a request is raised first. Then reserves are taken from the loads that are left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from dataclasses import replace as with_

import numpy as np

from matching.assignment.aims import Aim, Bools, Relaxed, Taken, places
from matching.assignment.answers import Assignment, BelowMinimum, Filled, Seat, Shortage
from matching.assignment.asking import FAIRNESS, TOTAL, WORST, Ask, Floats, Ints, Problem, arrange
from matching.assignment.integral import CLOSE, integral
from matching.assignment.polishing import mean, raise_lowest, raise_sum
from matching.assignment.relaxation import Tick, first_pairs, relax
from matching.assignment.reserving import candidate, reserve
from matching.assignment.shortages import explain, fill_partly, hopeless
from matching.panel.candidates import PanelCandidate
from matching.panel.checking import check
from matching.panel.errors import BadPanelInput
from matching.sentences import Sentence

EXACT_PAIRS = 3000  # Up to this many, the highest floor is found by one program.
IN_FULL = 20  # The first so many requests that are short are told which rules block each other.
STEPS, STEP_SECONDS = 6, 10.0  # Beyond, so many floors are tried, for so long each.


def assign(
    experts: Sequence[PanelCandidate],
    asks: Sequence[Ask],
    affinities: Floats,
    *,
    capacity: int | Sequence[int] | Ints = 1,
    minimum: int | Sequence[int] | Ints = 0,
    fairness: str = TOTAL,
    time_limit: float | None = None,
    tick: Tick = lambda: None,
) -> Assignment:
    """Members and reserves for every request, and why those that are short are.

    - affinities: shape (n_requests, n_experts), 0 to 1; not a number where an expert may not sit (recused). The
      affinity of `experts` themselves is not read.
    - capacity, minimum: engagements in this batch that an expert can, and should, take; one number or one for each.
    - fairness: "total" or "worst".
    - time_limit: seconds for each mixed-integer program; without one the answer is proven optimal wherever the number
      of pairs allows it, and where not, `gap` says how far it can be off.
    - tick: called between programs; what it raises ends the work.

    Raises BadPanelInput where the input does not fit together.
    """
    if fairness not in FAIRNESS:
        raise BadPanelInput(Sentence("Choose from: {choices}.", choices=", ".join(FAIRNESS)))
    work = _Work(arrange(experts, asks, affinities, capacity, minimum), time_limit, tick)
    return work.assign(fairness)


@dataclass(slots=True)
class _Work:
    """One batch being assigned: `problem` as stated, `open` what is left of it to fill."""

    problem: Problem
    time_limit: float | None
    tick: Tick
    open: Problem = field(init=False)
    short: dict[int, Shortage] = field(init=False)
    pairs: Bools = field(init=False)

    def __post_init__(self) -> None:
        self.short = hopeless(self.problem)
        self.open = _without(self.problem, self.short)
        self.pairs = first_pairs(self.open)

    def assign(self, fairness: str) -> Assignment:
        """Fill, then maximise, then take reserves."""
        if not self.open.seats.any():
            return self._answer(Taken(np.zeros(self.problem.shape, dtype=np.bool_), 0.0, 0.0), None)
        taken = self._most()
        lowest_bound = None
        if fairness == WORST:
            taken, lowest_bound = self._fairest(taken)
        return self._answer(taken, lowest_bound)

    def _aim(self, floor: float | None = None) -> Aim:
        return Aim(floor=floor, prize=len(self.problem.asks) + 2.0 if self.problem.minimum.any() else 0.0)

    def _most(self) -> Taken:
        """The highest sum of worths with as many seats filled as can be."""
        relaxed = relax(self.open, self._aim(), self.pairs, self.tick)
        found = None if relaxed.missing > 1e-6 else self._whole(self._aim(), relaxed)
        if found is None:
            self._fill()
            relaxed = relax(self.open, self._aim(), self.pairs, self.tick)
            found = self._whole(self._aim(), relaxed)
        if found is None:
            raise RuntimeError("seats that were filled cannot be filled again")
        return found

    def _whole(self, aim: Aim, relaxed: Relaxed) -> Taken | None:
        return integral(self.open, aim, relaxed, self.time_limit, self.tick)

    def _fill(self) -> None:
        """Find out how many seats of each request can be filled, and ask for no more."""
        count = len(self.open.asks)
        aim = Aim(fill=1.0 + np.arange(count, 0, -1) / count)
        relaxed = relax(self.open, aim, self.pairs, self.tick)
        found = self._whole(aim, relaxed)
        if found is None:
            raise RuntimeError("not even empty panels were found")
        self.pairs |= found.pairs
        filled = found.pairs.sum(axis=1)
        missed = [request for request in places(filled < self.open.seats) if self.open.couplings[request] is not None]
        self.open = _without(with_(self.open, seats=filled.astype(np.int64)), missed)

    def _fairest(self, most: Taken) -> tuple[Taken, float]:
        """Raise the lowest mean affinity as far as found, then take the highest sum that keeps it there."""
        aim = Aim(raise_floor=True, prize=self._aim().prize)
        relaxed = relax(self.open, aim, self.pairs, self.tick)
        highest = relaxed.bound - aim.prize * self._met(most.pairs)
        if _lowest(self.open, most.pairs) >= highest - CLOSE:
            return most, highest
        if (self.open.worth > -np.inf).sum() <= EXACT_PAIRS:
            raised = self._whole(aim, relaxed)
            reached = most if raised is None or self._is_lower(raised, most) else raised
            highest = highest if raised is None else raised.bound - aim.prize * self._met(raised.pairs)
        else:
            reached = self._raise_by_steps(self._climbed(most), highest)
        floor = _lowest(self.open, reached.pairs)
        best = self._above(floor - 1e-9, self.time_limit) or reached
        if best.bound - best.objective > CLOSE and not self.problem.minimum.any():
            pairs = raise_sum(self.open, best.pairs, floor - 1e-9, self.tick)
            best = with_(best, pairs=pairs, objective=float(self.open.worth[pairs].sum()))
        return best, max(highest, floor)

    def _climbed(self, most: Taken) -> Taken:
        """The lowest mean raised by neighbourhoods: a start that the steps need not find. Minimum loads forbid it."""
        if self.problem.minimum.any():
            return most
        pairs = raise_lowest(self.open, most.pairs, self.tick)
        return Taken(pairs, float(self.open.worth[pairs].sum()), most.bound)

    def _raise_by_steps(self, reached: Taken, highest: float) -> Taken:
        """Try one floor after the other between what is reached and what cannot be exceeded."""
        limit = STEP_SECONDS if self.time_limit is None else min(self.time_limit, STEP_SECONDS)
        for _ in range(STEPS):
            lowest = _lowest(self.open, reached.pairs)
            if highest - lowest <= CLOSE:
                break
            floor = lowest + (highest - lowest) * 0.75
            found = self._above(floor, limit)
            if found is None:
                highest = floor
            else:
                reached = found
        return reached

    def _above(self, floor: float, time_limit: float | None) -> Taken | None:
        """The highest sum with every mean at this floor or above, where one is found in time."""
        relaxed = relax(self.open, self._aim(floor), self.pairs, self.tick)
        if relaxed.missing > 1e-6:
            return None
        return integral(self.open, self._aim(floor), relaxed, time_limit, self.tick)

    def _is_lower(self, one: Taken, other: Taken) -> bool:
        """Whether a solution's lowest mean, after minimum loads, is below another's."""
        first, second = ((self._met(each.pairs), _lowest(self.open, each.pairs)) for each in (one, other))
        return first < second

    def _met(self, pairs: Bools) -> float:
        """Engagements that count towards minimum loads."""
        return float(np.minimum(pairs.sum(axis=0), self.problem.minimum).sum())

    def _answer(self, taken: Taken, lowest_bound: float | None) -> Assignment:
        members = taken.pairs.copy()
        for place in places(members.sum(axis=1) < self.problem.seats):
            if place not in self.short:
                self.tick()
                in_full = len(self.short) < IN_FULL
                self.short[place] = explain(self.problem, place, taken.pairs, self.time_limit, in_full=in_full)
        complete = [place not in self.short for place in range(len(self.problem.asks))]
        self._fill_partly(members)
        reserves, able = reserve(self.problem, members, complete, self.tick)
        panels = tuple(self._panel(request, members, reserves, able) for request in range(len(complete)))
        self._verify(members, complete)
        objective = float(self.problem.worth[taken.pairs].sum())
        prizes = taken.objective - objective  # Of minimum loads, which the bound holds too.
        bound = max(objective, taken.bound - prizes)
        means = [mean(self.problem, members, request) for request, done in enumerate(complete) if done]
        return Assignment(
            panels,
            objective,
            bound,
            bound - objective,
            min(means, default=None),
            lowest_bound,
            self._below_minimum(members),
            int((self.problem.worth > -np.inf).sum()),
            int(self.pairs.sum()),
        )

    def _fill_partly(self, members: Bools) -> None:
        """Seat whom requests with rules that cannot be completed can still have, those listed earlier first."""
        names = {one.expert: place for place, one in enumerate(self.problem.experts)}
        for request in sorted(self.short):
            if not members[request].any():
                left = self.problem.capacity - members.sum(axis=0)
                for expert in fill_partly(self.problem, request, left, self.time_limit):
                    members[request, names[expert]] = True

    def _panel(
        self, request: int, members: Bools, reserves: Bools, able: dict[tuple[int, int], tuple[str, ...]]
    ) -> Filled:
        sitting = self._seats(request, members[request], {})
        everybody = tuple(one.expert for one in sitting)
        replaces = {place: able.get((request, place), everybody) for place in places(reserves[request])}
        waiting = self._seats(request, reserves[request], replaces)
        return Filled(self.problem.asks[request].request, sitting, waiting, self.short.get(request))

    def _seats(self, request: int, which: Bools, replaces: dict[int, tuple[str, ...]]) -> tuple[Seat, ...]:
        """Seats by affinity, then by id."""
        found = [
            Seat(
                self.problem.experts[place].expert,
                candidate(self.problem, request, place).affinity,
                replaces.get(place, ()),
            )
            for place in places(which)
        ]
        return tuple(sorted(found, key=lambda seat: (-seat.affinity, seat.expert)))

    def _below_minimum(self, members: Bools) -> tuple[BelowMinimum, ...]:
        loads = members.sum(axis=0)
        return tuple(
            BelowMinimum(self.problem.experts[place].expert, int(loads[place]), int(self.problem.minimum[place]))
            for place in places(loads < self.problem.minimum)
        )

    def _verify(self, members: Bools, complete: Sequence[bool]) -> None:
        """Check loads and rules by counting; a fault here is one of this code."""
        if (members.sum(axis=0) > self.problem.capacity).any() or (members & np.isneginf(self.problem.worth)).any():
            raise RuntimeError("somebody sits who may not, or too often")
        for request, ask in enumerate(self.problem.asks):
            if complete[request]:
                sitting = [candidate(self.problem, request, place) for place in places(members[request])]
                broken = check(sitting, ask.rules, ask.seats)
                if broken:
                    raise RuntimeError(f"the panel of {ask.request} breaks a rule: {broken[0].detail}")


def _without(problem: Problem, requests: Sequence[int] | dict[int, Shortage]) -> Problem:
    """The problem with these requests asking for nothing."""
    if not requests:
        return problem
    seats, worth = problem.seats.copy(), problem.worth.copy()
    seats[list(requests)] = 0
    worth[list(requests)] = -np.inf
    kept = [place not in requests for place in range(len(seats))]
    return with_(
        problem,
        seats=seats,
        worth=worth,
        couplings=tuple(one if keep else None for one, keep in zip(problem.couplings, kept, strict=True)),
        forced=tuple(one if keep else () for one, keep in zip(problem.forced, kept, strict=True)),
    )


def _lowest(problem: Problem, pairs: Bools) -> float:
    return min((mean(problem, pairs, request) for request in places(problem.seats > 0)), default=0.0)
