"""Batches equal brute force on small random instances; what cannot be filled is named, and the rest is filled."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from matching.assignment import Ask, Assignment, assign
from matching.assignment.asking import arrange
from matching.assignment.polishing import mean, raise_lowest, raise_sum
from matching.panel import BadPanelInput, PanelCandidate, check, parse
from matching.panel.rules import worth
from tests.unit.matching.panel.pools import candidate, pool, stated


@dataclass
class Batch:
    """A small random batch; every third is after max-min fairness, every fourth has minimum loads."""

    seed: int

    def __post_init__(self) -> None:
        chance, generator = random.Random(self.seed), np.random.default_rng(self.seed)
        self.experts = pool(self.seed, chance.randrange(4, 8))
        count = len(self.experts)
        self.affinities = generator.random((chance.randrange(1, 4), count))
        self.affinities[generator.random(self.affinities.shape) < 0.15] = np.nan
        self.asks = [self.ask(chance, request) for request in range(len(self.affinities))]
        self.capacity = generator.integers(1, 3, count)
        self.minimum = (generator.random(count) < 0.4) * (self.seed % 4 == 1)
        self.fairness = "worst" if self.seed % 3 == 0 else "total"

    def ask(self, chance: random.Random, request: int) -> Ask:
        some = [] if chance.random() < 0.3 else stated(chance, [one.expert for one in self.experts])
        rules = parse([rule for rule in some if rule["type"] != "forced"][:3])
        forced = (chance.choice(self.experts).expert,) if chance.random() < 0.15 else ()
        return Ask(f"r{request}", chance.randrange(1, 4), chance.randrange(2), rules, forced)

    def assigned(self) -> Assignment:
        return assign(
            self.experts,
            self.asks,
            self.affinities,
            capacity=self.capacity,
            minimum=self.minimum,
            fairness=self.fairness,
        )

    def panels(self, request: int) -> Iterator[tuple[tuple[int, ...], float, float]]:
        """Every lawful panel of a request with its worth and its mean affinity."""
        ask, affinities = self.asks[request], self.affinities[request]
        for places in combinations(np.flatnonzero(~np.isnan(affinities)).tolist(), ask.seats):
            members = [replace(self.experts[place], affinity=affinities[place]) for place in places]
            if {one.expert for one in members}.issuperset(ask.forced) and not check(members, ask.rules, ask.seats):
                yield places, sum(worth(members, ask.rules)), affinities[list(places)].mean()

    def best(self) -> tuple[float, ...] | None:
        """What the best assignment reaches: engagements short of the minimum, lowest mean where it counts, sum."""
        reached = []
        for panels in product(*(list(self.panels(request)) for request in range(len(self.asks)))):
            loads = np.bincount([place for places, _, _ in panels for place in places], minlength=len(self.experts))
            if (loads <= self.capacity).all():
                short = np.maximum(0, self.minimum - loads).sum()
                lowest = round(min(mean for _, _, mean in panels), 9) if self.fairness == "worst" else 0.0
                reached.append((-short, lowest, sum(value for _, value, _ in panels)))
        return max(reached, default=None)


@pytest.mark.parametrize("seed", range(48))
def test_assignment_equals_brute_force(seed: int) -> None:
    batch = Batch(seed)
    found, best = batch.assigned(), batch.best()
    assert all(panel.shortage is None for panel in found.panels) == (best is not None)
    if best is None:
        return
    assert -sum(one.minimum - one.load for one in found.below_minimum) == best[0]
    if batch.fairness == "worst":
        assert found.lowest == pytest.approx(best[1], abs=1e-8)
        assert found.lowest_bound == pytest.approx(best[1], abs=1e-6)
    assert found.objective == pytest.approx(best[2], abs=1e-7)
    assert found.gap <= 1e-6


@pytest.mark.parametrize("seed", range(16))
def test_as_many_seats_as_possible_are_filled_and_earlier_requests_first(seed: int) -> None:
    chance, generator = random.Random(seed), np.random.default_rng(seed)
    experts = pool(seed, 4)
    affinities = generator.random((4, 4))
    affinities[generator.random((4, 4)) < 0.3] = np.nan
    asks = [Ask(f"r{request}", chance.randrange(1, 4)) for request in range(4)]
    found = assign(experts, asks, affinities)
    filled = tuple(len(panel.members) for panel in found.panels)
    reached = []
    for choice in product(range(-1, 4), repeat=4):  # Whom each expert serves.
        counts = [0] * 4
        for place, request in enumerate(choice):
            if request >= 0 and not np.isnan(affinities[request, place]):
                counts[request] += 1
        if all(count <= ask.seats for count, ask in zip(counts, asks, strict=True)):
            reached.append((sum(counts), tuple(counts)))
    assert (sum(filled), filled) == max(reached)
    for panel, ask in zip(found.panels, asks, strict=True):
        assert (panel.shortage is None) == (len(panel.members) == ask.seats)


def test_pairs_left_out_at_first_are_taken_in_when_prices_ask_for_it() -> None:
    """Everybody wants the same thirty experts; the optimum needs pairs far down most lists."""
    generator = np.random.default_rng(3)
    experts = [candidate(f"e{number:03}") for number in range(200)]
    affinities = np.clip(generator.normal(0.3, 0.02, (30, 200)) + (np.arange(200) < 30) * 0.5, 0, 1)
    found = assign(experts, [Ask(f"r{request:02}", 5) for request in range(30)], affinities)
    assert found.gap <= 1e-6
    assert 30 * 25 < found.laid < found.pairs
    seats = np.repeat(affinities, 5, axis=0)
    rows, columns = linear_sum_assignment(-seats)
    assert found.objective == pytest.approx(seats[rows, columns].sum(), abs=1e-7)


RULES = [
    {"type": "max_per_organisation", "limit": 2},
    {"type": "at_least_one", "kinds": ["K-LAW"]},
    {"type": "max_share", "share": "1/3", "regulator": True},
    {"type": "min_share", "share": "1/4", "newcomer": True},
]


def batch_of(count: int, experts: list[PanelCandidate], rules: list[dict[str, Any]], **options: Any) -> Assignment:
    affinities = np.random.default_rng(count).random((count, len(experts)))
    asks = [Ask(f"r{request}", 5, 2, parse(rules)) for request in range(count)]
    return assign(experts, asks, affinities, **options)


def test_larger_batch_under_rules_is_proven_and_its_reserves_can_step_in() -> None:
    experts = pool(5, 400)
    found = batch_of(20, experts, RULES, capacity=1)
    assert found.gap <= 1e-6
    loads: dict[str, int] = {}
    known = {one.expert: one for one in experts}
    for panel in found.panels:
        assert (len(panel.members), len(panel.reserves)) == (5, 2)
        members = [seat.expert for seat in panel.members]
        for seat in (*panel.members, *panel.reserves):
            loads[seat.expert] = loads.get(seat.expert, 0) + 1
        for reserve in panel.reserves:
            assert reserve.replaces
            for leaving in reserve.replaces:
                after = [known[one] for one in members if one != leaving] + [known[reserve.expert]]
                assert check(after, parse(RULES), 5) == ()
    assert max(loads.values()) == 1


def test_what_cannot_be_filled_is_named_and_the_rest_is_filled() -> None:
    experts = [candidate(f"e{number}", kind="K-LAW" if number == 0 else "K-TECH") for number in range(9)]
    law = parse([{"type": "at_least_one", "kinds": ["K-LAW"]}, {"type": "max_per", "by": "kind", "limit": 2}])
    judge = parse([{"type": "odd"}, {"type": "at_least_one", "kinds": ["K-JDG"]}])
    affinities = np.full((7, 9), 0.5)
    affinities[3] = np.nan
    affinities[4, 2:] = np.nan
    affinities[6, 8] = np.nan
    asks = [
        Ask("lawyer first", 2, 0, law),
        Ask("lawyer taken", 2, 0, law),
        Ask("no judge", 3, 1, judge),
        Ask("nobody", 1),
        Ask("too few", 3),
        Ask("plain", 2, 1),
        Ask("forced", 1, forced=("e8",)),
    ]
    found = assign(experts, asks, affinities)
    shortages = {panel.request: panel.shortage for panel in found.panels if panel.shortage}
    assert {request: one.reason for request, one in shortages.items()} == {
        "lawyer taken": "loads",
        "no judge": "rules",
        "nobody": "nobody",
        "too few": "too_few",
        "forced": "forced",
    }
    assert shortages["no judge"].blocking == (1,)
    assert shortages["lawyer taken"].blocking == (0,)
    by_name = {panel.request: panel for panel in found.panels}
    assert len(by_name["lawyer first"].members) == len(by_name["plain"].members) == 2
    assert by_name["no judge"].reserves == ()


def test_forced_pair_sits_whatever_it_costs() -> None:
    experts = [candidate("best"), candidate("friend"), candidate("third")]
    affinities = np.array([[0.9, 0.1, 0.5], [0.8, 0.7, 0.2]])
    found = assign(experts, [Ask("a", 1, forced=("friend",)), Ask("b", 1)], affinities)
    assert [seat.expert for panel in found.panels for seat in panel.members] == ["friend", "best"]


def test_minimum_that_cannot_be_met_is_named() -> None:
    experts = [candidate("a"), candidate("b"), candidate("c")]
    found = assign(experts, [Ask("r", 2)], np.array([[0.9, 0.1, 0.5]]), minimum=[0, 1, 0])
    assert [seat.expert for seat in found.panels[0].members] == ["a", "b"]
    found = assign(experts, [Ask("r", 2)], np.array([[0.9, np.nan, 0.5]]), minimum=[0, 1, 0])
    assert [(one.expert, one.load, one.minimum) for one in found.below_minimum] == [("b", 0, 1)]


@pytest.mark.parametrize("capacity", [0, 1])
def test_batch_without_requests_or_without_anybody_is_answered(capacity: int) -> None:
    assert assign([], [], np.zeros((0, 0))).panels == ()
    assert assign([candidate("a")], [], np.zeros((0, 1)), capacity=capacity).panels == ()
    nobody = assign([], [Ask("r", 2, 1)], np.zeros((1, 0)), fairness="worst")
    assert [panel.shortage.reason for panel in nobody.panels if panel.shortage] == ["nobody"]
    full = assign([candidate("a")], [Ask("r", 1)], np.zeros((1, 1)), capacity=capacity)
    assert [bool(panel.shortage) for panel in full.panels] == [not capacity]


class Stop(Exception):
    """Somebody cancelled."""


def test_work_can_be_stopped_between_programs() -> None:
    def stop() -> None:
        raise Stop

    with pytest.raises(Stop):
        batch_of(3, pool(1, 30), RULES, tick=stop)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"affinities": np.zeros((2, 2))}, "shape"),
        ({"affinities": np.full((1, 2), 1.5)}, "from 0 to 1"),
        ({"affinities": np.full((1, 2), -0.5)}, "from 0 to 1"),
        ({"asks": [Ask("r", 0)]}, "0 seats"),
        ({"asks": [Ask("r", 1, -1)]}, "-1 reserves"),
        ({"asks": [Ask("r", 1), Ask("r", 1)], "affinities": np.zeros((2, 2))}, "twice"),
        ({"experts": [candidate("a"), candidate("a")]}, "twice"),
        ({"asks": [Ask("r", 1, forced=("x",))]}, "not in the batch"),
        ({"capacity": -1}, "below 0"),
        ({"minimum": [2, 0]}, "minimum load of a"),
        ({"fairness": "equal"}, "total, worst"),
    ],
)
def test_what_does_not_fit_together_is_refused(changed: dict[str, Any], words: str) -> None:
    stated = {"experts": [candidate("a"), candidate("b")], "asks": [Ask("r", 1)], "affinities": np.zeros((1, 2))}
    with pytest.raises(BadPanelInput, match=words):
        assign(**(stated | changed))


def test_neighbourhoods_never_make_a_solution_worse_nor_unlawful() -> None:
    generator = np.random.default_rng(8)
    experts = pool(8, 60)
    affinities = np.repeat(generator.random((4, 60)), 3, axis=0)
    rules = parse(RULES[1:3])
    asks = [Ask(f"r{request:02}", 3, 0, rules) for request in range(12)]
    problem = arrange(experts, asks, affinities, 1, 0)
    greedy = np.zeros(problem.shape, dtype=np.bool_)
    first = assign(experts, asks[::-1], affinities[::-1], fairness="total")
    names = {one.expert: place for place, one in enumerate(experts)}
    for request, panel in enumerate(first.panels[::-1]):
        greedy[request, [names[seat.expert] for seat in panel.members]] = True
    lowest = min(mean(problem, greedy, request) for request in range(12))
    raised = raise_lowest(problem, greedy, lambda: None)
    floor = min(mean(problem, raised, request) for request in range(12))
    assert floor >= lowest
    polished = raise_sum(problem, raised, floor - 1e-9, lambda: None)
    assert problem.worth[polished].sum() >= problem.worth[raised].sum()
    assert min(mean(problem, polished, request) for request in range(12)) >= floor - 1e-9
    assert (polished.sum(axis=0) <= 1).all()
    for request in range(12):
        members = [experts[place] for place in np.flatnonzero(polished[request])]
        assert check(members, rules, 3) == ()


def test_who_is_of_the_regulator_in_one_request_is_not_in_another() -> None:
    experts, rules = (
        [candidate(f"e{number}") for number in range(4)],
        parse([{"type": "at_most", "count": 0, "regulator": True}]),
    )
    asks = [Ask("r1", 2, rules=rules, regulators=frozenset({"e0", "e1"})), Ask("r2", 2, rules=rules)]
    found = assign(experts, asks, np.array([[0.9, 0.8, 0.2, 0.1], [0.9, 0.8, 0.2, 0.1]]), capacity=2)
    assert [[seat.expert for seat in panel.members] for panel in found.panels] == [["e2", "e3"], ["e0", "e1"]]
