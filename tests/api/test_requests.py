"""Requests over HTTP.

Pinned: what is submitted is read back; edits need the current ETag and stop when the request is accepted; transitions
follow the life cycle, and an agency may only submit and cancel; the requester is the token's organisation unless an
office names another; an aspect stands once in a request; filters and pages of the list leave nothing out.
"""

from typing import Any

import pytest
from flask import Flask

from expertdb.services.lifecycle import REQUEST_WAYS
from tests.api.people import ASKED, expert, moved, pages
from tests.callers import Caller, Clock
from tests.conftest import caller

STATION = "晋江鞋服产业园知识产权保护工作站"
FULL = ASKED | {
    "aspects": [{"code": "LG-INV", "need": "must"}, {"code": "PAT", "need": "nice"}],
    "parties": [{"name": "某新能源材料有限公司", "role": "respondent"}],
    "region": "350900",
    "experts_wanted": 5,
    "due": "2026-12-15",
    "urgency": "urgent",
}


def test_what_was_submitted_is_read_back(office: Caller) -> None:
    made = office.made("/requests", FULL)
    read = office.get(f"/requests/{made['id']}")
    assert read.json == made
    assert read.headers["ETag"] == '"1"'
    assert {field: made[field] for field in FULL} == FULL
    assert made["status"] == "submitted"


def test_location_of_a_new_request_leads_to_it(office: Caller) -> None:
    answer = office.post("/requests", ASKED)
    assert answer.json is not None
    assert office.get(answer.headers["Location"]).json == answer.json


def test_draft_may_be_kept_before_it_is_submitted(agency: Caller) -> None:
    draft = agency.made("/requests", ASKED | {"status": "draft"})
    assert draft["status"] == "draft"
    assert moved(agency, f"/requests/{draft['id']}", "submitted")["status"] == "submitted"


def test_edit_changes_what_it_names_and_nothing_else(office: Caller, clock: Clock) -> None:
    made = office.made("/requests", FULL)
    clock.forward(seconds=1)
    edited = office.patch(f"/requests/{made['id']}", {"title": "另一标题", "due": None}, etag='"1"')
    changed = {"title": "另一标题", "due": None, "version": 2, "updated_at": edited.json["updated_at"]}
    assert edited.json == made | changed
    assert edited.headers["ETag"] == '"2"'
    assert office.get(f"/requests/{made['id']}").json == edited.json


@pytest.mark.parametrize("field", ["aspects", "parties"])
def test_edit_of_a_list_replaces_it_and_counts_as_an_edit(office: Caller, field: str) -> None:
    made = office.made("/requests", FULL)
    replaced = {"aspects": [{"code": "FN-LIC", "need": "nice"}, FULL["aspects"][0]], "parties": []}[field]
    edited = office.patch(f"/requests/{made['id']}", {field: replaced}, etag='"1"')
    assert edited.json[field] == replaced
    assert edited.json["version"] == 2
    assert office.get(f"/requests/{made['id']}").json == edited.json


def test_edit_from_an_older_version_is_refused_and_changes_nothing(office: Caller) -> None:
    made = office.made("/requests", ASKED)
    office.patch(f"/requests/{made['id']}", {"title": "先到"}, etag='"1"')
    late = office.patch(f"/requests/{made['id']}", {"title": "后到"}, etag='"1"')
    assert late.status_code == 412
    assert office.get(f"/requests/{made['id']}").json["title"] == "先到"


@pytest.mark.parametrize("path", ["", "/transitions"])
def test_edits_and_transitions_need_if_match(office: Caller, path: str) -> None:
    made = office.made("/requests", ASKED)
    method, body = ("PATCH", {"title": "新"}) if not path else ("POST", {"to": "cancelled", "reason": "撤回"})
    assert office.call(method, f"/requests/{made['id']}{path}", json=body).status_code == 428


def test_accepted_request_is_closed_to_edits(office: Caller) -> None:
    made = office.made("/requests", ASKED)
    moved(office, f"/requests/{made['id']}", "returned")
    assert office.patch(f"/requests/{made['id']}", {"title": "改过"}, etag="*").status_code == 200
    moved(office, f"/requests/{made['id']}", "submitted")
    moved(office, f"/requests/{made['id']}", "accepted")
    refused = office.patch(f"/requests/{made['id']}", {"title": "再改"}, etag="*")
    assert refused.status_code == 409
    assert refused.json["type"].endswith("request-is-closed-to-edits")


def test_transition_that_the_life_cycle_lacks_names_those_it_has(office: Caller) -> None:
    made = office.made("/requests", ASKED)
    refused = office.post(f"/requests/{made['id']}/transitions", {"to": "closed", "reason": "完"}, etag="*")
    assert refused.status_code == 409
    assert refused.json["errors"][0]["pointer"] == "/to"
    assert refused.json["codes"]["allowed"] == list(REQUEST_WAYS["submitted"])


