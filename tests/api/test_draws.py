"""Draws over HTTP: frozen with a commitment, revealed with a public value, checked by anybody.

Pinned: nobody is drawn before the public value may be known, the office cannot read its secret until then, and the
record of the reveal is sound by three readings (the route, the library's and the stand-alone script's); names follow
from the record; a second draw says why and deletes nothing; who is recused is not in the sub-pool; the panel that
comes of it is confirmed like any other, by the order of the lot.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from expertdb.database import db
from tests.api.people import ASKED, at_once, expert, moved
from tests.callers import Caller, Clock
from tests.conftest import Beginning, caller, first_caller

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_draw.py"
TERMS = {"size": 3, "reserves": 2, "public_source": "双色球第2026136期", "not_before": "2026-11-24T13:30:00Z"}
VALUE = "03 07 12 19 25 31 + 08"


def enter_pool(app: Flask) -> list[dict[str, Any]]:
    kinds = ("K-LAW", "K-PA", "K-LAW", "K-PA", "K-TECH", "K-PA", "K-TECH", "K-LAW")
    names = "甲乙丙丁戊己庚辛"
    administrator = first_caller(app, "administrator")
    return [
        expert(administrator, f"专家{names[at]}", kind=kind, organisation=f"单位{at // 2}号")
        for at, kind in enumerate(kinds)
    ]


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


def frozen(office: Caller, asked: dict[str, Any], **body: Any) -> dict[str, Any]:
    return office.made(f"/requests/{asked['id']}/draws", TERMS | body)


def revealed(office: Caller, draw: dict[str, Any], clock: Clock, value: str = VALUE) -> dict[str, Any]:
    clock.forward(days=2)
    answer = office.post(f"/draws/{draw['id']}/reveal", {"public_value": value})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json)


def verified(caller: Caller, record: Any, **body: Any) -> dict[str, Any]:
    answer = caller.post("/draws/verify", {"record": record, **body})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json)


def faults(answer: Any, status: int = 422) -> list[str]:
    assert answer.status_code == status, answer.get_data(as_text=True)
    return [one["pointer"] for one in answer.json["errors"]]


def test_freeze_publishes_hashes_and_keeps_its_secret(office: Caller, asked: Any, pool: Any, app: Flask) -> None:
    made = frozen(office, asked)
    assert (made["status"], made["members"], made["record"], made["panel"]) == ("frozen", [], None, None)
    assert sorted(one["expert"] for one in made["terms"]["pool"]) == sorted(one["id"] for one in pool)
    assert len(made["commitment"]) == len(made["pool_hash"]) == 64
    assert office.get(f"/draws/{made['id']}").json == made
    assert office.get(f"/draws?request={asked['id']}").json["items"] == [made]
    with app.app_context(), db.engine.connect() as connection:
        secret = connection.exec_driver_sql("SELECT secret FROM draws").scalar_one()
    assert len(bytes(secret)) > 64


def test_reveal_draws_and_its_record_is_sound_by_every_reading(
    office: Caller, asked: Any, clock: Clock, tmp_path: Path, app: Flask
) -> None:
    made = frozen(office, asked)
    drawn = revealed(office, made, clock)
    record = drawn["record"]
    assert [one["expert"]["id"] for one in drawn["members"]] == [one["expert"] for one in record["members"]]
    assert (len(drawn["members"]), len(drawn["reserves"])) == (3, 2)
    assert (record["commitment"], record["pool_hash"]) == (made["commitment"], made["pool_hash"])
    assert verified(office, record) == {"valid": True, "problems": []}
    published = {"commitment": made["commitment"], "pool_hash": made["pool_hash"]}
    assert verified(office, record, published=published)["valid"]
    file = tmp_path / "record.json"
    file.write_text(json.dumps(office.get(f"/draws/{made['id']}").json["record"]), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, str(SCRIPT), str(file), made["commitment"]], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout.strip()) == (0, "valid")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_altered_record_is_found_out(office: Caller, agency: Caller, asked: Any, clock: Clock) -> None:
    record = revealed(office, frozen(office, asked), clock)["record"]
    others = [one["expert"] for one in record["reserves"]]
    altered = [
        record | {"public_value": "00"},
        record | {"secret": "0123456789abcdef" * 4},
        record | {"seed": "0123456789abcdef" * 4},
        record | {"members": [{**record["members"][0], "expert": others[0]}, *record["members"][1:]]},
        record | {"reserves": record["reserves"][::-1]},
        record | {"terms": record["terms"] | {"pool": record["terms"]["pool"][1:]}},
        {name: value for name, value in record.items() if name != "seed"},
        {},
        [],
        "valid",
        7,
    ]
    for one in altered:
        found = verified(agency, one)
        assert not found["valid"], one
        assert found["problems"]


def test_record_made_up_as_a_whole_is_not_the_one_on_file(office: Caller, asked: Any, clock: Clock) -> None:
    first = frozen(office, asked)
    second = frozen(office, asked, reason="公开数值来源变更")
    record = revealed(office, second, clock)["record"]
    forged = verified(office, record, published={"commitment": first["commitment"]})
    assert forged["valid"] is False
    assert verified(office, record)["valid"]


def test_nothing_is_revealed_before_its_time_or_twice(office: Caller, asked: Any, clock: Clock) -> None:
    made = frozen(office, asked)
    early = office.post(f"/draws/{made['id']}/reveal", {"public_value": VALUE})
    assert (early.status_code, early.json["type"]) == (409, "urn:expertdb:problem:too-early-to-reveal")
    assert office.get(f"/draws/{made['id']}").json["record"] is None
    drawn = revealed(office, made, clock)
    again = office.post(f"/draws/{made['id']}/reveal", {"public_value": "另一数值"})
    assert (again.status_code, again.json["type"]) == (409, "urn:expertdb:problem:draw-is-not-frozen")
    assert office.get(f"/draws/{made['id']}").json == drawn


def test_of_two_reveals_at_once_one_draws(office: Caller, asked: Any, clock: Clock) -> None:
    made = frozen(office, asked)
    clock.forward(days=2)
    answers = at_once(
        *(lambda value=value: office.post(f"/draws/{made['id']}/reveal", {"public_value": value}) for value in "甲乙")
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(office.get("/panels").json["items"]) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("value", ["", " ", "\0", "\u200b", None, 5, ["x"], "甲" * 501])
def test_public_value_that_is_none_is_refused(office: Caller, asked: Any, clock: Clock, value: Any) -> None:
    made = frozen(office, asked)
    clock.forward(days=2)
    data = json.dumps({"public_value": value})
    refused = office.call("POST", f"/draws/{made['id']}/reveal", data=data, content_type="application/json")
    assert faults(refused) == ["/public_value"]
    assert office.get(f"/draws/{made['id']}").json["status"] == "frozen"


def test_strata_and_rules_hold(office: Caller, asked: Any, pool: Any, clock: Clock) -> None:
    strata = [
        {"name": "法律", "seats": 2, "reserves": 1, "kinds": ["K-LAW"]},
        {"name": "技术", "seats": 1, "kinds": ["K-TECH", "K-PA"]},
    ]
    rules = [{"type": "max_per_organisation", "limit": 1}, {"type": "odd"}]
    made = frozen(office, asked, size=3, strata=strata, rules=rules, reserves=2)
    drawn = revealed(office, made, clock)
    kinds = {one["id"]: one["kind"] for one in pool}
    assert [kinds[one["expert"]["id"]] for one in drawn["members"][:2]] == ["K-LAW", "K-LAW"]
    assert [one["stratum"] for one in drawn["members"]] == ["法律", "法律", "技术"]
    bodies = {one["id"]: one["organisation"]["id"] for one in pool}
    assert len({bodies[one["expert"]["id"]] for one in drawn["members"]}) == 3
    assert verified(office, drawn["record"])["valid"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"size": None}, ["/size"]),
        ({"size": 0}, ["/size"]),
        ({"size": 9}, ["/strata/0"]),
        ({"size": 2, "rules": [{"type": "odd"}]}, ["/size"]),
        ({"size": 4, "strata": [{"name": "全体", "seats": 3}]}, ["/size"]),
        ({"strata": [{"name": "律师", "seats": 3, "kinds": ["K-LAWYER"]}]}, ["/strata/0/kinds/0"]),
        ({"strata": [{"seats": 3}]}, ["/strata/0/name"]),
        ({"strata": [{"name": "甲", "seats": "3"}]}, ["/strata/0/seats"]),
        ({"strata": [{"name": "甲", "seats": 3, "colour": "red"}]}, ["/strata/0/colour"]),
        ({"strata": [{"name": "甲", "seats": 3, "type": "odd"}]}, ["/strata/0"]),
        ({"strata": [{"name": "甲", "seats": 10**30}]}, ["/strata/0/seats"]),
        ({"strata": [{"name": "甲", "seats": 3, "reserves": -1}]}, ["/strata/0/reserves"]),
        ({"strata": [{"name": "甲", "seats": 2}, {"name": "甲", "seats": 1}]}, ["/strata"]),
        ({"rules": [{"type": "at_least_one", "kinds": ["K-LAW"]}]}, ["/rules/0"]),
        ({"rules": [{"type": "max_per_organisation", "limit": 0}]}, ["/rules"]),
        ({"public_source": " "}, ["/public_source"]),
        ({"not_before": "2026-11-23T09:00:00Z"}, ["/not_before"]),
        ({"not_before": "tomorrow"}, ["/not_before"]),
        ({"seed": "4"}, ["/seed"]),
        (
            {
                "size": None,
                "rules": [{"type": "at_least_one", "kinds": ["K-LAWYER"]}],
                "not_before": "2026-11-23T09:00:00Z",
            },
            ["/not_before", "/rules/0/kinds/0", "/size"],
        ),
        (
            {"size": 2, "rules": [{"type": "odd"}, {"type": "at_least_one", "kinds": ["K-LAW"]}]},
            ["/rules/1", "/size"],
        ),
        (
            {"strata": [{"name": "甲", "seats": "3"}, {"seats": 3, "kinds": ["K-LAWYER"]}, {"seats": -1}]},
            ["/strata/0/seats", "/strata/1/kinds/0", "/strata/1/name", "/strata/2/name", "/strata/2/seats"],
        ),
        (
            {"size": 14, "strata": [{"name": one, "seats": 7, "kinds": [one]} for one in ("K-LAW", "K-PA")]},
            ["/strata/0", "/strata/1"],
        ),
    ],
)
def test_draw_of_nonsense_is_pointed_at(office: Caller, asked: Any, body: Any, pointers: list[str]) -> None:
    refused = office.post(f"/requests/{asked['id']}/draws", TERMS | body)
    assert sorted(faults(refused)) == pointers
    assert office.get("/draws").json["items"] == []


def test_recused_and_suspended_are_not_in_the_sub_pool(
    office: Caller, administrator: Caller, asked: Any, pool: Any
) -> None:
    tie = {"type": "kin", "counterpart": "某某", "request": asked["id"]}
    office.made(f"/experts/{pool[0]['id']}/ties", tie)
    moved(administrator, f"/experts/{pool[1]['id']}", "on_leave")
    made = frozen(office, asked, rules=[{"type": "forbidden", "experts": [pool[2]["id"]]}])
    left = {one["id"] for one in pool[3:]}
    assert {one["expert"] for one in made["terms"]["pool"]} == left


def test_second_draw_says_why_and_the_first_is_kept(office: Caller, asked: Any, clock: Clock) -> None:
    first = revealed(office, frozen(office, asked), clock)
    later = {"not_before": "2026-12-01T00:00:00Z"}
    refused = office.post(f"/requests/{asked['id']}/draws", TERMS | later)
    assert (refused.status_code, refused.json["type"]) == (409, "urn:expertdb:problem:redraw-needs-reason")
    assert faults(refused, 409) == ["/reason"]
    also = office.post(f"/requests/{asked['id']}/draws", TERMS | {"not_before": "2026-11-23T09:00:00Z", "size": None})
    assert sorted(faults(also)) == ["/not_before", "/reason", "/size"]
    second = frozen(office, asked, **later, reason="抽中三人均因故不能参加")
    assert (second["follows"], second["reason"]) == (first["id"], "抽中三人均因故不能参加")
    kept = office.get(f"/draws/{first['id']}").json
    assert (kept["status"], kept["record"]) == ("superseded", first["record"])
    assert office.get(f"/panels/{first['panel']}").json["status"] == "superseded"
    assert verified(office, kept["record"])["valid"]


def test_panel_that_a_second_draw_supersedes_keeps_who_and_why(
    app: Flask, office: Caller, asked: Any, clock: Clock
) -> None:
    panel = revealed(office, frozen(office, asked), clock)["panel"]
    frozen(office, asked, not_before="2026-12-01T00:00:00Z", reason="抽中三人均因故不能参加")
    steps = office.get(f"/panels/{panel}/file?format=json&language=zh").json["decision"]["transitions"]
    assert [(one["from"], one["to"]) for one in steps] == [(None, "proposed"), ("proposed", "superseded")]
    assert steps[-1]["reason"] == "抽中三人均因故不能参加"
    (deed,) = caller(app, "auditor").get(f"/audit?subject={panel}&action=panel.moved").json["items"]
    assert (deed["details"]["before"], deed["details"]["after"]) == ("proposed", "superseded")


def test_panel_of_a_draw_is_confirmed_without_reasons_for_ranks(office: Caller, asked: Any, clock: Clock) -> None:
    drawn = revealed(office, frozen(office, asked), clock)
    panel = office.get(f"/panels/{drawn['panel']}").json
    assert (panel["choice"], panel["draw"], panel["deviations"]) == ("drawn", drawn["id"], [])
    assert [one["expert"] for one in panel["members"]] == [one["expert"] for one in drawn["members"]]
    body = {"to": "confirmed", "reason": "抽取结果", "confirmed_by": "王某"}
    decided = office.post(f"/panels/{panel['id']}/transitions", body, etag="*")
    assert decided.status_code == 200
    assert office.get(f"/requests/{asked['id']}").json["status"] == "confirmed"


def test_who_was_drawn_but_left_is_replaced_by_the_next_in_line(
    office: Caller, administrator: Caller, asked: Any, clock: Clock
) -> None:
    drawn = revealed(office, frozen(office, asked), clock)
    gone, first, second = (drawn["members"][1], *drawn["reserves"])
    moved(administrator, f"/experts/{gone['expert']['id']}", "on_leave")
    moved(administrator, f"/experts/{first['expert']['id']}", "on_leave")
    path = f"/panels/{drawn['panel']}"
    body = {"to": "confirmed", "reason": "抽取结果", "confirmed_by": "王某"}
    stale = office.post(f"{path}/transitions", body, etag="*")
    assert stale.json["type"] == "urn:expertdb:problem:pool-has-moved"
    left = {"expert": gone["expert"]["id"], "reason": "请假"}
    after = office.post(f"{path}/replacements", left).json
    order = [drawn["members"][0], drawn["members"][2], second]
    assert [one["expert"]["id"] for one in after["members"]] == [one["expert"]["id"] for one in order]
    assert (after["choice"], after["reserves"]) == ("drawn", [])
    assert office.post(f"/panels/{after['id']}/transitions", body, etag="*").status_code == 200


def test_drawn_member_who_joined_anothers_firm_is_noticed(
    office: Caller, administrator: Caller, asked: Any, pool: Any, clock: Clock
) -> None:
    made = frozen(office, asked, rules=[{"type": "max_per_organisation"}])
    drawn = revealed(office, made, clock)
    bodies = {one["id"]: one["organisation"]["name"]["zh"] for one in pool}
    first, second = (one["expert"]["id"] for one in drawn["members"][:2])
    administrator.patch(f"/experts/{first}", {"organisation": bodies[second]}, etag="*")
    body = {"to": "confirmed", "reason": "抽取结果", "confirmed_by": "王某"}
    refused = office.post(f"/panels/{drawn['panel']}/transitions", body, etag="*")
    assert faults(refused, 409) == ["/members", "/rules/0"]


STRATA = [
    {"name": "法律", "seats": 1, "reserves": 1, "kinds": ["K-LAW"]},
    {"name": "技术", "seats": 2, "reserves": 2, "kinds": ["K-TECH", "K-PA"]},
]


def confirmed_by_strata(office: Caller, asked: dict[str, Any], clock: Clock, **terms: Any) -> dict[str, Any]:
    drawn = revealed(office, frozen(office, asked, strata=STRATA, **terms), clock)
    body = {"to": "confirmed", "reason": "抽取结果", "confirmed_by": "王某"}
    assert office.post(f"/panels/{drawn['panel']}/transitions", body, etag="*").status_code == 200
    return drawn


def asked_instead(office: Caller, drawn: dict[str, Any], leaving: dict[str, Any]) -> dict[str, Any]:
    invited = office.made(f"/panels/{drawn['panel']}/invitations", {})["items"]
    engagement = next(one for one in invited if one["expert"]["id"] == leaving["expert"]["id"])
    gone = {"to": "declined", "reason": "另有安排"}
    instead = office.post(f"/engagements/{engagement['id']}/transitions", gone, etag="*").json["instead"]
    return dict(office.get(f"/engagements/{instead}").json["expert"])


def test_reserve_of_the_same_stratum_steps_in(office: Caller, asked: Any, clock: Clock) -> None:
    drawn = confirmed_by_strata(office, asked, clock)
    leaving, expected = drawn["members"][2], drawn["reserves"][1]
    assert (leaving["stratum"], expected["stratum"]) == ("技术", "技术")
    assert asked_instead(office, drawn, leaving) == expected["expert"]
    assert verified(office, drawn["record"])["valid"]


def test_replacement_is_of_the_same_stratum(office: Caller, asked: Any, clock: Clock) -> None:
    drawn = confirmed_by_strata(office, asked, clock)
    path, leaving = f"/panels/{drawn['panel']}/replacements", drawn["members"][2]["expert"]["id"]
    after = office.made(path, {"expert": leaving, "reason": "请辞"})
    expected = (drawn["members"][0], drawn["members"][1], drawn["reserves"][1])
    assert [one["expert"]["id"] for one in after["members"]] == [one["expert"]["id"] for one in expected]


def test_reserve_of_a_draw_who_would_break_its_rule_now_is_passed_over(
    office: Caller, administrator: Caller, asked: Any, pool: Any, clock: Clock
) -> None:
    drawn = confirmed_by_strata(office, asked, clock, rules=[{"type": "max_per_organisation", "limit": 2}])
    staying = {one["expert"]["id"] for one in drawn["members"][:2]}
    first, second = (one["expert"] for one in drawn["reserves"] if one["stratum"] == "技术")
    for id in (*staying, first["id"]):
        administrator.patch(f"/experts/{id}", {"organisation": "新单位"}, etag="*")
    assert asked_instead(office, drawn, drawn["members"][2]) == second


def test_draws_are_no_business_of_agencies_but_records_are(agency: Caller, office: Caller, asked: Any) -> None:
    made = frozen(office, asked)
    assert agency.get(f"/draws/{made['id']}").status_code == 403
    assert agency.post(f"/requests/{asked['id']}/draws", TERMS).status_code == 403
    assert agency.post(f"/draws/{made['id']}/reveal", {"public_value": VALUE}).status_code == 403


def test_draw_leaves_a_trace_of_its_commitment(office: Caller, asked: Any, app: Flask, clock: Clock) -> None:
    made = frozen(office, asked)
    revealed(office, made, clock)
    with app.app_context(), db.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT action, details FROM audit_entries WHERE kind = 'draw' ORDER BY seq"
        ).all()
    assert [row[0] for row in rows] == ["draw.frozen", "draw.revealed"]
    assert json.loads(rows[0][1])["commitment"] == made["commitment"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("narrowed", ["filters", "candidates", "forbidden", "strata"])
def test_draw_that_leaves_nothing_to_chance_is_refused(
    office: Caller, administrator: Caller, asked: Any, pool: Any, narrowed: str
) -> None:
    expert(administrator, "专家壬", kind="K-JDG", region="350900")
    of_one = {
        "filters": {"filters": {"kind": ["K-JDG"]}},
        "candidates": {"candidates": 1},
        "forbidden": {"rules": [{"type": "forbidden", "experts": [one["id"] for one in pool]}]},
        "strata": {"strata": [{"name": "甲", "seats": 1, "experts": [pool[0]["id"]]}]},
    }
    refused = office.post(f"/requests/{asked['id']}/draws", TERMS | {"size": 1, "reserves": 0} | of_one[narrowed])
    assert faults(refused) == ["/strata/0" if narrowed == "strata" else "/size"]
    assert office.get("/draws").json["items"] == []


def test_record_says_how_the_sub_pool_was_found_and_how_many_were_drawn_of_how_many(
    office: Caller, asked: Any, pool: Any, clock: Clock
) -> None:
    forbidden = pool[0]["id"]
    rules = [{"type": "forbidden", "experts": [forbidden]}]
    body = {"filters": {"region": ["350200"]}, "candidates": 50, "rules": rules, "reserves": 1}
    terms = revealed(office, frozen(office, asked, **body), clock)["record"]["terms"]
    narrowed = {"filters": {"region": ["350200"]}, "candidates": 50, "forbidden": [forbidden]}
    strata = [{"name": "all", "seats": 3, "qualified": len(pool) - 1, "few": True}]
    assert terms["chosen_from"] == {"eligible": len(pool), **narrowed, "strata": strata}
