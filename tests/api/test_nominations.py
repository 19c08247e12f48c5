"""Nominations in files: who nominated a candidate, and by which letter, goes out with an export and comes back.

Pinned: unit and endorsement come back in every format, of candidates and of those who are taken over, and a candidate
who came back is submitted on them; a row names a unit that nobody knows yet, or one that nobody can have; a merge
changes them on a draft only, as an edit does, and says so otherwise; an endorsement stands beside its own unit.
"""

import io
import json
from typing import Any

import pytest
from flask import Flask

from tests.api.people import expert, moved
from tests.api.test_duplicates import pointers, send
from tests.callers import Caller
from tests.conftest import caller, close, make_app

UNIT, OTHER = "漳州食品工业园商标品牌指导站", "莆田鞋业商标品牌指导站"
LETTER, OTHER_LETTER = ({"reference": f"指〔2026〕{number}号", "date": "2026-11-02"} for number in (7, 8))
NOMINATED = {"source": "nomination", "unit": UNIT, "endorsement": LETTER}


def came(one: dict[str, Any]) -> tuple[str, str | None, dict[str, str] | None]:
    """How somebody came: the way, the unit's name, its letter."""
    unit = one["entry"]["unit"]
    return one["entry"]["source"], unit and unit["name"]["zh"], one["entry"]["endorsement"]


@pytest.fixture
def draft(administrator: Caller) -> dict[str, Any]:
    """A draft that says nothing of a nomination."""
    return expert(administrator, status="draft", source_id="A1")


