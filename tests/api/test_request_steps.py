"""What a request says beyond its text, and the steps it takes.

Pinned: every field is stored and read back, and lists are replaced as a whole; deadlines in the past, marks of state
secrets, stages of what is no policy and ids of nothing are refused with a pointer; suggestions never raise a rank; a
status that a request is moved to by hand must be true; unknown statuses are 422, known ones out of reach 409.
"""

from typing import Any

import pytest
from flask import Flask

from expertdb.models.requests import STATUSES
from tests.api.people import ASKED, expert, listed, moved, preview, shortlist
from tests.callers import Caller, Clock
from tests.conftest import caller

POLICY = ASKED | {
    "kind": "policy_drafting",
    "secrecy": "sensitive",
    "stage": "expert_review",
    "legal_basis": "重大行政决策程序暂行条例第十九条",
    "mode": "meeting",
    "languages": ["zh", "nan"],
    "questions": ["登记证书的证明力如何表述？", "公示异议期多长为宜？"],
    "related_organisations": [{"name": "某数据交易所", "relation": "受益方"}],
    "suggested_experts": [{"expert": "林岚", "reason": ""}],
    "excluded_experts": [{"expert": "某某", "reason": "曾任被申请人顾问"}],
}


def faults(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.get_data(as_text=True)
    return [one["pointer"] for one in answer.json["errors"]]


def test_everything_a_request_says_is_read_back(office: Caller) -> None:
    made = office.made("/requests", POLICY)
    assert {field: made[field] for field in POLICY} == POLICY
    assert office.get(f"/requests/{made['id']}").json == made


def test_request_that_says_little_has_lawful_defaults(agency: Caller) -> None:
    made = agency.made("/requests", ASKED)
    assert (made["secrecy"], made["stage"], made["questions"], made["excluded_experts"]) == ("internal", None, [], [])


@pytest.mark.parametrize("field", ["related_organisations", "suggested_experts", "excluded_experts", "questions"])
def test_edit_replaces_one_list_and_leaves_the_others(office: Caller, field: str) -> None:
    made = office.made("/requests", POLICY)
    edited = office.patch(f"/requests/{made['id']}", {field: []}, etag='"1"').json
    assert {name: edited[name] for name in POLICY} == POLICY | {field: []}


def test_suggested_expert_is_ranked_no_higher(office: Caller, administrator: Caller) -> None:
    for name in ("林岚", "陈舟", "吴帆"):
        expert(administrator, name)
    plain = [entry["affinity"] for entry in preview(office)["entries"]]
    asked = office.made("/requests", ASKED | {"suggested_experts": [{"expert": "吴帆", "reason": "熟悉"}]})
    found = office.made(f"/requests/{asked['id']}/shortlists", {})
    assert [entry["affinity"] for entry in found["entries"]] == plain
    assert listed(found) == listed(preview(office))


def test_deadline_in_the_past_is_refused_and_today_is_not_past(office: Caller, clock: Clock) -> None:
    assert faults(office.post("/requests", ASKED | {"due": "2026-11-22"})) == ["/due"]
    made = office.made("/requests", ASKED | {"due": "2026-11-23"})
    clock.forward(days=2)
    assert faults(office.patch(f"/requests/{made['id']}", {"due": "2026-11-24"}, etag="*")) == ["/due"]
    assert office.patch(f"/requests/{made['id']}", {"title": "另题"}, etag="*").status_code == 200


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("mark", ["机密★10年", "绝密☆", "秘密 ★ 1年"])
def test_mark_of_a_state_secret_is_refused_wherever_it_stands(office: Caller, mark: str) -> None:
    wrong = {"title": f"{mark} 方案", "text": f"附件：{mark}", "questions": ["一", f"见{mark}"]}
    refused = office.post("/requests", ASKED | wrong, headers={"Accept-Language": "zh"})
    assert sorted(faults(refused)) == ["/questions/1", "/text", "/title"]
    assert "国家秘密" in refused.json["errors"][0]["detail"]
    assert office.get("/requests").json["items"] == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_trade_secrets_are_no_state_secrets(office: Caller) -> None:
    assert office.made("/requests", ASKED | {"text": "企业商业秘密被窃，涉密点三处。", "secrecy": "trade_secret"})


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"stage": "drafting"}, ["/stage"]),
        ({"secrecy": "state_secret"}, ["/secrecy"]),
        ({"mode": "telepathy"}, ["/mode"]),
        ({"languages": ["zh", "zh"]}, ["/languages/1"]),
        ({"excluded_experts": [{"expert": "某某"}]}, ["/excluded_experts/0/reason"]),
        ({"excluded_experts": [{"expert": "某", "reason": "无"}] * 11}, ["/excluded_experts"]),
        ({"parties": [{"name": "甲", "organisation": "nobody"}]}, ["/parties/0/organisation"]),
        ({"related_organisations": [{"name": " "}]}, ["/related_organisations/0/name"]),
        ({"earlier_stages": ["nobody"]}, ["/earlier_stages/0"]),
        ({"earlier_stages": "nobody"}, ["/earlier_stages"]),
    ],
)
def test_what_makes_no_sense_is_pointed_at(office: Caller, change: dict[str, Any], pointers: list[str]) -> None:
    assert faults(office.post("/requests", ASKED | change)) == pointers
    assert office.get("/requests").json["items"] == []


