"""XLSX workbooks: read right, or refused for what they are, in bounded memory.

Pinned: dates, numbers as text, stored values of formulas, merged cells; macros, passwords, damage, bombs of every make.
"""

import io
import zipfile
from datetime import datetime
from typing import Any, BinaryIO

import openpyxl
import pytest

from expertdb.errors import InvalidInput
from expertdb.tables import container
from expertdb.tables.cells import Number, Row, Trouble
from expertdb.tables.container import MEGABYTE, RATIO
from expertdb.tables.workbook import EMPTY_ROWS, Workbook
from tests.unit.tables.workbooks import by_hand, text_row, workbook

HEAD = ["姓名", "单位"]


def rows(file: BinaryIO) -> list[Row]:
    return list(Workbook(file).rows(0))


def refusal(file: BinaryIO) -> str:
    with pytest.raises(InvalidInput) as caught:
        rows(file)
    (fault,) = caught.value.faults
    assert fault.pointer == "/file"
    return fault.detail


def test_cells_of_every_kind_are_read() -> None:
    found = rows(workbook(HEAD, ["林岚", 13800138000, 2.5, True, datetime(2026, 1, 31), None, "=1"]))
    assert found[0] == Row(1, ("姓名", "单位"))
    name, phone, ratio, flag, day, empty, formula = found[1].cells
    assert (name, phone, ratio, flag, day, empty) == (
        "林岚",
        Number("13800138000"),
        Number("2.5"),
        True,
        datetime(2026, 1, 31),
        None,
    )
    assert isinstance(formula, Trouble)


def test_style_and_place_of_thousands_of_digits_are_none() -> None:
    digits = "1" * 5000
    (row,) = rows(
        by_hand(f'<row r="{digits}"><c r="A1" s="{digits}"><v>7</v></c><c r="B1" t="s"><v>{digits}</v></c></row>')
    )
    assert (row.number, row.cells[0], type(row.cells[1])) == (1, Number("7"), Trouble)


def test_formula_counts_by_its_stored_value() -> None:
    stored = (
        '<row r="1"><c r="A1" t="str"><f>B1</f><v>林岚</v></c><c r="B1"><f>1+1</f><v>2</v></c>'
        '<c r="C1" t="str"><f>""</f><v></v></c></row>'
    )
    assert rows(by_hand(stored))[0].cells == ("林岚", Number("2"))


def test_formula_without_a_stored_value_and_error_cells_are_trouble() -> None:
    (row,) = rows(by_hand('<row r="1"><c r="A1"><f>B1</f></c><c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'))
    assert [isinstance(cell, Trouble) for cell in row.cells] == [True, True]
    assert isinstance(row.cells[1], Trouble)
    assert "#DIV/0!" in row.cells[1].reason


def test_rich_text_is_read_whole_and_reading_aids_are_not() -> None:
    strings = '<sst><si><r><t>林</t></r><r><t>岚</t></r><rPh sb="0" eb="1"><t>リン</t></rPh></si></sst>'
    file = by_hand(
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>9</v></c></row>',
        parts={"xl/sharedStrings.xml": strings},
    )
    name, beyond = rows(file)[0].cells
    assert name == "林岚"
    assert isinstance(beyond, Trouble)


def test_merged_cells_give_their_value_to_every_row_they_cover() -> None:
    found = rows(
        workbook(HEAD, ["林岚", "某大学"], ["曾冰", None], ["吴双", None], ["陈默", "某公司"], merged=("B2:B4",))
    )
    assert [row.cells for row in found[1:]] == [
        ("林岚", "某大学"),
        ("曾冰", "某大学"),
        ("吴双", "某大学"),
        ("陈默", "某公司"),
    ]


def test_merged_headings_of_two_rows_end_in_the_lower_one() -> None:
    found = rows(workbook(["姓名", "联系方式", None], [None, "电话", "邮箱"], merged=("A1:A2", "B1:C1")))
    assert found[1].cells == ("姓名", "电话", "邮箱")


