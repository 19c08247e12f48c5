"""Panels are the best there are: the same as brute force, member by member, on random candidates and rules."""

import math
import random

import pytest

from matching.panel import BadPanelInput, Sizes, check, compose, parse, pruning
from tests.unit.matching.panel.pools import best, candidate, pool, stated


@pytest.mark.parametrize("seed", range(70))
def test_panel_equals_brute_force(seed: int) -> None:
    chance = random.Random(seed)
    candidates = pool(seed, chance.randrange(3, 12), coarse=seed % 2 == 0)
    rules = parse(stated(chance, [one.expert for one in candidates]))
    size = chance.randrange(1, min(6, len(candidates)) + 1)
    found, expected = compose(candidates, rules, size, prices=False), best(candidates, rules, size)
    if expected is None:
        assert found.status == "infeasible"
        assert found.members == ()
        return
    assert found.status == "optimal"
    assert tuple(one.expert for one in found.members) == expected[1]
    assert math.isclose(found.objective, expected[0], abs_tol=1e-12)
    assert 0 <= found.gap <= 1e-6
    assert all(state.satisfied for state in found.rules)


@pytest.mark.parametrize("seed", range(24))
def test_leaving_out_who_cannot_be_in_the_best_panel_changes_nothing(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    candidates = pool(seed, 40, coarse=seed % 2 == 0)
    rules = parse(stated(chance, [one.expert for one in candidates]))
    size = chance.randrange(1, 6)
    whole = compose(candidates, rules, size, 2)
    monkeypatch.setattr(pruning, "ENOUGH", 0)
    pruned = compose(candidates, rules, size, 2)
    assert (pruned.status, pruned.members, pruned.reserves) == (whole.status, whole.members, whole.reserves)
    assert pruned.unique == whole.unique
    prices = [state.price for state in whole.rules]
    assert [state.price for state in pruned.rules] == [price and pytest.approx(price, abs=1e-9) for price in prices]


def test_equal_panels_are_told_and_the_first_is_taken() -> None:
    twins = [candidate(f"e{number}", 0.5) for number in range(6)]
    found = compose(twins[::-1], parse([{"type": "keep_apart", "experts": ["e0", "e1"]}]), 3)
    assert [one.expert for one in found.members] == ["e0", "e2", "e3"]
    assert found.unique is False
    assert compose([*twins[:2], candidate("e9", 0.4)], (), 2).unique is True


def test_differences_far_below_a_hundredth_decide() -> None:
    """OpenReview's matcher rounds affinities to 1/100; 2⁻⁴⁰ is enough here."""
    near = [candidate("a", 0.25), candidate("b", 0.25 + 2**-26), candidate("c", 0.5)]
    apart = parse([{"type": "keep_apart", "experts": ["a", "b"]}])
    assert [one.expert for one in compose(near, apart, 2).members] == ["c", "b"]
    tiny = [candidate("a", 1e-9), candidate("b", 3e-8), candidate("c", 2e-8)]
    assert [one.expert for one in compose(tiny, (), 1).members] == ["b"]


def test_smallest_lawful_size_from_the_start_upwards() -> None:
    candidates = [candidate(f"l{number}", 0.9, kind="K-LAW") for number in range(4)]
    candidates += [candidate(f"t{number}", 0.1, kind="K-TECH") for number in range(3)]
    rules = parse(
        [
            {"type": "odd"},
            {"type": "at_least", "count": 3, "kinds": ["K-TECH"]},
            {"type": "at_least", "count": 2, "kinds": ["K-LAW"]},
        ]
    )
    assert compose(candidates, rules, Sizes(1, 7)).size == 5
    assert compose(candidates, rules, Sizes(1, 7, start=6)).size == 7
    assert compose(candidates, rules, Sizes(1, 99)).size == 5
    assert compose(candidates, rules, Sizes(1, 5, start=99)).size == 5
    too_small = compose(candidates, rules, Sizes(1, 3))
    assert (too_small.status, too_small.size) == ("infeasible", 1)


def test_price_is_what_the_objective_would_gain_without_the_rule() -> None:
    candidates = [candidate("a", 0.9, organisation="o"), candidate("b", 0.8, organisation="o"), candidate("c", 0.5)]
    found = compose(candidates, parse([{"type": "max_per_organisation"}, {"type": "odd"}]), 3 - 1 + 1 - 2)
    assert [state.price for state in found.rules] == [0.0, 0.0]
    found = compose(candidates, parse([{"type": "max_per_organisation"}]), 2)
    assert [one.expert for one in found.members] == ["a", "c"]
    assert found.rules[0].price == pytest.approx(0.3)
    assert found.rules[0].slack == 0


@pytest.mark.parametrize("seed", range(12))
def test_prices_equal_brute_force(seed: int) -> None:
    chance = random.Random(seed)
    candidates = pool(seed, 9)
    stated_rules = stated(chance, [one.expert for one in candidates])
    rules = parse([rule for rule in stated_rules if rule["type"] != "fairness"])
    found = compose(candidates, rules, 3)
    for place, state in enumerate(found.rules):
        free = best(candidates, rules[:place] + rules[place + 1 :], 3)
        assert free is not None
        assert state.price == pytest.approx(free[0] - found.objective, abs=1e-9)


def test_fairness_spares_who_is_busy() -> None:
    candidates = [candidate("busy", 0.9, load=12), candidate("free", 0.8)]
    found = compose(candidates, parse([{"type": "fairness", "weight": 0.2}]), 1)
    assert [one.expert for one in found.members] == ["free"]
    assert found.rules[0].price == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("size", "reserves", "rules", "words"),
    [
        (0, 0, [], "at least one seat"),
        (-3, 0, [], "at least one seat"),
        (4, 0, [], "cannot be chosen from 3"),
        (Sizes(4, 9), 0, [], "cannot be chosen from 3"),
        (Sizes(3, 2), 0, [], "at least one seat"),
        (2, -1, [], "-1 reserves"),
        (2, 0, [{"type": "forced", "experts": ["e1", "nobody"]}], "these are none: nobody"),
    ],
)
def test_what_makes_no_sense_is_refused(
    size: int | Sizes, reserves: int, rules: list[dict[str, object]], words: str
) -> None:
    candidates = [candidate(f"e{number}") for number in range(3)]
    with pytest.raises(BadPanelInput, match=words):
        compose(candidates, parse(rules), size, reserves)


