"""Imports: many experts from one JSON Lines file, all of them or none.

Pinned here:
- a file comes raw as application/x-ndjson or as the form field `file`, with a byte order mark or not, with either line
  ending, with blank lines; anything else is 415;
- every bad row is reported, in order and with a pointer into the row, and nothing at all is stored then;
- a dry run reports the same faults as a real run and stores nothing;
- an id that stands twice in the file, or is in the pool already, is a fault of its row;
- a file without rows is refused rather than taken for a success.
"""

import io
import json
import threading
from typing import Any

import pytest
from flask import Flask

from expertdb.database import db
from expertdb.services import imports
from tests.callers import Caller

IMPORTS = "/experts/imports"
LINES = "application/x-ndjson"
GOOD: list[dict[str, Any]] = [
    {"id": "fj-1", "name": {"zh": "林岚"}, "kind": "K-PA", "organisation": "某某大学", "status": "active"},
    {"id": "fj-2", "name": {"zh": "曾冰"}, "kind": "K-LAW", "items": [{"kind": "case", "title": "茶叶案"}]},
    {"name": {"en": "No Id"}, "kind": "K-LAW", "organisation": "某某大學"},
]
BAD: list[Any] = [
    GOOD[0],
    {"id": "fj-3", "name": {"zh": "吴双"}, "kind": "K-PAT"},
    {"id": "fj-1", "name": {"zh": "林岚"}, "kind": "K-PA"},
    {"id": "fj-4", "kind": "K-PA", "items": [{"kind": "case", "title": ""}, {"kind": "case", "pages": 3}]},
    ["not", "an object"],
    {"id": "fj-5", "name": {"zh": "某"}, "kind": "K-PA", "organisation": "01890a5d-ac96-774b-bcce-b302099a8057"},
    {"id": "fj-6", "name": {"zh": "某"}, "kind": "K-PA", "organisation": "——"},
    {"id": "fj-7", "source_id": "x", "name": {"zh": "某"}, "kind": "K-PA"},
]
POINTERS = [
    "/rows/2/kind",
    "/rows/3/id",
    "/rows/4/items/0/title",
    "/rows/4/items/1/pages",
    "/rows/4/items/1/title",
    "/rows/4/name",
    "/rows/5",
    "/rows/6/organisation",
    "/rows/7/organisation",
    "/rows/8/source_id",
    "/rows/9",
    "/rows/11",
]
BROKEN = [b'{"id": "fj-8"', b"", b'{"id": "\xff"}']


def lines(rows: list[Any], more: list[bytes] | None = None, ending: bytes = b"\n") -> bytes:
    return ending.join([json.dumps(row, ensure_ascii=False).encode() for row in rows] + (more or []))


def send(administrator: Caller, file: bytes, query: str = "") -> Any:
    return administrator.post(f"{IMPORTS}{query}", data=file, content_type=LINES)


def found(answer: Any) -> tuple[bool, int, int, list[Any]]:
    """What the answer says of a run: dry or not, rows, experts entered, faults."""
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json["dry_run"], answer.json["rows"], answer.json["created"], answer.json["errors"]


def stored(administrator: Caller) -> list[str]:
    experts = administrator.get("/experts").json["items"]
    organisations = administrator.get("/organisations").json["items"]
    return [one["name"].get("zh") or one["name"]["en"] for one in [*experts, *organisations]]


def test_file_without_faults_is_stored(administrator: Caller) -> None:
    answer = send(administrator, lines(GOOD))
    assert found(answer) == (False, 3, 3, [])
    assert stored(administrator) == ["林岚", "No Id", "曾冰", "某某大学"]
    first = administrator.get("/experts?q=linlan").json["items"][0]
    assert (first["source_id"], first["status"], first["term"]["start"]) == ("fj-1", "active", "2026-11-23")


def test_file_comes_as_form_field_too(administrator: Caller) -> None:
    for name, rows in (("roster.jsonl", GOOD[:1]), ("名册.NDJSON", GOOD[1:])):
        answer = administrator.post(IMPORTS, data={"file": (io.BytesIO(lines(rows)), name)})
        assert found(answer) == (False, len(rows), len(rows), [])
    assert len(stored(administrator)) == 4


def test_byte_order_mark_and_line_endings_do_no_harm(administrator: Caller) -> None:
    for row, ending in zip(GOOD, (b"\n", b"\r\n", b"\r\n\r\n"), strict=True):
        other = {"name": {"zh": "另"}, "kind": "K-PA"}
        answer = send(administrator, b"\xef\xbb\xbf" + lines([row, other], ending=ending) + ending)
        assert (answer.status_code, answer.json["rows"], answer.json["created"]) == (200, 2, 2), ending
    assert len(stored(administrator)) == 7


def test_every_bad_row_is_reported_and_nothing_stored(administrator: Caller) -> None:
    answer = send(administrator, lines(BAD, BROKEN))
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert [fault["pointer"] for fault in answer.json["errors"]] == POINTERS
    assert "K-PA" in answer.json["errors"][0]["detail"]
    assert stored(administrator) == []


def test_dry_run_reports_what_a_real_run_would(administrator: Caller) -> None:
    dry = send(administrator, lines(BAD, BROKEN), "?dry_run=true")
    assert dry.status_code == 200
    assert (dry.json["dry_run"], dry.json["rows"], dry.json["created"]) == (True, 10, 0)
    assert dry.json["errors"] == send(administrator, lines(BAD, BROKEN)).json["errors"]
    assert stored(administrator) == []


