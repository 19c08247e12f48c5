"""Every reason of a list is in its reader's language: over HTTP, in comparisons, in the file of a panel, on the console
and the command line. Words of another language are those of texts, which are quoted, and codes.
"""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from expertdb import vocabularies
from expertdb.commands.printing import echo_shortlist
from expertdb.database import transaction
from expertdb.schemas.reason_words import sayable
from expertdb.services import shortlists
from expertdb.services.actors import SYSTEM
from expertdb.wording import spoken
from tests.api.people import moved
from tests.callers import Caller, Clock
from tests.conftest import START, Databases, caller, close, make_app

QUALITY = Path(__file__).parents[1] / "quality"
TONGUES = ("zh", "en")
FOREIGN = {"zh": re.compile("[A-Za-z]"), "en": re.compile("[㐀-鿿、，。：；]")}
ASPECTS = [{"code": "PVP", "need": "must"}, {"code": "LG-OVS", "need": "must"}, {"code": "NT-PLAT"}, {"code": "LA-CN"}]


@pytest.fixture(scope="module")
def office(databases: Databases) -> Iterator[Caller]:
    """A policy office on the sample pool."""
    app = make_app(databases.fresh("sqlite", pool=True), Clock(START))
    yield caller(app, "policy_office")
    close(app)


def asked() -> list[dict[str, Any]]:
    lines = [line for name in ("cases", "requests") for line in (QUALITY / f"{name}.jsonl").read_text().splitlines()]
    return [json.loads(line) for line in lines]


def known_aspects() -> list[dict[str, str]]:
    """Aspects of which some are held by few or by nobody."""
    codes = [term.code for term in vocabularies.expertise_terms() if not term.deprecated]
    return [one for one in ASPECTS if one["code"] in codes] + [{"code": code} for code in codes[:: len(codes) // 10]]


def preview(office: Caller, tongue: str, **body: Any) -> dict[str, Any]:
    answer = office.post("/shortlists/preview", body, headers={"Accept-Language": tongue})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json or {})


def label_of(code: str, tongue: str) -> str:
    term = next(one for one in vocabularies.expertise_terms() if one.code == code)
    return term.zh if tongue == "zh" else term.en


def check(reasons: dict[str, Any], text: str, tongue: str) -> set[str]:
    """Fail for a line that is not in this language; returns what kinds of lines there were."""
    for line in reasons["terms"]:
        if line["field"] == "concept":
            assert line["label"] == label_of(line["term"], tongue)
        elif line["field"] == "rest":
            assert not FOREIGN[tongue].search(line["label"]), line
        else:
            assert line["label"].split(", ")[0] in text, line  # Quoted, as the request spells it.
    for line in reasons["adjustments"]:
        assert line["label"]
        assert not FOREIGN[tongue].search(line["label"]), line
    return {line["field"] for line in reasons["terms"]} | {line["name"] for line in reasons["adjustments"]}


@pytest.mark.parametrize("tongue", TONGUES)
def test_every_reason_over_the_sample_pool_is_in_the_readers_language(office: Caller, tongue: str) -> None:
    kinds, gaps = set[str](), set[str]()
    for one in asked()[::3]:
        body = {"title": one["title"], "text": one["text"], "size": 10, "aspects": known_aspects()}
        found = preview(office, tongue, **body)
        for entry in found["entries"]:
            kinds |= check(entry["reasons"], f"{one['title']}\n{one['text']}", tongue)
        gaps |= {gap["reason"] for gap in found["gaps"]}
    narrow = preview(office, tongue, text="专利", aspects=known_aspects(), filters={"region": ["350900"]})
    gaps |= {gap["reason"] for gap in narrow["gaps"]}
    assert {"concept", "native", "pivot", "rest", "missing_must", "unverified"} <= kinds
    assert gaps
    assert not [reason for reason in gaps if FOREIGN[tongue].search(reason)]


def test_a_list_on_file_is_said_in_whichever_language_it_is_read(office: Caller) -> None:
    one = asked()[0]
    made = office.made("/requests", {"kind": one["kind"], "title": one["title"], "text": one["text"]})
    moved(office, f"/requests/{made['id']}", "accepted")
    stored = office.made(f"/requests/{made['id']}/shortlists", {"size": 3})
    text = f"{one['title']}\n{one['text']}"
    for tongue in TONGUES:
        headers = {"Accept-Language": tongue}
        read = office.get(f"/shortlists/{stored['id']}", headers=headers).json
        for entry in read["entries"]:
            check(entry["reasons"], text, tongue)
        first, second = (entry["expert"]["id"] for entry in read["entries"][:2])
        compared = office.get(f"/shortlists/{stored['id']}/comparison?first={first}&second={second}", headers=headers)
        for line in compared.json["lines"]:
            if line["field"] == "concept":
                assert line["label"] == label_of(line["term"], tongue)
            elif line["field"] == "adjustment":
                assert not FOREIGN[tongue].search(line["label"]), line
        standing = office.get(f"/requests/{made['id']}/standing?expert={first}", headers=headers).json
        check(standing["reasons"], text, tongue)


def test_the_file_of_a_panel_gives_its_reasons_in_the_language_of_the_file(office: Caller) -> None:
    one = asked()[0]
    made = office.made("/requests", {"kind": one["kind"], "title": one["title"], "text": one["text"]})
    moved(office, f"/requests/{made['id']}", "accepted")
    panel = office.made(f"/requests/{made['id']}/panels", {"size": 3, "rules": [{"type": "odd"}], "candidates": 30})
    labels = {tongue: {label_of(term.code, tongue) for term in vocabularies.expertise_terms()} for tongue in TONGUES}
    for tongue in TONGUES:
        raw = office.get(f"/panels/{panel['id']}/file?format=docx&language={tongue}").data
        table = Document(io.BytesIO(raw)).tables[-1]
        terms = [
            re.sub(r" [+-]\d\.\d{4}$", "", line)
            for row in table.rows[1:]
            for line in re.split("; |；", row.cells[-1].text)
        ]
        assert any(term in labels[tongue] for term in terms)
        assert not [term for term in terms if " · " in term or (tongue == "zh" and term in labels["en"] - labels["zh"])]


@pytest.mark.parametrize("tongue", TONGUES)
def test_the_command_line_says_reasons_in_the_language_asked_for(
    office: Caller, tongue: str, capsys: pytest.CaptureFixture[str]
) -> None:
    body = {"kind": "consultation", "title": "", "text": "专利 PCT 申请", "size": 5, "filters": {}}
    body |= {"aspects": ASPECTS[:1], "diversify": 0.0}
    with office.app.app_context(), transaction(read_only=True) as session:
        corpus, now = office.app.extensions["corpus"], office.app.extensions["clock"]()
        shown = shortlists.preview(session, corpus, body, actor=SYSTEM, now=now)
    echo_shortlist(shown, tongue)
    said = capsys.readouterr().out
    assert " · " not in said
    assert "missing_must" not in said
    assert label_of("PVP", tongue) in said


def test_lines_of_panels_of_old_which_know_no_field_are_said_too() -> None:
    kept = {"terms": [{"label": "商标 · Trademark", "field": "concept"}, {"label": "3 more", "field": "rest"}]}
    assert [line["label"] for line in spoken(sayable(kept), "zh")["terms"]] == ["商标", "其余 3 项"]
    assert [line["label"] for line in spoken(sayable(kept), "en")["terms"]] == ["Trademark", "3 more"]
