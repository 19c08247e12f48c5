"""Invitations and what follows, by the office and by the experts' own signed links.

Pinned: only members of a confirmed panel are invited; interests are declared before anything is accepted or released,
and what is declared recuses; reserves step in, in order and lawfully; an expert's link opens one live invitation and
nothing else; contact is released after acceptance, with a trace; opinions stay as they were signed, and a policy is not
closed before each has its answer; evaluations have a time and a right of reply, and no rank ever feels them; the file
of a panel has all of it, also what went before where the panel replaced another.
"""

import io
import zipfile
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from tests.api.people import ASKED, expert, listed, moved, preview
from tests.callers import Caller, Clock
from tests.conftest import AGENCY, Beginning, caller, first_caller

NONE = {"none": True, "confidential": True}
SCORES = dict.fromkeys(
    ("competence", "independence", "timeliness", "usefulness", "communication", "confidentiality"), 4
)


def enter_pool(app: Flask) -> list[dict[str, Any]]:
    fillers = ("", "茶叶加工", "鞋服设计", "陶瓷烧制", "石材雕刻")
    administrator = first_caller(app, "administrator")
    return [
        expert(
            administrator,
            f"专家{'甲乙丙丁戊'[place]}",
            statement=f"电池专利无效宣告{''.join(fillers[: place + 1])}",
            items=[],
            codes=[],
            organisation=f"单位{place}号",
            restricted={"phone": f"1390000000{place}"},
        )
        for place in range(5)
    ]


def form_panel(app: Flask) -> dict[str, Any]:
    """A confirmed panel of two with two reserves, for an agency's request."""
    office, agency = first_caller(app, "policy_office"), first_caller(app, "agency", AGENCY)
    asked = agency.made("/requests", ASKED | {"parties": [{"name": "闽山电池有限公司", "role": "申请人"}]})
    moved(office, f"/requests/{asked['id']}", "accepted")
    rules = [{"type": "max_per_organisation"}]
    made = office.made(f"/requests/{asked['id']}/panels", {"size": 2, "reserves": 2, "rules": rules})
    body = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某"}
    answer = office.post(f"/panels/{made['id']}/transitions", body, etag="*")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json)


BEGINS = (("pool", enter_pool), ("panel", form_panel))


@pytest.fixture
def pool(beginning: Beginning) -> list[dict[str, Any]]:
    return list(beginning.known["pool"])


@pytest.fixture
def panel(beginning: Beginning, pool: Any) -> dict[str, Any]:
    return dict(beginning.known["panel"])


