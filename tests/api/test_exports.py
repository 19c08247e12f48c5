"""Exports over HTTP: what goes out can be read back, and nothing restricted goes out unasked.

Pinned: each format comes back through an import as it was, formulas and all; no cell begins as a formula; filters are
the list's; restricted values need an administrator and a reason, and leave a row for each expert.
"""

import csv
import io
import json
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select

from expertdb.database import transaction
from expertdb.models.audit import AuditEntry
from expertdb.schemas.experts import VERIFICATION
from tests.api.people import expert
from tests.callers import Caller, Clock
from tests.conftest import START, caller, close, make_app

FORMULAS = ("=1+1", "'=1+1", "+8613800138000 起步", "-5 ℃", "@sum", "＝全角", "\t制表")
FULL: dict[str, Any] = {
    "name": {"zh": "林岚", "en": "Lin Lan"},
    "organisation": "=某大学",
    "position": "'合伙人",
    "title_level": "T2",
    "languages": ["zh", "en"],
    "licences": ["专利代理师", "律师、公证员；双证", "[1]", "=甲"],
    "availability": {
        "modes": ["written", "online"],
        "max_load": 5,
        "cool_off_days": 30,
        "away": [{"start": "2026-12-20", "end": "2027-01-05"}, {"start": "2027-03-01", "end": "2027-03-01"}],
        "not_wanted": {"codes": ["LG-INV", "19", "H01M"], "kinds": ["policy_drafting"]},
        "travel": False,
        "note": "寒暑假",
    },
    "statement": "“引号”, 逗号\n换行；分号",
    "codes": ["PAT-INV", "LG-INV", "SE05", "19", "H01M"],
    "items": [
        {"kind": "case", "title": text or "空", "text": f"{text}\n第二行", "year": 2024, "verified": True}
        for text in FORMULAS
    ],
    "source_id": "FJ-1",
    "term": {"start": "2026-01-01", "end": "2028-06-30"},
}
RESTRICTED = {
    "phone": "+86 138 0013 8000",
    "id_number": "11010519491231002X",
    "licence_numbers": [
        {"licence": "专利代理师", "number": "3512345"},
        {"licence": None, "number": "7:7"},
        {"licence": "甲；乙", "number": "a;5"},
    ],
}


def restored(app: Flask, databases: Any, file: bytes, name: str) -> Caller:
    """Another, empty installation that has imported the file."""
    other = make_app(databases.fresh("sqlite"), app.extensions["clock"])
    administrator = caller(other, "administrator")
    answer = administrator.post("/experts/imports", data={"file": (io.BytesIO(file), name)})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    close(other)
    return administrator


