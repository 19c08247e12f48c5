"""Panels over HTTP: formed, confirmed by a named person, replaced.

Pinned: a panel is lawful and the best there is, or the answer names the rules in the way and what would have to give;
what is stored is whole; a confirmation needs a name and a reason for each deviation, and is refused once the pool has
moved under it; a replacement changes as little as can be; nobody recused, forced by mistake or unknown slips in.
"""

import json
import threading
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from flask import Flask
from werkzeug.test import TestResponse

from expertdb.database import transaction
from expertdb.services import replacements, requests
from expertdb.services.actors import SYSTEM
from tests.api.people import ASKED, at_once, expert, moved
from tests.callers import Caller
from tests.conftest import START, Beginning, caller, first_caller

KINDS = ("K-LAW", "K-PA", "K-TECH", "K-LAW", "K-CIPO", "K-ACA", "K-PA")
REASON = "符合组成要求"


def enter_pool(app: Flask) -> list[dict[str, Any]]:
    """Seven experts of different kinds in different firms, the best matched first."""
    fillers = ("茶叶加工", "鞋服设计", "陶瓷烧制", "石材雕刻", "水产养殖", "竹木家具")
    administrator, made = first_caller(app, "administrator"), []
    for place, kind in enumerate(KINDS):
        title = "电池专利无效宣告" + "".join(fillers[:place])
        body = {"items": [{"kind": "case", "title": f"{title}案", "year": 2024}], "statement": title}
        name = f"专家{'甲乙丙丁戊己庚'[place]}"
        made.append(expert(administrator, name, kind=kind, organisation=f"单位{place}号", codes=[], **body))
    return made


def ask(app: Flask) -> dict[str, Any]:
    office = first_caller(app, "policy_office")
    made = office.made("/requests", ASKED)
    moved(office, f"/requests/{made['id']}", "accepted")
    return made


BEGINS = (("pool", enter_pool), ("asked", ask))


@pytest.fixture
def pool(beginning: Beginning) -> list[dict[str, Any]]:
    return list(beginning.known["pool"])


@pytest.fixture
def asked(beginning: Beginning, pool: Any) -> dict[str, Any]:
    return dict(beginning.known["asked"])


def formed(office: Caller, asked: dict[str, Any], **body: Any) -> dict[str, Any]:
    return office.made(f"/requests/{asked['id']}/panels", {"size": 3, "rules": [{"type": "odd"}], **body})


def answered(office: Caller, asked: dict[str, Any], **body: Any) -> Any:
    return office.post(f"/requests/{asked['id']}/panels", {"size": 3, "rules": [{"type": "odd"}], **body})


def ids(seats: list[dict[str, Any]]) -> list[str]:
    return [seat["expert"]["id"] for seat in seats]


def decide(office: Caller, panel: dict[str, Any], to: str = "confirmed", **body: Any) -> Any:
    given = [{"expert": one["expert"], "reason": "满足规则"} for one in panel["deviations"]]
    body = {"to": to, "reason": REASON, "confirmed_by": "王某", "deviations": given, **body}
    return office.post(f"/panels/{panel['id']}/transitions", body, etag=f'"{panel["version"]}"')


def confirmed(office: Caller, asked: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer = decide(office, formed(office, asked, **body))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json)


def faults(answer: Any, status: int = 422) -> list[str]:
    assert answer.status_code == status, answer.get_data(as_text=True)
    return [one["pointer"] for one in answer.json["errors"]]


def test_best_panel_is_formed_stored_and_read_back(office: Caller, asked: Any, pool: Any) -> None:
    made = formed(office, asked, reserves=2)
    assert ids(made["members"]) == [one["id"] for one in pool[:3]]
    assert ids(made["reserves"]) == [one["id"] for one in pool[3:5]]
    assert (made["status"], made["gap"], made["deviations"]) == ("proposed", 0.0, [])
    assert made["objective"] == pytest.approx(sum(one["affinity"] for one in made["members"]), abs=1e-12)
    assert [one["rank"] for one in made["members"]] == [1, 2, 3]
    assert office.get(f"/panels/{made['id']}").json == made
    assert office.get(f"/panels?request={asked['id']}").json["items"] == [made]
    assert office.get(f"/panels?expert={pool[6]['id']}").json["items"] == []


