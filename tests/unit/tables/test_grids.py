"""Files as grids: formats are told by content and name, headings found below titles, CSV taken with its delimiter."""

import io
from typing import BinaryIO

import pytest

from expertdb.errors import InvalidInput
from expertdb.tables.grids import Headed, format_of, grids, headed
from tests.unit.tables.workbooks import workbook

KNOWN = {"姓名", "单位", "电话", "邮箱"}


def csv(text: str, encoding: str = "utf-8") -> BinaryIO:
    return io.BytesIO(text.encode(encoding))


def found(file: BinaryIO, format: str = "csv") -> Headed:
    one = headed(grids(file, format)[0], KNOWN.__contains__)
    assert one is not None
    return one


@pytest.mark.parametrize(
    ("name", "data", "format"),
    [
        ("a.csv", b"a,b", "csv"),
        ("名册.TSV", b"a\tb", "csv"),
        ("a.jsonl", b"{}", "jsonl"),
        ("a.csv", b"PK\x03\x04....", "xlsx"),
        ("a.xlsm", b"PK\x03\x04....", "xlsx"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xlsx"),
        ("a.docx", b"PK\x03\x04....", None),
        ("a", b"a,b", None),
    ],
)
def test_format_is_told_by_content_and_name(name: str, data: bytes, format: str | None) -> None:
    assert format_of(name, io.BytesIO(data)) == format


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_found_below_a_title(delimiter: str) -> None:
    one = found(csv(f"福建省专家名册\n姓名{delimiter}单位\n林岚{delimiter}某大学\n"))
    assert (one.row, [heading.text for heading in one.headings]) == (2, ["姓名", "单位"])
    assert [row.cells for row in one.body()] == [("林岚", "某大学")]


def test_rows_keep_the_numbers_a_spreadsheet_shows() -> None:
    one = found(csv('姓名,单位\n\n"林\n岚",某大学\n,,\n曾冰,某公司\n'))
    assert [row.number for row in one.body()] == [3, 5]
    assert next(iter(one.body())).cells[0] == "林\n岚"


def test_grid_can_be_read_again() -> None:
    one = found(csv("姓名,单位\n林岚,某大学\n", "utf-16"))
    assert list(one.body()) == list(one.body()) != []


@pytest.mark.parametrize("broken", ['姓名,单位\n"林岚,某大学\n', '姓名,单位\n"林"岚,某大学\n'])
def test_quotation_marks_that_do_not_fit_are_refused_with_their_row(broken: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        list(found(csv(broken)).body())
    assert caught.value.faults[0].pointer == "/rows/2"


def test_file_without_a_row_has_no_headings() -> None:
    for text in ("", "\n\n", ",,\n"):
        assert headed(grids(csv(text), "csv")[0], KNOWN.__contains__) is None


def test_headings_are_the_row_with_most_known_ones_and_have_letters() -> None:
    one = found(
        workbook(
            ["福建省知识产权专家名册"],
            ["姓名", "联系方式", None],
            [None, "电话", "邮箱"],
            ["林岚", "138", "a@b.cn"],
            merged=("A2:A3", "B2:C2", "A1:C1"),
        ),
        "xlsx",
    )
    assert (one.row, [(heading.letter, heading.text) for heading in one.headings]) == (
        3,
        [("A", "姓名"), ("B", "电话"), ("C", "邮箱")],
    )


def test_first_row_has_the_headings_where_none_is_known() -> None:
    assert found(csv("a,b\n1,2\n")).row == 1