def invited(office: Caller, panel: dict[str, Any], **body: Any) -> list[dict[str, Any]]:
    answer = office.post(f"/panels/{panel['id']}/invitations", body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return list(answer.json["items"])


def link_to(office: Caller, engagement: dict[str, Any]) -> Caller:
    """The expert, who comes with a fresh link."""
    return Caller(office.app, office.made(f"/engagements/{engagement['id']}/links", {})["token"])


def move(caller: Caller, engagement: dict[str, Any], to: str, reason: str = "如期办理") -> Any:
    return caller.post(f"/engagements/{engagement['id']}/transitions", {"to": to, "reason": reason}, etag="*")


def accept(office: Caller, engagement: dict[str, Any]) -> Caller:
    guest = link_to(office, engagement)
    assert guest.post(f"/engagements/{engagement['id']}/declarations", NONE).status_code == 200
    answer = move(guest, engagement, "accepted")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return guest


def status(office: Caller, panel: dict[str, Any]) -> str:
    return str(office.get(f"/requests/{panel['request']}").json["status"])


def faults(answer: Any, status: int = 422) -> list[str]:
    assert answer.status_code == status, answer.get_data(as_text=True)
    return [one["pointer"] for one in answer.json["errors"]]


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["type"].rpartition(":")[2]


def test_request_is_carried_to_its_end_by_links_and_offices(
    office: Caller, agency: Caller, panel: Any, app: Flask
) -> None:
    made = invited(office, panel)
    assert [one["expert"]["id"] for one in made] == [one["expert"]["id"] for one in panel["members"]]
    assert status(office, panel) == "invited"
    guests = [accept(office, one) for one in made]
    assert status(office, panel) == "engaged"
    for one, guest in zip(made, guests, strict=True):
        signed = {"engagement": one["id"], "position": "support", "text": "同意。", "signed_by": "专家"}
        guest.made("/opinions", signed)
        assert move(guest, one, "delivered").status_code == 200
    assert status(office, panel) == "delivered"
    for one in made:
        agency.made("/evaluations", {"engagement": one["id"], "scores": SCORES, "comment": "及时"})
    assert status(office, panel) == "evaluated"
    assert moved(office, f"/requests/{panel['request']}", "closed")["status"] == "closed"


def test_nobody_is_invited_twice_or_before_the_panel_is_confirmed(office: Caller, panel: Any) -> None:
    assert len(invited(office, panel)) == 2
    assert invited(office, panel) == []
    proposed = office.made(f"/requests/{panel['request']}/panels", {"size": 1, "rules": [{"type": "odd"}]})
    refused = office.post(f"/panels/{proposed['id']}/invitations", {})
    assert problem(refused) == (409, "panel-is-not-confirmed")


def test_member_who_may_not_serve_any_more_is_not_invited(office: Caller, administrator: Caller, panel: Any) -> None:
    moved(administrator, f"/experts/{panel['members'][1]['expert']['id']}", "on_leave")
    refused = office.post(f"/panels/{panel['id']}/invitations", {})
    assert problem(refused) == (409, "pool-has-moved")
    assert faults(refused, 409) == ["/members/1"]
    assert office.get("/engagements").json["items"] == []


def test_nobody_elses_leave_stops_an_invitation(office: Caller, administrator: Caller, panel: Any, pool: Any) -> None:
    seated = {one["expert"]["id"] for one in (*panel["members"], *panel["reserves"])}
    [other] = [one["id"] for one in pool if one["id"] not in seated]
    moved(administrator, f"/experts/{other}", "on_leave")
    assert len(invited(office, panel)) == 2


def test_answer_is_awaited_for_three_working_days_or_as_said(office: Caller, panel: Any, clock: Clock) -> None:
    # 23 November 2026 is a Monday: Thursday the 26th is the third working day after it, in Beijing.
    assert invited(office, panel)[0]["respond_by"] == "2026-11-26T16:00:00+00:00"
    refused = office.post(f"/panels/{panel['id']}/invitations", {"respond_by": "2026-11-22T00:00:00Z"})
    assert faults(refused) == ["/respond_by"]


def test_answer_is_awaited_until_the_moment_that_the_office_says(office: Caller, panel: Any) -> None:
    made = invited(office, panel, respond_by="2026-12-24T04:00:00Z")
    assert {one["respond_by"] for one in made} == {"2026-12-24T04:00:00+00:00"}


def test_nobody_is_invited_for_a_request_that_was_cancelled(office: Caller, agency: Caller, panel: Any) -> None:
    moved(agency, f"/requests/{panel['request']}", "cancelled")
    refused = office.post(f"/panels/{panel['id']}/invitations", {})
    assert problem(refused) == (409, "request-is-not-open")
    assert office.get("/engagements").json["items"] == []


def test_interests_come_before_acceptance_and_the_text_after(office: Caller, panel: Any) -> None:
    one = invited(office, panel)[0]
    guest = link_to(office, one)
    path = f"/engagements/{one['id']}"
    before = guest.get(f"{path}/matter").json
    assert (before["title"], before["text"], before["released"]) == (ASKED["title"], None, False)
    assert before["parties"] == [{"name": "闽山电池有限公司", "role": "申请人"}]
    assert problem(move(guest, one, "accepted")) == (409, "step-is-missing")
    assert faults(guest.post(f"{path}/declarations", {"none": True, "confidential": False})) == ["/confidential"]
    assert faults(guest.post(f"{path}/declarations", {"confidential": True})) == ["/none"]
    assert faults(guest.post(f"{path}/declarations", {"confidential": False})) == ["/confidential", "/none"]
    guest.post(f"{path}/declarations", NONE)
    assert move(guest, one, "accepted").status_code == 200
    after = guest.get(f"{path}/matter").json
    assert (after["text"], after["released"], len(after["panel"])) == (ASKED["text"], True, 2)


def test_office_takes_a_declaration_down_and_says_how_it_was_given(office: Caller, panel: Any) -> None:
    one = invited(office, panel)[0]
    path = f"/engagements/{one['id']}/declarations"
    guest = link_to(office, one)
    assert faults(guest.post(path, NONE | {"how": "telephone"})) == ["/how"]
    declared = office.post(path, NONE | {"how": "telephone"}).json
    assert (declared["declaration"]["by"], declared["declaration"]["how"]) == ("office", "telephone")
    assert declared["declared_at"] is not None
    assert move(office, one, "accepted").json["status"] == "accepted"


@pytest.mark.parametrize(("to", "status"), [("accepted", 200), ("declined", 422), ("withdrawn", 422)])
def test_acceptance_alone_needs_no_reason(office: Caller, panel: Any, to: str, status: int) -> None:
    one = invited(office, panel)[0]
    assert office.post(f"/engagements/{one['id']}/declarations", NONE).status_code == 200
    answer = office.post(f"/engagements/{one['id']}/transitions", {"to": to}, etag="*")
    assert answer.status_code == status
    assert status == 200 or faults(answer) == ["/reason"]


@pytest.mark.parametrize("secrecy", ["internal", "trade_secret", "sensitive"])
def test_matter_is_opened_by_acceptance_and_stays_open_after_delivery(office: Caller, panel: Any, secrecy: str) -> None:
    asked = office.made("/requests", ASKED | {"secrecy": secrecy, "questions": ["有何风险？"]})
    moved(office, f"/requests/{asked['id']}", "accepted")
    made = office.made(f"/requests/{asked['id']}/panels", {"size": 1, "rules": [{"type": "odd"}]})
    body = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某"}
    office.post(f"/panels/{made['id']}/transitions", body, etag="*")
    one = invited(office, made)[0]
    path = f"/engagements/{one['id']}/matter"
    before = link_to(office, one).get(path).json
    assert before["title"] == (ASKED["title"] if secrecy == "internal" else None)
    assert (before["text"], before["questions"], before["panel"]) == (None, [], [])
    guest = accept(office, one)
    for _ in range(2):
        after = guest.get(path).json
        assert (after["title"], after["text"]) == (ASKED["title"], ASKED["text"])
        assert (after["questions"], len(after["panel"])) == (["有何风险？"], 1)
        move(guest, one, "delivered")


def test_interests_are_declared_while_an_answer_is_awaited_only(office: Caller, panel: Any) -> None:
    one = invited(office, panel)[0]
    guest, path = accept(office, one), f"/engagements/{one['id']}"
    before = office.get(path).json
    assert before["declaration"]["by"] == "expert"
    for who in (guest, office):
        assert problem(who.post(f"{path}/declarations", NONE)) == (403, "not-allowed")
    assert office.get(path).json == before


def test_expert_is_told_who_asks_before_interests_are_declared(office: Caller, panel: Any, app: Flask) -> None:
    name = {"zh": "福州市知识产权局", "en": "Fuzhou IP Office"}
    asks = caller(app, "administrator").made("/organisations", {"name": name, "kind": "O-GOV"})["id"]
    asked = office.made("/requests", ASKED | {"requester": asks, "secrecy": "trade_secret"})
    moved(office, f"/requests/{asked['id']}", "accepted")
    made = office.made(f"/requests/{asked['id']}/panels", {"size": 1, "rules": [{"type": "odd"}]})
    body = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某"}
    office.post(f"/panels/{made['id']}/transitions", body, etag="*")
    one = invited(office, made)[0]
    assert link_to(office, one).get(f"/engagements/{one['id']}/matter").json["requester"] == name


def test_declared_interest_recuses_and_a_waiver_lets_in(office: Caller, panel: Any) -> None:
    one = invited(office, panel)[0]
    guest, path = link_to(office, one), f"/engagements/{one['id']}"
    interest = {"type": "competitor", "counterpart": "闽山电池有限公司"}
    declared = guest.post(f"{path}/declarations", {"interests": [interest], "confidential": True}).json
    assert (declared["declared"], declared["declaration"]["types"]) == (True, ["competitor"])
    assert guest.get(f"{path}/matter").json["recused"] is True
    assert problem(move(guest, one, "accepted")) == (409, "expert-is-not-eligible")
    tie = office.get(f"/experts/{one['expert']['id']}/ties").json["items"][0]
    assert (tie["source"], tie["request"]) == ("declared", panel["request"])
    waiver = {"request": panel["request"], "expert": one["expert"]["id"], "type": "competitor", "reason": "已披露"}
    office.made("/waivers", waiver)
    assert move(guest, one, "accepted").status_code == 200


def test_interest_with_oneself_is_pointed_at_and_nothing_kept(office: Caller, panel: Any) -> None:
    one = invited(office, panel)[0]
    interests = [
        {"type": "kin", "counterpart": "某公司"},
        {"type": "kin", "counterpart": one["expert"]["id"]},
    ]
    body = {"interests": interests, "confidential": True}
    refused = link_to(office, one).post(f"/engagements/{one['id']}/declarations", body)
    assert faults(refused) == ["/interests/1/counterpart"]
    assert office.get(f"/experts/{one['expert']['id']}/ties").json["items"] == []


def test_reserves_step_in_in_order_until_there_is_none(office: Caller, panel: Any, pool: Any) -> None:
    first, second = invited(office, panel)
    reserves = [one["expert"]["id"] for one in panel["reserves"]]
    after = move(link_to(office, first), first, "declined", "另有安排").json
    third = office.get(f"/engagements/{after['instead']}").json
    assert (third["expert"]["id"], third["promoted_from"]) == (reserves[0], first["id"])
    fourth = office.get(f"/engagements/{move(office, third, 'withdrawn').json['instead']}").json
    assert fourth["expert"]["id"] == reserves[1]
    assert move(office, fourth, "declined").json["instead"] is None
    assert status(office, panel) == "invited"
    accept(office, second)
    assert status(office, panel) == "invited"


def test_expert_sees_who_sits_now_and_not_who_left(office: Caller, panel: Any) -> None:
    first, second = invited(office, panel)
    move(office, first, "declined")
    seen = accept(office, second).get(f"/engagements/{second['id']}/matter").json["panel"]
    assert seen == [panel["reserves"][0]["expert"]["name"], panel["members"][1]["expert"]["name"]]


def test_reserve_who_joined_a_members_firm_is_passed_over(office: Caller, administrator: Caller, panel: Any) -> None:
    staying = panel["members"][1]["organisation"]["name"]["zh"]
    first_reserve, second_reserve = (one["expert"]["id"] for one in panel["reserves"])
    first, _ = invited(office, panel)
    administrator.patch(f"/experts/{first_reserve}", {"organisation": staying}, etag="*")
    after = move(office, first, "declined").json
    assert office.get(f"/engagements/{after['instead']}").json["expert"]["id"] == second_reserve


def test_reserve_is_not_held_to_a_firm_that_a_member_left(office: Caller, administrator: Caller, panel: Any) -> None:
    first_reserve, _ = (one["expert"]["id"] for one in panel["reserves"])
    first, second = invited(office, panel)
    administrator.patch(f"/experts/{second['expert']['id']}", {"organisation": "新单位"}, etag="*")
    administrator.patch(f"/experts/{first_reserve}", {"organisation": "单位1号"}, etag="*")
    after = move(office, first, "declined").json
    assert office.get(f"/engagements/{after['instead']}").json["expert"]["id"] == first_reserve


def test_recused_reserve_is_passed_over(office: Caller, panel: Any) -> None:
    first_reserve, second_reserve = (one["expert"]["id"] for one in panel["reserves"])
    first, _ = invited(office, panel)
    tie = {"type": "kin", "counterpart": "甲", "request": panel["request"]}
    office.made(f"/experts/{first_reserve}/ties", tie)
    after = move(office, first, "declined").json
    assert office.get(f"/engagements/{after['instead']}").json["expert"]["id"] == second_reserve


@pytest.mark.parametrize(("to", "answers"), [("declined", True), ("silent", False), ("withdrawn", False)])
def test_only_who_accepts_or_declines_has_answered(
    office: Caller, panel: Any, clock: Clock, to: str, answers: bool
) -> None:
    first, second = invited(office, panel)
    accept(office, second)
    answered = office.get(f"/engagements/{second['id']}").json["answered_at"]
    clock.forward(days=6)
    assert (move(office, first, to).json["answered_at"] is not None) == answers
    after = move(office, second, "withdrawn").json
    assert (after["answered_at"], after["ended_at"]) == (answered, "2026-11-29T09:00:00+00:00")


def test_accepted_member_who_withdraws_is_replaced_too(office: Caller, panel: Any) -> None:
    first, second = invited(office, panel)
    guest = accept(office, first)
    accept(office, second)
    assert status(office, panel) == "engaged"
    after = move(guest, first, "withdrawn", "因病").json
    assert after["instead"] is not None
    assert guest.get(f"/engagements/{first['id']}").status_code == 401


def test_whoever_serves_goes_on_serving_on_the_panel_that_takes_the_place(
    office: Caller, administrator: Caller, panel: Any, pool: Any
) -> None:
    first, second = invited(office, panel)
    guest = accept(office, first)
    administrator.patch(f"/experts/{first['expert']['id']}", {"availability": {"max_load": 1}}, etag="*")
    third = office.get(f"/engagements/{move(office, second, 'declined').json['instead']}").json
    fourth = office.get(f"/engagements/{move(office, third, 'declined').json['instead']}").json
    assert move(office, fourth, "declined").json["instead"] is None
    body = {"expert": fourth["expert"]["id"], "reason": "候补用尽"}
    after = office.made(f"/panels/{panel['id']}/replacements", body)
    left = {one["expert"]["id"] for one in (second, third, fourth)}
    seated = {one["expert"]["id"] for one in after["members"]}
    assert first["expert"]["id"] in seated
    assert seated.isdisjoint(left)
    given = [{"expert": one["expert"], "reason": "递补"} for one in after["deviations"]]
    decided = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某", "deviations": given}
    answer = office.post(f"/panels/{after['id']}/transitions", decided, etag="*")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    kept = guest.get(f"/engagements/{first['id']}").json
    assert (kept["status"], kept["panel"]) == ("accepted", after["id"])
    [fresh] = invited(office, after)
    assert fresh["expert"]["id"] in seated - {first["expert"]["id"]}
    accept(office, fresh)
    assert status(office, panel) == "engaged"


def test_link_opens_its_own_invitation_and_nothing_else(office: Caller, panel: Any, app: Flask) -> None:
    first, second = invited(office, panel)
    guest = link_to(office, first)
    assert [one["id"] for one in guest.get("/engagements").json["items"]] == [first["id"]]
    assert guest.get(f"/engagements/{second['id']}").status_code == 404
    assert move(guest, second, "declined").status_code == 404
    assert guest.get(f"/engagements/{second['id']}/matter").status_code == 404
    for path in ("/experts", "/requests", f"/panels/{panel['id']}", "/tokens", "/audit", "/waivers"):
        assert guest.get(path).status_code == 403, path
    assert guest.post(f"/engagements/{first['id']}/links", {}).status_code == 403


@pytest.mark.parametrize("how", ["newer", "altered", "truncated", "late", "declined", "other_key"])
def test_link_that_is_no_more_good_opens_nothing(office: Caller, panel: Any, clock: Clock, how: str) -> None:
    one = invited(office, panel)[0]
    guest = link_to(office, one)
    assert guest.get(f"/engagements/{one['id']}").status_code == 200
    if how == "newer":
        link_to(office, one)
    if how == "altered":
        place = len(guest.secret) - 10  # The last character of the signature holds bits that nobody reads.
        other = "A" if guest.secret[place] != "A" else "B"
        guest = Caller(office.app, guest.secret[:place] + other + guest.secret[place + 1 :])
    if how == "truncated":
        guest = Caller(office.app, guest.secret[:20])
    if how == "late":
        clock.forward(days=401)
    if how == "declined":
        move(guest, one, "declined")
    if how == "other_key":
        guest = Caller(office.app, "xdl_" + "W10." + "a" * 27)
    refused = guest.get(f"/engagements/{one['id']}")
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_secret_of_a_link_is_in_no_second_answer(office: Caller, panel: Any) -> None:
    one = invited(office, panel)[0]
    path, headers = f"/engagements/{one['id']}/links", {"Idempotency-Key": "once"}
    assert office.post(path, {}, headers=headers).json["token"]
    assert "token" not in office.post(path, {}, headers=headers).json


def test_contact_is_released_after_acceptance_with_a_reason(
    office: Caller, agency: Caller, panel: Any, app: Flask
) -> None:
    one = invited(office, panel)[0]
    path = f"/engagements/{one['id']}/contact"
    assert office.get(f"{path}?reason=联系").status_code == 403
    assert agency.get(f"{path}?reason=联系").status_code == 403
    accept(office, one)
    assert faults(agency.get(path)) == ["/query/reason"]
    assert agency.get(f"{path}?reason=商定时间").json["phone"].startswith("139")
    assert caller(app, "agency", "邻站").get(f"{path}?reason=联系").status_code == 404
    auditor = caller(app, "auditor")
    read = [row for row in auditor.get("/audit?limit=200").json["items"] if row["action"] == "restricted.read"]
    assert read[-1]["details"]["reason"] == "商定时间"


def test_load_counts_what_was_asked_and_cool_off_gives_rest(
    office: Caller, administrator: Caller, panel: Any, clock: Clock
) -> None:
    made = invited(office, panel)
    first, second = (one["expert"]["id"] for one in made)
    administrator.patch(f"/experts/{first}", {"availability": {"max_load": 1}}, etag="*")
    administrator.patch(f"/experts/{second}", {"availability": {"cool_off_days": 30}}, etag="*")
    asked = office.made("/requests", ASKED)
    found = office.made(f"/requests/{asked['id']}/shortlists", {})
    assert found["left_out"] == {"load_reached": 1, "cooling_off": 1}
    assert {first, second}.isdisjoint(listed(found))
    clock.forward(days=31)
    assert office.made(f"/requests/{asked['id']}/shortlists", {})["left_out"] == {"load_reached": 1}
    clock.forward(days=333, hours=23)
    assert office.made(f"/requests/{asked['id']}/shortlists", {})["left_out"] == {"load_reached": 1}
    clock.forward(hours=1)  # 365 days after the invitation.
    assert office.made(f"/requests/{asked['id']}/shortlists", {})["left_out"] == {}


def test_whoever_has_room_for_another_engagement_is_listed(
    office: Caller, administrator: Caller, panel: Any, clock: Clock
) -> None:
    first, second = (one["expert"]["id"] for one in invited(office, panel))
    administrator.patch(f"/experts/{first}", {"availability": {"max_load": 2}}, etag="*")
    administrator.patch(f"/experts/{second}", {"availability": {"cool_off_days": 30}}, etag="*")
    clock.forward(days=30)
    asked = office.made("/requests", ASKED)
    assert office.made(f"/requests/{asked['id']}/shortlists", {})["left_out"] == {}


@pytest.mark.parametrize("delivers", [False, True])
def test_whoever_ever_served_is_no_newcomer_and_whoever_was_only_asked_is_one(
    office: Caller, panel: Any, clock: Clock, delivers: bool
) -> None:
    first, second = invited(office, panel)
    accept(office, first)
    assert not delivers or move(office, first, "delivered").status_code == 200
    clock.forward(days=400)
    asked = office.made("/requests", ASKED)
    body = {"size": 1, "dry_run": True, "rules": [{"type": "at_least", "count": 1, "newcomer": True}]}
    found = [
        office.post(f"/requests/{asked['id']}/panels", body | {"forced": [one["expert"]["id"]]}).json["status"]
        for one in (first, second)
    ]
    assert found == ["infeasible", "proposed"]


@pytest.mark.parametrize("to", ["declined", "silent", "withdrawn"])
def test_engagement_that_came_to_nothing_is_no_load_and_asks_for_no_rest(
    office: Caller, administrator: Caller, panel: Any, clock: Clock, to: str
) -> None:
    one = invited(office, panel)[0]
    limits = {"availability": {"max_load": 1, "cool_off_days": 30}}
    administrator.patch(f"/experts/{one['expert']['id']}", limits, etag="*")
    if to == "withdrawn":
        accept(office, one)
    clock.forward(days=10 if to == "silent" else 0)
    assert move(office, one, to).status_code == 200
    asked = office.made("/requests", ASKED)
    assert office.made(f"/requests/{asked['id']}/shortlists", {})["left_out"] == {}


def test_whoever_served_in_an_earlier_stage_is_out_of_the_next(office: Caller, panel: Any) -> None:
    first, second = invited(office, panel)
    accept(office, first)
    asked = office.made("/requests", ASKED | {"earlier_stages": [panel["request"]]})
    found = office.get(f"/requests/{asked['id']}/conflicts").json["recused"]
    assert [(one["expert"]["id"], one["reason"]) for one in found] == [(first["expert"]["id"], "recused:earlier_stage")]
    assert found[0]["findings"][0]["evidence"] == {"source": "engagement", "request": panel["request"]}
    assert second["expert"]["id"] in listed(office.made(f"/requests/{asked['id']}/shortlists", {}))


def test_whoever_served_in_an_earlier_stage_of_an_earlier_stage_is_out_too(office: Caller, panel: Any) -> None:
    first, _ = invited(office, panel)
    accept(office, first)
    between = office.made("/requests", ASKED | {"earlier_stages": [panel["request"]]})
    asked = office.made("/requests", ASKED | {"earlier_stages": [between["id"]]})
    office.patch(f"/requests/{between['id']}", {"earlier_stages": [panel["request"], asked["id"]]}, etag="*")
    for one in (between, asked):
        found = office.get(f"/requests/{one['id']}/conflicts").json["recused"]
        assert [(it["expert"]["id"], it["reason"]) for it in found] == [
            (first["expert"]["id"], "recused:earlier_stage")
        ]


@pytest.mark.parametrize("to", ["withdrawn", "declined"])
def test_whoever_accepted_and_left_an_earlier_stage_is_out_and_whoever_never_accepted_is_not(
    office: Caller, panel: Any, to: str
) -> None:
    first, second = invited(office, panel)
    accept(office, first)
    assert move(office, first, "withdrawn").status_code == 200
    assert move(office, second, to).status_code == 200
    asked = office.made("/requests", ASKED | {"earlier_stages": [panel["request"]]})
    found = office.get(f"/requests/{asked['id']}/conflicts").json["recused"]
    assert [one["expert"]["id"] for one in found] == [first["expert"]["id"]]


def test_whoever_delivered_in_an_earlier_stage_is_out_unless_out_of_the_pool_anyway(
    office: Caller, administrator: Caller, panel: Any
) -> None:
    for one in invited(office, panel):
        accept(office, one)
        assert move(office, one, "delivered").status_code == 200
    first, second = (one["expert"]["id"] for one in panel["members"])
    moved(administrator, f"/experts/{second}", "on_leave")
    asked = office.made("/requests", ASKED | {"earlier_stages": [panel["request"]]})
    found = office.get(f"/requests/{asked['id']}/conflicts").json["recused"]
    assert [(one["expert"]["id"], one["reason"]) for one in found] == [(first, "recused:earlier_stage")]


def test_what_came_before_another_request_is_no_earlier_stage_of_this_one(office: Caller, panel: Any) -> None:
    accept(office, invited(office, panel)[0])
    office.made("/requests", ASKED | {"earlier_stages": [panel["request"]]})
    before = office.made("/requests", ASKED)
    asked = office.made("/requests", ASKED | {"earlier_stages": [before["id"]]})
    assert office.get(f"/requests/{asked['id']}/conflicts").json["recused"] == []


def test_cancelled_request_asks_nobody_any_more(office: Caller, agency: Caller, panel: Any) -> None:
    first, second = invited(office, panel)
    accept(office, first)
    moved(agency, f"/requests/{panel['request']}", "cancelled")
    assert {one["status"] for one in office.get("/engagements").json["items"]} == {"withdrawn"}
    assert office.get(f"/engagements/{second['id']}").json["reason"] == "按规定办理"


def test_opinion_stays_as_it_was_signed(office: Caller, agency: Caller, panel: Any) -> None:
    one = invited(office, panel)[0]
    signed = {
        "engagement": one["id"],
        "position": "oppose",
        "text": "不同意第三条。",
        "dissent": True,
        "signed_by": "林",
    }
    assert link_to(office, one).post("/opinions", signed).status_code == 403
    guest = accept(office, one)
    first = guest.made("/opinions", signed)
    second = guest.made("/opinions", signed | {"text": "补充：亦不同意第四条。"})
    assert (first["dissent"], first["follows"], second["follows"]) == (True, None, first["id"])
    third = guest.made("/opinions", signed | {"text": "另有一点。"})
    assert third["follows"] == second["id"]
    assert first["digest"] != second["digest"]
    assert office.get(f"/opinions/{first['id']}").json == first
    found = [row["id"] for row in agency.get("/opinions").json["items"]]
    assert found == [third["id"], second["id"], first["id"]]
    assert guest.get(f"/opinions/{first['id']}").json == first


def test_link_signs_and_reads_no_other_experts_opinion(office: Caller, panel: Any) -> None:
    first, second = invited(office, panel)
    guest, other = accept(office, first), accept(office, second)
    body = {"engagement": first["id"], "position": "support", "text": "同意。", "signed_by": "林"}
    made = guest.made("/opinions", body)
    assert faults(other.post("/opinions", body)) == ["/engagement"]
    assert other.get(f"/opinions/{made['id']}").status_code == 404
    assert other.get("/opinions").json["items"] == []


def test_what_is_not_adopted_in_full_needs_its_reason(office: Caller, agency: Caller, panel: Any) -> None:
    one = invited(office, panel)[0]
    body = {"engagement": one["id"], "position": "oppose", "text": "不同意。", "signed_by": "林"}
    made = accept(office, one).made("/opinions", body)
    path = f"/opinions/{made['id']}/adoptions"
    assert faults(agency.post(path, {"result": "none"})) == ["/reason"]
    answered = agency.post(path, {"result": "partial", "reason": "兼顾时限"}).json
    assert (answered["adoption"], answered["adoption_reason"], answered["text"]) == ("partial", "兼顾时限", "不同意。")
    assert answered["digest"] == made["digest"]


def test_policy_is_not_closed_before_each_opinion_has_its_answer(office: Caller, pool: Any) -> None:
    asked = office.made("/requests", ASKED | {"kind": "policy_drafting"})
    path = f"/requests/{asked['id']}"
    moved(office, path, "accepted")
    made = office.made(f"{path}/panels", {"size": 1, "rules": [{"type": "odd"}]})
    office.post(
        f"/panels/{made['id']}/transitions", {"to": "confirmed", "reason": "可", "confirmed_by": "王"}, etag="*"
    )
    one = invited(office, made)[0]
    guest = accept(office, one)
    opinion = guest.made(
        "/opinions", {"engagement": one["id"], "position": "support", "text": "可。", "signed_by": "林"}
    )
    move(guest, one, "delivered")
    refused = office.post(f"{path}/transitions", {"to": "closed", "reason": "结案"}, etag="*")
    assert problem(refused) == (409, "step-is-missing")
    office.post(f"/opinions/{opinion['id']}/adoptions", {"result": "full"})
    assert moved(office, path, "closed")["status"] == "closed"


@pytest.mark.parametrize("to", ["invited", "engaged", "delivered", "evaluated"])
def test_no_status_is_set_by_hand_before_it_is_true(office: Caller, agency: Caller, panel: Any, to: str) -> None:
    path = f"/requests/{panel['request']}"
    refused = office.post(f"{path}/transitions", {"to": to, "reason": "提前"}, etag="*")
    assert refused.status_code == 409
    assert status(office, panel) == "confirmed"


def delivered(office: Caller, panel: dict[str, Any]) -> tuple[dict[str, Any], Caller]:
    one = invited(office, panel)[0]
    guest = accept(office, one)
    move(guest, one, "delivered")
    return one, guest


def test_evaluation_has_its_time_and_its_reply(office: Caller, agency: Caller, panel: Any, clock: Clock) -> None:
    one, guest = delivered(office, panel)
    made = agency.made("/evaluations", {"engagement": one["id"], "scores": SCORES | {"timeliness": 2}})
    assert problem(agency.post("/evaluations", {"engagement": one["id"], "scores": SCORES})) == (409, "already-exists")
    assert office.post("/evaluations", {"engagement": one["id"], "scores": SCORES}).status_code == 201
    path = f"/evaluations/{made['id']}"
    assert agency.post(f"{path}/replies", {"text": "代答"}).status_code == 403
    replied = guest.post(f"{path}/replies", {"text": "延误一日系因开庭。"}).json
    assert (replied["reply"], replied["version"]) == ("延误一日系因开庭。", 2)
    assert problem(guest.post(f"{path}/replies", {"text": "再答"})) == (409, "already-exists")
    assert agency.get(path).json == replied


def test_nobody_is_evaluated_before_the_delivery_or_long_after(
    office: Caller, agency: Caller, panel: Any, clock: Clock
) -> None:
    one = invited(office, panel)[0]
    body = {"engagement": one["id"], "scores": SCORES}
    assert agency.post("/evaluations", body).status_code == 403
    guest = accept(office, one)
    move(guest, one, "delivered")
    clock.forward(days=40)
    assert agency.post("/evaluations", body).status_code == 403


def test_whoever_left_before_the_delivery_is_not_evaluated(office: Caller, agency: Caller, panel: Any) -> None:
    one = invited(office, panel)[0]
    accept(office, one)
    move(office, one, "withdrawn")
    assert agency.post("/evaluations", {"engagement": one["id"], "scores": SCORES}).status_code == 403


def test_request_is_evaluated_once_everybody_who_delivered_in_it_is(office: Caller, agency: Caller, panel: Any) -> None:
    first, second = invited(office, panel)
    third = office.get(f"/engagements/{move(office, second, 'declined').json['instead']}").json
    other = office.made("/requests", ASKED)
    moved(office, f"/requests/{other['id']}", "accepted")
    elsewhere = office.made(f"/requests/{other['id']}/panels", {"size": 1, "rules": [{"type": "odd"}]})
    given = [{"expert": one["expert"], "reason": "指定"} for one in elsewhere["deviations"]]
    decided = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某", "deviations": given}
    assert office.post(f"/panels/{elsewhere['id']}/transitions", decided, etag="*").status_code == 200
    for one in (first, third, *invited(office, elsewhere)):
        accept(office, one)
        move(office, one, "delivered")
    seen = []
    for one in (first, third):
        agency.made("/evaluations", {"engagement": one["id"], "scores": SCORES})
        seen.append(status(office, panel))
    assert seen == ["delivered", "evaluated"]


def test_opinions_and_evaluations_are_found_by_their_request_and_expert(
    office: Caller, agency: Caller, panel: Any
) -> None:
    one, guest = delivered(office, panel)
    said = guest.made("/opinions", {"engagement": one["id"], "position": "support", "text": "可。", "signed_by": "林"})
    rated = agency.made("/evaluations", {"engagement": one["id"], "scores": SCORES})
    for path, made in (("/opinions", said), ("/evaluations", rated)):
        for name, value in (("request", panel["request"]), ("expert", one["expert"]["id"])):
            assert office.get(f"{path}?{name}={value}").json["items"] == [made]
            assert office.get(f"{path}?{name}=nobody").json["items"] == []


def test_reply_is_taken_to_the_last_moment(office: Caller, agency: Caller, panel: Any, clock: Clock) -> None:
    one, guest = delivered(office, panel)
    made = agency.made("/evaluations", {"engagement": one["id"], "scores": SCORES})
    clock.now = datetime.fromisoformat(made["reply_by"])
    assert guest.post(f"/evaluations/{made['id']}/replies", {"text": "已按时"}).status_code == 200


def test_reply_after_its_time_is_refused(office: Caller, agency: Caller, panel: Any, clock: Clock) -> None:
    one, guest = delivered(office, panel)
    made = agency.made("/evaluations", {"engagement": one["id"], "scores": SCORES})
    clock.forward(days=20)
    assert guest.post(f"/evaluations/{made['id']}/replies", {"text": "迟复"}).status_code == 403


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("scores", "pointers"),
    [
        ({}, [f"/scores/{name}" for name in sorted(SCORES)]),
        (SCORES | {"competence": 6, "timeliness": 0}, ["/scores/competence", "/scores/timeliness"]),
        (SCORES | {"beauty": 5}, ["/scores/beauty"]),
        (SCORES | {"usefulness": "5"}, ["/scores/usefulness"]),
        (5, ["/scores"]),
    ],
)
def test_scores_are_one_to_five_for_each_criterion(office: Caller, scores: Any, pointers: list[str]) -> None:
    assert sorted(faults(office.post("/evaluations", {"engagement": "nobody", "scores": scores}))) == pointers