def test_rules_are_kept_and_deviations_say_which_ask_for_them(office: Caller, asked: Any, pool: Any) -> None:
    rules = [{"type": "at_least_one", "kinds": ["K-CIPO"], "name": "企业代表"}, {"type": "odd"}]
    made = formed(office, asked, rules=rules)
    assert ids(made["members"]) == [pool[0]["id"], pool[1]["id"], pool[4]["id"]]
    [deviation] = made["deviations"]
    assert (deviation["expert"], deviation["rank"]) == (pool[4]["id"], 5)
    assert deviation["passed_over"] == [{"expert": pool[2]["id"], "rank": 3, "rules": ["企业代表"]}]
    prices = {one["rule"].get("name"): one["price"] for one in made["rules"]}
    assert prices["企业代表"] > 0


def test_preset_fills_in_what_is_not_said(office: Caller, pool: Any) -> None:
    asked = office.made("/requests", ASKED | {"experts_wanted": 5})
    made = office.made(f"/requests/{asked['id']}/panels", {})
    assert (made["preset"], made["size"]) == ("complex", 5)
    types = [one["rule"]["type"] for one in made["rules"]]
    assert types[:2] == ["max_per_organisation", "max_share"]
    presets = {one["name"]: one for one in office.get("/panels/presets").json["items"]}
    assert set(presets) == {"simple", "complex", "policy", "policy_contested"}
    assert {"type": "odd", "name": "an odd number"} in presets["policy"]["rules"]


def test_wishes_of_the_request_are_what_a_panel_is_formed_by(office: Caller, pool: Any) -> None:
    wish = {"rules": [{"type": "at_least_one", "kinds": ["K-ACA"]}], "size": 2, "reserves": 1}
    asked = office.made("/requests", ASKED | {"panel": wish})
    assert asked["panel"] == wish
    made = office.made(f"/requests/{asked['id']}/panels", {})
    assert (made["preset"], made["size"], len(made["reserves"])) == (None, 2, 1)
    assert pool[5]["id"] in ids(made["members"])


def test_wish_that_no_panel_could_be_formed_by_is_refused_with_the_request(office: Caller) -> None:
    wrong = {
        "preset": "policy",
        "size": 3,
        "rules": [{"type": "odd", "limit": 1}, {"type": "vote"}, {"type": "cover", "codes": ["PATT"]}],
    }
    refused = office.post("/requests", ASKED | {"panel": wrong})
    expected = ["/panel/rules/0/limit", "/panel/rules/1/type", "/panel/rules/2/codes/0", "/panel/size"]
    assert sorted(faults(refused)) == expected
    assert office.get("/requests").json["items"] == []


def test_rules_that_cannot_be_met_are_named_with_what_would_have_to_give(office: Caller, asked: Any, pool: Any) -> None:
    rules = [{"type": "at_least", "count": 2, "kinds": ["K-CIPO"], "name": "两名企业代表"}, {"type": "odd"}]
    answer = answered(office, asked, rules=rules)
    found = answer.json
    assert (answer.status_code, found["id"], found["status"]) == (200, None, "infeasible")
    assert [one["name"] for one in found["blocking"]] == ["两名企业代表"]
    [relaxation] = found["relaxations"]
    assert [(one["name"], one["amount"]) for one in relaxation["changes"]] == [("两名企业代表", 1)]
    assert all(relaxation["changes"][0]["detail"][tongue] for tongue in ("zh", "en"))
    assert len(relaxation["members"]) == 3
    assert {one["name"] for one in found["violations"]} >= {"两名企业代表"}
    assert found["vacancies"] + len(found["members"]) == 3
    assert office.get("/panels").json["items"] == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"size": 0}, ["/size"]),
        ({"size": 8, "rules": [{"type": "min_affinity", "limit": 0.0}]}, ["/size"]),
        ({"size": 100}, ["/size"]),
        ({"preset": "policy", "size": 3}, ["/size"]),
        ({"preset": "poker"}, ["/preset"]),
        ({"rules": [{"type": "dance"}, {"type": "odd", "limit": 3}, 7]}, ["/rules/2"]),
        ({"rules": [{"type": "dance"}, {"type": "odd", "limit": 3}]}, ["/rules/0/type", "/rules/1/limit"]),
        ({"rules": [{"type": "at_least_one", "kinds": ["K-LAWYER"]}]}, ["/rules/0/kinds/0"]),
        ({"rules": [{"type": "at_least_one", "any_of": [{"codes": ["XX-1"]}]}]}, ["/rules/0/any_of/0/codes/0"]),
        ({"rules": [{"type": "keep_apart", "experts": ["无名氏"]}]}, ["/rules/0/experts/0"]),
        ({"rules": [{"type": "odd", "name": "\0"}]}, ["/rules/0"]),
        ({"rules": [{"type": "odd", "name": "\ud800"}]}, ["/rules/0"]),
        ({"rules": [{"type": {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}}]}, ["/rules/0"]),
        ({"rules": {"type": "odd"}}, ["/rules"]),
        ({"reserves": -1, "candidates": 0, "dry_run": "yes"}, ["/candidates", "/dry_run", "/reserves"]),
        ({"forced": ["无名氏"]}, ["/forced/0"]),
        ({"forced": ["专家甲"], "forbidden": ["专家甲"]}, ["/forced/0"]),
        ({"sides": {"赞成": ["专家甲"], "反对": ["专家甲"]}}, ["/sides/反对"]),
        ({"sides": ["专家甲"]}, ["/sides"]),
        ({"shortlist": "nothing"}, ["/shortlist"]),
        ({"members": ["专家甲"]}, ["/members"]),
    ],
)
def test_nonsense_is_pointed_at_and_nothing_stored(office: Caller, asked: Any, body: Any, pointers: list[str]) -> None:
    data = json.dumps({"size": 3, "rules": [{"type": "odd"}], **body})
    answer = office.call("POST", f"/requests/{asked['id']}/panels", data=data, content_type="application/json")
    assert sorted(faults(answer)) == pointers
    assert office.get("/panels").json["items"] == []


