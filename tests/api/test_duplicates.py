"""Rows about people who are there already: found by id, number or name and employer, and merged as stated.

Pinned: who is found and how surely; what wants a decision and what does not; which fields win in a merge, and that a
dry run says so; that two identity numbers are two people; that nothing is decided behind anybody's back.
"""

import io
import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from expertdb.database import transaction
from expertdb.errors import EditedMeanwhile
from expertdb.models.audit import AuditEntry
from expertdb.services import imports
from expertdb.services.actors import SYSTEM
from expertdb.services.decisions import Choices
from expertdb.services.rosters import Upload
from tests.api.people import expert
from tests.callers import Caller
from tests.conftest import START
from tests.rosters import id_number

ID, OTHER_ID = "11010519491231002X", id_number(3)
OLD_ID = "110105491231002"  # as it was written before 2013
ORGANISATION = {"name": {"zh": "闽都衡正知识产权代理有限公司"}, "aliases": ["衡正代理"], "kind": "O-AGY"}


@pytest.fixture
def one(administrator: Caller) -> dict[str, Any]:
    administrator.made("/organisations", ORGANISATION)
    numbers = {"id_number": ID, "licence_numbers": [{"licence": "专利代理师", "number": "3512345"}]}
    return expert(administrator, organisation="衡正代理", restricted=numbers, source_id="A1", position=None)


def send(caller: Caller, *rows: dict[str, Any], query: str = "", **decisions: Any) -> Any:
    body = "\n".join(json.dumps({"kind": "K-PA"} | row, ensure_ascii=False) for row in rows).encode()
    form = {"file": (io.BytesIO(body), "a.jsonl")}
    if decisions:
        form["decisions"] = json.dumps({row.strip("r"): what for row, what in decisions.items()})  # type: ignore[assignment]
    return caller.post(f"/experts/imports{query}", data=form)


def found(answer: Any) -> list[tuple[Any, ...]]:
    return [(one["row"], one["why"], one["weight"], one["decision"]) for one in answer.json["duplicates"]]


def pointers(answer: Any) -> list[str]:
    return [fault["pointer"] for fault in answer.json["errors"]]


def names(caller: Caller) -> int:
    return len(caller.get("/experts").json["items"])


@pytest.mark.parametrize(
    ("row", "why", "pointer"),
    [
        ({"id": "A1", "name": {"zh": "别人"}}, "source_id", "/rows/1/id"),
        (
            {"name": {"zh": "别人"}, "restricted": {"id_number": ID.lower()}},
            "id_number",
            "/rows/1/restricted/id_number",
        ),
        ({"name": {"zh": "别人"}, "restricted": {"id_number": OLD_ID}}, "id_number", "/rows/1/restricted/id_number"),
        (
            {"name": {"zh": "别人"}, "restricted": {"licence_numbers": [{"number": "35-12345"}]}},
            "licence_numbers",
            "/rows/1/restricted/licence_numbers",
        ),
        ({"name": {"zh": "林嵐"}, "organisation": "闽都衡正知识产权代理有限公司"}, "name", "/rows/1/name"),
        ({"name": {"zh": "林　岚"}, "organisation": "衡正代理"}, "name", "/rows/1/name"),
        ({"name": {"en": "Lan Lin"}, "organisation": "衡正代理"}, "name", "/rows/1/name"),
    ],
)
def test_row_about_somebody_who_is_there_wants_a_decision(
    administrator: Caller, one: dict[str, Any], row: dict[str, Any], why: str, pointer: str
) -> None:
    dry = send(administrator, row, query="?dry_run=true")
    assert found(dry) == [(1, why, "likely" if why == "name" else "certain", None)]
    assert dry.json["duplicates"][0]["expert"] == {"id": one["id"], "source_id": "A1", "name": {"zh": "林岚"}}
    assert pointers(dry) == [pointer]
    assert send(administrator, row).status_code == 422
    assert names(administrator) == 1