def test_low_ratings_propose_a_suspension_and_touch_no_rank(
    office: Caller, agency: Caller, administrator: Caller, panel: Any, clock: Clock
) -> None:
    before = [(entry["expert"]["id"], entry["affinity"]) for entry in preview(office)["entries"]]
    one, _ = delivered(office, panel)
    agency.made("/evaluations", {"engagement": one["id"], "scores": SCORES | {"confidentiality": 1}})
    assert administrator.get("/evaluations/proposals").json["items"] == []
    clock.forward(days=20)
    [proposal] = administrator.get("/evaluations/proposals").json["items"]
    assert (proposal["expert"]["id"], proposal["reasons"]) == (one["expert"]["id"], ["confidentiality"])
    assert [(entry["expert"]["id"], entry["affinity"]) for entry in preview(office)["entries"]] == before
    assert office.get("/evaluations/proposals").status_code == 403


def rate(one: dict[str, Any], *who: Caller, score: int) -> None:
    for evaluator in who:
        evaluator.made("/evaluations", {"engagement": one["id"], "scores": dict.fromkeys(SCORES, score)})


@pytest.mark.parametrize(("evaluators", "score", "reasons"), [(3, 2, [["low_mean"]]), (2, 2, []), (3, 3, [])])
def test_three_low_ratings_propose_a_suspension_and_no_fewer_or_better(
    office: Caller,
    agency: Caller,
    administrator: Caller,
    panel: Any,
    clock: Clock,
    evaluators: int,
    score: int,
    reasons: list[list[str]],
) -> None:
    one, _ = delivered(office, panel)
    rate(one, *(office, agency, administrator)[:evaluators], score=score)
    clock.forward(days=20)
    assert [row["reasons"] for row in administrator.get("/evaluations/proposals").json["items"]] == reasons


