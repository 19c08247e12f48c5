"""Recusal from requests, before anybody is ranked.

Pinned: who is tied to a party, a related organisation or the matter is on no list, with the reason code and the
findings, which only offices see, and the rank they would have had, which only policy offices see; a waiver brings back
whom it may, until it ends; nobody waives what cannot be waived; which organisation a party is can be said until people
are invited; a tie entered between ranking and storing still counts; a list keeps what was found.
"""

from typing import Any

import pytest
from flask import Flask

from expertdb.database import transaction
from expertdb.services import shortlists
from expertdb.services.actors import SYSTEM
from expertdb.services.recusals import NOBODY_RECUSED
from tests.api.people import ASKED, expert, invited_expert, listed, moved, preview
from tests.callers import Caller, Clock
from tests.conftest import caller

PARTY = "宁德闽山电池有限公司"
MATTER = ASKED | {"parties": [{"name": PARTY, "role": "respondent"}]}


def tie(office: Caller, one: dict[str, Any], type: str, counterpart: str = PARTY, **changes: Any) -> dict[str, Any]:
    return office.made(f"/experts/{one['id']}/ties", {"type": type, "counterpart": counterpart, **changes})


def drawn_up(caller: Caller, matter: dict[str, Any] | None = None, **body: Any) -> dict[str, Any]:
    asked = caller.made("/requests", matter or MATTER)
    return caller.made(f"/requests/{asked['id']}/shortlists", body)


def again(caller: Caller, made: dict[str, Any], **body: Any) -> dict[str, Any]:
    return caller.made(f"/requests/{made['request']}/shortlists", body)


@pytest.fixture
def three(administrator: Caller) -> list[dict[str, Any]]:
    """Three experts, the best first."""
    items = {name: [{"kind": "case", "title": f"电池隔膜专利无效案（{name}）", "year": 2024}] for name in "甲乙丙"}
    found = [expert(administrator, f"{name}某", items=items[name]) for name in items]
    administrator.patch(f"/experts/{found[0]['id']}", {"codes": ["PAT-INV", "LG-INV", "SE05"]}, etag="*")
    order = listed(preview(administrator))
    return sorted(found, key=lambda one: order.index(one["id"]))


def test_recused_expert_is_on_no_list_and_the_office_sees_why_and_where(office: Caller, three: Any) -> None:
    best = three[0]
    tie(office, best, "mandate")
    free = preview(office)
    made = drawn_up(office)
    assert listed(made) == [one["id"] for one in three[1:]]
    assert {"expert": made["excluded"][0]["expert"], "reason": "recused:mandate"} in made["excluded"]
    assert made["left_out"] == {"recused:mandate": 1}
    held = made["recused"][0]
    assert (held["expert"]["id"], held["rank"], held["reason"]) == (best["id"], 1, "recused:mandate")
    assert held["affinity"] == pytest.approx(free["entries"][0]["affinity"], abs=1e-12)
    finding = held["findings"][0]
    assert (finding["party"], finding["effect"], finding["certainty"]) == (PARTY, "exclude", "certain")
    assert office.get(f"/shortlists/{made['id']}").json == made


def test_rank_the_recused_would_have_had_is_among_those_who_may_be_ranked(office: Caller, three: Any) -> None:
    for one in three[1:]:
        tie(office, one, "kin")
    made = drawn_up(office, size=1)
    assert [(one["expert"]["id"], one["rank"]) for one in made["recused"]] == [(one["id"], 2) for one in three[1:]]


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_rank_the_recused_would_have_had_is_for_policy_offices_only(
    app: Flask, office: Caller, three: Any, role: str
) -> None:
    for one in three[:2]:
        tie(office, one, "mandate")
    made = drawn_up(office)
    assert [one["rank"] for one in made["recused"]] == [1, 1]
    other = caller(app, role)
    unranked = [one | {"rank": None, "affinity": None} for one in made["recused"]]
    in_order = sorted(unranked, key=lambda one: one["expert"]["id"])
    assert other.get(f"/shortlists/{made['id']}").json == made | {"recused": in_order}
    assert other.get(f"/shortlists?request={made['request']}").json["items"] == [made | {"recused": in_order}]
    at = f"/requests/{made['request']}/standing?expert={three[0]['id']}"
    ours, theirs = office.get(at).json, other.get(at).json
    assert (ours["reason"], ours["rank"], ours["ranked"]) == ("recused:mandate", 1, 1)
    assert ours["reasons"]["items"]
    nothing = dict.fromkeys(("rank", "ranked", "affinity", "reasons"))
    assert theirs == {"expert": ours["expert"], "reason": "recused:mandate", "label": ours["label"], **nothing}
    if role == "administrator":
        again_by_them = again(other, made)["recused"]
        assert [(one["rank"], one["affinity"]) for one in again_by_them] == [(None, None)] * 2