@pytest.mark.parametrize(
    "row",
    [
        {"name": {"zh": "林兰"}, "organisation": "衡正代理"},
        {"name": {"zh": "林岚"}, "organisation": "别的单位"},
        {"name": {"zh": "林岚"}},
        {"name": {"zh": "林岚"}, "organisation": "衡正代理", "restricted": {"id_number": OTHER_ID}},
    ],
)
def test_row_about_somebody_else_is_entered(administrator: Caller, one: dict[str, Any], row: dict[str, Any]) -> None:
    answer = send(administrator, row)
    assert (answer.status_code, found(answer)) == (200, [])
    assert names(administrator) == 2


def test_namesake_with_an_id_of_their_own_is_entered_and_listed(administrator: Caller, one: dict[str, Any]) -> None:
    row = {"id": "B7", "name": {"zh": "林岚"}, "organisation": "衡正代理"}
    assert pointers(send(administrator, row, query="?dry_run=true&duplicates=refuse")) == ["/rows/1/name"]
    assert found(send(administrator, row)) == [(1, "name", "possible", "new")]
    assert names(administrator) == 2


def test_rows_of_one_file_are_compared_too(administrator: Caller) -> None:
    rows = (
        {"name": {"zh": "林岚"}, "organisation": "某大学", "restricted": {"id_number": ID}},
        {"name": {"zh": "曾冰"}, "restricted": {"id_number": ID}},
        {"name": {"en": "Lin Lan"}, "organisation": "某大學"},
        {"id": "1", "name": {"zh": "吴双"}, "organisation": "某大学"},
        {"id": "2", "name": {"zh": "吴双"}, "organisation": "某大学"},
    )
    dry = send(administrator, *rows, query="?dry_run=true")
    assert found(dry) == [
        (2, "id_number", "certain", None),
        (3, "name", "likely", None),
        (5, "name", "possible", "new"),
    ]
    assert [one["other_row"] for one in dry.json["duplicates"]] == [1, 1, 4]
    assert pointers(dry) == ["/rows/2/restricted/id_number", "/rows/3/name"]
    answer = send(administrator, *rows, r2="skip", r3="new")
    assert (answer.json["created"], answer.json["skipped"]) == (4, 1)


def test_policy_skips_or_enters_what_is_there(administrator: Caller, one: dict[str, Any]) -> None:
    row = {"name": {"zh": "林岚"}, "organisation": "衡正代理"}
    skipped = send(administrator, row, {"name": {"zh": "新人"}}, query="?duplicates=skip")
    assert (skipped.json["created"], skipped.json["skipped"]) == (1, 1)
    assert send(administrator, row, query="?duplicates=new").json["created"] == 1
    same_number = {"name": {"zh": "林岚"}, "restricted": {"id_number": ID}}
    assert pointers(send(administrator, same_number, query="?duplicates=new")) == ["/rows/1/restricted/id_number"]


ROW: dict[str, Any] = {
    "name": {"zh": "林岚", "en": "Lin Lan"},
    "kind": "K-LAW",
    "organisation": "衡正代理",
    "position": "合伙人",
    "region": "350100",
    "languages": ["en"],
    "codes": ["LG-INV", "SE05"],
    "statement": "新的自述",
    "items": [
        {"kind": "case", "title": "电池隔膜专利无效案", "year": 2024},
        {"kind": "publication", "title": "新论文"},
    ],
    "restricted": {"phone": "13800138000", "licence_numbers": [{"licence": "律师", "number": "777"}]},
    "status": "suspended",
}
FILLED = ["position", "name.en", "phone"]
ADDED = {"languages": 1, "codes": 1, "items": 1, "licence_numbers": 1}
BOTH = ["kind", "region", "statement"]