def test_forced_forbidden_and_kept_apart(office: Caller, asked: Any, pool: Any) -> None:
    apart = {"type": "keep_apart", "experts": ["专家乙", pool[2]["id"]]}
    made = formed(office, asked, forced=["专家庚"], forbidden=[pool[0]["id"]], rules=[apart])
    assert ids(made["members"]) == [pool[1]["id"], pool[3]["id"], pool[6]["id"]]


def test_sides_are_spoken_for(office: Caller, asked: Any, pool: Any) -> None:
    rules = [{"type": "every_side", "sides": ["赞成", "反对"]}]
    made = formed(office, asked, rules=rules, sides={"赞成": ["专家己"], "反对": ["专家庚"]})
    assert {seat["expert"]["id"]: seat["side"] for seat in made["members"]} == {
        pool[0]["id"]: None,
        pool[5]["id"]: "赞成",
        pool[6]["id"]: "反对",
    }


def test_dry_run_says_the_same_and_stores_nothing(office: Caller, asked: Any) -> None:
    tried = answered(office, asked, dry_run=True)
    assert (tried.status_code, tried.json["id"]) == (200, None)
    assert office.get("/panels").json["items"] == []
    differing = {"id", "version", "created_at", "seconds"}
    one, other = (
        {name: found[name] for name in found if name not in differing} for found in (tried.json, formed(office, asked))
    )
    assert one == other


def test_recused_expert_cannot_even_be_forced(office: Caller, asked: Any, pool: Any) -> None:
    tie = {"type": "kin", "counterpart": "某某", "request": asked["id"]}
    office.made(f"/experts/{pool[0]['id']}/ties", tie)
    assert pool[0]["id"] not in ids(formed(office, asked)["members"])
    refused = answered(office, asked, forced=[pool[0]["id"]])
    assert faults(refused, 409) == ["/forced/0"]
    assert "recused:kin" in refused.json["errors"][0]["detail"]


def test_panel_from_a_list_and_from_a_list_that_is_stale(
    office: Caller, administrator: Caller, asked: Any, pool: Any
) -> None:
    path = f"/requests/{asked['id']}/shortlists"
    listed = office.made(path, {"size": 4})
    moved(administrator, f"/experts/{pool[1]['id']}", "on_leave")
    refused = answered(office, asked, shortlist=listed["id"])
    assert faults(refused, 409) == ["/shortlist/entries/1"]
    assert "on_leave" in refused.json["errors"][0]["detail"]
    again = office.made(path, {"size": 4})
    found = formed(office, asked, shortlist=again["id"])
    assert (found["candidates"], found["shortlist"]) == (4, again["id"])


def test_confirmation_names_a_person_and_moves_the_request(office: Caller, asked: Any) -> None:
    made = formed(office, asked)
    assert faults(decide(office, made, confirmed_by=None)) == ["/confirmed_by"]
    decided = decide(office, made).json
    assert (decided["status"], decided["confirmed_by"], decided["reason"]) == ("confirmed", "王某", REASON)
    assert office.get(f"/requests/{asked['id']}").json["status"] == "confirmed"
    assert decide(office, decided, to="rejected").status_code == 409


