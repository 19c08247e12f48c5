"""What experts state about when and for what they can be asked is honoured by every list, on both engines.

Pinned: whoever is away, unreachable or does not want this kind of work or a code of it (or one above it) is left out
for that reason, on shortlists, previews, standings, batches and panels alike; others are not; a mode is a filter that
the request brings along; an agency learns of none of it; what is changed on the profile counts from the next list on.
"""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from expertdb.database import transaction
from expertdb.models.experts import Expert
from expertdb.models.preferences import ExpertPreference
from expertdb.services import audit, bulk, shortlists
from expertdb.services.actors import SYSTEM, Actor
from tests.api.people import ASKED, TERM, expert, listed, moved, preview
from tests.callers import Caller, Clock
from tests.conftest import caller


def set_(administrator: Caller, path: str, **availability: Any) -> None:
    answer = administrator.patch(path, {"availability": availability}, etag="*")
    assert answer.status_code == 200, answer.get_data(as_text=True)


@pytest.fixture
def one(administrator: Caller) -> str:
    return f"/experts/{expert(administrator)['id']}"


def reasons(who: Caller, **asked: Any) -> list[str]:
    """Why people are left out of a list for the request about batteries."""
    return [row["reason"] for row in preview(who, **asked)["excluded"]]


# What is not wanted, what is asked for, and whether it keeps the expert off the list.
WORK: tuple[tuple[dict[str, Any], dict[str, Any], bool], ...] = (
    ({"codes": ["LG-INV"]}, {"aspects": [{"code": "LG-INV"}]}, True),
    ({"codes": ["PAT"]}, {"aspects": [{"code": "PAT-INV", "need": "nice"}]}, True),
    ({"codes": ["PAT-INV"]}, {"aspects": [{"code": "PAT"}]}, False),
    ({"codes": ["LG-INV"]}, {"aspects": [{"code": "LG-FTO"}]}, False),
    ({"codes": ["LG-INV"]}, {}, False),
    ({"kinds": ["policy_drafting"]}, {"kind": "policy_drafting"}, True),
    ({"kinds": ["policy_drafting"]}, {"kind": "consultation"}, False),
    ({}, {"aspects": [{"code": "LG-INV"}]}, False),
)


def test_work_that_is_not_wanted_is_not_brought(administrator: Caller, office: Caller, one: str) -> None:
    for unwanted, asked, left_out in WORK:
        set_(administrator, one, not_wanted=unwanted)
        found = preview(office, **asked)
        assert [row["reason"] for row in found["excluded"]] == (["work_not_wanted"] if left_out else []), unwanted
        assert len(found["entries"]) == (not left_out)


def test_whoever_is_away_is_asked_before_and_after(
    administrator: Caller, office: Caller, one: str, clock: Clock
) -> None:
    set_(
        administrator,
        one,
        away=[{"start": "2026-11-25", "end": "2026-11-26"}, {"start": "2027-01-01", "end": "2027-01-31"}],
    )
    found = []
    for _ in range(5):
        found.append(reasons(office))
        clock.forward(days=1)
    assert found == [[], [], ["away"], ["away"], []]


def test_whoever_cannot_be_reached_is_not_listed_until_they_answer(
    administrator: Caller, office: Caller, one: str
) -> None:
    administrator.post(f"{one}/confirmations", {"reached": False})
    assert reasons(office) == ["unreachable"]
    administrator.post(f"{one}/confirmations", {})
    assert reasons(office) == []


def test_limit_taken_away_counts_no_more(administrator: Caller, office: Caller, one: str) -> None:
    set_(
        administrator, one, not_wanted={"kinds": ["consultation"]}, away=[{"start": "2026-01-01", "end": "2027-12-31"}]
    )
    assert reasons(office) == ["away"]
    set_(administrator, one, not_wanted={"kinds": ["consultation"]})
    assert reasons(office) == ["work_not_wanted"]
    set_(administrator, one)
    assert reasons(office) == []