def test_agency_learns_of_no_recusal(agency: Caller, office: Caller, three: Any) -> None:
    tie(office, three[0], "kin")
    made = drawn_up(agency)
    assert (made["recused"], made["disclosed"], made["unresolved"], made["excluded"]) == ([], [], [], [])
    assert agency.get(f"/requests/{made['request']}/conflicts").status_code == 403


def test_related_organisations_count_as_parties_do(office: Caller, three: Any) -> None:
    tie(office, three[0], "competitor", "武夷岩茶协会")
    made = drawn_up(office, ASKED | {"related_organisations": [{"name": "武夷岩茶协会", "relation": "授权方"}]})
    assert made["left_out"] == {"recused:competitor": 1}


def test_requesters_exclusion_is_a_recusal_shown_as_such(office: Caller, three: Any) -> None:
    wish = {"expert": three[0]["name"]["zh"], "reason": "曾任被申请人顾问"}
    made = drawn_up(office, ASKED | {"excluded_experts": [wish]})
    held = made["recused"][0]
    assert held["reason"] == "recused:requester_exclusion"
    assert held["findings"][0]["evidence"] == {"source": "requester", "words": "曾任被申请人顾问"}


def test_requesters_exclusion_can_be_waived(office: Caller, three: Any) -> None:
    wish = {"expert": three[0]["name"]["zh"], "reason": "曾任被申请人顾问"}
    made = drawn_up(office, ASKED | {"excluded_experts": [wish]})
    body = {"request": made["request"], "expert": three[0]["id"], "type": "requester_exclusion", "reason": "查无此事"}
    office.made("/waivers", body)
    assert listed(again(office, made)) == [one["id"] for one in three]


@pytest.mark.parametrize(("namesakes", "certainty"), [(1, "certain"), (2, "probable")])
def test_whoever_bears_the_name_that_the_requester_shut_out_is_out(
    office: Caller, administrator: Caller, namesakes: int, certainty: str
) -> None:
    for _ in range(namesakes):
        expert(administrator, "丁某")
    made = drawn_up(office, ASKED | {"excluded_experts": [{"expert": "丁某", "reason": "有旧怨"}]})
    assert [one["findings"][0]["certainty"] for one in made["recused"]] == [certainty] * namesakes


def test_tie_of_somebody_who_may_not_serve_anyway_is_not_told(
    office: Caller, administrator: Caller, three: Any
) -> None:
    made = drawn_up(office)
    tie(office, three[0], "kin")
    tie(office, three[1], "kin", "无关单位", request=made["request"])
    for one in three[:2]:
        moved(administrator, f"/experts/{one['id']}", "suspended")
    assert office.get(f"/requests/{made['request']}/conflicts").json["recused"] == []


def test_what_is_only_to_be_disclosed_keeps_nobody_out(office: Caller, three: Any) -> None:
    tie(office, three[0], "public_stance", note="曾撰文主张从严认定")
    made = drawn_up(office)
    assert listed(made) == [one["id"] for one in three]
    assert [one["expert"]["id"] for one in made["disclosed"]] == [three[0]["id"]]
    assert made["recused"] == []


def test_tie_of_one_matter_counts_there_and_nowhere_else(office: Caller, three: Any) -> None:
    first = drawn_up(office)
    tie(office, three[0], "earlier_stage", "无关单位", request=first["request"])
    assert again(office, first)["left_out"] == {"recused:earlier_stage": 1}
    assert drawn_up(office)["left_out"] == {}


def test_identity_that_an_office_settles_recuses(office: Caller, administrator: Caller, three: Any) -> None:
    known = administrator.made("/organisations", {"name": {"zh": "宁德时新隔膜有限公司"}, "kind": "O-ENT"})
    administrator.patch(f"/experts/{three[0]['id']}", {"organisation": known["id"]}, etag="*")
    party = {"name": "某隔膜公司", "role": "respondent"}
    made = drawn_up(office, ASKED | {"parties": [party]})
    assert made["unresolved"] == [{"name": "某隔膜公司", "what": "party", "reason": "placeholder"}]
    assert len(made["entries"]) == 3
    settled = drawn_up(office, ASKED | {"parties": [party | {"organisation": known["id"]}]})
    assert (settled["unresolved"], settled["left_out"]) == ([], {"recused:same_organisation": 1})