def test_each_deviation_needs_its_reason(office: Caller, asked: Any, pool: Any) -> None:
    made = formed(office, asked, forced=["专家庚", "专家己"])
    assert faults(decide(office, made, deviations=[])) == ["/deviations", "/deviations"]
    one = [{"expert": pool[6]["id"], "reason": "外地专家"}]
    refused = decide(office, made, deviations=one)
    assert faults(refused) == ["/deviations"]
    assert refused.json["type"] == "urn:expertdb:problem:deviation-needs-reason"
    stranger = [*one, {"expert": pool[0]["id"], "reason": "并未偏离"}]
    assert faults(decide(office, made, deviations=stranger)) == ["/deviations/1/expert", "/deviations"]
    nameless = decide(office, made, deviations=stranger, confirmed_by=None)
    assert faults(nameless) == ["/confirmed_by", "/deviations/1/expert", "/deviations"]
    assert office.get(f"/panels/{made['id']}").json["status"] == "proposed"
    decided = decide(office, made).json
    assert [seat["deviation"] for seat in decided["members"]] == ["", "满足规则", "满足规则"]


@pytest.mark.parametrize(
    "change",
    ["member_leaves", "reserve_leaves", "member_recused", "newcomer_rises", "member_edited", "request_edited"],
)
def test_decision_on_what_is_no_longer_so_is_refused(
    office: Caller, administrator: Caller, pool: Any, change: str
) -> None:
    asked = office.made("/requests", ASKED)
    made = formed(office, asked, reserves=1)
    if change == "request_edited":
        office.patch(f"/requests/{asked['id']}", {"text": "改问商标。"}, etag="*")
    moved(office, f"/requests/{asked['id']}", "accepted")
    if change == "member_leaves":
        moved(administrator, f"/experts/{pool[0]['id']}", "on_leave")
    if change == "reserve_leaves":
        moved(administrator, f"/experts/{pool[3]['id']}", "on_leave")
    if change == "member_recused":
        office.made(f"/experts/{pool[2]['id']}/ties", {"type": "kin", "counterpart": "甲", "request": asked["id"]})
    if change == "newcomer_rises":
        items = [{"kind": "case", "title": "电池专利无效宣告案", "year": 2024}]
        expert(administrator, "新来者", items=items, statement="电池专利无效宣告", codes=[])
    if change == "member_edited":
        administrator.patch(f"/experts/{pool[0]['id']}", {"organisation": "单位1号"}, etag="*")
    refused = decide(office, made)
    assert (refused.status_code, refused.json["type"]) == (409, "urn:expertdb:problem:pool-has-moved")
    assert refused.json["errors"]
    assert office.get(f"/panels/{made['id']}").json["status"] == "proposed"
    assert office.get(f"/requests/{asked['id']}").json["status"] == "accepted"


def test_edit_that_changes_no_place_does_not_stop_a_decision(
    office: Caller, administrator: Caller, asked: Any, pool: Any
) -> None:
    made = formed(office, asked)
    administrator.patch(f"/experts/{pool[0]['id']}", {"position": "主任"}, etag="*")
    expert(administrator, "无关者", statement="茶叶加工", items=[], codes=["GI"])
    assert decide(office, made).status_code == 200


ENGLISH = [{"type": "at_least_one", "languages": ["en"]}]
SENIOR = [{"type": "at_least_one", "title_levels": ["T1"]}]


@pytest.mark.parametrize(
    ("before", "edit", "rules"),
    [
        ({"title_level": "T1"}, {"title_level": "T4"}, SENIOR),
        ({"languages": ["en"]}, {"languages": ["zh"]}, ENGLISH),
        ({"availability": {"max_load": 3}}, {"availability": {"max_load": 0}}, ENGLISH),
    ],
)
@pytest.mark.parametrize("seat", ["members", "reserves"])
def test_edit_of_what_rules_read_is_noticed(
    office: Caller, administrator: Caller, asked: Any, pool: Any, before: Any, edit: Any, rules: Any, seat: str
) -> None:
    for one in pool:
        administrator.patch(f"/experts/{one['id']}", {"languages": ["en"], **before}, etag="*")
    made = formed(office, asked, rules=rules, size=1, reserves=1)
    [seated] = ids(made[seat])
    administrator.patch(f"/experts/{seated}", edit, etag="*")
    refused = decide(office, made)
    assert refused.json["type"] == "urn:expertdb:problem:pool-has-moved"
    assert seated in refused.get_data(as_text=True)


def test_employer_that_became_a_bureau_is_noticed(office: Caller, administrator: Caller, pool: Any) -> None:
    asked = office.made("/requests", ASKED)
    official = pool[0]["id"]
    administrator.patch(f"/experts/{official}", {"kind": "K-ADM"}, etag="*")
    moved(office, f"/requests/{asked['id']}", "accepted")
    made = formed(office, asked)
    administrator.patch(f"/organisations/{pool[0]['organisation']['id']}", {"kind": "O-GOV"}, etag="*")
    refused = decide(office, made)
    assert faults(refused, 409) == ["/members"]


