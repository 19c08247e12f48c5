"""Reserves can take the places they say they can, and replacing a member changes as little as possible."""

import random
from itertools import combinations

import pytest

from matching.panel import BadPanelInput, PanelCandidate, Rule, check, compose, parse, replace
from matching.panel.reserves import without_forcing
from tests.unit.matching.panel.pools import best, candidate, lawful, pool, stated


def feasible(seed: int) -> tuple[list[PanelCandidate], tuple[Rule, ...]]:
    chance = random.Random(seed)
    candidates = pool(seed, 11)
    return candidates, parse(stated(chance, [one.expert for one in candidates]))


@pytest.mark.parametrize("seed", range(30))
def test_reserve_replaces_exactly_whom_it_says(seed: int) -> None:
    candidates, rules = feasible(seed)
    found = compose(candidates, rules, 4, 3, prices=False)
    for reserve in found.reserves:
        for member in found.members:
            after = [one for one in found.members if one != member] + [reserve.candidate]
            able = not check(after, without_forcing(rules, member.expert), 4)
            assert able == (member.expert in reserve.replaces)
    served = {member for reserve in found.reserves for member in reserve.replaces}
    assert set(found.unreplaceable) == {member.expert for member in found.members} - served


def test_first_reserve_serves_the_most_members() -> None:
    candidates = [
        candidate("law1", 0.9, kind="K-LAW"),
        candidate("tech1", 0.8, kind="K-TECH"),
        candidate("tech2", 0.7, kind="K-TECH"),
        candidate("tech3", 0.6, kind="K-TECH"),
        candidate("law2", 0.1, kind="K-LAW"),
    ]
    rules = parse([{"type": "at_least_one", "kinds": ["K-LAW"]}])
    found = compose(candidates, rules, 3, 2)
    assert [(one.candidate.expert, one.replaces) for one in found.reserves] == [
        ("law2", ("law1", "tech1", "tech2")),
        ("tech3", ("tech1", "tech2")),
    ]
    assert found.unreplaceable == ()
    assert compose(candidates[:-1], rules, 3, 2).unreplaceable == ("law1",)


def test_reserve_replaces_nobody_without_whom_too_few_codes_are_covered() -> None:
    candidates = [
        candidate("gi", 0.9, codes=frozenset({"GI"})),
        candidate("tm", 0.8, codes=frozenset({"TM"})),
        candidate("any", 0.7),
        candidate("gi2", 0.6, codes=frozenset({"GI"})),
        candidate("none", 0.5),
    ]
    rules = parse([{"type": "cover", "codes": ["GI", "TM", "PAT"], "at_least": 2}])
    found = compose(candidates, rules, 3, 2)
    assert [(one.candidate.expert, one.replaces) for one in found.reserves] == [
        ("gi2", ("gi", "any")),
        ("none", ("any",)),
    ]
    assert found.unreplaceable == ("tm",)


def test_next_reserve_serves_the_most_of_those_whom_no_reserve_serves_yet() -> None:
    """Of three engineers and a lawyer: the second engineer in reserve serves more than the lawyer, but nobody new."""
    candidates = [
        *(candidate(f"tech{number}", 0.9 - number / 100, kind="K-TECH") for number in range(5)),
        candidate("law1", 0.8, kind="K-LAW"),
        candidate("law2", 0.1, kind="K-LAW"),
    ]
    kinds = ("K-LAW", 1), ("K-TECH", 3)
    rules = parse([{"type": "at_most", "count": count, "kinds": [kind]} for kind, count in kinds])
    found = compose(candidates, rules, 4, 3)
    engineers = ("tech0", "tech1", "tech2")
    assert [(one.candidate.expert, one.replaces) for one in found.reserves] == [
        ("tech3", engineers),
        ("law2", ("law1",)),
        ("tech4", engineers),
    ]


def test_once_every_member_has_a_reserve_the_next_serves_the_most_again() -> None:
    candidates = [
        candidate("law1", 0.9, kind="K-LAW"),
        candidate("tech1", 0.8, kind="K-TECH"),
        candidate("law2", 0.7, kind="K-LAW"),
        candidate("any1", 0.3, kind="K-ACA"),
        candidate("any2", 0.2, kind="K-ACA"),
    ]
    rules = parse([{"type": "at_most", "count": 1, "kinds": [kind]} for kind in ("K-LAW", "K-TECH")])
    found = compose(candidates, rules, 2, 3)
    assert [one.candidate.expert for one in found.reserves] == ["any1", "any2", "law2"]


def test_of_reserves_who_serve_as_many_the_one_worth_most_is_first() -> None:
    candidates = [candidate("a", 0.9), candidate("b", 0.6, load=12), candidate("c", 0.5), candidate("d", 0.5)]
    found = compose(candidates, parse([{"type": "fairness", "weight": 0.2}]), 1, 3)
    assert [one.candidate.expert for one in found.reserves] == ["c", "d", "b"]