def test_no_status_says_more_than_is_on_file(office: Caller, administrator: Caller) -> None:
    expert(administrator)
    path = f"/requests/{office.made('/requests', ASKED)['id']}"
    moved(office, path, "accepted")
    for to, missing in (("shortlisted", "no shortlist"), ("confirmed", "no confirmed panel")):
        answer = office.post(f"{path}/transitions", {"to": to, "reason": "按规定办理"}, etag="*")
        assert (answer.status_code, missing in answer.json["detail"]) == (409, True), answer.json
        office.made(f"{path}/shortlists", {})
    assert office.get(path).json["status"] == "shortlisted"


def test_agency_takes_its_request_back_but_accepts_none(agency: Caller) -> None:
    path = f"/requests/{agency.made('/requests', ASKED)['id']}"
    refused = agency.post(f"{path}/transitions", {"to": "accepted", "reason": "自批"}, etag="*")
    assert refused.status_code == 403
    assert moved(agency, path, "cancelled")["status"] == "cancelled"


def test_requester_is_the_organisation_of_the_token(agency: Caller, office: Caller) -> None:
    made = agency.made("/requests", ASKED)
    assert made["requester"]["name"] == {"zh": STATION}
    assert agency.made("/requests", ASKED | {"requester": STATION})["requester"] == made["requester"]
    assert office.made("/requests", ASKED)["requester"] is None


def test_office_names_the_requester_by_name_or_id(office: Caller) -> None:
    by_name = office.made("/requests", ASKED | {"requester": "龙岩市金融办"})
    by_id = office.made("/requests", ASKED | {"requester": by_name["requester"]["id"]})
    assert by_id["requester"] == by_name["requester"]
    assert by_name["requester"]["name"] == {"zh": "龙岩市金融办"}


@pytest.mark.parametrize("known", [True, False])
def test_agency_cannot_ask_for_another_organisation(agency: Caller, office: Caller, known: bool) -> None:
    if known:
        office.made("/requests", ASKED | {"requester": "龙岩市金融办"})
    refused = agency.post("/requests", ASKED | {"requester": "龙岩市金融办"})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == ["/requester"]
    assert agency.get("/requests").json["items"] == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_aspect_may_stand_only_once(office: Caller) -> None:
    twice = [{"code": "PAT"}, {"code": "LG-INV"}, {"code": "PAT", "need": "must"}]
    refused = office.post("/requests", ASKED | {"aspects": twice})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == ["/aspects/2/code"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_unknown_aspect_is_refused_with_the_nearest_codes(office: Caller) -> None:
    refused = office.post("/requests", ASKED | {"aspects": [{"code": "LG-IVN"}]})
    assert refused.status_code == 422
    assert "LG-INV" in refused.json["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("status=cancelled", ["一"]),
        ("status=submitted", ["三", "二"]),
        ("kind=policy_drafting", ["二"]),
        ("requester=龙岩市金融办", ["二"]),
        ("requester=无此单位", []),
        ("since=2026-11-23T10:00:00Z", ["三", "二"]),
        ("since=2026-11-23T18:00:00%2B08:00", ["三", "二"]),
        ("since=2026-11-23T10:00:00Z&kind=consultation", ["三"]),
    ],
)
def test_list_holds_what_meets_every_filter(office: Caller, clock: Clock, query: str, titles: list[str]) -> None:
    first = office.made("/requests", ASKED | {"title": "一"})
    moved(office, f"/requests/{first['id']}", "cancelled")
    clock.forward(hours=1)
    office.made("/requests", ASKED | {"title": "二", "kind": "policy_drafting", "requester": "龙岩市金融办"})
    clock.forward(hours=1)
    office.made("/requests", ASKED | {"title": "三"})
    assert [one["title"] for one in office.get(f"/requests?{query}").json["items"]] == titles


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("query", ["statut=draft", "status=lost", "since=yesterday", "since=2026-11-23", "kind="])
def test_filter_that_makes_no_sense_is_refused(office: Caller, query: str) -> None:
    refused = office.get(f"/requests?{query}")
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == f"/query/{query.partition('=')[0]}"


@pytest.mark.parametrize("seconds", [0, 1])
def test_pages_leave_nothing_out_and_repeat_nothing(office: Caller, clock: Clock, seconds: int) -> None:
    made = []
    for _ in range(5):
        made.append(office.made("/requests", ASKED)["id"])
        clock.forward(seconds=seconds)
    found = pages(office, "/requests?kind=consultation&limit=2")
    assert [len(page) for page in found] == [2, 2, 1]
    assert [one["id"] for page in found for one in page] == made[::-1]


def test_request_that_arrives_meanwhile_does_not_shift_the_pages(office: Caller, clock: Clock) -> None:
    made = [office.made("/requests", ASKED)["id"] for _ in range(3)]
    first: dict[str, Any] = office.get("/requests?limit=2").json
    clock.forward(seconds=1)
    office.made("/requests", ASKED)
    assert [one["id"] for one in office.get(first["next"]).json["items"]] == made[:1]


def test_cursor_of_another_collection_is_refused(office: Caller, app: Flask) -> None:
    administrator = caller(app, "administrator")
    caller(app, "auditor")
    foreign = administrator.get("/tokens?limit=1").json["next"].partition("?")[2]
    for query in (foreign, "cursor=!!!", "cursor=W10", "cursor=bnVsbA"):
        assert office.get(f"/requests?{query}").status_code == 422
