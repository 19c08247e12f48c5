"""A file as grids: the sheets of a workbook, or the one table of a CSV file, with their headings found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import BinaryIO

from expertdb.tables import delimited
from expertdb.tables.cells import Row, Trouble, as_text, is_empty, letter
from expertdb.tables.container import OLD
from expertdb.tables.workbook import Workbook

# .xls and .xlsm are known only to be refused for what they are.
FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xls": "xlsx",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
READABLE = tuple(ending for ending in FORMATS if ending not in (".xls", ".xlsm"))
PACKED = b"PK\x03\x04"
TITLE_ROWS = 10  # Titles, dates and blank rows that may stand above the headings.
LONGEST_HEADING = 100


@dataclass(frozen=True)
class Heading:
    """The heading of a column; columns count from 0."""

    column: int
    text: str

    @property
    def letter(self) -> str:
        """The column as a spreadsheet names it."""
        return letter(self.column)


@dataclass(frozen=True)
class Grid:
    """One table of a file; `rows` reads it anew each time."""

    name: str
    rows: Callable[[], Iterator[Row]]
    stopped_after: Callable[[], int | None] = lambda: None


@dataclass(frozen=True)
class Headed:
    """A grid whose headings stand in row `row`."""

    grid: Grid
    row: int
    headings: tuple[Heading, ...]

    def body(self) -> Iterator[Row]:
        """The rows below the headings that hold anything."""
        for row in self.grid.rows():
            if row.number > self.row and not all(map(is_empty, row.cells)):
                yield row


def format_of(name: str, file: BinaryIO) -> str | None:
    """The format of a file by what it holds, or else by how its name ends; None when nobody knows it."""
    file.seek(0)
    head = file.read(len(OLD))
    file.seek(0)
    stated = FORMATS.get(PurePath(name.lower()).suffix)
    if stated and (head.startswith(PACKED) or head == OLD):
        return "xlsx"
    return stated


def grids(file: BinaryIO, format: str) -> list[Grid]:
    """The tables of a CSV or XLSX file; raises InvalidInput."""
    if format == "csv":
        return [Grid("", lambda: delimited.rows(file))]
    book = Workbook(file)

    def grid(place: int, name: str) -> Grid:
        return Grid(name, lambda: book.rows(place), lambda: book.stopped_after.get(place))

    return [grid(place, name) for place, name in enumerate(book.sheets)]


def headed(grid: Grid, is_known: Callable[[str], bool]) -> Headed | None:
    """The grid with its headings: the row among the first ten with most known ones, or else the first; None if empty.

    Where headings take two rows (a group above, its members below), the lower row has them, as a merged heading is
    given to every row it covers.
    """
    first = [row for row in islice(grid.rows(), TITLE_ROWS) if not all(map(is_empty, row.cells))]
    if not first:
        return None
    found = max(first, key=lambda row: (sum(is_known(one.text) for one in headings(row)), -row.number))
    return Headed(grid, found.number, tuple(headings(found)))


def headings(row: Row) -> Iterator[Heading]:
    """The headings that a row has."""
    for column, cell in enumerate(row.cells):
        text = as_text(cell)
        if not isinstance(text, Trouble) and text:
            yield Heading(column, " ".join(text.split())[:LONGEST_HEADING])