@pytest.mark.parametrize("seed", range(30))
def test_replacement_keeps_as_many_as_possible_and_is_then_the_best(seed: int) -> None:
    candidates, rules = feasible(seed)
    found = compose(candidates, rules, 4, prices=False)
    if not found.members:
        return
    leaving = found.members[seed % 4].expert
    after = replace(candidates, [one.expert for one in found.members], leaving, rules)
    staying = {one.expert for one in found.members} - {leaving}
    open_to = [one for one in candidates if one.expert != leaving]
    bound = without_forcing(rules, leaving)
    ways = [(len(staying & set(members)), objective) for objective, members in lawful(open_to, bound, 4)]
    if not ways:
        assert after.members == ()
        assert after.infeasibility is not None
        assert best(open_to, bound, 4) is None
        return
    kept = len(staying & {one.expert for one in after.members})
    assert (kept, pytest.approx(after.objective)) == max(ways)
    assert (after.status, after.reserve) == ("optimal", False)
    assert len(after.came) == len(after.left) == 4 - kept


def test_reserves_step_in_in_their_order() -> None:
    candidates = [candidate(f"e{number}", 0.9 - number / 10, organisation=f"o{number % 4}") for number in range(8)]
    rules = parse([{"type": "max_per_organisation"}])
    after = replace(candidates, ["e0", "e1", "e2"], "e1", rules, reserves=["e1", "e2", "e4", "e5", "e3"])
    assert (after.came, after.left, after.reserve) == (("e5",), ("e1",), True)
    assert (after.status, [one.expert for one in after.members]) == ("optimal", ["e0", "e2", "e5"])
    assert after.objective == pytest.approx(0.9 + 0.7 + 0.4)


def test_forced_member_who_leaves_does_not_block() -> None:
    candidates = [candidate(f"e{number}", number / 10) for number in range(5)]
    after = replace(candidates, ["e0", "e4"], "e0", parse([{"type": "forced", "experts": ["e0"]}]))
    assert [one.expert for one in after.members] == ["e4", "e3"]


def test_others_change_only_where_no_one_can_simply_step_in() -> None:
    """The only other lawyer works where a member does."""
    candidates = [
        candidate("law1", 0.9, kind="K-LAW", organisation="o1"),
        candidate("tech1", 0.8, organisation="o2"),
        candidate("law2", 0.5, kind="K-LAW", organisation="o2"),
        candidate("tech2", 0.4, organisation="o3"),
    ]
    rules = parse([{"type": "at_least_one", "kinds": ["K-LAW"]}, {"type": "max_per_organisation"}])
    after = replace(candidates, ["law1", "tech1"], "law1", rules, reserves=["tech2"])
    assert (after.came, after.left, after.reserve) == (("law2", "tech2"), ("law1", "tech1"), False)


def test_time_that_runs_out_is_no_proof_that_nobody_can_step_in() -> None:
    """Forty groups of half of sixty people, each of which is to be as strong as it is: a search of half a minute."""
    chance = random.Random(3)
    candidates = [candidate(f"e{number}", chance.random(), organisation=f"o{number}") for number in range(60)]
    groups = [sorted(chance.sample(range(60), 30)) for _ in range(20)]
    counted = [(sum(one < 21 for one in group), [f"e{one}" for one in group]) for group in groups]
    kinds = ("at_least", "at_most")
    rules = parse([{"type": kind, "experts": who, "count": count} for count, who in counted for kind in kinds])
    after = replace(candidates, [f"e{number}" for number in range(21)], "e0", rules, time_limit=0.05)
    assert (after.status, after.members, after.infeasibility) == ("unknown", (), None)


@pytest.mark.parametrize(
    ("members", "leaving", "reserves", "words"),
    [
        (["e0"], "e1", [], "e1 is no member"),
        (["e0", "x"], "e0", [], "no candidates: x"),
        (["e0"], "e0", ["e1", "y"], "no candidates: y"),
    ],
)
def test_strangers_are_refused(members: list[str], leaving: str, reserves: list[str], words: str) -> None:
    with pytest.raises(BadPanelInput, match=words):
        replace([candidate("e0"), candidate("e1")], members, leaving, (), reserves=reserves)


def test_brute_force_of_these_tests_sees_every_panel() -> None:
    assert sum(1 for _ in lawful(pool(1, 6), (), 3)) == len(list(combinations(range(6), 3)))


def test_member_whom_nobody_is_left_to_replace_leaves_a_panel_without_members() -> None:
    after = replace([candidate("e0")], ["e0"], "e0", parse([{"type": "odd"}]))
    assert (after.status, after.members, after.left) == ("infeasible", (), ("e0",))
    assert after.infeasibility is not None
    assert (after.infeasibility.partial.members, after.infeasibility.partial.vacancies) == ((), 1)
