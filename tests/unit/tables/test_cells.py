"""What cells say: numbers keep their digits or say that they lost some, and days are days however they are written."""

from datetime import date, datetime

import pytest

from expertdb.tables.cells import Cell, Number, Trouble, as_day, as_text, letter


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (None, ""),
        ("  林岚 ", "林岚"),
        (Number("13800138000"), "13800138000"),
        (Number("5"), "5"),
        (Number("5.0"), "5"),
        (Number("1.3800138E+10"), "13800138000"),
        (Number("0.10000000000000001"), "0.1"),
        (Number("2.5"), "2.5"),
        (True, "true"),
        (datetime(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 9, 30), "2026-01-31 09:30:00"),
        (date(2026, 1, 31), "2026-01-31"),
    ],
)
def test_cell_says_what_its_reader_sees(cell: Cell, said: str) -> None:
    assert as_text(cell) == said


@pytest.mark.parametrize("written", ["3.50202199001011E+17", "350202199001011234", "1E+300", "abc", ""])
def test_number_that_lost_digits_is_trouble(written: str) -> None:
    assert isinstance(as_text(Number(written)), Trouble)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-01-31",
        "2026/1/31",
        "2026.1.31",
        "2026年1月31日",
        "2026 年 1 月 31 日",
        "20260131",
        "2026-01-31 00:00:00",
        datetime(2026, 1, 31),
        date(2026, 1, 31),
        Number("46053"),
    ],
)
def test_day_is_understood_however_it_is_written(cell: Cell) -> None:
    assert as_day(cell) == "2026-01-31"


@pytest.mark.parametrize("cell", ["2026-02-30", "2026年13月1日"])
def test_day_that_does_not_exist_is_trouble(cell: Cell) -> None:
    assert isinstance(as_day(cell), Trouble)


@pytest.mark.parametrize("cell", ["31/01/2026", "明年", "2026", Number("7")])
def test_what_is_no_day_is_left_for_the_schema_to_refuse(cell: Cell) -> None:
    assert as_day(cell) == as_text(cell)


def test_columns_have_a_spreadsheets_letters() -> None:
    assert [letter(column) for column in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
