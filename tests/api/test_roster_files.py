"""Imports of CSV and XLSX over HTTP.

Pinned: headings in Chinese and English fill the right fields, in every encoding; a stated mapping wins; every fault has
row, column and nearest code, in both languages, and repeats nothing restricted; what is no roster is refused for what
it is; the real run of a file with a fault stores nothing.
"""

import io
import json
from typing import Any, BinaryIO

import pytest

from tests.callers import Caller
from tests.unit.tables.workbooks import by_hand, workbook

IMPORTS = "/experts/imports"
PERSON = "11010519491231002X"  # the example of GB 11643-1999


def cells(text: str) -> list[Any]:
    """The cells of a row, written with spaces between."""
    return text.split()


ROWS: list[list[Any]] = [
    ["福建省知识产权专家名册"],
    cells("编号 姓名 工作单位 专家类别 职称 所在地区 语言 专长 手机 个人简介 代表案例 状态 聘期开始 备注"),
    cells(
        "F1 林岚 某某大学 专利代理师 副教授 厦门市 中文、英语 发明专利；LG-INV 13800138000 主攻电池专利 "
        "隔膜案（2024） 在库 2026/1/1 x"
    ),
    [
        "F2",
        "Lan Zeng",
        "某某大學",
        "Lawyer",
        "T1",
        "泉州",
        "en",
        "Trade secret",
        "",
        "'=HYPERLINK 是函数",
        "",
        "",
        "",
        "",
    ],
]


@pytest.fixture
def engine() -> str:
    """SQLite alone: files are read before any database is asked; tests/integration imports on both."""
    return "sqlite"


def csv(rows: list[list[Any]], encoding: str = "utf-8-sig") -> BinaryIO:
    return io.BytesIO("\r\n".join(",".join(cell or "" for cell in row) for row in rows).encode(encoding))


def send(caller: Caller, file: BinaryIO, name: str = "名册.csv", query: str = "", **options: Any) -> Any:
    form = {key: value for key, value in options.items() if key != "headers"}
    headers = options.get("headers", {})
    return caller.post(f"{IMPORTS}{query}", data={"file": (file, name), **form}, headers=headers)


def stored(caller: Caller) -> list[str]:
    return [one["source_id"] for one in caller.get("/experts").json["items"]]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_csv_is_stored_whatever_its_encoding(administrator: Caller, encoding: str) -> None:
    answer = send(administrator, csv(ROWS, encoding))
    assert (answer.status_code, answer.json["created"], answer.json["errors"]) == (200, 2, [])
    assert stored(administrator) == ["F2", "F1"]


def test_workbook_fills_the_right_fields(administrator: Caller) -> None:
    answer = send(administrator, workbook(*ROWS, merged=("A1:N1",)), "名册.xlsx")
    assert (answer.json["created"], answer.json["sheet"]) == (2, "名册")
    assert [note["pointer"] for note in answer.json["notes"]] == ["/headings/N"]
    assert answer.json["columns"][5] == {"column": "F", "heading": "所在地区", "field": "region"}
    one = administrator.get("/experts?q=林岚").json["items"][0]
    assert (one["kind"], one["region"], one["title_level"], one["languages"]) == ("K-PA", "350200", "T2", ["zh", "en"])
    assert (one["codes"], one["status"], one["restricted"]) == (["PAT-INV", "LG-INV"], "active", {"phone": "138***00"})
    assert one["term"] == {"start": "2026-01-01", "end": "2028-12-31"}
    assert [(item["kind"], item["title"], item["year"]) for item in one["items"]] == [("case", "隔膜案", 2024)]
    other = administrator.get("/experts?q=Lan Zeng").json["items"][0]
    assert (other["name"], other["kind"], other["status"]) == ({"en": "Lan Zeng"}, "K-LAW", "draft")
    assert other["statement"] == "=HYPERLINK 是函数"
    assert other["organisation"]["id"] == one["organisation"]["id"]


def test_stated_mapping_wins(administrator: Caller) -> None:
    file = csv([["who", "what", "where", "编号"], ["林岚", "专利代理师", "厦门", "序 1"]])
    mapping = json.dumps({"who": "name", "what": "kind", "where": "region", "编号": None})
    answer = send(administrator, file, mapping=mapping)
    assert (answer.json["created"], stored(administrator)) == (1, [None])


def test_headings_that_nobody_knows_are_asked_for(administrator: Caller) -> None:
    answer = send(administrator, csv([["who", "what"], ["林岚", "专利代理师"]]), query="?dry_run=true")
    pointers = [fault["pointer"] for fault in answer.json["errors"]]
    assert pointers[:2] == ["/headings", "/headings"]
    assert [column["field"] for column in answer.json["columns"]] == [None, None]