def test_prefixed_elements_and_the_strict_flavour_are_read() -> None:
    sheet = (
        '<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetData>'
        '<x:row><x:c t="inlineStr"><x:is><x:t>林岚</x:t></x:is></x:c><x:c><x:v>5</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    assert rows(by_hand(parts={"xl/worksheets/sheet1.xml": sheet})) == [Row(1, ("林岚", Number("5")))]


def test_years_that_count_from_1904_are_read_right() -> None:
    def since_1904(book: openpyxl.Workbook) -> None:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        book.active["A1"] = datetime(2026, 1, 31)

    assert rows(workbook(more=since_1904))[0].cells == (datetime(2026, 1, 31),)


def test_hidden_sheets_are_left_out() -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book.create_sheet("旧名册").sheet_state = "hidden"
        book.create_sheet("成果")

    assert Workbook(workbook(HEAD, more=hide)).sheets == ("名册", "成果")


def test_reading_stops_after_many_empty_rows_and_says_where() -> None:
    empty = "".join(f'<row r="{number}"><c r="A{number}" s="0"/></row>' for number in range(3, EMPTY_ROWS + 3000))
    book = Workbook(by_hand(text_row(2, "林岚") + empty + text_row(900_000, "曾冰")))
    assert [row.number for row in book.rows(0)] == [2]
    assert book.stopped_after == {0: 2}


def test_million_empty_rows_are_not_read_through() -> None:
    rows_ = "".join(f'<row r="{number}"/>' for number in range(1, 1_000_001))
    assert rows(by_hand(rows_)) == []


def test_gap_in_the_row_numbers_is_no_end() -> None:
    assert [row.number for row in rows(by_hand(text_row(1, "a") + text_row(1_048_576, "b")))] == [1, 1_048_576]


def test_columns_beyond_three_hundred_are_not_read() -> None:
    assert rows(by_hand('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row>'))[0].cells == (Number("1"),)


def test_macros_are_refused_whatever_the_name() -> None:
    assert "macros" in refusal(by_hand(kind="vnd.ms-excel.sheet.macroEnabled.main+xml"))
    assert "macros" in refusal(by_hand(parts={"xl/vbaProject.bin": b"\0"}))
    assert "macros" in refusal(by_hand(parts={"xl/macrosheets/sheet1.xml": "<x/>"}))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old .xls"),
        (b"PK\x03\x04 and then nothing of the kind", "damaged"),
        (b"", "damaged"),
    ],
)
def test_what_is_no_workbook_is_refused(data: bytes, said: str) -> None:
    assert said in refusal(io.BytesIO(data))


def test_other_packages_and_broken_parts_are_refused() -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("word/document.xml", "<x/>")
    broken = by_hand().read()
    cut = bytearray(broken)
    place = broken.index(b"xl/worksheets/sheet1.xml") + 30
    cut[place : place + 20] = b"\xff" * 20
    for file in (other, io.BytesIO(bytes(cut)), io.BytesIO(broken[: len(broken) // 2]), by_hand("<row><c></row>")):
        assert "damaged" in refusal(file)


def test_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = by_hand(parts={"xl/media/image1.png": b"0" * (RATIO * 10_000)})
    assert "300 times" in refusal(bomb)
    monkeypatch.setattr(container, "UNPACKED", MEGABYTE)
    assert "unpacks to 2 MB" in refusal(
        by_hand(parts={"xl/media/image1.png": io.BytesIO(bytes(range(256)) * 8200).read()})
    )


def test_size_that_its_entry_denies_is_not_unpacked() -> None:
    data = by_hand(text_row(1, "a" * 100_000)).read()
    real = zipfile.ZipFile(io.BytesIO(data)).getinfo("xl/worksheets/sheet1.xml").file_size
    lying = data.replace(real.to_bytes(4, "little"), (200).to_bytes(4, "little"))
    assert "damaged" in refusal(io.BytesIO(lying))


@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    ],
)
def test_entities_and_document_types_are_refused(prologue: str) -> None:
    assert "entities" in refusal(by_hand(prologue=prologue))


def test_elements_without_end_and_tags_without_end_are_refused() -> None:
    noise = bytes(range(33, 38)) + bytes(range(40, 60)) + bytes(range(63, 127))
    long_tag = b'<row a="' + noise * 20_000
    for rows_ in ("<a>" * 200, long_tag.decode()):
        assert "damaged" in refusal(by_hand(rows_))


def test_row_of_very_many_cells_costs_no_more_than_its_columns() -> None:
    (row,) = rows(by_hand("<row>" + "<c><v>1</v></c>" * 60_000 + "</row>"))
    assert len(row.cells) == 300


def test_sheet_with_too_many_merged_areas_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("expertdb.tables.workbook.MERGES", 3)
    more = "<mergeCells>" + '<mergeCell ref="A1:A2"/>' * 4 + "</mergeCells>"
    assert "merged areas" in refusal(by_hand(more=more))


def test_workbook_of_openpyxl_with_everything_is_read(tmp_path: Any) -> None:
    def dress(book: openpyxl.Workbook) -> None:
        sheet = book.active
        sheet["A1"].font = openpyxl.styles.Font(bold=True)
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = "A1:B2"
        sheet.column_dimensions["A"].width = 30
        sheet["B2"].comment = openpyxl.comments.Comment("核对", "审核")

    assert [row.cells for row in rows(workbook(HEAD, ["林岚", "某大学"], more=dress))] == [
        ("姓名", "单位"),
        ("林岚", "某大学"),
    ]