def test_edit_of_a_reserve_that_no_rule_reads_does_not_stop_a_decision(
    office: Caller, administrator: Caller, asked: Any, pool: Any
) -> None:
    made = formed(office, asked, reserves=1)
    administrator.patch(f"/experts/{pool[3]['id']}", {"title_level": "T1"}, etag="*")
    assert decide(office, made).status_code == 200


@pytest.mark.parametrize("filters", [{"kind": ["K-TECH"]}, {}])
def test_edit_of_somebody_who_could_not_be_chosen_does_not_stop_a_decision(
    office: Caller, administrator: Caller, pool: Any, filters: Any
) -> None:
    best = f"/experts/{pool[0]['id']}"
    administrator.patch(best, {"availability": {"modes": ["written"]}}, etag="*")
    asked = office.made("/requests", ASKED | {"mode": "on_site"})
    moved(office, f"/requests/{asked['id']}", "accepted")
    made = formed(office, asked, size=1, filters=filters)
    administrator.patch(best, {"position": "主任"}, etag="*")
    assert decide(office, made).status_code == 200


def test_member_who_takes_the_mode_no_more_is_not_confirmed(office: Caller, administrator: Caller, pool: Any) -> None:
    asked = office.made("/requests", ASKED | {"mode": "on_site"})
    moved(office, f"/requests/{asked['id']}", "accepted")
    made = formed(office, asked)
    administrator.patch(f"/experts/{pool[1]['id']}", {"availability": {"modes": ["written"]}}, etag="*")
    assert faults(decide(office, made), 409) == ["/seats/1"]


@pytest.mark.parametrize(
    ("edit", "matters"),
    [
        ({"mode": "on_site"}, True),
        ({"panel": {"preset": "policy_contested"}}, True),
        ({"experts_wanted": 9}, True),
        ({"languages": ["en"]}, True),
        ({"questions": ["新的问题？"]}, True),
        ({"secrecy": "sensitive"}, True),
        ({"earlier_stages": "another"}, True),
        ({"legal_basis": "新依据"}, False),
        ({"suggested_experts": [{"expert": "专家庚"}]}, False),
        ({"urgency": "urgent"}, False),
    ],
)
def test_edit_of_the_request_that_bears_on_who_may_sit_stops_a_decision(
    office: Caller, asked: Any, pool: Any, edit: dict[str, Any], matters: bool
) -> None:
    [(name, value)] = edit.items()
    edited = office.made("/requests", ASKED)
    made = formed(office, edited)
    body = {name: [asked["id"]] if value == "another" else value}
    assert office.patch(f"/requests/{edited['id']}", body, etag="*").status_code == 200
    moved(office, f"/requests/{edited['id']}", "accepted")
    answer = decide(office, made)
    assert (faults(answer, 409) if matters else answer.status_code) == ([f"/request/{name}"] if matters else 200)


def test_formed_anew_after_the_pool_moved_it_can_be_decided_on(
    office: Caller, administrator: Caller, asked: Any, pool: Any
) -> None:
    made = formed(office, asked)
    moved(administrator, f"/experts/{pool[0]['id']}", "on_leave")
    assert decide(office, made).status_code == 409
    again = formed(office, asked)
    assert pool[0]["id"] not in ids(again["members"])
    assert decide(office, again).status_code == 200


def test_of_two_confirmations_at_once_one_panel_stands(office: Caller, asked: Any) -> None:
    made = [formed(office, asked), formed(office, asked, forced=["专家庚"])]
    at_once(*(lambda panel=panel: decide(office, panel) for panel in made))
    statuses = sorted(one["status"] for one in office.get(f"/panels?request={asked['id']}").json["items"])
    assert statuses == ["confirmed", "superseded"]


def test_rejected_panel_is_kept_and_decided_on_no_more(office: Caller, asked: Any) -> None:
    made = formed(office, asked)
    rejected = decide(office, made, to="rejected", confirmed_by=None, deviations=[]).json
    assert rejected["status"] == "rejected"
    assert decide(office, rejected).status_code == 409
    assert office.get("/panels?status=rejected").json["items"] == [rejected]


def test_confirmed_panel_is_taken_back_before_anybody_is_asked(office: Caller, asked: Any) -> None:
    made = confirmed(office, asked)
    assert decide(office, made, to="superseded", deviations=[]).json["status"] == "superseded"
    assert office.get(f"/requests/{asked['id']}").json["status"] == "accepted"


def test_nobody_confirms_a_request_by_hand_without_a_panel(office: Caller, asked: Any) -> None:
    body = {"to": "confirmed", "reason": "直接确认"}
    refused = office.post(f"/requests/{asked['id']}/transitions", body, etag="*")
    assert (refused.status_code, refused.json["type"]) == (409, "urn:expertdb:problem:step-is-missing")