@pytest.mark.parametrize(("hours", "count"), [(-1, 1), (0, 0)])
def test_ratings_propose_a_suspension_for_two_years(
    office: Caller, agency: Caller, administrator: Caller, panel: Any, clock: Clock, hours: int, count: int
) -> None:
    one, _ = delivered(office, panel)
    rate(one, agency, score=1)
    clock.forward(days=730, hours=hours)
    assert len(administrator.get("/evaluations/proposals").json["items"]) == count


def test_nobody_is_proposed_for_suspension_who_is_suspended(
    office: Caller, agency: Caller, administrator: Caller, panel: Any, clock: Clock
) -> None:
    one, _ = delivered(office, panel)
    rate(one, agency, score=1)
    clock.forward(days=20)
    moved(administrator, f"/experts/{one['expert']['id']}", "suspended")
    assert administrator.get("/evaluations/proposals").json["items"] == []


def document(office: Caller, panel: dict[str, Any], language: str) -> str:
    raw = office.get(f"/panels/{panel['id']}/file?format=docx&language={language}").data
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return archive.read("word/document.xml").decode()


def test_file_of_a_panel_has_the_evaluations_and_the_replies(office: Caller, agency: Caller, panel: Any) -> None:
    one, guest = delivered(office, panel)
    made = agency.made("/evaluations", {"engagement": one["id"], "scores": SCORES, "comment": "按时交稿"})
    guest.post(f"/evaluations/{made['id']}/replies", {"text": "感谢指正"})
    [kept] = office.get(f"/panels/{panel['id']}/file?format=json").json["evaluations"]
    assert (kept["expert"], kept["evaluator"], kept["scores"]) == (one["expert"]["id"], "agency", SCORES)
    assert (kept["comment"], kept["reply"]) == ("按时交稿", "感谢指正")
    for language, heads in (("zh", {"保密", "申请单位"}), ("en", {"Confidentiality", "requester"})):
        written = document(office, panel, language)
        assert all(word in written for word in heads | {"按时交稿", "感谢指正"}), written


def test_file_of_a_replacement_says_what_it_replaces_and_who_said_no(office: Caller, panel: Any) -> None:
    first, second = invited(office, panel)
    accept(office, second)
    for _ in range(3):  # Both reserves say no as well.
        [asked] = office.get(f"/engagements?panel={panel['id']}&status=invited").json["items"]
        move(office, asked, "declined", "没空")
    replaced = office.made(f"/panels/{panel['id']}/replacements", {"expert": asked["expert"]["id"], "reason": "辞任"})
    given = [{"expert": one["expert"], "reason": "递补"} for one in replaced["deviations"]]
    body = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某", "deviations": given}
    office.post(f"/panels/{replaced['id']}/transitions", body, etag="*")
    kept = office.get(f"/panels/{replaced['id']}/file?format=json").json
    assert kept["panel"]["replaces"] == panel["id"]
    said = [(one["panel"], one["status"]) for one in kept["engagements"]]
    assert sorted(said) == sorted([*[(panel["id"], "declined")] * 3, (replaced["id"], "accepted")])
    assert first["expert"]["id"] in kept["names"]["experts"]
    assert panel["id"] in document(office, replaced, "zh")
