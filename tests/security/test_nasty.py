"""More than 150 strings that have broken programs, through the API, the console, imports and the command line.

Pinned: each is stored as it was sent (but for Unicode's normal form) or refused with a reason; none is answered 500,
runs as markup, moves another row, or is found where it does not stand.
"""

import json
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.api.people import ASKED, expert
from tests.callers import Caller
from tests.cli.conftest import folder as folder
from tests.cli.conftest import installation as installation
from tests.cli.conftest import prepared as prepared
from tests.cli.conftest import run
from tests.security.nasty import NASTY, STRINGS, storable, third


def fine(answer: TestResponse, text: str) -> bool:
    """Whether it was done; fails when it was neither done nor refused with a reason."""
    said = f"{text!r}: {answer.get_data(as_text=True)[:300]}"
    assert answer.status_code in (200, 201, 400, 404, 409, 412, 413, 422, 428), said
    if answer.status_code >= 400:
        assert answer.json["detail"], said
        assert "Traceback" not in said
    return answer.status_code < 400


def same(stored: str, sent: str) -> bool:
    """As it was sent, but for space around it and Unicode's normal form."""
    return unicodedata.normalize("NFC", stored).strip() == unicodedata.normalize("NFC", sent).strip()


def test_there_are_enough() -> None:
    assert len(set(STRINGS)) >= 150


@pytest.mark.parametrize("group", NASTY)
def test_texts_are_stored_as_sent_or_refused(administrator: Caller, group: str) -> None:
    for text in third(group, 0):
        body = {
            "name": {"en": "Somebody"},
            "kind": "K-PA",
            "statement": text,
            "items": [{"kind": "case", "title": text or "x"}],
        }
        answer = sends(administrator, "POST", "/experts", body)
        if fine(answer, text):
            stored = administrator.get(f"/experts/{answer.json['id']}").json
            assert same(stored["statement"] or "", text)
            assert storable(text)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("group", NASTY)
def test_names_codes_and_requests_are_stored_as_sent_or_refused(
    administrator: Caller, office: Caller, group: str
) -> None:
    for text in third(group, 1):
        name = sends(administrator, "POST", "/organisations", {"name": {"zh": text}, "kind": "O-AGY"})
        if fine(name, text):
            assert same(name.json["name"]["zh"], text)
        parties = [{"name": text, "role": "respondent"}]
        asked = sends(office, "POST", "/requests", ASKED | {"title": text, "parties": parties})
        if fine(asked, text):
            assert same(asked.json["title"], text)
        coded = {"name": {"zh": "林岚"}, "kind": text, "codes": [text]}
        assert not fine(sends(administrator, "POST", "/experts", coded), text)


@pytest.mark.parametrize("group", NASTY)
def test_questions_are_answered(administrator: Caller, office: Caller, engine: str, group: str) -> None:
    one = expert(administrator)
    for text in third(group, 2):
        found = administrator.get("/experts?" + asks("q", text))
        if fine(found, text) and re.fullmatch(r"\W+", text) is None and not text.isascii():
            assert len(found.json["items"]) <= 1
        fine(office.post("/requests", ASKED, headers={"Idempotency-Key": latin(text)}), text)
        if engine == "postgresql":
            continue  # What follows brings no text to the database.
        fine(sends(office, "POST", "/shortlists/preview", {"title": text[:300], "text": text}), text)
        for path in ("/experts", "/requests", "/shortlists", "/organisations"):
            fine(administrator.get(f"{path}?{asks('cursor', text)}"), text)
        fine(administrator.get(f"/experts?{asks(text or 'x', '1')}"), text)
        fine(sends(administrator, "PATCH", f"/experts/{one['id']}", {"region": text}, etag="*"), text)
        fine(sends(administrator, "PATCH", f"/experts/{one['id']}", {}, headers={"If-Match": latin(text)}), text)
    assert administrator.get(f"/experts/{one['id']}").json["name"]["zh"] == "林岚"


def asks(name: str, value: str) -> str:
    """A query string as a client may send it, halves of characters included."""
    return f"{quote(name, errors='surrogatepass')}={quote(value, errors='surrogatepass')}"


def sends(caller: Caller, method: str, path: str, body: dict[str, Any], **options: Any) -> TestResponse:
    """JSON as a client may send it: escaped, so that it can hold halves of characters."""
    return caller.call(method, path, data=json.dumps(body).encode(), content_type="application/json", **options)