@pytest.mark.parametrize("status", ["draft", "returned", "cancelled"])
def test_panel_for_a_request_that_is_not_open_is_refused(office: Caller, pool: Any, status: str) -> None:
    made = office.made("/requests", ASKED | ({"status": "draft"} if status == "draft" else {}))
    if status != "draft":
        moved(office, f"/requests/{made['id']}", status)
    assert answered(office, made).json["type"] == "urn:expertdb:problem:request-is-not-open"


def test_submitted_request_is_accepted_before_its_panel_is_confirmed(office: Caller, pool: Any) -> None:
    asked = office.made("/requests", ASKED)
    assert decide(office, formed(office, asked)).status_code == 409


def test_replacement_takes_the_reserve_and_is_confirmed_in_its_turn(office: Caller, asked: Any, pool: Any) -> None:
    made = confirmed(office, asked, reserves=2)
    body = {"expert": pool[1]["id"], "reason": "因病请辞"}
    after = office.post(f"/panels/{made['id']}/replacements", body).json
    assert ids(after["members"]) == [pool[0]["id"], pool[2]["id"], pool[3]["id"]]
    assert ids(after["reserves"]) == [pool[4]["id"]]
    assert (after["status"], after["choice"], after["replaces"]) == ("proposed", "replaced", made["id"])
    assert office.get(f"/panels/{made['id']}").json["status"] == "confirmed"
    assert decide(office, after).status_code == 200
    assert office.get(f"/panels/{made['id']}").json["status"] == "superseded"


def test_replacement_need_not_justify_that_who_leaves_does_not_sit(office: Caller, asked: Any, pool: Any) -> None:
    made = confirmed(office, asked, reserves=2)
    after = office.post(f"/panels/{made['id']}/replacements", {"expert": pool[1]["id"], "reason": "请辞"}).json
    assert after["members"][2]["rank"] == 4
    assert after["deviations"] == []
    assert decide(office, after, deviations=[]).status_code == 200


def test_replacement_after_an_edit_of_a_member_who_stays_can_be_confirmed(
    office: Caller, administrator: Caller, asked: Any, pool: Any
) -> None:
    made = confirmed(office, asked, reserves=2)
    administrator.patch(f"/experts/{pool[0]['id']}", {"codes": ["PAT-INV"], "organisation": "新单位"}, etag="*")
    body = {"expert": pool[1]["id"], "reason": "因病请辞"}
    after = office.made(f"/panels/{made['id']}/replacements", body)
    assert after["members"][0]["organisation"]["name"] == {"zh": "新单位"}
    assert after["corpus_version"] > made["corpus_version"]
    answer = decide(office, after)
    assert answer.status_code == 200, answer.get_data(as_text=True)


def test_replacement_breaks_no_rule_by_what_profiles_say_now(
    office: Caller, administrator: Caller, asked: Any, pool: Any
) -> None:
    made = confirmed(office, asked, reserves=2, rules=[{"type": "max_per_organisation"}])
    staying, first = pool[0]["organisation"]["name"]["zh"], pool[3]["id"]
    administrator.patch(f"/experts/{first}", {"organisation": staying}, etag="*")
    after = office.made(f"/panels/{made['id']}/replacements", {"expert": pool[1]["id"], "reason": "请辞"})
    assert ids(after["members"]) == [pool[0]["id"], pool[2]["id"], pool[4]["id"]]


def test_replacement_keeps_who_serves_whatever_they_were_asked_for_since(
    office: Caller, administrator: Caller, asked: Any, pool: Any
) -> None:
    made = confirmed(office, asked, reserves=2, rules=[{"type": "max_load", "limit": 1}])
    office.made(f"/panels/{made['id']}/invitations", {})
    elsewhere = office.made("/requests", ASKED)
    moved(office, f"/requests/{elsewhere['id']}", "accepted")
    other = confirmed(office, elsewhere, size=1, forced=[pool[0]["id"]], rules=[{"type": "odd"}])
    office.made(f"/panels/{other['id']}/invitations", {})
    after = office.made(f"/panels/{made['id']}/replacements", {"expert": pool[1]["id"], "reason": "请辞"})
    assert ids(after["members"]) == [pool[0]["id"], pool[2]["id"], pool[3]["id"]]