def test_stored_list_standing_and_panel_honour_it_too(administrator: Caller, office: Caller, one: str) -> None:
    set_(administrator, one, not_wanted={"codes": ["LG-INV"]})
    id = one.rpartition("/")[2]
    asked = office.made("/requests", ASKED | {"aspects": [{"code": "LG-INV"}]})
    found = office.made(f"/requests/{asked['id']}/shortlists", {})
    assert [row["reason"] for row in found["excluded"]] == ["work_not_wanted"]
    assert found["gaps"] == [{"code": "LG-INV", "reason": "held only by people left out"}]
    excluded = office.get(f"/shortlists/{found['id']}/exclusions").json["items"]
    assert [(row["expert"]["id"], row["reason"]) for row in excluded] == [(id, "work_not_wanted")]
    standing = office.get(f"/requests/{asked['id']}/standing?expert={id}").json
    assert standing["reason"] == "work_not_wanted"
    forced = office.post(f"/requests/{asked['id']}/panels", {"size": 1, "forced": [id], "rules": [{"type": "odd"}]})
    assert (forced.status_code, forced.json["errors"][0]["pointer"]) == (409, "/forced/0")
    assert "work_not_wanted" in forced.json["errors"][0]["detail"]


def test_matter_whose_kind_was_edited_meanwhile_is_ranked_anew(app: Flask, administrator: Caller, one: str) -> None:
    set_(administrator, one, not_wanted={"kinds": ["policy_drafting"]})
    agent = caller(app, "agency")
    asked = agent.made("/requests", ASKED)
    by, now, corpus = (
        Actor("t", "t", "policy_office", frozenset({"write"})),
        app.extensions["clock"](),
        app.extensions["corpus"],
    )
    body = {"size": 5, "filters": {}, "diversify": 0.0}
    with app.app_context(), transaction(read_only=True) as session:
        proposal = shortlists.propose(session, corpus, asked["id"], body, actor=by, now=now)
        assert len(proposal.shortlist.entries) == 1
    agent.patch(f"/requests/{asked['id']}", {"kind": "policy_drafting"}, etag="*")
    with app.app_context(), transaction() as session:
        stored = shortlists.draw_up(session, corpus, asked["id"], body, proposal, actor=by, now=now)
        assert (stored.entries, stored.left_out) == ([], {"work_not_wanted": 1})


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_many_matched_at_once_are_each_asked_what_they_take(app: Flask, administrator: Caller, one: str) -> None:
    set_(administrator, one, not_wanted={"codes": ["LG-LIT"], "kinds": ["policy_drafting"]})
    plain = {"title": "锂电池专利", "text": "", "size": 5, "diversify": 0.0, "filters": {}}
    asked = [
        bulk.Asked("a", plain | {"kind": "consultation", "aspects": []}),
        bulk.Asked("b", plain | {"kind": "policy_drafting", "aspects": []}),
        bulk.Asked("c", plain | {"kind": "consultation", "aspects": [{"code": "LG-LIT", "need": "must"}]}),
    ]
    with app.app_context(), transaction(read_only=True) as session:
        found = list(bulk.match(session, app.extensions["corpus"], asked, now=app.extensions["clock"]()))
    assert [one["left_out"] for one in found] == [{}, {"work_not_wanted": 1}, {"work_not_wanted": 1}]


def test_import_states_and_a_merge_restates_it(administrator: Caller, office: Caller) -> None:
    def send(availability: dict[str, Any], query: str = "") -> None:
        row = {"id": "r-1", "name": {"zh": "林岚"}, "kind": "K-PA", "status": "active", "reason": "原有专家"}
        row |= {"term": TERM, "statement": "主攻电池专利。", "availability": availability}
        answer = administrator.post(
            f"/experts/imports{query}", data=json.dumps(row), content_type="application/x-ndjson"
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)

    send({"away": [{"start": "2026-11-01", "end": "2026-12-31"}], "not_wanted": {"kinds": ["policy_drafting"]}})
    assert (reasons(office), reasons(office, kind="policy_drafting")) == (["away"], ["away"])
    send({"away": [{"start": "2026-11-01", "end": "2026-11-02"}]}, "?duplicates=merge&prefer=file")
    assert (reasons(office), reasons(office, kind="policy_drafting")) == ([], ["work_not_wanted"])