def told(one: dict[str, Any]) -> dict[str, Any]:
    """What of an expert must come back: all but ids, versions and moments."""
    kept = {
        name: value
        for name, value in one.items()
        if name not in ("id", "version", "created_at", "updated_at", "entry", "source_id")
    }
    own = ("id", *VERIFICATION)
    kept["items"] = [{name: value for name, value in item.items() if name not in own} for item in one["items"]]
    kept["organisation"] = one["organisation"] and one["organisation"]["name"]
    return kept


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("format", "language"), [("csv", "zh"), ("csv", "en"), ("xlsx", "zh"), ("jsonl", "zh")])
def test_export_comes_back_through_an_import_as_it_was(
    app: Flask, databases: Any, administrator: Caller, format: str, language: str
) -> None:
    administrator.made("/experts", {"kind": "K-PA", "status": "active", **FULL, "restricted": RESTRICTED})
    for text in FORMULAS:
        expert(administrator, f"曾{text.strip()}", statement=text, status="draft")
    expert(administrator, "零", organisation=None, items=[], codes=[], languages=[], statement="")
    query = f"/experts/exports?format={format}&language={language}&restricted=true&reason=迁移"
    other = restored(app, databases, administrator.get(query).get_data(), f"a.{format}")
    before = [told(one) for one in administrator.get("/experts").json["items"]]
    assert [told(one) for one in other.get("/experts").json["items"]] == before
    assert len(before) == len(FORMULAS) + 2
    (again,) = other.get("/experts?q=林岚").json["items"]
    opened = other.get(f"/experts/{again['id']}/restricted?fields=phone,id_number,licence_numbers&reason=核对")
    assert opened.json == RESTRICTED


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("format", ["csv", "xlsx", "jsonl"])
def test_export_says_who_verified_an_item_and_an_import_notes_who_imports(
    app: Flask, clock: Clock, databases: Any, administrator: Caller, format: str
) -> None:
    items = [{"kind": "case", "title": title, "verified": title == "甲案"} for title in ("甲案", "乙案")]
    (verified, other) = expert(administrator, items=items)["items"]
    clock.forward(days=1)
    file = administrator.get(f"/experts/exports?format={format}").get_data()
    (stated,) = [one for one in exported(file, format) if "verified_by" in one]
    assert {name: stated[name] for name in ("title", *VERIFICATION)} == {
        name: verified[name] for name in ("title", *VERIFICATION)
    }
    elsewhere = restored(app, databases, file, f"a.{format}").get("/experts").json["items"][0]["items"]
    assert [one["verified"] for one in elsewhere] == [True, False]
    assert elsewhere[0]["verified_by"] not in (None, verified["verified_by"])
    assert elsewhere[0]["verified_at"] == clock.now.isoformat() != verified["verified_at"]
    assert {elsewhere[1][name] for name in VERIFICATION} == {other[name] for name in VERIFICATION} == {None}


def exported(file: bytes, format: str) -> list[dict[str, Any]]:
    """The items in a file of one expert."""
    if format == "jsonl":
        return list(json.loads(file)["items"])
    if format == "csv":
        (row,) = csv.DictReader(io.StringIO(file.decode("utf-8-sig")))
        return list(json.loads(row["成果"]))
    heads, values = openpyxl.load_workbook(io.BytesIO(file)).active.iter_rows(values_only=True)
    return list(json.loads(str(dict(zip(heads, values, strict=True))["成果"])))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_items_longer_than_a_cell_come_back_whole(app: Flask, databases: Any, administrator: Caller) -> None:
    items = [{"kind": "case", "title": f"案{place}", "text": "“长”" * 3000} for place in range(12)]
    one = expert(administrator, items=items)
    for format in ("csv", "xlsx"):
        file = administrator.get(f"/experts/exports?format={format}").get_data()
        other = restored(app, databases, file, f"a.{format}").get("/experts").json["items"][0]
        assert told(other) == told(one)


