"""Rules are read strictly, every fault at once, and written back as they were stated."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from matching.panel import BadRules, as_json, parse, type_of
from matching.panel.rules import MaxPer
from tests.examples import tried
from tests.unit.matching.panel.pools import stated

JUNK = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def faults(stated: Any) -> list[tuple[str, str]]:
    with pytest.raises(BadRules) as refused:
        parse(stated)
    return [(fault.pointer, str(fault.detail)) for fault in refused.value.faults]


@pytest.mark.parametrize("seed", range(20))
def test_rules_are_written_as_they_are_read(seed: int) -> None:
    rules = parse(stated(random.Random(seed), ["a", "b", "c"]))
    assert parse([as_json(rule) for rule in rules]) == rules


def test_particular_names_are_kept() -> None:
    (rule,) = parse([{"type": "max_per", "by": "organisation", "limit": 2}])
    assert as_json(rule) == {"type": "max_per_organisation", "limit": 2}
    assert isinstance(rule, MaxPer)
    assert [type_of(one) for one in parse([{"type": "at_least", "count": 2, "newcomer": True}])] == ["at_least"]


@pytest.mark.parametrize("share", ["1/3", 1 / 3, 0.3333, "0.33333"])
def test_a_third_is_a_third_however_it_is_written(share: Any) -> None:
    assert as_json(parse([{"type": "max_share", "share": share, "regulator": True}])[0])["share"] == "1/3"


def test_unknown_type_names_the_choices() -> None:
    ((pointer, detail),) = faults([{"type": "max_per_organization"}])
    assert pointer == "/0/type"
    assert "max_per_organisation" in detail


def test_unknown_parameter_names_the_choices() -> None:
    ((pointer, detail),) = faults([{"type": "odd"}, {"type": "max_per_organisation", "max": 1}])
    assert pointer == "/1/max"
    assert "limit" in detail


def test_every_fault_is_reported_at_once() -> None:
    found = faults(
        [
            7,
            {},
            {"type": "at_least", "count": True, "kinds": "K-LAW"},
            {"type": "at_least_one"},
            {"type": "max_share", "share": "2"},
            {"type": "cover", "codes": []},
            {"type": "at_least_one", "any_of": [{"kinds": ["K-LAW"]}, {"any_of": []}, {}]},
            {"type": "keep_apart", "experts": ["a", 3]},
            {"type": "fairness", "weight": "x", "full": 0},
        ]
    )
    assert [pointer for pointer, _ in found] == [
        "/0",
        "/1/type",
        "/2/count",
        "/2/kinds",
        "/3",
        "/4/share",
        "/5/codes",
        "/6/any_of/1",
        "/6/any_of/2",
        "/7/experts",
        "/8/weight",
        "/8/full",
    ]


@pytest.mark.parametrize(
    "share", [True, -0.1, 1.5, "x", "1/0", "nan", float("nan"), float("inf"), None, [], "1" * 50, "½", "1e999999999"]
)
def test_share_that_is_none_is_refused(share: Any) -> None:
    assert faults([{"type": "max_share", "share": share, "regulator": True}])[0][0] == "/0/share"


@given(
    JUNK
    | some.lists(
        some.fixed_dictionaries(
            {"type": some.sampled_from(["cover", "at_least", "max_share", "odd"])},
            optional={"codes": JUNK, "count": JUNK, "share": JUNK, "any_of": JUNK, "name": JUNK},
        )
    )
)
@tried(150)
def test_junk_is_refused_and_nothing_else_happens(junk: Any) -> None:
    try:
        rules = parse(junk)
    except BadRules:
        pass
    else:
        assert parse([as_json(rule) for rule in rules]) == rules


def test_too_many_rules_are_refused() -> None:
    assert "at most 100" in faults([{"type": "odd"}] * 101)[0][1]
