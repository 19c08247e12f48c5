"""How far a draw may go, and one step further; `test_draw.py` has what holds of any draw."""

import hashlib
from typing import Any

import pytest

from matching.draw import BadDrawInput, Frozen, Stratum, drawing, freeze, reveal, verify
from matching.draw.drawing import wrong
from matching.panel import PanelCandidate, Who, parse

SECRET = hashlib.sha256(b"another secret of these tests").hexdigest()
TIMES = {"not_before": "2026-12-24T13:15:00Z", "frozen_at": "2026-12-20T08:00:00Z"}
POOL = [PanelCandidate(f"e{number:02}", 0.5, kind="K-LAW" if number < 4 else "K-TECH") for number in range(9)]
ALL = Stratum("all", 3)


def frozen(*strata: Stratum, rules: Any = (), **changed: Any) -> Frozen:
    fixed = {"secret": SECRET, "public_source": "a lottery", **TIMES, **changed}
    return freeze(POOL, strata or (ALL,), parse(list(rules)), **fixed)


def revealed(**changed: Any) -> dict[str, Any]:
    return reveal(frozen(), **{"secret": SECRET, "public_value": "7", "revealed_at": TIMES["not_before"], **changed})


@pytest.mark.parametrize(
    "changed",
    [
        {"public_source": "x" * 500},
        {"secret": "01234567" * 8},
        {"not_before": "2026-12-20T08:00:01Z"},
        {"strata": [Stratum(f"s{number}", int(not number)) for number in range(50)]},
        {"strata": [Stratum("all", 9)]},
        {"rules": [{"type": "odd"}]},
    ],
    ids=lambda one: "-".join(one),
)
def test_what_can_just_be_drawn_is_frozen(changed: dict[str, Any]) -> None:
    assert frozen(*changed.pop("strata", ()), **changed).terms["pool"]


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"public_source": "x" * 501}, "/public_source"),
        ({"secret": "0123456" * 9 + "0"}, "/secret"),
        ({"secret": SECRET + "\n"}, "/secret"),
        ({"secret": SECRET.upper()}, "/secret"),
        ({"frozen_at": "2026-12-20"}, "/frozen_at"),
        ({"strata": [Stratum(f"s{number}", 1) for number in range(51)]}, "/strata"),
        ({"strata": [Stratum("", 1)]}, "/strata"),
        ({"strata": [Stratum("a", 1), Stratum("", 0)]}, "/strata"),
        ({"strata": [Stratum("a", 1, -1)]}, "/strata/0"),
        ({"strata": [Stratum("a", 1), Stratum("b", -1, who=Who(kinds=("K-LAW",)))]}, "/strata/1"),
        ({"strata": [Stratum("all", 10)]}, "/strata/0"),
    ],
    ids=lambda one: one if isinstance(one, str) else "-".join(one),
)
def test_what_goes_a_step_further_is_refused(changed: dict[str, Any], pointer: str) -> None:
    with pytest.raises(BadDrawInput) as refused:
        frozen(*changed.pop("strata", ()), **changed)
    assert refused.value.pointer == pointer


@pytest.mark.parametrize("value", ["x" * 500, "七", "7 8"])
def test_a_value_that_is_out_at_the_earliest_moment_is_revealed(value: str) -> None:
    assert verify(revealed(public_value=value)) == ()


@pytest.mark.parametrize("value", [7, "7\x008", "7\n8", "\u3000" + "7"])
def test_what_cannot_be_copied_from_paper_is_no_public_value(value: Any) -> None:
    with pytest.raises(BadDrawInput) as refused:
        revealed(public_value=value)
    assert refused.value.pointer == "/public_value"


def test_a_sub_pool_too_large_to_be_drawn_from_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MAXIMUM_POOL", 9)
    assert len(frozen().terms["pool"]) == 9
    monkeypatch.setattr(drawing, "MAXIMUM_POOL", 8)
    with pytest.raises(BadDrawInput, match="has 9 experts; at most 8"):
        frozen()
    lawyers = Stratum("law", 3, who=Who(kinds=("K-LAW",)))
    assert len(frozen(lawyers).terms["pool"]) == 4  # Only who can be drawn counts.


def test_everything_that_is_wrong_is_said_at_once() -> None:
    strata = [Stratum("a", 2), Stratum("a", 2)]
    rules = parse([{"type": "at_least_one", "kinds": ["K-LAW"]}, {"type": "odd"}])
    with pytest.raises(BadDrawInput) as refused:
        freeze(POOL, strata, rules, secret=SECRET, public_source="", **(TIMES | {"not_before": "soon"}))
    pointers = ["/public_source", "/not_before", "/strata", "/rules/0"]
    assert [one.pointer for one in refused.value.all] == [*pointers, "/size"]
    unread = wrong(None, rules, public_source="", not_before="soon", frozen_at=TIMES["frozen_at"])
    assert [one.pointer for one in unread] == ["/public_source", "/not_before", "/rules/0"]


def test_every_stratum_with_too_few_people_is_named() -> None:
    short = [Stratum("law", 5, who=Who(kinds=("K-LAW",))), Stratum("rest", 5), Stratum("none", 1)]
    with pytest.raises(BadDrawInput) as refused:
        frozen(*short)
    assert [one.pointer for one in refused.value.all] == ["/strata/0", "/strata/2"]


def test_who_is_meant_by_several_strata_belongs_to_the_first() -> None:
    strata = Stratum("law", 1, who=Who(kinds=("K-LAW",))), Stratum("rest", 1)
    pool = frozen(*strata).terms["pool"]
    assert [one["stratum"] for one in pool] == ["law"] * 4 + ["rest"] * 5


def test_the_sub_pool_is_in_order_of_ids_and_tells_nobodys_affinity() -> None:
    better = [PanelCandidate(one.expert, number / 10) for number, one in enumerate(POOL)]
    fixed = {"secret": SECRET, "public_source": "a lottery", **TIMES}
    made = freeze(better, [ALL], (), **fixed)
    assert [one["expert"] for one in made.terms["pool"]] == [one.expert for one in POOL]
    assert made.pool_hash == freeze(POOL, [ALL], (), **fixed).pool_hash


def test_a_stratum_of_fewer_than_three_experts_a_seat_is_called_small() -> None:
    strata = Stratum("law", 1, who=Who(kinds=("K-LAW",))), Stratum("rest", 2)
    assert "chosen_from" not in frozen(*strata).terms
    assert frozen(*strata, chosen_from={"eligible": 20}).terms["chosen_from"] == {
        "eligible": 20,
        "strata": [
            {"name": "law", "seats": 1, "qualified": 4, "few": False},
            {"name": "rest", "seats": 2, "qualified": 5, "few": True},
        ],
    }
    exactly = frozen(ALL, chosen_from={}).terms["chosen_from"]["strata"]
    assert [one["few"] for one in exactly] == [False]


def test_a_record_holds_no_floating_point_numbers() -> None:
    rules = [{"type": "min_affinity", "limit": 0.1}, {"type": "max_per_organisation", "limit": 2}]
    stated = frozen(rules=rules).terms["rules"]
    assert stated == [{"type": "min_affinity", "limit": "0.1"}, {"type": "max_per_organisation", "limit": 2}]


def test_seats_that_no_attempt_fills_are_said_to_need_looser_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    made = frozen()
    monkeypatch.setattr(drawing, "drawn", lambda terms, seed: None)
    with pytest.raises(BadDrawInput, match="None of 1000 attempts filled every seat"):
        reveal(made, secret=SECRET, public_value="7", revealed_at=TIMES["not_before"])