def test_office_sees_what_stands_in_the_way_before_any_list(office: Caller, three: Any) -> None:
    tie(office, three[0], "kin")
    tie(office, three[1], "public_stance")
    asked = office.made("/requests", MATTER)
    found = office.get(f"/requests/{asked['id']}/conflicts").json
    assert [one["expert"]["id"] for one in found["recused"]] == [three[0]["id"]]
    assert [one["expert"]["id"] for one in found["disclosed"]] == [three[1]["id"]]
    assert found["unresolved"] == [{"name": PARTY, "what": "party", "reason": "unknown"}]
    assert [(one["name"], one["resolved"]) for one in found["parties"]] == [(PARTY, False)]


def test_whoever_is_out_is_told_once_with_all_that_is_against_them(office: Caller, three: Any) -> None:
    tie(office, three[0], "kin")
    tie(office, three[0], "public_stance")
    made = drawn_up(office)
    found = office.get(f"/requests/{made['request']}/conflicts").json
    assert ([one["expert"]["id"] for one in found["recused"]], found["disclosed"]) == ([three[0]["id"]], [])
    assert [one["type"] for one in made["recused"][0]["findings"]] == ["kin", "public_stance"]


def test_standing_of_a_recused_expert_says_both(office: Caller, three: Any) -> None:
    tie(office, three[0], "kin")
    asked = office.made("/requests", MATTER)
    standing = office.get(f"/requests/{asked['id']}/standing?expert={three[0]['id']}").json
    assert (standing["reason"], standing["rank"]) == ("recused:kin", 1)
    other = office.get(f"/requests/{asked['id']}/standing?expert={three[1]['id']}").json
    assert (other["reason"], other["rank"]) == (None, 1)


def test_waiver_brings_back_whom_it_may_until_it_ends(office: Caller, three: Any, clock: Clock) -> None:
    tie(office, three[0], "competitor")
    made = drawn_up(office)
    body = {"request": made["request"], "expert": three[0]["id"], "type": "competitor", "reason": "仅此一人，已披露"}
    waiver = office.made("/waivers", body | {"until": "2026-11-24"})
    waived = again(office, made)
    assert listed(waived)[0] == three[0]["id"]
    assert waived["disclosed"][0]["findings"][0]["waiver"] == waiver["id"]
    clock.forward(days=2)
    assert again(office, made)["left_out"] == {"recused:competitor": 1}
    assert office.get(f"/waivers?request={made['request']}").json["items"] == [waiver]


def test_waiver_for_one_party_leaves_the_other(office: Caller, three: Any) -> None:
    tie(office, three[0], "competitor")
    tie(office, three[0], "competitor", "另一家有限公司")
    made = drawn_up(office, ASKED | {"parties": [{"name": PARTY}, {"name": "另一家有限公司"}]})
    body = {"request": made["request"], "expert": three[0]["id"], "type": "competitor", "reason": "已披露"}
    office.made("/waivers", body | {"party": PARTY})
    assert again(office, made)["left_out"] == {"recused:competitor": 1}
    office.made("/waivers", body | {"party": "另一家有限公司"})
    assert again(office, made)["left_out"] == {}


def test_waiver_in_one_matter_sets_nothing_aside_in_another(office: Caller, three: Any) -> None:
    tie(office, three[0], "competitor")
    made = drawn_up(office)
    body = {"request": made["request"], "expert": three[0]["id"], "type": "competitor", "reason": "已披露"}
    office.made("/waivers", body)
    assert drawn_up(office)["left_out"] == {"recused:competitor": 1}


def test_waiver_for_one_expert_leaves_the_other_out(office: Caller, three: Any) -> None:
    for one in three[:2]:
        tie(office, one, "competitor")
    made = drawn_up(office)
    body = {"request": made["request"], "expert": three[0]["id"], "type": "competitor", "reason": "已披露"}
    office.made("/waivers", body)
    assert listed(again(office, made)) == [three[0]["id"], three[2]["id"]]


def test_revoked_waiver_is_kept_and_works_no_more(office: Caller, three: Any) -> None:
    tie(office, three[0], "competitor")
    made = drawn_up(office)
    body = {"request": made["request"], "expert": three[0]["id"], "type": "competitor", "reason": "已披露"}
    waiver = office.made("/waivers", body)
    assert office.delete(f"/waivers/{waiver['id']}", etag='"1"').status_code == 204
    assert office.get(f"/waivers/{waiver['id']}").json["revoked_at"] is not None
    assert again(office, made)["left_out"] == {"recused:competitor": 1}


