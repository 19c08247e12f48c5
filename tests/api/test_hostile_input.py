"""What a hostile or broken client sends costs little and stores nothing.

Pinned here:
- a body that did not arrive whole is refused, whichever way it broke off: half an import is no import;
- a text that would take minutes to normalise is refused before anything reads it, in every field;
- many spellings of one word, and many wrong codes, are dealt with, which took many minutes;
- moments are written as RFC 3339 has them;
- the OpenAPI document names the refusals of bodies and headers.
"""

import io
import itertools
import json
from typing import Any

import pytest
from flask import Flask
from gunicorn.http.errors import InvalidChunkSize
from werkzeug.test import TestResponse

from tests.callers import Caller
from tests.conftest import caller

EXPERT = {"name": {"zh": "林岚"}, "kind": "K-PA"}
LINE = json.dumps(EXPERT).encode() + b"\n"
LINES = "application/x-ndjson"


class BrokenChunks(io.BytesIO):
    """What gunicorn hands over when the size of a chunk is no number."""

    def readinto(self, buffer: Any) -> int:
        raise InvalidChunkSize(b"zz")

    def read(self, size: int | None = -1) -> bytes:
        raise InvalidChunkSize(b"zz")


def send(caller: Caller, path: str, kind: str, body: io.BytesIO, length: int | None = None) -> TestResponse:
    """POST a body as gunicorn hands it over: terminated, whatever `length` promises; chunked without one."""
    said = {"HTTP_TRANSFER_ENCODING": "chunked"} if length is None else {"CONTENT_LENGTH": str(length)}
    environ = {"wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_TYPE": kind, **said}
    return caller.post(path, environ_overrides=environ)


def experts(caller: Caller) -> int:
    return len(caller.get("/experts").json["items"])


@pytest.mark.parametrize(("path", "kind"), [("/experts/imports", LINES), ("/experts", "application/json")])
def test_body_that_broke_off_is_refused(administrator: Caller, path: str, kind: str) -> None:
    answer = send(administrator, path, kind, io.BytesIO(LINE), length=2 * len(LINE))
    assert (answer.status_code, answer.json["type"]) == (400, "urn:expertdb:problem:malformed-body")
    assert experts(administrator) == 0


def test_form_that_broke_off_is_refused(administrator: Caller) -> None:
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n' + LINE + b"\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    answer = send(administrator, "/experts/imports", kind, io.BytesIO(form), length=len(form) + 500)
    assert answer.status_code == 400
    assert send(administrator, "/experts/imports", kind, io.BytesIO(form)).status_code == 200
    assert experts(administrator) == 1


def test_chunked_body_is_not_cut_at_the_limit(administrator: Caller) -> None:
    limit = administrator.app.config["MAX_CONTENT_LENGTH"]
    padded = LINE.ljust(limit)
    assert send(administrator, "/experts", "application/json", io.BytesIO(padded + b"{")).status_code == 413
    assert send(administrator, "/experts", "application/json", io.BytesIO(padded)).status_code == 201
    assert experts(administrator) == 1


@pytest.mark.parametrize(("path", "kind"), [("/experts/imports", LINES), ("/experts", "application/json")])
def test_chunks_that_make_no_sense_are_the_callers_fault(administrator: Caller, path: str, kind: str) -> None:
    answer = send(administrator, path, kind, BrokenChunks())
    assert (answer.status_code, answer.json["type"]) == (400, "urn:expertdb:problem:malformed-body")


def test_endless_combining_marks_are_refused_at_once(administrator: Caller) -> None:
    marks = "a" + "\u0315" * 90_000 + "\u0300" * 90_000
    for path, body in {
        "/shortlists/preview": {"text": marks},
        "/requests": {"kind": "consultation", "title": "t", "text": marks},
        "/experts": EXPERT | {"statement": marks[85_000:95_000]},
    }.items():
        answer = administrator.post(path, body)
        assert answer.status_code == 422
        assert "combining marks" in answer.json["errors"][0]["detail"]


def test_many_spellings_of_one_word_are_explained(pool_app: Flask) -> None:
    letters = [(letter, letter.upper()) for letter in "standardization"]
    text = " ".join("".join(word) for word in itertools.islice(itertools.product(*letters), 12_000))
    answer = caller(pool_app, "policy_office").post("/shortlists/preview", {"text": text})
    assert answer.json["entries"]


def test_import_full_of_wrong_codes_is_answered(administrator: Caller) -> None:
    rows = [EXPERT | {"codes": [f"ZQ{row:02}WRONGCODE{place:02}" for place in range(60)]} for row in range(5)]
    data = "\n".join(json.dumps(row) for row in rows)
    answer = administrator.post("/experts/imports?dry_run=true", data=data, content_type=LINES)
    assert len(answer.json["errors"]) == 300


@pytest.mark.parametrize("moment", ["2027-W01-1T00:00:00Z", "20270101T000000Z", "2027-01-01T00Z", "2027-01-01"])
def test_moment_that_rfc_3339_does_not_know_is_refused(administrator: Caller, moment: str) -> None:
    body = {"name": "a", "role": "auditor", "expires_at": moment}
    answer = administrator.post("/tokens", body)
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["/expires_at"]
    assert administrator.get("/requests", query_string={"since": moment}).status_code == 422


def test_document_names_the_refusals_of_bodies_and_headers(administrator: Caller) -> None:
    document = administrator.get("/openapi.json").json["paths"]
    assert {"400", "413", "415"} <= set(document["/api/v1/experts/imports"]["post"]["responses"])
    assert "400" in document["/api/v1/experts/{expert_id}"]["delete"]["responses"]
