"""Curating experts over HTTP: enter, read, edit, delete and move.

Pinned here:
- what was entered comes back as it was, and the 201 says where it stands;
- a new expert is a draft unless it is taken over from a roster, and a take-over has a term;
- an edit needs the ETag that was read (428 without, 412 when stale, `*` and weak tags are taken) and changes its tag;
- PATCH changes what it names and nothing else; `items` and `codes` are replaced as a whole;
- DELETE removes drafts only; every other way out is a transition, and a refused one names the ways there are.
"""

from typing import Any

from tests.callers import Caller, Clock

DRAFT = {"name": {"zh": "林岚", "en": "Lin Lan"}, "kind": "K-PA"}
FULL: dict[str, Any] = {
    **DRAFT,
    "source_id": "fj-0001",
    "position": "合伙人",
    "region": "350200",
    "languages": ["zh", "en"],
    "title_level": "T2",
    "licences": ["专利代理师资格证"],
    "availability": {"modes": ["written", "meeting"], "max_load": 6, "travel": True, "note": "周五不便"},
    "statement": "主攻锂电池专利的无效与稳定性分析。",
    "codes": ["PAT-INV", "LG-INV", "SE05"],
    "items": [
        {"kind": "case", "title": "隔膜专利无效案", "text": "权利要求全部无效。", "year": 2024, "verified": True}
    ],
    "status": "active",
    "term": {"start": "2026-01-01", "end": "2028-12-31"},
}


def test_expert_comes_back_as_entered(administrator: Caller) -> None:
    answer = administrator.post("/experts", FULL | {"organisation": "闽都衡正知识产权代理有限公司"})
    assert answer.status_code == 201
    read = administrator.get(answer.headers["Location"])
    assert read.json == answer.json
    assert read.headers["ETag"] == answer.headers["ETag"]
    stored = dict(read.json)
    assert stored.pop("organisation")["name"] == {"zh": "闽都衡正知识产权代理有限公司"}
    [item], [entered] = stored.pop("items"), FULL["items"]
    assert {name: item[name] for name in entered} == entered
    assert {name: stored[name] for name in FULL if name != "items"} | {"items": [entered]} == FULL


def test_expert_without_status_is_a_draft_without_term(administrator: Caller) -> None:
    made = administrator.made("/experts", DRAFT)
    assert (made["status"], made["term"], made["version"]) == ("draft", None, 1)


def test_take_over_without_term_gets_three_years_from_today(administrator: Caller) -> None:
    made = administrator.made("/experts", DRAFT | {"status": "active", "reason": "2023 roster"})
    assert made["status"] == "active"
    assert made["term"] == {"start": "2026-11-23", "end": "2029-11-22"}


def test_reason_of_a_take_over_is_in_the_audit_log_where_one_is_stated(administrator: Caller) -> None:
    for stated in ({"reason": "随名册并入"}, {}):
        made = administrator.made("/experts", {"name": {"zh": "林某"}, "kind": "K-PA", "status": "active"} | stated)
        [entered] = administrator.get(f"/audit?subject={made['id']}").json["items"]
        assert entered["details"] == {"status": "active", "source": "take_over"} | stated


def test_take_over_cannot_enter_halfway_through_review(administrator: Caller) -> None:
    answer = administrator.post("/experts", DRAFT | {"status": "publicity"})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/status"


def test_same_source_id_is_entered_once(administrator: Caller) -> None:
    first = administrator.made("/experts", DRAFT | {"source_id": "fj-7"})
    again = administrator.post("/experts", DRAFT | {"source_id": "fj-7"})
    assert again.status_code == 409
    assert first["id"] in again.json["detail"]
    assert [fault["pointer"] for fault in again.json["errors"]] == ["/source_id"]
    assert len(administrator.get("/experts").json["items"]) == 1


def test_expert_nobody_has_is_not_found(administrator: Caller) -> None:
    for expert_id in ("nobody", "%00", "%ED%A0%80", "林", "x" * 1000):
        for method in ("GET", "DELETE"):
            answer = administrator.call(method, f"/experts/{expert_id}", etag="*")
            assert answer.status_code == 404, expert_id
            assert answer.mimetype == "application/problem+json"


def test_edit_without_if_match_is_refused(administrator: Caller) -> None:
    path = f"/experts/{administrator.made('/experts', DRAFT)['id']}"
    for etag in (None, "", " "):
        assert administrator.patch(path, {"statement": "新"}, etag=etag).status_code == 428
        assert administrator.delete(path, etag=etag).status_code == 428
        assert (
            administrator.post(f"{path}/transitions", {"to": "submitted", "reason": "x"}, etag=etag).status_code == 428
        )
    assert administrator.get(path).json["statement"] == ""


def test_edit_with_stale_etag_is_refused_and_names_the_current_one(administrator: Caller) -> None:
    path = f"/experts/{administrator.made('/experts', DRAFT)['id']}"
    first = administrator.get(path).headers["ETag"]
    current = administrator.patch(path, {"statement": "一"}, etag=first).headers["ETag"]
    assert current != first
    stale = administrator.patch(path, {"statement": "二"}, etag=first)
    assert stale.status_code == 412
    assert current in stale.json["detail"]
    assert administrator.delete(path, etag=first).status_code == 412
    assert administrator.get(path).json["statement"] == "一"