def test_dry_run_of_a_good_file_stores_nothing(administrator: Caller) -> None:
    answer = send(administrator, lines(GOOD), "?dry_run=true")
    assert found(answer) == (True, 3, 0, [])
    assert answer.json["planned"] == {"created": 3, "merged": 0, "unchanged": 0, "skipped": 0}
    assert stored(administrator) == []


def test_row_of_an_expert_known_already_is_a_fault(administrator: Caller) -> None:
    send(administrator, lines(GOOD))
    known = administrator.get("/experts?q=linlan").json["items"][0]
    for query in ("", "?dry_run=true"):
        errors = send(administrator, lines(GOOD), query).json["errors"]
        assert [fault["pointer"] for fault in errors] == ["/rows/1/id", "/rows/2/id", "/rows/3/name"]
        assert known["id"] in errors[0]["detail"]
    assert len(stored(administrator)) == 4


def test_row_without_id_never_clashes(administrator: Caller) -> None:
    rows = [{"id": "line 2", "name": {"zh": "甲"}, "kind": "K-PA"}, {"name": {"zh": "乙"}, "kind": "K-PA"}]
    assert send(administrator, lines(rows)).json["created"] == 2


def test_file_without_rows_is_refused(administrator: Caller) -> None:
    for file in (b"", b"\n \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"):
        answer = send(administrator, file)
        assert answer.status_code == 422, file
        assert [fault["pointer"] for fault in answer.json["errors"]] == ["/rows"]


def test_other_media_types_are_refused(administrator: Caller) -> None:
    form = {"file": (io.BytesIO(b"{}"), "roster.docx")}
    answers = [administrator.post(IMPORTS, data=b"{}", content_type=kind) for kind in ("text/csv", "", None)]
    for answer in (*answers, administrator.post(IMPORTS, GOOD[0]), administrator.post(IMPORTS, data=form)):
        assert answer.status_code == 415
        assert answer.mimetype == "application/problem+json"


def test_form_without_the_file_says_so(administrator: Caller) -> None:
    for form in ({"roster": (io.BytesIO(b"{}"), "a.jsonl")}, {"file": "{}", "b": (io.BytesIO(b""), "b")}):
        answer = administrator.post(IMPORTS, data=form)
        assert answer.status_code == 422
        assert [fault["pointer"] for fault in answer.json["errors"]] == ["/file"]


def test_query_that_is_not_understood_stores_nothing(administrator: Caller) -> None:
    for query in ("?dry_run=yes", "?dry_run=true&dry_run=false", "?dryrun=true", "?dry_run="):
        assert send(administrator, lines(GOOD), query).status_code == 422, query
    assert stored(administrator) == []


def test_faults_beyond_the_most_that_are_listed_are_counted(
    administrator: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(send(administrator, b"[]\n" * 1500).json["errors"]) == 1500
    monkeypatch.setattr(imports, "MAXIMUM_FAULTS", 1000)
    errors = send(administrator, b"[]\n" * 1500).json["errors"]
    assert len(errors) == 1001
    assert errors[-1]["pointer"] == "/rows"
    assert "500" in errors[-1]["detail"]


def test_file_larger_than_an_import_may_be_is_refused(administrator: Caller) -> None:
    administrator.app.config["MAX_IMPORT_BYTES"] = 20_000_000
    larger_than_a_body = lines(GOOD) + b"\n" * 10_000_000
    assert send(administrator, larger_than_a_body, "?dry_run=true").json["rows"] == 3
    assert send(administrator, larger_than_a_body + b"\n" * 10_000_000).status_code == 413
    assert stored(administrator) == []


def test_only_administrators_import(office: Caller, agency: Caller) -> None:
    for caller in (office, agency):
        assert send(caller, lines(GOOD)).status_code == 403


class Watched(io.BytesIO):
    """A body that notes whether a transaction is open while it is read."""

    def readinto(self, buffer: Any) -> int:
        self.in_transaction = db.session().in_transaction()
        return super().readinto(buffer)


def test_slow_sender_holds_no_lock(app: Flask, administrator: Caller) -> None:
    body = Watched(lines(GOOD))
    length = len(body.getvalue())
    answer = administrator.post(IMPORTS, input_stream=body, content_length=length, content_type=LINES)
    assert (answer.json["created"], body.in_transaction) == (3, False)


def test_repeat_of_a_form_with_the_same_key_is_stored_once(administrator: Caller) -> None:
    headers = {"Idempotency-Key": "roster-1"}
    files = ({"file": (io.BytesIO(lines(GOOD)), "a.jsonl")} for _ in range(2))
    answers = [administrator.post(IMPORTS, data=file, headers=headers) for file in files]
    assert [answer.json["created"] for answer in answers] == [3, 3]
    assert len(stored(administrator)) == 4


def test_temporary_files_of_an_import_are_let_go_though_its_repeat_was_faster(
    administrator: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The equal call is made, and answered, when this one has examined its file."""
    plans: list[imports.Plan] = []
    examine = imports.examine

    def overtaken(*told: Any, **stated: Any) -> imports.Plan:
        plans.append(plan := examine(*told, **stated))
        if len(plans) == 1:
            equal = threading.Thread(target=sent)
            equal.start()
            equal.join()
        return plan

    def sent() -> Any:
        key = {"Idempotency-Key": "roster-1"}
        return administrator.post(IMPORTS, data=lines(GOOD), content_type=LINES, headers=key)

    monkeypatch.setattr(imports, "examine", overtaken)
    answer = sent()
    assert (answer.headers["Idempotency-Replayed"], answer.json["created"]) == ("true", 3)
    assert [plan.staged._spool._file.closed for plan in plans] == [True, True]