def latin(text: str) -> str:
    """What a client can put into a header: no line breaks, one byte a character."""
    return re.sub(r"[\r\n\x00]", "", text).encode("utf-8", "replace").decode("latin-1")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_lines_of_an_import_are_stored_or_refused(administrator: Caller) -> None:
    lines = [json.dumps({"id": text, "name": {"zh": text}, "kind": "K-PA", "statement": text}) for text in STRINGS]
    report = administrator.post(
        "/experts/imports?dry_run=true", data="\n".join(lines).encode(), content_type="application/x-ndjson"
    )
    assert fine(report, "all of them")
    assert report.json["errors"]
    coded = [json.dumps({"name": {"zh": "林岚"}, "kind": text, "codes": [text], "region": text}) for text in STRINGS]
    for language in ("zh", "en"):
        asked = {"Accept-Language": language}
        content = {"data": "\n".join(coded).encode(), "content_type": "application/x-ndjson", "headers": asked}
        assert fine(administrator.post("/experts/imports?dry_run=true", **content), "all of them as codes")
    raw = [text.encode("utf-8", "surrogatepass") for text in STRINGS]
    for line in (
        *raw,
        b"\xff\xfe",
        b"{" * 5000,
        b"[" * 100_000,
        b'{"a":' * 5000,
        b"\x00" * 100,
        "\u0315".encode() * 9000,
    ):
        assert not fine(
            administrator.post("/experts/imports", data=line, content_type="application/x-ndjson"), "a line"
        )
    assert administrator.get("/experts").json["items"] == []


class Page(HTMLParser):
    """What a browser would make of a page: which elements, with which attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """The elements without their values: what was sent must not change it."""
        return [(tag, tuple(attributes)) for tag, attributes in self.elements]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_pages_show_texts_and_run_none(app: Flask) -> None:
    """What the pages for strangers and the errors reflect; the console's own tests show the rest."""
    client = app.test_client()
    plain = Page(client.get("/sign-in", query_string={"next": "plain"}).get_data(as_text=True)).shape()
    for text in STRINGS:
        answers = [
            client.get("/sign-in?" + asks("next", text)),
            client.get("/nothing/" + quote(text, errors="surrogatepass"), headers={"Accept": "text/html"}),
        ]
        for answer in answers:
            assert answer.status_code < 500, text
            page = Page(answer.get_data(as_text=True))
            assert not [one for _, attributes in page.elements for one in attributes if one.startswith("on")], text
        assert answers[0].status_code in (302, 303) or Page(answers[0].get_data(as_text=True)).shape() == plain, text


def test_command_line_answers_every_text(installation: Path) -> None:
    for text in [text for text in STRINGS if "\0" not in text][::50]:
        done = run("match", "--title", text, "--size", "1")
        assert done.exit_code in (0, 1, 2), text
        assert done.output
    asked = [json.dumps({"id": str(place), "title": text[:300]}) for place, text in enumerate(STRINGS)]
    Path("batch.jsonl").write_text("\n".join(asked), "utf-8")
    refused = run("match", "--batch", "batch.jsonl")
    assert refused.exit_code == 1
    bad = {int(line) - 1 for line in re.findall(r"line (\d+)/", refused.stderr)}
    kept = [line for place, line in enumerate(asked) if place not in bad]
    Path("batch.jsonl").write_text("\n".join(kept), "utf-8")
    matched = run("match", "--batch", "batch.jsonl", "--processes", "1")
    assert matched.exit_code == 0, matched.stderr
    assert len(matched.stdout.splitlines()) == len(kept) > 150
    file = Path("nasty.jsonl")
    file.write_text("\n".join(json.dumps({"name": {"zh": text}, "kind": text}) for text in STRINGS), "utf-8")
    done = run("import", str(file), "--dry-run")
    assert done.exit_code == 1
    assert "/rows/" in done.stderr


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_answers_carry_no_header_that_was_sent(administrator: Caller) -> None:
    for text in STRINGS:
        answer: Any = administrator.get(
            "/experts", headers={"X-Request-ID": latin(text), "Accept-Language": latin(text)}
        )
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", answer.headers["X-Request-ID"]), text
