"""A rule's rows admit exactly the panels that counting admits, of a known number of seats and of an open one."""

import random
from itertools import combinations

import pytest

from matching.panel import PanelCandidate, Rule, check, parse
from matching.panel.rules import Cover, Fairness, MaxLoad, Odd, worth
from tests.unit.matching.panel.pools import candidate, pool, stated

# Of an open number of seats the formulation adds variables for these, which rows alone do not show.
BY_FORMULATION = (Odd, Cover)


def admits(rule: Rule, candidates: list[PanelCandidate], members: tuple[int, ...], size: int | None) -> bool:
    """Whether these places meet every row of the rule."""
    for row in rule.rows(candidates, size):
        weights = dict(zip(row.places, row.weights or (1.0,) * len(row.places), strict=True))
        if not row.low <= sum(weights.get(place, 0.0) for place in members) <= row.high:
            return False
    return True


@pytest.mark.parametrize("seed", range(12))
def test_rows_admit_what_counting_admits(seed: int) -> None:
    candidates, chance = pool(seed, 7), random.Random(seed)
    experts = [one.expert for one in candidates]
    rules = [rule for _ in range(6) for rule in parse(stated(chance, experts))]
    for rule in rules:
        open_too = not isinstance(rule, BY_FORMULATION) or (isinstance(rule, Cover) and rule.at_least is None)
        if isinstance(rule, Cover) and rule.at_least is not None:
            assert rule.rows(candidates, 3) == []
            continue
        for count in range(1, len(candidates) + 1):
            for members in combinations(range(len(candidates)), count):
                lawful = not check([candidates[place] for place in members], (rule,))
                assert admits(rule, candidates, members, count) == lawful, rule
                assert not open_too or admits(rule, candidates, members, None) == lawful, rule


def test_a_limit_that_nobody_can_exceed_needs_no_row() -> None:
    candidates = [candidate(str(number), organisation=f"o{number % 2}") for number in range(5)]
    (limit,) = parse([{"type": "max_per_organisation", "limit": 2}])
    assert [row.places for row in limit.rows(candidates, 3)] == [(0, 2, 4)]


def test_one_engagement_more_must_fit_both_limits() -> None:
    (rule,) = parse([{"type": "max_load", "limit": 5}])
    assert isinstance(rule, MaxLoad)
    full = {(load, capacity): rule.is_full(candidate("x", load=load, capacity=capacity)) for load, capacity in
            ((4, None), (5, None), (4, 9), (5, 9), (2, 3), (3, 3), (0, 0))}  # fmt: skip
    assert [one for one, is_full in full.items() if is_full] == [(5, None), (5, 9), (3, 3), (0, 0)]
    (without,) = parse([{"type": "max_load"}])
    assert isinstance(without, MaxLoad)
    assert not without.is_full(candidate("x", load=99))


def test_fairness_takes_off_the_share_of_a_full_year_that_somebody_has_served() -> None:
    candidates = [candidate("a", 0.5, load=6), candidate("b", 0.4), candidate("c", 0.3, load=12)]
    assert worth(candidates, (Fairness(weight=0.2),)) == pytest.approx([0.4, 0.4, 0.1])
    assert worth(candidates, (Fairness(weight=0.2, full=6), Fairness(weight=0.1))) == pytest.approx([0.25, 0.4, -0.2])
    assert worth(candidates, ()) == [0.5, 0.4, 0.3]


def test_whoever_has_just_the_affinity_asked_for_may_be_seated() -> None:
    candidates = [candidate("a", 0.2), candidate("b", 0.19)]
    (rule,) = parse([{"type": "min_affinity", "limit": 0.2}])
    assert [row.places for row in rule.rows(candidates, 1)] == [(1,)]
    assert [one.experts for one in check(candidates, (rule,))] == [("b",)]