@pytest.mark.parametrize(
    ("type", "asked", "problem"),
    [
        ("kin", "kin", "conflict-cannot-be-waived"),
        ("competitor", "kin", "nothing-to-waive"),
        ("public_stance", "public_stance", "nothing-to-waive"),
    ],
)
def test_what_cannot_be_waived_is_not(office: Caller, three: Any, type: str, asked: str, problem: str) -> None:
    tie(office, three[0], type)
    made = drawn_up(office)
    body = {"request": made["request"], "expert": three[0]["id"], "type": asked, "reason": "试"}
    refused = office.post("/waivers", body)
    assert (refused.status_code, refused.json["type"]) == (409, f"urn:expertdb:problem:{problem}")
    assert office.get("/waivers").json["items"] == []


def test_what_an_office_found_probable_it_may_waive_after_looking(office: Caller, administrator: Caller) -> None:
    items = [{"kind": "case", "title": f"代理{PARTY}专利无效案", "year": 2025}]
    one = expert(administrator, items=items)
    made = drawn_up(office)
    assert made["left_out"] == {"recused:mandate": 1}
    body = {"request": made["request"], "expert": one["id"], "type": "mandate", "reason": "经核实，系对方代理人"}
    office.made("/waivers", body)
    assert listed(again(office, made)) == [one["id"]]


def test_waiver_of_what_was_probable_ends_when_it_is_certain(office: Caller, administrator: Caller) -> None:
    items = [{"kind": "case", "title": f"代理{PARTY}专利无效案", "year": 2025}]
    one = expert(administrator, items=items)
    made = drawn_up(office)
    body = {"request": made["request"], "expert": one["id"], "type": "mandate", "reason": "经核实，系对方代理人"}
    office.made("/waivers", body)
    tie(office, one, "mandate")
    assert again(office, made)["left_out"] == {"recused:mandate": 1}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_waiver_of_nobody_for_nothing_until_yesterday_is_pointed_at(office: Caller) -> None:
    body = {"request": "nobody", "expert": "nobody", "type": "kin", "reason": "试", "until": "2026-11-22"}
    refused = office.post("/waivers", body)
    assert sorted(fault["pointer"] for fault in refused.json["errors"]) == ["/expert", "/request", "/until"]
    wrong = office.post("/waivers", {"request": "", "expert": 5, "type": "dislike", "reason": " "})
    assert sorted(fault["pointer"] for fault in wrong.json["errors"]) == ["/expert", "/reason", "/request", "/type"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"type": "kin", "counterpart": "甲某"}, "/counterpart"),
        ({"type": "kin", "counterpart": "…"}, "/counterpart"),
        ({"type": "kin", "counterpart": "某", "since": "2026-01-02", "until": "2026-01-01"}, "/until"),
        ({"type": "kin", "counterpart": "某", "request": "nobody"}, "/request"),
        ({"type": "same_organisation", "counterpart": "某"}, "/type"),
        ({"type": "kin"}, "/counterpart"),
    ],
)
def test_tie_that_makes_no_sense_is_refused(office: Caller, administrator: Caller, body: Any, pointer: str) -> None:
    one = expert(administrator, "甲某")
    refused = office.post(f"/experts/{one['id']}/ties", body)
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json["errors"]] == [pointer]
    assert office.get(f"/experts/{one['id']}/ties").json["items"] == []


def test_tie_with_oneself_by_id_is_refused_too(office: Caller, administrator: Caller) -> None:
    one = expert(administrator)
    refused = office.post(f"/experts/{one['id']}/ties", {"type": "co_author", "counterpart": one["id"]})
    assert refused.status_code == 422
    assert "themself" in refused.json["errors"][0]["detail"]


def test_tie_is_edited_ended_and_taken_away(office: Caller, administrator: Caller) -> None:
    one, other = expert(administrator, "甲某"), expert(administrator, "乙某")
    made = tie(office, one, "adviser_student", other["id"])
    assert (made["counterpart"], made["counterpart_expert"], made["source"]) == ("乙某", other["id"], "entered")
    path = f"/experts/{one['id']}/ties/{made['id']}"
    assert office.patch(path, {"until": "2025-01-01"}, etag='"9"').status_code == 412
    edited = office.patch(path, {"until": "2025-01-01", "counterpart": "丙公司"}, etag='"1"').json
    assert (edited["until"], edited["counterpart_expert"], edited["version"]) == ("2025-01-01", None, 2)
    assert office.get(f"/experts/{one['id']}/ties").json["items"] == [edited]
    assert office.delete(f"/experts/{other['id']}/ties/{made['id']}", etag="*").status_code == 404
    assert office.delete(path, etag='"2"').status_code == 204
    assert office.get(f"/experts/{one['id']}/ties").json["items"] == []


