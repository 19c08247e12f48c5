"""Every rule, violated on purpose, is reported with its place, its excess and the people concerned; met, with what it
would still bear.
"""

from typing import Any

import pytest

from matching.panel import TYPES, check, parse
from matching.panel.checking import slack
from tests.unit.matching.panel.pools import candidate

MEMBERS = [
    candidate("a", 0.9, organisation="o1", region="350211", kind="K-LAW", codes=frozenset({"GI"}), side="licensor"),
    candidate("b", 0.1, organisation="o1", region="350211", kind="K-TECH", regulator=True, load=9),
    candidate("c", 0.5, organisation="o2", region="350900", kind="K-TECH", regulator=True, newcomer=True, capacity=2),
    candidate(
        "d",
        0.5,
        region="350200",
        kind="K-ACA",
        codes=frozenset({"GI", "TM"}),
        languages=frozenset({"en"}),
        title_level="T1",
    ),
]
BROKEN: list[tuple[dict[str, Any], int, tuple[str, ...]]] = [
    ({"type": "max_per_organisation"}, 1, ("a", "b")),
    ({"type": "max_per_region"}, 1, ("a", "b")),
    ({"type": "max_per_city"}, 2, ("a", "b", "d")),
    ({"type": "max_per", "by": "kind"}, 1, ("b", "c")),
    ({"type": "max_share", "share": "1/3", "regulator": True}, 1, ("b", "c")),
    ({"type": "max_share", "share": 0.25, "by": "kind"}, 1, ("b", "c")),
    ({"type": "min_share", "share": 0.5, "newcomer": True}, 1, ()),
    ({"type": "at_least_one", "kinds": ["K-JDG"]}, 1, ()),
    ({"type": "at_least", "count": 3, "outside": ["350200"]}, 2, ()),
    ({"type": "at_least_one", "outside": ["350000"]}, 1, ()),
    ({"type": "at_least_one", "any_of": [{"sides": ["licensee"]}, {"languages": ["ja"]}]}, 1, ()),
    ({"type": "at_most", "count": 1, "regions": ["350000"]}, 3, ("a", "b", "c", "d")),
    ({"type": "at_most", "count": 0, "title_levels": ["T1"]}, 1, ("d",)),
    ({"type": "at_most", "count": 0, "codes": ["K-LAW"]}, 1, ("a",)),
    ({"type": "odd"}, 1, ()),
    ({"type": "keep_apart", "experts": ["a", "c", "z"]}, 1, ("a", "c")),
    ({"type": "every_side", "sides": ["licensor", "licensee"]}, 1, ()),
    ({"type": "cover", "codes": ["GI", "TM"], "each": 2}, 1, ()),
    ({"type": "cover", "codes": ["GI", "TM", "PAT", "CR"], "at_least": 4}, 2, ()),
    ({"type": "forced", "experts": ["a", "z"]}, 1, ()),
    ({"type": "forbidden", "experts": ["d"]}, 1, ("d",)),
    ({"type": "max_load", "limit": 9}, 1, ("b",)),
    ({"type": "min_affinity", "limit": 0.2}, 1, ("b",)),
]


@pytest.mark.parametrize(("stated", "excess", "experts"), BROKEN, ids=lambda one: str(one)[:60])
def test_violation_is_reported(stated: dict[str, Any], excess: int, experts: tuple[str, ...]) -> None:
    rules = parse([{"type": "max_per", "by": "title_level"}, stated])
    (found,) = check(MEMBERS, rules, 4)
    assert (found.rule, found.type, found.excess, found.experts) == (1, stated["type"], excess, experts)
    assert found.detail


def test_every_type_is_violated_above() -> None:
    assert {stated["type"] for stated, _, _ in BROKEN} == set(TYPES) - {"fairness"}


MET: list[tuple[dict[str, Any], int | None]] = [
    ({"type": "max_per_organisation", "limit": 3}, 1),
    ({"type": "max_per", "by": "title_level", "limit": 4}, 3),
    ({"type": "max_share", "share": "3/4", "regulator": True}, 1),
    ({"type": "max_share", "share": 0.5, "by": "kind"}, 0),
    ({"type": "min_share", "share": "1/3", "regulator": True}, 0),
    ({"type": "at_least", "count": 1, "kinds": ["K-TECH"]}, 1),
    ({"type": "at_most", "count": 6, "regions": ["350000"]}, 2),
    ({"type": "keep_apart", "experts": ["a", "z"]}, 0),
    ({"type": "keep_apart", "experts": ["y", "z"]}, 1),
    ({"type": "every_side", "sides": ["licensor"]}, 0),
    ({"type": "cover", "codes": ["GI", "TM"]}, 0),
    ({"type": "cover", "codes": ["GI"]}, 1),
    ({"type": "cover", "codes": ["GI", "TM", "PAT"], "at_least": 1}, 1),
    ({"type": "forced", "experts": ["a", "b"]}, 0),
    ({"type": "forbidden", "experts": ["z"]}, None),
    ({"type": "max_load", "limit": 10}, None),
    ({"type": "min_affinity", "limit": 0.1}, None),
    ({"type": "fairness", "weight": 1}, None),
]


@pytest.mark.parametrize(("stated", "left"), MET, ids=lambda one: str(one)[:60])
def test_slack_is_what_a_rule_that_is_met_would_still_bear(stated: dict[str, Any], left: int | None) -> None:
    (rule,) = parse([stated])
    assert check(MEMBERS, (rule,)) == ()
    assert slack(MEMBERS, rule) == left


def test_an_odd_number_is_just_met_and_an_even_one_broken_by_one() -> None:
    (odd,) = parse([{"type": "odd"}])
    assert [slack(MEMBERS[:count], odd) for count in (1, 2, 3)] == [0, -1, 0]


def test_slack_of_what_is_broken_is_by_how_many() -> None:
    for stated, excess, _ in BROKEN:
        assert slack(MEMBERS, parse([stated])[0]) == -excess


def test_capacity_of_ones_own_counts_without_a_limit() -> None:
    (full,) = check([candidate("x", load=2, capacity=2), candidate("y", load=50)], parse([{"type": "max_load"}]))
    assert full.experts == ("x",)


def test_several_groups_are_each_reported() -> None:
    twice = [candidate(str(number), organisation=f"o{number % 2}") for number in range(4)]
    assert [one.experts for one in check(twice, parse([{"type": "max_per_organisation"}]))] == [("0", "2"), ("1", "3")]


def test_unknown_organisations_are_not_one_organisation() -> None:
    assert check([candidate("x"), candidate("y")], parse([{"type": "max_per_organisation"}])) == ()


@pytest.mark.parametrize(("size", "words"), [(3, "has 4 members; it needs 3"), (5, "has 4 members; it needs 5")])
def test_wrong_number_of_seats_is_a_violation(size: int, words: str) -> None:
    (found,) = check(MEMBERS, (), size)
    assert (found.rule, found.excess) == (None, 1)
    assert words in found.detail


def test_member_who_sits_twice_is_a_violation() -> None:
    (found,) = check([MEMBERS[0], MEMBERS[1], MEMBERS[0], MEMBERS[0]], (), 4)
    assert (found.experts, found.excess) == (("a",), 2)


def test_lawful_panel_has_no_violation() -> None:
    rules = parse([{"type": "at_least_one", "codes": ["TM"], "languages": ["en"]}, {"type": "fairness", "weight": 1}])
    assert check(MEMBERS, rules, 4) == ()