def merged(administrator: Caller, entry: dict[str, Any], query: str = "") -> dict[str, Any]:
    """The report of a row about that draft that states this entry."""
    row = {"id": "A1", "name": {"zh": "林岚"}, "entry": entry}
    answer = send(administrator, row, query=f"?duplicates=merge{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("format", "language"), [("csv", "zh"), ("csv", "en"), ("xlsx", "zh"), ("jsonl", "zh")])
def test_nomination_comes_back_with_its_unit_and_endorsement(
    app: Flask, databases: Any, administrator: Caller, format: str, language: str
) -> None:
    expert(administrator, "林岚", status="draft", entry=NOMINATED)
    expert(administrator, "曾冰", status="draft", entry={"source": "nomination", "unit": UNIT})
    expert(administrator, "吴帆", status="draft", entry={"source": "application", "endorsement": LETTER})
    expert(administrator, "陈舟", status="active", entry=NOMINATED)
    expert(administrator, "郑远", status="active")
    assert send(administrator, {"name": {"zh": "许诺"}}).status_code == 200
    file = administrator.get(f"/experts/exports?format={format}&language={language}").get_data()
    before = {one["name"]["zh"]: came(one) for one in administrator.get("/experts").json["items"]}
    assert before["林岚"] == ("nomination", UNIT, LETTER)
    assert before["陈舟"] == ("take_over", UNIT, LETTER)
    assert before["许诺"] == ("import", None, None)
    other = make_app(databases.fresh("sqlite"), app.extensions["clock"])
    try:
        elsewhere = caller(other, "administrator")
        answer = elsewhere.post("/experts/imports", data={"file": (io.BytesIO(file), f"a.{format}")})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        after = {one["name"]["zh"]: one for one in elsewhere.get("/experts").json["items"]}
        assert {name: came(one) for name, one in after.items()} == before
        assert [one["name"]["zh"] for one in elsewhere.get("/organisations").json["items"]] == [UNIT]
        assert moved(elsewhere, f"/experts/{after['林岚']['id']}", "submitted")["status"] == "submitted"
        path = f"/experts/{after['曾冰']['id']}/transitions"
        assert elsewhere.post(path, {"to": "submitted", "reason": "报送"}, etag="*").status_code == 409
    finally:
        close(other)


def test_spreadsheet_that_names_a_unit_speaks_of_a_nomination(administrator: Caller) -> None:
    file = f"姓名,专家类别,推荐单位\n林岚,专利代理师,{UNIT}\n曾冰,律师,\n".encode()
    assert administrator.post("/experts/imports", data={"file": (io.BytesIO(file), "a.csv")}).status_code == 200
    found = {one["name"]["zh"]: came(one) for one in administrator.get("/experts").json["items"]}
    assert found == {"林岚": ("nomination", UNIT, None), "曾冰": ("import", None, None)}


@pytest.mark.parametrize(
    ("entry", "pointer"),
    [
        ({"source": "nomination"}, "/rows/1/entry/unit"),
        ({"source": "take_over"}, "/rows/1/entry/source"),
        (NOMINATED | {"unit": "……"}, "/rows/1/entry/unit"),
        (NOMINATED | {"unit": "01a22092-c729-7516-997b-ea60306ddb2e"}, "/rows/1/entry/unit"),
        (NOMINATED | {"endorsement": {"reference": "指〔2026〕7号"}}, "/rows/1/entry/endorsement/date"),
    ],
)
def test_nomination_that_cannot_be_is_a_fault_of_its_row(
    administrator: Caller, entry: dict[str, Any], pointer: str
) -> None:
    assert pointers(send(administrator, {"name": {"zh": "林岚"}, "entry": entry})) == [pointer]
    assert administrator.get("/experts").json["items"] == []


def test_exported_nomination_is_recognised_and_changes_nothing(administrator: Caller) -> None:
    for name, status in (("林岚", "draft"), ("曾冰", "active")):
        expert(administrator, name, status=status, entry=NOMINATED)
    for format in ("csv", "jsonl"):
        file = administrator.get(f"/experts/exports?format={format}").get_data()
        form = {"file": (io.BytesIO(file), f"a.{format}")}
        report = administrator.post("/experts/imports?duplicates=merge", data=form).json
        assert (report["merged"], report["unchanged"], report["notes"]) == (0, 2, [])


def test_merge_fills_the_nomination_of_a_draft(administrator: Caller, draft: dict[str, Any]) -> None:
    [duplicate] = merged(administrator, NOMINATED, "&dry_run=true")["duplicates"]
    assert duplicate["filled"] == ["entry.unit", "entry.endorsement"]
    assert came(administrator.get(f"/experts/{draft['id']}").json) == ("application", None, None)
    assert merged(administrator, NOMINATED)["merged"] == 1
    assert came(administrator.get(f"/experts/{draft['id']}").json) == ("nomination", UNIT, LETTER)


@pytest.mark.parametrize(
    ("there", "stated", "prefer", "after"),
    [
        ({"unit": UNIT}, {"unit": UNIT, "endorsement": LETTER}, "pool", (UNIT, LETTER)),
        ({"unit": UNIT}, {"unit": OTHER, "endorsement": OTHER_LETTER}, "pool", (UNIT, None)),
        (
            {"unit": UNIT, "endorsement": LETTER},
            {"unit": UNIT, "endorsement": OTHER_LETTER},
            "pool",
            (UNIT, LETTER),
        ),
        (
            {"unit": UNIT, "endorsement": LETTER},
            {"unit": OTHER, "endorsement": OTHER_LETTER},
            "file",
            (OTHER, OTHER_LETTER),
        ),
        ({"unit": UNIT, "endorsement": LETTER}, {"unit": OTHER}, "file", (OTHER, None)),
        ({"unit": UNIT, "endorsement": LETTER}, {"unit": UNIT}, "file", (UNIT, LETTER)),
    ],
)
def test_endorsement_stands_beside_the_unit_that_gave_it(
    administrator: Caller,
    draft: dict[str, Any],
    there: dict[str, Any],
    stated: dict[str, Any],
    prefer: str,
    after: tuple[str, Any],
) -> None:
    own = {"source": "nomination"}
    assert administrator.patch(f"/experts/{draft['id']}", {"entry": own | there}, etag="*").status_code == 200
    merged(administrator, own | stated, f"&prefer={prefer}")
    assert came(administrator.get(f"/experts/{draft['id']}").json) == ("nomination", *after)


@pytest.mark.parametrize("prefer", ["pool", "file"])
@pytest.mark.parametrize("dry", ["true", "false"])
def test_merge_changes_no_nomination_after_the_draft_and_says_so(
    administrator: Caller, draft: dict[str, Any], prefer: str, dry: str
) -> None:
    path = f"/experts/{draft['id']}"
    moved(administrator, path, "submitted")
    report = merged(administrator, NOMINATED, f"&prefer={prefer}&dry_run={dry}")
    [duplicate] = report["duplicates"]
    assert (duplicate["filled"], duplicate["replaced"]) == ([], [])
    assert duplicate["kept"] == ["entry.unit", "entry.endorsement"]
    [note] = report["notes"]
    assert (note["pointer"], note["row"]) == ("/rows/1/entry", 1)
    assert "draft" in note["detail"]
    assert came(administrator.get(path).json) == ("application", None, None)
    assert administrator.get("/organisations").json["items"] == []


def test_note_is_in_the_language_of_whoever_imports(administrator: Caller, draft: dict[str, Any]) -> None:
    moved(administrator, f"/experts/{draft['id']}", "submitted")
    row = json.dumps({"id": "A1", "kind": "K-PA", "name": {"zh": "林岚"}, "entry": NOMINATED}, ensure_ascii=False)
    form, headers = {"file": (io.BytesIO(row.encode()), "a.jsonl")}, {"Accept-Language": "zh"}
    [note] = administrator.post("/experts/imports?duplicates=merge", data=form, headers=headers).json["notes"]
    assert "推荐单位" in note["detail"]
    assert "已提交" in note["detail"]