def test_every_edit_changes_the_etag_however_fast_it_follows(administrator: Caller) -> None:
    path = f"/experts/{administrator.made('/experts', DRAFT)['id']}"
    seen = [administrator.get(path).headers["ETag"]]
    for change in ({"codes": ["PAT"]}, {"items": [{"kind": "case", "title": "一"}]}, {"items": []}, {"codes": []}):
        seen.append(administrator.patch(path, change, etag=seen[-1]).headers["ETag"])
        assert administrator.get(path).headers["ETag"] == seen[-1]
    assert len(set(seen)) == len(seen)


def test_if_match_takes_one_tag_weak_or_strong_or_a_star(administrator: Caller) -> None:
    answers = {"*": 200, '"1"': 200, 'W/"1"': 200, '"2"': 412, 'W/"2"': 412, "1": 400, '"1", "2"': 400, '"x"': 400}
    for etag, status in answers.items():
        path = f"/experts/{administrator.made('/experts', DRAFT)['id']}"
        assert administrator.patch(path, {"statement": "新"}, etag=etag).status_code == status, etag


def test_patch_changes_what_it_names_and_nothing_else(administrator: Caller, clock: Clock) -> None:
    made = administrator.made("/experts", FULL)
    clock.forward(minutes=5)
    after = administrator.patch(f"/experts/{made['id']}", {"position": None, "languages": ["ja"]}, etag="*").json
    changed = {name for name in made if made[name] != after[name]}
    assert changed == {"position", "languages", "version", "updated_at"}
    assert (after["position"], after["languages"]) == (None, ["ja"])


def test_patch_replaces_items_and_codes_as_a_whole(administrator: Caller) -> None:
    made = administrator.made("/experts", FULL)
    new_items = [{"kind": "patent", "title": "乙"}, {"kind": "standard", "title": "甲", "year": 2020}]
    body = {"items": new_items, "codes": ["SE05", "TM", "PAT-INV"]}
    after = administrator.patch(f"/experts/{made['id']}", body, etag="*").json
    assert [(item["kind"], item["title"], item["year"]) for item in after["items"]] == [
        ("patent", "乙", None),
        ("standard", "甲", 2020),
    ]
    assert after["codes"] == ["SE05", "TM", "PAT-INV"]
    assert administrator.get(f"/experts/{made['id']}").json == after
    assert administrator.get("/experts?q=隔膜").json["items"] == []


def test_patch_can_name_neither_status_nor_id(administrator: Caller) -> None:
    made = administrator.made("/experts", DRAFT)
    answer = administrator.patch(f"/experts/{made['id']}", {"status": "active", "id": "x", "version": 9}, etag="*")
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.json["errors"]} == {"/status", "/id", "/version"}


def test_renamed_expert_is_found_by_the_new_name_only(administrator: Caller) -> None:
    made = administrator.made("/experts", DRAFT)
    administrator.patch(f"/experts/{made['id']}", {"name": {"zh": "曾冰"}}, etag="*")
    assert administrator.get(f"/experts/{made['id']}").json["name"] == {"zh": "曾冰"}
    assert len(administrator.get("/experts?q=zeng").json["items"]) == 1
    assert administrator.get("/experts?q=lin").json["items"] == []


def test_draft_can_be_deleted(administrator: Caller) -> None:
    made = administrator.made("/experts", DRAFT | {"codes": ["PAT"], "items": FULL["items"]})
    answer = administrator.delete(f"/experts/{made['id']}", etag='"1"')
    assert (answer.status_code, answer.data) == (204, b"")
    assert administrator.get(f"/experts/{made['id']}").status_code == 404
    assert administrator.get("/experts").json == {"items": [], "next": None}


def test_whoever_is_no_draft_leaves_by_transition(administrator: Caller) -> None:
    made = administrator.made("/experts", FULL)
    answer = administrator.delete(f"/experts/{made['id']}", etag="*")
    assert answer.status_code == 409
    assert "active" in answer.json["detail"]
    assert "removed, withdrawn" in answer.json["detail"]
    assert administrator.get(f"/experts/{made['id']}").json == made


def test_refused_transition_names_the_ways_there_are(administrator: Caller) -> None:
    made = administrator.made("/experts", DRAFT)
    for to, status in {"active": 409, "draft": 409, "nowhere": 422, "": 422, "x" * 17: 422, None: 422}.items():
        answer = administrator.post(f"/experts/{made['id']}/transitions", {"to": to, "reason": "试"}, etag="*")
        assert answer.status_code == status, to
        assert [fault["pointer"] for fault in answer.json["errors"]] == ["/to"]
        assert status == 422 or "submitted, withdrawn" in answer.json["detail"]
    assert administrator.get(f"/experts/{made['id']}").json == made


def test_transition_wants_a_reason(administrator: Caller) -> None:
    made = administrator.made("/experts", FULL)
    for body in ({"to": "suspended"}, {"to": "suspended", "reason": "  "}):
        answer = administrator.post(f"/experts/{made['id']}/transitions", body, etag="*")
        assert answer.status_code == 422
        assert [fault["pointer"] for fault in answer.json["errors"]] == ["/reason"]