def grid(answer: Any, format: str) -> list[list[str]]:
    if format == "csv":
        return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.get_data())).active
    return [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_no_cell_begins_as_a_formula(administrator: Caller, format: str) -> None:
    for text in FORMULAS:
        expert(administrator, f"曾{text.strip()}", statement=text, position=text.strip())
    cells = [cell for row in grid(administrator.get(f"/experts/exports?format={format}"), format) for cell in row]
    assert not [cell for cell in cells if cell[:1] in "=+-@＝\t\r\n" and cell]
    assert len(cells) > 100


def test_spreadsheet_speaks_the_language_that_was_asked_for(administrator: Caller) -> None:
    expert(administrator)
    zh, en = (grid(administrator.get(f"/experts/exports?language={language}"), "csv") for language in ("zh", "en"))
    assert {"中文姓名", "专家类别", "所在地区"} <= set(zh[0])
    assert {"K-PA 专利代理师", "350200 厦门市", "在库"} <= set(zh[1])
    assert {"name (zh)", "kind", "region"} <= set(en[0])
    assert {"K-PA Patent attorney", "350200 Xiamen", "active"} <= set(en[1])


def test_file_is_announced_as_what_it_is(administrator: Caller) -> None:
    expert(administrator)
    for format, kind in (("csv", "text/csv"), ("xlsx", "application/vnd.openxml"), ("jsonl", "application/x-ndjson")):
        answer = administrator.get(f"/experts/exports?format={format}")
        assert answer.mimetype.startswith(kind)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="experts-2026-11-23.{format}"'
        assert answer.content_length == len(answer.get_data()) > 0
    assert administrator.get("/experts/exports").get_data().startswith(b"\xef\xbb\xbf")


def test_filters_are_the_lists(administrator: Caller) -> None:
    for name, changes in (("林岚", {}), ("曾冰", {"region": "350500"}), ("吴双", {"status": "draft"})):
        expert(administrator, name, **changes)
    for query, names in (
        ("q=linlan", ["林岚"]),
        ("region=350500", ["曾冰"]),
        ("status=draft", ["吴双"]),
        ("kind=K-LAW", []),
        ("duty=expired", []),
        ("stale=true", []),
        ("missing=region", []),
    ):
        lines = administrator.get(f"/experts/exports?format=jsonl&{query}").get_data().splitlines()
        assert [json.loads(line)["name"]["zh"] for line in lines] == names, query
    for query in ("format=xls", "limit=5", "cursor=x", "colour=red", "restricted=true"):
        assert administrator.get(f"/experts/exports?{query}").status_code == 422, query


def test_restricted_values_go_out_to_an_administrator_with_a_reason_only(app: Flask, administrator: Caller) -> None:
    one = expert(administrator, restricted=RESTRICTED)
    expert(administrator, "曾冰")
    for format in ("csv", "jsonl"):
        assert "138 0013 8000" not in administrator.get(f"/experts/exports?format={format}").get_data(as_text=True)
    query = "/experts/exports?format=jsonl&restricted=true&reason=通知开会"
    assert "138 0013 8000" in administrator.get(query).get_data(as_text=True)
    assert caller(app, "policy_office").get(query).status_code == 403
    with app.app_context(), transaction(read_only=True) as session:
        entries = [
            (entry.action, entry.subject, json.loads(entry.details)) for entry in session.scalars(select(AuditEntry))
        ]
    runs = [details for action, _, details in entries if action == "experts.exported"]
    assert [(run["format"], run["rows"], run["reason"]) for run in runs] == [
        ("csv", 2, ""),
        ("jsonl", 2, ""),
        ("jsonl", 2, "通知开会"),
    ]
    assert [
        (subject, details["reason"]) for action, subject, details in entries if action == "restricted.exported"
    ] == [(one["id"], "通知开会")]


def test_what_was_searched_for_is_not_kept(app: Flask, administrator: Caller) -> None:
    administrator.get("/experts/exports?q=林岚&status=active")
    with app.app_context(), transaction(read_only=True) as session:
        details = session.scalars(select(AuditEntry.details).where(AuditEntry.action == "experts.exported")).one()
    assert json.loads(details)["filters"] == {"status": "active"}


def test_re_imported_export_is_recognised_row_by_row(administrator: Caller) -> None:
    expert(administrator)
    expert(administrator, "曾冰", source_id="FJ-2")
    file = administrator.get("/experts/exports?format=xlsx").get_data()
    form = {"file": (io.BytesIO(file), "a.xlsx")}
    answer = administrator.post("/experts/imports?duplicates=merge", data=form).json
    assert (answer["created"], answer["merged"], answer["unchanged"]) == (0, 0, 2)


def test_empty_pool_is_headings_alone(administrator: Caller) -> None:
    assert len(grid(administrator.get("/experts/exports"), "csv")) == 1
    assert administrator.get("/experts/exports?format=jsonl").get_data() == b""


def test_export_of_a_larger_pool_is_whole(pool_app: Flask) -> None:
    administrator = caller(pool_app, "administrator")
    lines = administrator.get("/experts/exports?format=jsonl").get_data().splitlines()
    assert len(lines) == len({json.loads(line)["id"] for line in lines}) == 246
    assert START.year == 2026
