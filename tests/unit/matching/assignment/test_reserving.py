"""Reserves of a batch: as many as asked for, then the best there are, of whom loads leave and rules allow."""

import numpy as np
import pytest

from matching.assignment import Ask, Assignment, assign, reserving
from matching.panel import parse
from tests.unit.matching.panel.pools import candidate


def waiting(found: Assignment) -> list[list[tuple[str, tuple[str, ...]]]]:
    return [[(seat.expert, seat.replaces) for seat in panel.reserves] for panel in found.panels]


def test_reserves_are_together_worth_as_much_as_can_be() -> None:
    experts = [candidate(f"e{number}") for number in range(4)]
    affinities = np.array([[0.9, 0.1, 0.7, 0.2], [0.1, 0.8, 0.7, 0.6]])
    found = assign(experts, [Ask("a", 1, 1), Ask("b", 1, 1)], affinities)
    # Both would like the third best: the first has nobody else as good.
    assert waiting(found) == [[("e2", ("e0",))], [("e3", ("e1",))]]


def test_one_request_more_with_a_reserve_counts_more_than_better_ones() -> None:
    experts = [candidate(f"e{number}") for number in range(4)]
    affinities = np.array([[0.9, np.nan, 0.7, 0.1], [np.nan, 0.8, 0.6, np.nan]])
    found = assign(experts, [Ask("a", 1, 1), Ask("b", 1, 1)], affinities)
    assert waiting(found) == [[("e3", ("e0",))], [("e2", ("e1",))]]


def test_a_reserve_whom_fairness_makes_worth_less_than_nothing_is_better_than_none() -> None:
    experts = [candidate("e0"), candidate("e1", load=11)]
    rules = parse([{"type": "fairness", "weight": 1}])
    found = assign(experts, [Ask("a", 1, 2, rules)], np.array([[0.5, 0.2]]))
    assert waiting(found) == [[("e1", ("e0",))]]


@pytest.mark.parametrize(("capacity", "expected"), [(1, []), (2, [("e1", ("e0",))])])
def test_nobody_is_a_reserve_more_often_than_they_can_still_serve(capacity: int, expected: list[object]) -> None:
    experts = [candidate("e0"), candidate("e1")]
    affinities = np.array([[0.9, 0.8], [np.nan, 0.8]])
    found = assign(experts, [Ask("a", 1, 2), Ask("b", 1)], affinities, capacity=capacity)
    assert [seat.expert for panel in found.panels for seat in panel.members] == ["e0", "e1"]
    assert waiting(found) == [expected, []]


def test_what_somebody_serves_as_a_member_is_no_longer_free_for_reserves() -> None:
    experts = [candidate("e0"), candidate("e1"), candidate("e2")]
    affinities = np.array([[0.5, 0.9, np.nan], [0.9, np.nan, np.nan], [0.4, np.nan, 0.9]])
    asks = [Ask("a", 1, 1), Ask("b", 1), Ask("c", 1, 1)]
    assert waiting(assign(experts, asks, affinities, capacity=2)) == [[("e0", ("e1",))], [], []]
    assert waiting(assign(experts, asks, affinities, capacity=3)) == [[("e0", ("e1",))], [], [("e0", ("e2",))]]


@pytest.mark.parametrize(
    ("looked_at", "expected"),
    [
        (1, []),  # The best is of the regulator, whom the rules leave no place.
        (2, [("tech2", ("tech1",))]),
        (3, [("tech2", ("tech1",)), ("tech3", ("tech1",))]),
        (200, [("tech2", ("tech1",)), ("tech3", ("tech1",)), ("law2", ("law1", "tech1"))]),
    ],
)
def test_whom_rules_bind_is_replaced_by_the_best_who_were_looked_at(
    monkeypatch: pytest.MonkeyPatch, looked_at: int, expected: list[object]
) -> None:
    names = {"law1": 0.9, "tech1": 0.8, "tech2": 0.5, "tech3": 0.3, "law2": 0.2, "regulator": 0.7}
    experts = [candidate(name, kind="K-LAW" if name.startswith("law") else "K-TECH") for name in names]
    rules = parse(
        [{"type": "at_least_one", "kinds": ["K-LAW"]}, {"type": "at_most", "count": 0, "experts": ["regulator"]}]
    )
    monkeypatch.setattr(reserving, "LOOKED_AT", looked_at)
    found = assign(experts, [Ask("r", 2, 3, rules)], np.array([list(names.values())]))
    assert waiting(found) == [expected]
