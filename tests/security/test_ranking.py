"""What an agency can learn of people it may not see, by asking for lists: nothing.

Each test asks the same twice, with and without somebody hidden in the database, and compares the answers. Hidden is
whoever is not in the pool today: entering, suspended, on leave, expired, withdrawn.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.api.people import ASKED, expert, moved
from tests.callers import Caller

WORD = "石墨烯隔膜涂覆"
NARROW: tuple[dict[str, Any], ...] = (
    {},
    {"filters": {"region": ["350500"]}},
    {"filters": {"code": ["LG-OVS"]}},
    {"filters": {"kind": ["K-STD"], "region": ["350500"]}},
    {"aspects": [{"code": "LG-OVS", "need": "must"}]},
    {"aspects": [{"code": "FN-VAL", "need": "nice"}], "filters": {"region": ["350500"]}},
    {"title": WORD, "text": ""},
)
# Of the pool as a whole, and counting every change of anybody: it says that something changed, not what.
TOLD_OF_ALL = "corpus_version"


def suspended(administrator: Caller, id: str) -> None:
    moved(administrator, f"/experts/{id}", "suspended")


def on_leave(administrator: Caller, id: str) -> None:
    moved(administrator, f"/experts/{id}", "on_leave")


def withdrawn(administrator: Caller, id: str) -> None:
    moved(administrator, f"/experts/{id}", "withdrawn")


def draft(administrator: Caller, id: str) -> None:
    pass


def answers(agency: Caller) -> list[dict[str, Any]]:
    found = []
    for asked in NARROW:
        answer = agency.post("/shortlists/preview", ASKED | {"size": 100} | asked)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found.append({name: value for name, value in (answer.json or {}).items() if name != TOLD_OF_ALL})
    return found


@pytest.mark.parametrize("hide", [draft, suspended, on_leave, withdrawn], ids=lambda hide: hide.__name__)
@pytest.mark.parametrize("others", [0, 5])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_hidden_expert_changes_nothing_that_an_agency_sees(
    app: Flask, administrator: Caller, agency: Caller, hide: Callable[[Caller, str], None], others: int
) -> None:
    for number in range(6):
        expert(administrator, f"见{number}", region="350200" if number % 2 else "350500")
    for number in range(others):
        expert(administrator, f"隐{number}", status="draft")
    before = answers(agency)
    hidden = {"region": "350500", "kind": "K-STD", "codes": ["LG-OVS", "FN-VAL"], "statement": f"专注{WORD}的专家。"}
    status = "draft" if hide is draft else "active"
    hide(administrator, expert(administrator, "藏某", status=status, **hidden)["id"])
    assert answers(agency) == before


def test_agency_is_told_no_small_number_and_none_that_one_person_moves(administrator: Caller, agency: Caller) -> None:
    told = []
    for number in range(12):
        expert(administrator, f"隐{number}", status="draft")
        excluded = agency.post("/shortlists/preview", ASKED).json["excluded"]
        told.append(next((one["count"] for one in excluded if one["reason"] == "not_available"), 0))
    assert told == [0] * 4 + [5] * 5 + [10] * 3


def test_office_is_told_everybody_exactly(administrator: Caller, office: Caller) -> None:
    for number in range(3):
        expert(administrator, f"隐{number}", status="draft")
    found = office.post("/shortlists/preview", ASKED).json
    assert found["left_out"]["draft"] == len([one for one in found["excluded"] if one["reason"] == "draft"]) == 3


def test_gap_that_only_the_hidden_fill_is_nobodys_to_an_agency(
    administrator: Caller, agency: Caller, office: Caller
) -> None:
    expert(administrator, "期满", codes=["LG-OVS"], term={"start": "2020-01-01", "end": "2022-12-31"})
    expert(administrator, "外地", codes=["FN-VAL"], region="350100")
    asked = ASKED | {
        "aspects": [{"code": "LG-OVS"}, {"code": "FN-VAL"}, {"code": "TM"}],
        "filters": {"region": ["350200"]},
    }
    expert(administrator, "本地", region="350200")
    to_agency = agency.post("/shortlists/preview", asked).json["gaps"]
    to_office = office.post("/shortlists/preview", asked).json["gaps"]
    assert {one["code"]: one["reason"] for one in to_agency} == {
        "LG-OVS": "held by nobody",
        "FN-VAL": "held only by people outside the filters",
        "TM": "held by nobody",
    }
    assert {one["code"]: one["reason"] for one in to_office} == {
        "LG-OVS": "held only by people left out",
        "FN-VAL": "held only by people outside the filters",
        "TM": "held by nobody",
    }