def test_replacement_keeps_as_many_as_the_rules_allow(office: Caller, asked: Any, pool: Any) -> None:
    rules = [{"type": "at_least_one", "kinds": ["K-CIPO"]}]
    made = formed(office, asked, rules=rules)
    body = {"expert": pool[0]["id"], "reason": "请辞"}
    after = office.post(f"/panels/{made['id']}/replacements", body).json
    assert ids(after["members"]) == [pool[1]["id"], pool[2]["id"], pool[4]["id"]]
    last = office.post(f"/panels/{made['id']}/replacements", body | {"expert": pool[4]["id"]})
    assert (last.status_code, last.json["id"], last.json["status"]) == (200, None, "infeasible")
    assert last.json["blocking"]


def test_who_goes_while_a_replacement_is_sought_does_not_come(
    app: Flask, office: Caller, administrator: Caller, asked: Any, pool: Any
) -> None:
    """Whoever edits meanwhile need not wait, either."""
    made = formed(office, asked)
    facts: dict[str, Any] = {"actor": SYSTEM, "now": START}
    body, corpus = {"expert": pool[0]["id"], "reason": "请辞"}, app.extensions["corpus"]
    with app.app_context(), transaction(read_only=True) as session:
        found = replacements.find(session, corpus, made["id"], body, **facts)
        editing = threading.Thread(target=moved, args=(administrator, f"/experts/{pool[3]['id']}", "on_leave"))
        editing.start()
        editing.join()
    assert found.after.came == (pool[3]["id"],)
    with app.app_context(), transaction() as session:
        after = replacements.store(session, corpus, made["id"], body, found, **facts)
    assert ids(after.members) == [pool[1]["id"], pool[2]["id"], pool[4]["id"]]


def test_replacement_whose_time_ran_out_says_so(app: Flask, office: Caller, asked: Any, pool: Any) -> None:
    made = formed(office, asked)
    facts: dict[str, Any] = {"actor": SYSTEM, "now": START}
    body, corpus = {"expert": pool[0]["id"], "reason": "请辞"}, app.extensions["corpus"]
    none = {"status": "unknown", "members": (), "came": ()}
    for ran_out, expected in (({"status": "feasible"}, ("proposed", False)), (none, ("unknown", None))):
        with app.app_context(), transaction() as session:
            found = replacements.find(session, corpus, made["id"], body, **facts)
            found = replace(found, after=replace(found.after, **ran_out))
            after = replacements.store(session, corpus, made["id"], body, found, **facts)
        assert (after.status, after.proven) == expected
    assert office.get(f"/panels/{made['id']}").json["proven"] is True


def test_replacement_is_sought_while_somebody_else_writes(app: Flask, office: Caller, asked: Any, pool: Any) -> None:
    path, body = f"/panels/{formed(office, asked)['id']}/replacements", {"expert": pool[5]["id"], "reason": "试"}
    refused: list[TestResponse] = []
    thread = threading.Thread(target=lambda: refused.append(office.post(path, body)))
    with app.app_context(), transaction() as session:
        requests.get(session, asked["id"], actor=SYSTEM, lock=True)
        thread.start()
        thread.join(10)  # SQLite's writers wait for 20 s, PostgreSQL's for whoever holds the request.
        assert [faults(one) for one in refused] == [["/expert"]]


def test_only_a_member_can_be_replaced(office: Caller, asked: Any, pool: Any) -> None:
    made = formed(office, asked)
    refused = office.post(f"/panels/{made['id']}/replacements", {"expert": pool[5]["id"], "reason": "试"})
    assert faults(refused) == ["/expert"]


def test_agency_sees_who_sits_once_it_is_decided_and_no_more(
    app: Flask, agency: Caller, office: Caller, pool: Any
) -> None:
    asked = agency.made("/requests", ASKED)
    moved(office, f"/requests/{asked['id']}", "accepted")
    made = formed(office, asked)
    assert agency.get(f"/panels/{made['id']}").status_code == 404
    assert agency.get("/panels").json["items"] == []
    decide(office, made)
    seen = agency.get(f"/panels/{made['id']}").json
    assert ids(seen["members"]) == ids(made["members"])
    assert set(seen["members"][0]) == {"place", "expert"}
    assert (seen["reserves"], seen["rules"], seen["objective"], seen["candidates"]) == ([], [], None, 0)
    assert caller(app, "agency", "邻站").get(f"/panels/{made['id']}").status_code == 404
    assert agency.post(f"/requests/{asked['id']}/panels", {}).status_code == 403


def test_full_load_keeps_somebody_off(office: Caller, administrator: Caller, asked: Any, pool: Any) -> None:
    administrator.patch(f"/experts/{pool[0]['id']}", {"availability": {"max_load": 0}}, etag="*")
    assert pool[0]["id"] not in ids(formed(office, asked)["members"])


