"""What must give way where nobody else could sit: the rule that is broken, by as much as it is, in words of its own."""

from dataclasses import replace as with_
from typing import Any

import pytest

from matching.panel import PanelCandidate, parse
from matching.panel.elastic import relax
from matching.panel.panels import Change
from tests.unit.matching.panel.pools import candidate
from tests.unit.matching.panel.test_checking import BROKEN, MEMBERS

ALL = [one.expert for one in MEMBERS]
WORDS = [
    "Raise the limit from 1 to 2.",
    "Raise the limit from 1 to 2.",
    "Raise the limit from 1 to 3.",
    "Raise the limit from 1 to 2.",
    "Allow 1 more than the share 1/3.",
    "Allow 1 more than the share 1/4.",
    "Be content with 1 fewer than the share 1/2.",
    "Ask for 0 in place of 1.",
    "Ask for 1 in place of 3.",
    "Ask for 0 in place of 1.",
    "Ask for 0 in place of 1.",
    "Raise the limit from 1 to 4.",
    "Raise the limit from 0 to 1.",
    "Raise the limit from 0 to 1.",
    "Allow an even number of members.",
    "Allow 2 of a, c, z together.",
    "Do without full seats for licensee.",
    "Do without full coverage of TM.",
    "Be content with 2 codes covered.",
    "Seat d all the same.",
    "Seat b all the same.",
    "Seat b all the same.",
]
# Forced members are no rule to break where all are seated.
CASES = list(zip([one for one in BROKEN if one[0]["type"] != "forced"], WORDS, strict=True))


def changes(
    candidates: list[PanelCandidate], stated: list[dict[str, Any]], size: int
) -> tuple[list[str], tuple[Change, ...]]:
    found = relax(candidates, parse(stated), size, None)
    assert found is not None
    return [one.expert for one in found.members], found.changes


@pytest.mark.parametrize(("broken", "words"), CASES, ids=lambda one: str(one)[:60])
def test_a_rule_gives_way_by_as_much_as_it_is_broken(broken: tuple[dict[str, Any], int, Any], words: str) -> None:
    stated, excess, _ = broken
    everybody = {"type": "forced", "experts": ALL, "firm": True}
    members, (change,) = changes(MEMBERS, [everybody, stated | {"firm": False}], 4)
    assert members == ALL
    assert (change.rule, change.type, change.amount, change.detail) == (1, stated["type"], excess, words)


def test_experts_are_named_in_order_of_their_ids() -> None:
    candidates = [candidate(name) for name in "cab"]
    forced = {"type": "forced", "experts": ["a", "b", "c"]}
    forbidden = {"type": "forbidden", "experts": ["c", "b"]}
    _, (change,) = changes(candidates, [forced | {"firm": True}, forbidden | {"firm": False}], 3)
    assert change.detail == "Seat b, c all the same."
    _, (change,) = changes(candidates, [forced, forbidden], 1)
    assert change.detail == "Do without b, c."


def test_several_counts_of_a_rule_add_up() -> None:
    rules = [{"type": "every_side", "sides": ["licensor", "licensee"], "each": 2}]
    everybody = {"type": "forced", "experts": ALL, "firm": True}
    _, (change,) = changes(MEMBERS, [everybody, *rules], 4)
    assert (change.amount, change.detail) == (3, "Do without full seats for licensee, licensor.")


@pytest.mark.parametrize(("size", "amount"), [(5, 1), (6, 2)])
def test_fewer_seats_are_asked_for_where_too_few_may_sit(size: int, amount: int) -> None:
    candidates = [candidate(f"e{number}", organisation=f"o{number % 4}") for number in range(8)]
    members, (change,) = changes(candidates, [{"type": "max_per_organisation", "firm": True}], size)
    assert members == ["e0", "e1", "e2", "e3"]
    assert (change.rule, change.type, change.amount) == (None, "size", amount)
    assert change.detail == f"Seat 4 members in place of {size}."


def test_more_seats_are_asked_for_where_more_must_sit() -> None:
    candidates = [candidate(f"e{number}", number / 10) for number in range(5)]
    forced = {"type": "forced", "experts": ["e0", "e1", "e2"], "firm": True}
    members, (change,) = changes(candidates, [forced], 2)
    assert members == ["e0", "e1", "e2"]
    assert (change.amount, change.detail) == (1, "Seat 3 members in place of 2.")


def test_the_fewest_rules_give_way_then_the_least_and_then_the_best_are_seated() -> None:
    kinds = ("K-LAW", "K-LAW", "K-LAW", "K-TECH", "K-TECH")
    candidates = [candidate(f"e{number}", number / 10, kind=kind) for number, kind in enumerate(kinds)]
    engineers, lawyers = ({"type": "at_least", "count": 3, "kinds": [kind]} for kind in ("K-TECH", "K-LAW"))
    members, (change,) = changes(candidates, [engineers], 4)
    assert (members, change.amount) == (["e1", "e2", "e3", "e4"], 1)
    turned = [with_(one, affinity=1 - one.affinity) for one in candidates]
    members, (change,) = changes(turned, [engineers], 4)
    assert (members, change.amount) == (["e0", "e1", "e3", "e4"], 1)  # Not two, with the third lawyer.
    members, (change,) = changes(candidates, [engineers, lawyers], 4)
    assert (members, change.rule, change.amount) == (["e0", "e1", "e2", "e4"], 0, 2)  # Not one of each.


def test_what_only_firm_rules_block_has_no_relaxation() -> None:
    rules = [{"type": kind, "experts": ["a"], "firm": True} for kind in ("forced", "forbidden")]
    assert relax([candidate("a"), candidate("b")], parse(rules), 1, None) is None