AWAY_LONG = [{"start": "2026-11-01", "end": "2027-12-31"}]


@pytest.mark.parametrize("stated", [{"away": AWAY_LONG}, {"modes": ["written"]}, {"max_load": 0}, {"max_load": 1}])
def test_reserve_who_cannot_be_asked_is_passed_over(administrator: Caller, office: Caller, stated: Any) -> None:
    people = [expert(administrator, name)["id"] for name in ("甲某", "乙某", "丙某")]
    asked = office.made("/requests", ASKED | {"mode": "on_site"})
    panel = confirmed(office, asked, size=1, reserves=2)
    first, second = (one["expert"]["id"] for one in panel["reserves"])
    [engagement] = office.made(f"/panels/{panel['id']}/invitations", {})["items"]
    engaged_elsewhere = confirmed(office, office.made("/requests", ASKED), size=1, forced=[first])
    office.made(f"/panels/{engaged_elsewhere['id']}/invitations", {})
    set_(administrator, f"/experts/{first}", **stated)
    gone = {"to": "withdrawn", "reason": "另有安排"}
    after = office.post(f"/engagements/{engagement['id']}/transitions", gone, etag="*").json
    assert office.get(f"/engagements/{after['instead']}").json["expert"]["id"] == second
    assert {first, second} < set(people)


def confirmed(office: Caller, asked: dict[str, Any], **body: Any) -> dict[str, Any]:
    moved(office, f"/requests/{asked['id']}", "accepted")
    panel = office.made(f"/requests/{asked['id']}/panels", {"rules": [{"type": "odd"}], **body})
    given = [{"expert": one["expert"], "reason": "指定"} for one in panel["deviations"]]
    decided = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某", "deviations": given}
    assert office.post(f"/panels/{panel['id']}/transitions", decided, etag="*").status_code == 200
    return panel


@pytest.mark.parametrize("stated", [{"away": AWAY_LONG}, {"modes": ["written"]}, {"max_load": 1}])
def test_member_who_cannot_be_asked_any_more_is_not_invited(administrator: Caller, office: Caller, stated: Any) -> None:
    one, _ = (expert(administrator, name)["id"] for name in ("甲某", "乙某"))
    asked = [office.made("/requests", ASKED | {"mode": "on_site"}) for _ in range(2)]
    first, second = (confirmed(office, request, size=1, forced=[one]) for request in asked)
    assert office.post(f"/panels/{first['id']}/invitations", {}).status_code == 201
    set_(administrator, f"/experts/{one}", **stated)
    refused = office.post(f"/panels/{second['id']}/invitations", {})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (409, "/members/0")
    assert office.get(f"/engagements?panel={second['id']}").json["items"] == []


@pytest.mark.parametrize("edit", [{"kind": "K-TECH"}, {"region": "350100"}])
def test_member_who_meets_only_one_of_the_panels_filters_is_not_invited(
    administrator: Caller, office: Caller, one: str, edit: Any
) -> None:
    filters = {"kind": ["K-PA"], "region": ["350200"]}
    panel = confirmed(office, office.made("/requests", ASKED), size=1, filters=filters)
    assert administrator.patch(one, edit, etag="*").status_code == 200
    refused = office.post(f"/panels/{panel['id']}/invitations", {})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (409, "/members/0")


def test_panel_that_was_chosen_under_any_mode_invites_whoever_takes_another(
    administrator: Caller, office: Caller, one: str
) -> None:
    set_(administrator, one, modes=["written"])
    panel = confirmed(office, office.made("/requests", ASKED | {"mode": "on_site"}), size=1, filters={"mode": []})
    assert office.post(f"/panels/{panel['id']}/invitations", {}).status_code == 201