def test_panel_under_filters_keeps_them_and_the_ranks_that_all_have(office: Caller, asked: Any, pool: Any) -> None:
    filters = {"kind": ["K-TECH", "K-CIPO", "K-ACA"]}
    made = formed(office, asked, filters=filters)
    assert [one["rank"] for one in made["members"]] == [3, 5, 6]
    assert [one["rank"] for one in made["deviations"]] == [3, 5, 6]
    first = made["deviations"][0]
    assert [(one["rank"], one["rules"]) for one in first["passed_over"]] == [(1, ["filters"]), (2, ["filters"])]
    assert made["candidates"] == 3
    narrowed = {"eligible": 7, "filters": filters, "candidates": 200, "forbidden": []}
    assert made["chosen_from"] == narrowed
    assert faults(decide(office, made, deviations=[])) == ["/deviations"] * 2  # Rank 3 is none beyond three seats.
    assert decide(office, made).status_code == 200
    assert office.get(f"/panels/{made['id']}/file?format=json").json["pool"]["chosen_from"] == narrowed


def test_who_is_passed_over_by_a_forbid_is_passed_over_with_a_reason(office: Caller, asked: Any, pool: Any) -> None:
    gone = [pool[0]["id"], pool[1]["id"]]
    made = formed(office, asked, forbidden=gone)
    assert [one["rank"] for one in made["members"]] == [3, 4, 5]
    passed = [[other["expert"] for other in one["passed_over"]] for one in made["deviations"]]
    assert passed == [gone, gone, gone]
    assert [one["needs_reason"] for one in made["deviations"]] == [False, True, True]
    assert made["chosen_from"]["forbidden"] == sorted(gone)
    assert faults(decide(office, made, deviations=[])) == ["/deviations"] * 2
    third = [{"expert": one["expert"], "reason": "避嫌"} for one in made["deviations"][1:]]
    assert decide(office, made, deviations=third).status_code == 200  # For the first the decision's reason stands.


def test_panel_from_a_list_under_filters_keeps_the_ranks_that_all_have(office: Caller, asked: Any, pool: Any) -> None:
    listed = office.made(f"/requests/{asked['id']}/shortlists", {"size": 3, "filters": {"kind": ["K-TECH", "K-ACA"]}})
    made = formed(office, asked, shortlist=listed["id"], size=1)
    [deviation] = made["deviations"]
    assert (deviation["rank"], deviation["passed_over"]) == (
        3,
        [{"expert": pool[0]["id"], "rank": 1, "rules": ["shortlist"]}],
    )


def test_file_calls_subjects_by_their_names_though_countries_have_the_same_codes(office: Caller, pool: Any) -> None:
    aspects = [{"code": code} for code in ("GI", "TM", "CR")]
    asked = office.made("/requests", ASKED | {"aspects": aspects, "region": "350500"})
    moved(office, f"/requests/{asked['id']}", "accepted")
    path = f"/panels/{formed(office, asked)['id']}/file"
    labels = office.get(f"{path}?format=json").json["labels"]
    called = [labels[code]["zh"] for code in ("GI", "TM", "CR", "350500")]
    assert called == ["地理标志", "商标", "著作权（版权）", "泉州市"]
    said = "".join(one.text for one in Document(BytesIO(office.get(path).data)).paragraphs)
    assert "所需专长：地理标志（优先）；商标（优先）；著作权（版权）（优先）" in said


def test_panel_from_a_list_says_in_its_file_from_which(office: Caller, asked: Any, pool: Any) -> None:
    listed = office.made(f"/requests/{asked['id']}/shortlists", {"size": 3})
    made = formed(office, asked, shortlist=listed["id"])
    named = {"id": listed["id"], "created_at": listed["created_at"]}
    narrowed = {"eligible": 7, "filters": {}, "shortlist": named, "forbidden": []}
    assert made["chosen_from"] == narrowed
    assert office.get(f"/panels/{made['id']}/file?format=json").json["pool"]["chosen_from"] == narrowed
    said = Document(BytesIO(office.get(f"/panels/{made['id']}/file?language=en").data))
    assert any(one.text.startswith("Only from the shortlist drawn up: 2026-") for one in said.paragraphs)


def test_who_is_forced_from_beyond_the_candidates_has_the_rank_that_all_give(
    office: Caller, asked: Any, pool: Any
) -> None:
    made = formed(office, asked, candidates=2, forced=[pool[6]["id"]])
    assert [one["rank"] for one in made["members"]] == [1, 2, 7]
    passed = [[(other["rank"], other["rules"]) for other in one["passed_over"]] for one in made["deviations"]]
    assert passed == [[(3, ["candidates", "forced"])]]