@pytest.mark.parametrize("affinity", [-0.1, 1.1, math.nan, math.inf])
def test_affinity_that_is_none_is_refused(affinity: float) -> None:
    with pytest.raises(BadPanelInput, match="from 0 to 1"):
        compose([candidate("a", affinity)], (), 1)


def test_expert_who_stands_twice_is_refused() -> None:
    with pytest.raises(BadPanelInput, match="twice"):
        compose([candidate("a"), candidate("a", 0.3)], (), 1)


def test_large_panel_is_proven_optimal() -> None:
    candidates = pool(7, 1000)
    rules = parse(
        [
            {"type": "odd"},
            {"type": "max_per_organisation", "limit": 2},
            {"type": "max_per_city", "limit": 4},
            {"type": "max_share", "share": "1/3", "regulator": True},
            {"type": "at_least", "count": 2, "kinds": ["K-LAW"]},
            {"type": "cover", "codes": ["GI", "TM", "PAT", "LG-INV"], "each": 2},
            {"type": "every_side", "sides": ["dissenting", "regulated"]},
            {"type": "min_share", "share": "1/4", "newcomer": True},
            {"type": "max_load"},
        ]
    )
    found = compose(candidates, rules, 11, 3, prices=False)
    assert found.status == "optimal"
    assert found.gap <= 1e-6
    assert check(found.members, rules, 11) == ()
    assert len(found.reserves) == 3


def test_same_input_gives_the_same_panel_in_any_order() -> None:
    candidates = pool(11, 60, coarse=True)
    rules = parse(stated(random.Random(4), [one.expert for one in candidates]))
    shuffled = random.Random(1).sample(candidates, len(candidates))
    assert compose(candidates, rules, 5, 2) == compose(shuffled, rules, 5, 2)