@pytest.mark.parametrize(
    ("prefer", "filled", "replaced", "kept"), [("pool", FILLED, [], BOTH), ("file", FILLED, BOTH, [])]
)
def test_merge_fills_unites_and_leaves_or_replaces_as_stated(
    administrator: Caller, one: dict[str, Any], prefer: str, filled: list[str], replaced: list[str], kept: list[str]
) -> None:
    query = f"?duplicates=merge&prefer={prefer}"
    dry = send(administrator, ROW, query=f"{query}&dry_run=true").json
    (said,) = dry["duplicates"]
    assert (said["decision"], said["filled"], said["replaced"], said["kept"], said["added"]) == (
        "merge",
        filled,
        replaced,
        kept,
        ADDED,
    )
    assert dry["planned"] == {"created": 0, "merged": 1, "unchanged": 0, "skipped": 0}
    assert administrator.get(f"/experts/{one['id']}").json == one
    assert send(administrator, ROW, query=query).json["merged"] == 1
    merged = administrator.get(f"/experts/{one['id']}").json
    assert merged["version"] == one["version"] + 1
    assert (merged["name"], merged["position"]) == ({"zh": "林岚", "en": "Lin Lan"}, "合伙人")
    assert (merged["languages"], merged["codes"]) == (["zh", "en"], ["PAT-INV", "LG-INV", "SE05"])
    assert [item["title"] for item in merged["items"]] == ["电池隔膜专利无效案", "新论文"]
    assert (merged["status"], merged["term"], merged["source_id"]) == (one["status"], one["term"], "A1")
    expected = ROW if prefer == "file" else one
    assert (merged["kind"], merged["statement"]) == (expected["kind"], expected["statement"])
    assert set(merged["restricted"]) == {"phone", "id_number", "licence_numbers"}
    assert len(merged["restricted"]["licence_numbers"]) == 2
    assert administrator.get("/experts?q=新论文").json["items"] == [merged]


def test_second_merge_of_the_same_row_changes_nothing(administrator: Caller, one: dict[str, Any]) -> None:
    send(administrator, ROW, query="?duplicates=merge")
    before = administrator.get(f"/experts/{one['id']}").json
    again = send(administrator, ROW, query="?duplicates=merge").json
    assert (again["merged"], again["unchanged"]) == (0, 1)
    assert administrator.get(f"/experts/{one['id']}").json == before


def test_merge_may_bring_an_employer_that_nobody_knows_yet(administrator: Caller, one: dict[str, Any]) -> None:
    row = ROW | {"id": "A1", "organisation": "闽北新设律师事务所"}
    answer = send(administrator, row, query="?duplicates=merge&prefer=file")
    assert answer.status_code == 200, answer.text
    assert administrator.get(f"/experts/{one['id']}").json["organisation"]["name"] == {"zh": "闽北新设律师事务所"}


def test_merged_expert_is_found_by_what_came_in(administrator: Caller, one: dict[str, Any]) -> None:
    send(administrator, ROW, query="?duplicates=merge")
    listed = administrator.post("/shortlists/preview", {"title": "新论文", "text": "新能源汽车"}).json["entries"]
    assert [entry["expert"]["id"] for entry in listed] == [one["id"]]


def test_merge_of_two_identity_numbers_is_refused(administrator: Caller, one: dict[str, Any]) -> None:
    row = {"id": "A1", "name": {"zh": "林岚"}, "restricted": {"id_number": OTHER_ID}}
    answer = send(administrator, row, query="?duplicates=merge")
    assert answer.status_code == 422
    assert "two people" in answer.json["errors"][0]["detail"]


def test_row_that_matches_several_must_name_one(administrator: Caller, one: dict[str, Any]) -> None:
    other = expert(administrator, organisation="衡正代理")
    row = {"name": {"zh": "林岚"}, "organisation": "衡正代理", "position": "所长"}
    answer = send(administrator, row, query="?duplicates=merge")
    assert one["id"] in answer.json["errors"][0]["detail"]
    assert other["id"] in answer.json["errors"][0]["detail"]
    assert send(administrator, row, r1={"merge": other["id"]}).json["merged"] == 1
    assert administrator.get(f"/experts/{other['id']}").json["position"] == "所长"
    nobody = send(administrator, row, r1={"merge": "0" * 36})
    assert pointers(nobody) == ["/decisions/1"]