def test_stage_falls_with_the_kind(office: Caller) -> None:
    made = office.made("/requests", POLICY)
    refused = office.patch(f"/requests/{made['id']}", {"kind": "consultation"}, etag="*")
    assert faults(refused) == ["/stage"]
    mended = office.patch(f"/requests/{made['id']}", {"kind": "consultation", "stage": None}, etag="*")
    assert mended.status_code == 200


def test_earlier_stage_is_a_request_the_caller_may_see(office: Caller, agency: Caller, app: Flask) -> None:
    first = agency.made("/requests", ASKED)
    assert agency.made("/requests", ASKED | {"earlier_stages": [first["id"]]})["earlier_stages"] == [first["id"]]
    neighbour = caller(app, "agency", "漳州食品工业园商标品牌指导站")
    assert faults(neighbour.post("/requests", ASKED | {"earlier_stages": [first["id"]]})) == ["/earlier_stages/0"]


def test_office_says_which_organisation_a_party_is(office: Caller, administrator: Caller) -> None:
    known = administrator.made("/organisations", {"name": {"zh": "宁德某新能源材料有限公司"}, "kind": "O-ENT"})
    party = {"name": "某新能源材料有限公司", "role": "respondent"}
    made = office.made("/requests", ASKED | {"parties": [party]})
    named = {**party, "organisation": known["id"]}
    assert office.patch(f"/requests/{made['id']}", {"parties": [named]}, etag="*").json["parties"] == [named]


def test_agency_learns_of_no_organisation_by_naming_ids(agency: Caller, administrator: Caller) -> None:
    known = administrator.made("/organisations", {"name": {"zh": "宁德某新能源材料有限公司"}, "kind": "O-ENT"})
    answers = [
        agency.post("/requests", ASKED | {"parties": [{"name": "甲", "organisation": id}]})
        for id in (known["id"], "0" * 36)
    ]
    assert [faults(answer) for answer in answers] == [["/parties/0/organisation"]] * 2
    assert answers[0].json["errors"] == answers[1].json["errors"]


def test_nobody_moves_a_request_to_a_list_that_is_not_there(office: Caller) -> None:
    made = office.made("/requests", ASKED)
    refused = office.post(f"/requests/{made['id']}/transitions", {"to": "shortlisted", "reason": "先走流程"}, etag="*")
    assert (refused.status_code, refused.json["type"]) == (409, "urn:expertdb:problem:step-is-missing")
    assert office.get(f"/requests/{made['id']}").json["status"] == "submitted"


def test_request_returns_and_comes_again(agency: Caller, office: Caller, administrator: Caller) -> None:
    path = f"/requests/{agency.made('/requests', ASKED)['id']}"
    assert moved(office, path, "returned", "请补充被申请人名称")["status"] == "returned"
    assert agency.patch(path, {"parties": [{"name": "某公司"}]}, etag="*").status_code == 200
    assert moved(agency, path, "submitted")["status"] == "submitted"
    assert moved(office, path, "accepted")["status"] == "accepted"
    assert agency.patch(path, {"title": "改题"}, etag="*").status_code == 409


@pytest.mark.parametrize("to", sorted({*STATUSES} - {"submitted", "cancelled"}))
def test_agency_decides_nothing_by_itself(agency: Caller, to: str) -> None:
    path = f"/requests/{agency.made('/requests', ASKED)['id']}"
    assert agency.post(f"{path}/transitions", {"to": to, "reason": "自行办理"}, etag="*").status_code == 403


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("to", ["flying", "", "DRAFT", None, 7, ["draft"], "draft\0"])
def test_status_that_there_is_not_is_no_status(office: Caller, to: Any) -> None:
    made = office.made("/requests", ASKED)
    assert faults(office.post(f"/requests/{made['id']}/transitions", {"to": to, "reason": "试"}, etag="*")) == ["/to"]


def test_list_of_a_request_that_was_taken_back_is_refused(office: Caller, administrator: Caller) -> None:
    expert(administrator)
    made = shortlist(office)
    moved(office, f"/requests/{made['request']}", "cancelled")
    assert office.post(f"/requests/{made['request']}/shortlists", {}).status_code == 409