def test_tie_to_a_fellow_expert_recuses_when_that_one_is_a_party(office: Caller, three: Any) -> None:
    tie(office, three[0], "adviser_student", three[1]["id"])
    made = drawn_up(office, ASKED | {"parties": [{"name": three[1]["name"]["zh"], "role": "申请人"}]})
    assert made["left_out"] == {"recused:adviser_student": 1, "recused:party": 1}


def test_tie_entered_while_the_list_was_ranked_still_counts(app: Flask, office: Caller, three: Any) -> None:
    asked = office.made("/requests", MATTER)
    body = {"size": 10, "filters": {}, "diversify": 0.0}
    now, corpus = app.extensions["clock"](), app.extensions["corpus"]
    with app.app_context(), transaction(read_only=True) as session:
        proposal = shortlists.propose(session, corpus, asked["id"], body, actor=SYSTEM, now=now)
    tie(office, three[0], "kin")
    with app.app_context(), transaction() as session:
        made = shortlists.draw_up(session, corpus, asked["id"], body, proposal, actor=SYSTEM, now=now)
    assert proposal.recused.reasons == {}
    assert made.left_out == {"recused:kin": 1}
    assert NOBODY_RECUSED.reasons == {}


def test_list_keeps_what_was_found_when_the_tie_is_gone(office: Caller, three: Any) -> None:
    kept = tie(office, three[0], "kin")
    made = drawn_up(office)
    office.delete(f"/experts/{three[0]['id']}/ties/{kept['id']}", etag="*")
    assert office.get(f"/shortlists/{made['id']}").json["recused"] == made["recused"]


def test_office_says_after_acceptance_which_organisation_a_party_is_and_its_people_are_recused(
    administrator: Caller, office: Caller
) -> None:
    theirs = expert(administrator, "戊某", organisation="福州长乐动力有限公司")
    path = f"/requests/{office.made('/requests', ASKED | {'parties': [{'name': '闽电'}]})['id']}"
    moved(office, path, "accepted")
    assert [one["name"] for one in office.get(f"{path}/conflicts").json["unresolved"]] == ["闽电"]
    settled = [{"name": "闽电", "role": "", "organisation": theirs["organisation"]["id"]}]
    answer = office.patch(path, {"parties": settled}, etag="*")
    assert (answer.status_code, answer.json["parties"]) == (200, settled), answer.json
    found = office.get(f"{path}/conflicts").json
    assert (found["unresolved"], [one["reason"] for one in found["recused"]]) == ([], ["recused:same_organisation"])
    log = administrator.get(f"/audit?subject={path.removeprefix('/requests/')}").json["items"]
    [noted] = [one["details"] for one in log if one["action"] == "request.parties_identified"]
    assert noted == {"fields": ["parties"], "parties": [theirs["organisation"]["id"]]}


@pytest.mark.parametrize(
    "edit",
    [
        {"parties": []},
        {"parties": [{"name": "别的单位", "role": "respondent"}]},
        {"parties": [{"name": PARTY, "role": "claimant"}]},
        {"parties": [{"name": PARTY, "role": "respondent"}], "title": "另一标题"},
        {"related_organisations": [{"name": PARTY}]},
    ],
)
def test_identifying_a_party_opens_nothing_else_of_an_accepted_request(office: Caller, edit: dict[str, Any]) -> None:
    path = f"/requests/{office.made('/requests', MATTER)['id']}"
    moved(office, path, "accepted")
    before = office.get(path).json
    refused = office.patch(path, edit, etag="*")
    assert (refused.status_code, "parties" in refused.json["detail"]) == (409, True), refused.json
    assert office.get(path).json == before


def test_agency_identifies_no_party(agency: Caller, office: Caller) -> None:
    path = f"/requests/{agency.made('/requests', MATTER)['id']}"
    moved(office, path, "accepted")
    same = {"parties": [{"name": PARTY, "role": "respondent"}]}
    assert agency.patch(path, same, etag="*").status_code == 409


def test_party_is_identified_no_more_once_people_are_invited(administrator: Caller, office: Caller) -> None:
    engagement, _ = invited_expert(administrator, office)
    refused = office.patch(f"/requests/{engagement['request']}", {"parties": []}, etag="*")
    assert refused.status_code == 409