@pytest.mark.parametrize(
    ("row", "pointer"),
    [
        ({"name": {"zh": "王五"}, "restricted": {"id_number": ID}}, "/rows/1/restricted/id_number"),
        ({"name": {"zh": "王五"}, "id": "A1"}, "/rows/1/id"),
    ],
)
def test_merge_into_somebody_brings_no_id_that_another_has(
    administrator: Caller, one: dict[str, Any], row: dict[str, Any], pointer: str
) -> None:
    other = expert(administrator, "王五")
    for query in ("?dry_run=true", "?prefer=file"):
        answer = send(administrator, row, query=query, r1={"merge": other["id"]})
        assert pointers(answer) == [pointer]
        assert one["id"] in answer.json["errors"][0]["detail"]
    assert administrator.get(f"/experts/{other['id']}").json["version"] == 1


def test_name_that_fills_its_column_in_the_pool_is_known(administrator: Caller) -> None:
    expert(administrator, "林　岚", organisation="衡正代理")
    answer = send(administrator, {"name": {"zh": "林岚"}, "organisation": "衡正代理"}, query="?dry_run=true")
    assert found(answer) == [(1, "name", "likely", None)]


def test_two_rows_are_not_merged_into_one_expert(administrator: Caller, one: dict[str, Any]) -> None:
    rows = [{"name": {"zh": "林岚"}, "organisation": "衡正代理", "position": position} for position in ("主任", "所长")]
    answer = send(administrator, *rows, query="?duplicates=merge&dry_run=true")
    assert pointers(answer) == ["/rows/2/name"]
    assert "Row 1 is merged" in answer.json["errors"][0]["detail"]


def test_the_ids_of_source_and_database_are_one_expert(administrator: Caller, one: dict[str, Any]) -> None:
    rows = [{"name": {"zh": "林岚"}, "id": "A1"}, {"name": {"zh": "林岚岚"}, "id": one["id"]}]
    answer = send(administrator, *rows, query="?duplicates=skip")
    assert (answer.json["skipped"], names(administrator)) == (2, 1)


def test_merge_that_somebody_edited_under_is_refused_whole(
    app: Flask, administrator: Caller, one: dict[str, Any]
) -> None:
    upload = Upload("a.jsonl", io.BytesIO(json.dumps(ROW).encode()))
    options = imports.Options(choices=Choices("merge"))
    with app.app_context(), transaction(read_only=True) as session:
        plan = imports.examine(session, upload, options, dry_run=False, actor=SYSTEM, now=START)
    administrator.patch(f"/experts/{one['id']}", {"position": "主任"}, etag="*")
    with app.app_context(), pytest.raises(EditedMeanwhile), transaction() as session:
        imports.store(session, plan, actor=SYSTEM, now=START)
    assert administrator.get(f"/experts/{one['id']}").json["position"] == "主任"


def test_audit_log_has_every_expert_of_a_run(app: Flask, administrator: Caller, one: dict[str, Any]) -> None:
    send(administrator, ROW, {"name": {"zh": "新人"}}, query="?duplicates=merge")
    with app.app_context(), transaction(read_only=True) as session:
        entries = [(entry.action, json.loads(entry.details)) for entry in session.scalars(select(AuditEntry))]
    last = {
        action: details
        for action, details in entries
        if action in ("expert.imported", "expert.merged", "experts.imported")
    }
    assert set(last) == {"expert.imported", "expert.merged", "experts.imported"}
    assert last["expert.imported"]["run"] == last["expert.merged"]["run"]
    assert {"rows": 2, "created": 1, "merged": 1}.items() <= last["experts.imported"].items()
