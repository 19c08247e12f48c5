"""What stands in a cell, and what it says as text, as a number and as a day."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from expertdb.numerals import whole
from expertdb.wording import Text

DAY = re.compile(
    r"([12]\d{3})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00)?)?|([12]\d{3})(\d{2})(\d{2})"
)
EXACT_DIGITS = 15  # A spreadsheet keeps no more of a number.
EPOCH = date(1899, 12, 30)
DAYS = range(10_000, 80_000)  # Numbers that are days from 1927 to 2119 where a day is wanted.


@dataclass(frozen=True)
class Trouble:
    """A cell whose value cannot be taken, and why."""

    reason: Text


@dataclass(frozen=True)
class Number:
    """A number as the file writes it: `13800138000` or `3.50202199001011E+17`."""

    written: str


Cell = str | Number | bool | date | datetime | Trouble | None


@dataclass(frozen=True)
class Row:
    """One row of a table: its number as a spreadsheet shows it, and its cells from the first column on.

    `carried` has, by column, the row above from which a merged cell reaches into this one.
    """

    number: int
    cells: tuple[Cell, ...]
    carried: Mapping[int, int] = field(default_factory=dict)


def as_text(cell: Cell) -> str | Trouble:
    """What a cell says, as its reader sees it; a number keeps its digits, a day is written 2026-01-31."""
    if cell is None or isinstance(cell, Trouble):
        return "" if cell is None else cell
    if isinstance(cell, Number):
        return _digits(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else cell.strip()


def _digits(cell: Number) -> str | Trouble:
    if whole(cell.written, EXACT_DIGITS) is not None:
        return cell.written
    try:
        value = float(cell.written)
    except ValueError:
        return Trouble(Text("This is not a number, though its cell says so."))
    if abs(value) >= 10**EXACT_DIGITS:
        template = "The spreadsheet kept only 15 digits of this number. Format the column as text and type it again."
        return Trouble(Text(template))
    return str(int(value)) if value.is_integer() else repr(value)


def as_day(cell: Cell) -> str | Trouble:
    """The day a cell names, as 2026-01-31: from a date cell, a day's number, or text as people write days."""
    if isinstance(cell, Number):
        written = _digits(cell)
        days = whole(written) if isinstance(written, str) else None
        if days is not None and days in DAYS:
            return (EPOCH + timedelta(days=days)).isoformat()
    text = as_text(cell)
    if isinstance(text, Trouble):
        return text
    found = DAY.fullmatch(text)
    if found is None:
        return text  # Whoever checks the day will say what is wrong with it.
    year, month, day = (int(part) for part in found.groups() if part is not None)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return Trouble(Text("There is no such day."))


def is_empty(cell: Cell) -> bool:
    """Whether nothing stands in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def letter(column: int) -> str:
    """The letter of a column, counted from 0, as a spreadsheet shows it: A, B … Z, AA."""
    name = ""
    column += 1
    while column:
        column, place = divmod(column - 1, 26)
        name = chr(65 + place) + name
    return name