def test_agency_learns_of_no_limit(administrator: Caller, agency: Caller) -> None:
    for number in range(6):
        path = f"/experts/{expert(administrator, name=f'林{number}')['id']}"
        set_(administrator, path, not_wanted={"kinds": ["consultation"]})
    assert preview(agency)["excluded"] == [{"reason": "not_available", "count": 5}]


def test_mode_of_the_request_is_a_filter(administrator: Caller, office: Caller, one: str) -> None:
    set_(administrator, one, modes=["written"])
    anything = expert(administrator, name="陈晓")["id"]
    online = office.made("/requests", ASKED | {"mode": "online"})
    found = office.made(f"/requests/{online['id']}/shortlists", {})
    assert (listed(found), found["filters"], found["left_out"]) == (
        [anything],
        {"mode": ["online"]},
        {"outside_filters": 1},
    )
    written = office.made("/requests", ASKED | {"mode": "written"})
    assert len(office.made(f"/requests/{written['id']}/shortlists", {})["entries"]) == 2
    standing = office.get(f"/requests/{online['id']}/standing?expert={one.rpartition('/')[2]}").json
    assert standing["reason"] == "outside_filters"
    widened = office.made(f"/requests/{online['id']}/shortlists", {"filters": {"mode": []}})
    assert len(widened["entries"]) == 2


def test_availability_comes_back_as_stated(administrator: Caller, one: str) -> None:
    stated = {
        "modes": ["written"],
        "max_load": 4,
        "cool_off_days": 30,
        "away": [{"start": "2026-12-01", "end": "2026-12-31"}],
        "not_wanted": {"codes": ["LG-LIT"], "kinds": ["policy_drafting"]},
        "travel": False,
    }
    set_(administrator, one, **stated)
    assert administrator.get(one).json["availability"] == stated


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_availability_that_makes_no_sense_is_refused(administrator: Caller, one: str) -> None:
    for availability, pointer in (
        ({"away": [{"start": "2026-12-31", "end": "2026-12-01"}]}, "/availability/away/0/end"),
        ({"away": [{"start": "2026-12-31"}]}, "/availability/away/0/end"),
        ({"away": [{"start": "soon", "end": "later"}]}, "/availability/away/0/start"),
        ({"away": [{"start": "2026-12-01", "end": "2026-12-31", "why": "病假"}]}, "/availability/away/0/why"),
        ({"not_wanted": {"codes": ["COLOUR"]}}, "/availability/not_wanted/codes/0"),
        ({"not_wanted": {"kinds": ["parties"]}}, "/availability/not_wanted/kinds/0"),
        ({"not_wanted": None}, "/availability/not_wanted"),
        ({"cool_off_days": 366}, "/availability/cool_off_days"),
    ):
        answer = administrator.patch(one, {"availability": availability}, etag="*")
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_two_absences_from_the_same_day_are_one(administrator: Caller, office: Caller, one: str, clock: Clock) -> None:
    set_(administrator, one, away=[{"start": "2026-11-23", "end": day} for day in ("2026-11-29", "2026-11-24")])
    clock.forward(days=6)
    assert reasons(office) == ["away"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_whatever_sets_the_availability_sets_what_lists_search(app: Flask, administrator: Caller, one: str) -> None:
    set_(
        administrator, one, not_wanted={"kinds": ["consultation"]}, away=[{"start": "2026-01-01", "end": "2027-01-01"}]
    )
    with app.app_context(), transaction() as session:
        found = session.get_one(Expert, one.rpartition("/")[2])
        found.availability = {}
        audit.record(session, SYSTEM, "expert.edited", kind="expert", id=found.id)
        session.flush()
        assert session.scalars(select(ExpertPreference)).all() == []