@pytest.mark.parametrize(
    ("form", "pointer"),
    [
        ({"mapping": "[1]"}, "/mapping"),
        ({"mapping": "{"}, "/mapping"),
        ({"mapping": '{"姓名": 5}'}, "/mapping/姓名/value"),
        ({"mapping": '{"单位": "organisation"}'}, "/mapping/单位"),
        ({"mapping": '{"姓名": "nme"}'}, "/mapping/姓名"),
        ({"decisions": '{"x": "skip"}'}, "/decisions/x/key"),
        ({"decisions": '{"3": "perhaps"}'}, "/decisions/3/value"),
        ({"decisions": '{"3": {"merge": "nobody"}}'}, "/decisions/3/value"),
        ({"decisions": '{"9": "skip"}'}, "/decisions/9"),
        ({"sheet": "成果"}, "/sheet"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_wrong_form_field_is_named(administrator: Caller, form: dict[str, str], pointer: str) -> None:
    answer = send(administrator, csv([["姓名", "类别"], ["林岚", "律师"]]), **form)
    assert answer.status_code == 422
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]
    assert stored(administrator) == []


BAD: list[list[Any]] = [
    cells("姓名 类别 地区 专长 手机 身份证号 简介 聘期开始 成果"),
    cells("林岚 专利大理师 厦门是 LG-INVV 138****8000 110105194912310021 汇款4111-1111-1111-1111 2026-02-30 [{"),
    cells("曾冰 律师 厦门"),
    [None, None, "厦门"],
]


def test_every_fault_has_row_column_and_nearest_code(administrator: Caller) -> None:
    answer = send(administrator, workbook(*BAD), "a.xlsx", "?dry_run=true")
    found = [(fault["pointer"], fault["column"], fault["nearest"][:1]) for fault in answer.json["errors"]]
    assert found == [
        ("/rows/2/codes/0", "D 专长", ["LG-INV"]),
        ("/rows/2/items", "I 成果", []),
        ("/rows/2/kind", "B 类别", ["K-PA"]),
        ("/rows/2/region", "C 地区", ["350200"]),
        ("/rows/2/restricted/id_number", "F 身份证号", []),
        ("/rows/2/restricted/phone", "E 手机", []),
        ("/rows/2/statement", "G 简介", []),
        ("/rows/2/term/start", "H 聘期开始", []),
        ("/rows/4/kind", "B 类别", []),
        ("/rows/4/name", "A 姓名", []),
    ]
    assert answer.json["rows"] == 3
    real = send(administrator, workbook(*BAD), "a.xlsx")
    assert (real.status_code, real.json["errors"]) == (422, answer.json["errors"])
    assert stored(administrator) == []


def test_faults_are_said_in_chinese_and_repeat_nothing_restricted(administrator: Caller) -> None:
    answer = send(administrator, workbook(*BAD), "a.xlsx", "?dry_run=true", headers={"Accept-Language": "zh-CN"})
    said = {fault["pointer"]: fault["detail"] for fault in answer.json["errors"]}
    assert "厦门是" in said["/rows/2/region"]
    assert "相近" in said["/rows/2/region"]
    text = answer.get_data(as_text=True)
    for secret in ("138****8000", "110105194912310021", "4111-1111"):
        assert secret not in text


def test_faults_of_mixed_up_columns_repeat_no_number(administrator: Caller) -> None:
    file = csv([["姓名", "类别", "地区", "状态", "语言"], ["林岚", "13800138000", PERSON, PERSON, "lin@example.cn"]])
    answer = send(administrator, file, query="?dry_run=true")
    assert len(answer.json["errors"]) == 4
    for secret in ("13800138000", PERSON, "lin@example.cn"):
        assert secret not in answer.get_data(as_text=True)


def test_row_of_csv_that_goes_on_behind_the_headings_is_a_fault(administrator: Caller) -> None:
    file = csv([["姓名", "类别", "简介"], ["林岚", "律师", "主攻电池", "隔膜", "电解液"], ["曾冰", "律师", "", "", ""]])
    answer = send(administrator, file)
    assert answer.status_code == 422
    assert [(fault["pointer"], "column E" in fault["detail"]) for fault in answer.json["errors"]] == [("/rows/2", True)]


def test_cells_of_a_workbook_without_a_heading_are_noted(administrator: Caller) -> None:
    rows: list[list[Any]] = [["姓名", None, "类别"], ["林岚", "女", "律师", "待核"], ["曾冰", None, "律师"]]
    answer = send(administrator, workbook(*rows), "a.xlsx")
    assert answer.json["created"] == 2
    assert [note["pointer"] for note in answer.json["notes"]] == ["/headings/B", "/headings/D"]


def test_name_merged_over_rows_is_one_expert(administrator: Caller) -> None:
    rows: list[list[Any]] = [
        cells("姓名 单位 类别 案例"),
        cells("林岚 某所 律师 隔膜案"),
        [None, None, "律师", "电解液案"],
    ]
    answer = send(administrator, workbook(*rows, merged=("A2:A3", "B2:B3")), "a.xlsx")
    [fault] = answer.json["errors"]
    assert (fault["pointer"], fault["column"], "row 2" in fault["detail"]) == ("/rows/3/name", "A 姓名", True)
    assert (
        send(administrator, workbook(*rows[:2], cells("曾冰 x 律师"), merged=("B2:B3",)), "a.xlsx").status_code == 200
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{bad", "缺少双引号"),
        (b'{"a": 1, "a": 2}', "出现两次"),
        (b"[" * 100_000, "嵌套层次过深"),
        (b'{"a": ' + b"9" * 5000 + b"}", "数千位"),
        ('{"name": "林岚"}'.encode("gb18030"), "须为 UTF-8"),
        (b'{"a": NaN}', "不是 JSON"),
    ],
)
def test_what_is_wrong_with_a_line_is_said_in_chinese(administrator: Caller, line: bytes, said: str) -> None:
    answer = send(administrator, io.BytesIO(line), "a.jsonl", "?dry_run=true", headers={"Accept-Language": "zh"})
    assert said in answer.json["errors"][0]["detail"]


def test_what_is_wrong_with_a_csv_is_said_in_chinese(administrator: Caller) -> None:
    file = io.BytesIO('姓名,类别\n"林岚,律师\n'.encode())
    answer = send(administrator, file, query="?dry_run=true", headers={"Accept-Language": "zh"})
    assert "引号没有成对" in answer.json["errors"][0]["detail"]


def test_decided_rows_are_passed_over(administrator: Caller) -> None:
    decisions = json.dumps({"2": "skip", "4": "skip"})
    answer = send(administrator, workbook(*BAD), "a.xlsx", decisions=decisions)
    assert (answer.json["created"], answer.json["skipped"], answer.json["errors"]) == (1, 2, [])


@pytest.mark.parametrize(
    ("file", "name", "said"),
    [
        (by_hand(kind="vnd.ms-excel.sheet.macroEnabled.main+xml"), "a.xlsm", "macros"),
        (by_hand(parts={"xl/media/a.png": b"0" * 4_000_000}), "a.xlsx", "300 times"),
        (io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512), "a.xls", "old .xls"),
        (io.BytesIO(b"PK\x03\x04nothing"), "a.csv", "damaged"),
        (io.BytesIO("姓名,類別\r\n林嵐,律師事務所執業律師\r\n".encode("big5")), "a.csv", "Big5"),
        (by_hand(), "a.xlsx", "no rows"),
        (io.BytesIO(b""), "a.csv", "no rows"),
        (io.BytesIO("姓名,类别\n".encode()), "a.csv", "no rows"),
        (io.BytesIO('姓名,类别\n"林岚,律师\n'.encode()), "a.csv", "CSV"),
    ],
)
def test_what_is_no_roster_is_refused_for_what_it_is(
    administrator: Caller, file: BinaryIO, name: str, said: str
) -> None:
    for query in ("?dry_run=true", ""):
        file.seek(0)
        answer = send(administrator, io.BytesIO(file.read()), name, query)
        assert said in answer.get_data(as_text=True), query
        assert answer.status_code == 422 or answer.json["errors"], query
    assert stored(administrator) == []


def test_columns_of_bank_data_are_refused(administrator: Caller) -> None:
    answer = send(administrator, csv([["姓名", "类别", "开户行"], ["林岚", "律师", "建行"]]))
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["/headings/C"]


def test_sheet_with_most_known_headings_is_read_or_the_one_named(administrator: Caller) -> None:
    def more(book: Any) -> None:
        other = book.create_sheet("候选")
        other.append(["姓名", "类别", "单位"])
        other.append(["曾冰", "律师", "某律所"])

    file = workbook(["说明", "姓名"], ["x", "y"], title="填表说明", more=more).read()
    answer = send(administrator, io.BytesIO(file), "a.xlsx", "?dry_run=true")
    assert (answer.json["sheet"], answer.json["planned"]["created"]) == ("候选", 1)
    assert [note["pointer"] for note in answer.json["notes"]] == ["/sheets"]
    named = send(administrator, io.BytesIO(file), "a.xlsx", "?dry_run=true", sheet="填表说明")
    assert (named.json["sheet"], named.json["columns"][1]["field"]) == ("填表说明", "name")


def test_labels_and_aliases_are_taken_in_json_lines_too(administrator: Caller) -> None:
    line = {
        "name": {"zh": "林岚"},
        "kind": "专利代理师",
        "region": "厦门",
        "languages": ["中文"],
        "codes": ["发明专利"],
    }
    answer = administrator.post(IMPORTS, data=json.dumps(line), content_type="application/x-ndjson")
    assert answer.json["created"] == 1
    one = administrator.get("/experts").json["items"][0]
    assert (one["kind"], one["region"], one["languages"], one["codes"]) == ("K-PA", "350200", ["zh"], ["PAT-INV"])


def test_more_rows_than_an_import_takes_are_refused(administrator: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("expertdb.services.imports.MAXIMUM_ROWS", 2)
    answer = send(administrator, csv([["姓名", "类别"], *[["林岚", "律师"]] * 3]), query="?dry_run=true")
    assert answer.status_code == 422
    assert "more than 2 rows" in answer.json["errors"][0]["detail"]
