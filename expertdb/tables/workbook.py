"""XLSX sheets as rows, in bounded memory: at most one row and the shared strings are held.

Of a formula only the value that the spreadsheet stored is taken; without one the cell is reported. Merged cells give
their value to every row they cover, in their first column. Reading stops after many empty rows, and says so.
"""

import zipfile
from collections import deque
from collections.abc import Iterator
from datetime import date, datetime
from typing import BinaryIO

from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from expertdb.numerals import whole
from expertdb.tables.cells import Cell, Number, Row, Trouble
from expertdb.tables.container import chunks, opened, refusal
from expertdb.tables.parts import LONGEST_TEXT, Book, Handler, Sheet, book, column, merged, parse
from expertdb.wording import Text

COLUMNS = 300
EMPTY_ROWS = 5_000
MERGES = 100_000


class Workbook:
    """An opened workbook; raises InvalidInput for one that is hostile, damaged or none."""

    def __init__(self, file: BinaryIO) -> None:
        self._container = opened(file)
        self._book = book(self._container)
        self.stopped_after: dict[int, int] = {}  # by sheet, the row after which nothing but empty rows was seen

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of the sheets that are not hidden, in order."""
        return tuple(sheet.name for sheet in self._book.sheets)

    def rows(self, place: int) -> Iterator[Row]:
        """The rows of the sheet at this place; empty rows are left out, and reading ends after 5,000 of them.

        Raises InvalidInput.
        """
        sheet = self._book.sheets[place]
        fill = _Merges(self._container, sheet)
        handler, last = _Cells(self._book), 0
        for _ in parse(chunks(self._container, sheet.part), handler):
            while handler.done:
                row = handler.done.popleft()
                last = row.number
                yield fill(row)
            if handler.seen - last > EMPTY_ROWS:
                self.stopped_after[place] = last
                return


class _Merges:
    """Gives the value of a merged area to every row it covers."""

    def __init__(self, container: zipfile.ZipFile, sheet: Sheet) -> None:
        self._starts: dict[int, list[tuple[int, int]]] = {}
        self._open: dict[int, tuple[int, int, Cell]] = {}
        self._count = 0
        merged(chunks(container, sheet.part), self._note)

    def _note(self, top: int, left: int, bottom: int, right: int) -> None:
        self._count += 1
        if self._count > MERGES:
            raise refusal(Text("The sheet has more than {maximum} merged areas.", maximum=MERGES))
        if bottom > top and left <= COLUMNS:
            self._starts.setdefault(top, []).append((left, bottom))

    def __call__(self, row: Row) -> Row:
        cells, carried = list(row.cells), dict[int, int]()
        for left, (top, bottom, value) in list(self._open.items()):
            if row.number > bottom:
                del self._open[left]
            else:
                cells += [None] * (left - len(cells))
                if cells[left - 1] is None:
                    cells[left - 1], carried[left - 1] = value, top
        for left, bottom in self._starts.get(row.number, ()):
            self._open[left] = (row.number, bottom, cells[left - 1] if left <= len(cells) else None)
        return Row(row.number, tuple(cells), carried)


class _Cells(Handler):
    """Collects the rows of a sheet that hold anything."""

    def __init__(self, of: Book) -> None:
        self.done: deque[Row] = deque()
        self.seen = 0
        self._book = of
        self._row: list[Cell] = []
        self._column = 0
        self._kind, self._style = "n", 0
        self._within = ""
        self._pieces: list[str] = []
        self._length = 0
        self._has_formula = self._has_value = self._reading = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            number = whole(attributes.get("r"), 7)
            self.seen = self.seen + 1 if number is None else number
            self._row, self._column = [], 0
        elif name == "c":
            letters = attributes.get("r", "").rstrip("0123456789")
            self._column = column(letters) if 1 <= len(letters) <= 3 and letters.isupper() else self._column + 1
            self._kind = attributes.get("t", "n")
            self._style = whole(attributes.get("s")) or 0
            self._pieces, self._length = [], 0
            self._has_formula = self._has_value = False
        elif name == "f":
            self._has_formula = True
        elif name == "v":
            self._has_value = True
        elif name == "rPh":
            self._reading = True
        self._within = name

    def text(self, data: str) -> None:
        if self._within in ("v", "t") and not self._reading and self._length <= LONGEST_TEXT:
            self._pieces.append(data)
            self._length += len(data)

    def end(self, name: str) -> None:
        self._within = ""
        self._reading = self._reading and name != "rPh"
        if name == "c" and self._column <= COLUMNS:
            value = self._value("".join(self._pieces))
            if value is not None:
                self._row += [None] * (self._column - len(self._row))
                self._row[self._column - 1] = value
        elif name == "row" and self._row:
            self.done.append(Row(self.seen, tuple(self._row)))

    def _value(self, text: str) -> Cell:
        if self._has_formula and not text and not (self._kind == "str" and self._has_value):
            return Trouble(
                Text("A formula stands here without a stored value. Recalculate and save, or type the value.")
            )
        if not text:
            return None
        if self._kind == "s":
            return self._shared(text)
        if self._kind == "e":
            return Trouble(Text("The spreadsheet shows an error here: {error}.", error=text[:20]))
        if self._kind == "b":
            return text == "1"
        if self._kind == "n":
            return self._day(text) if self._style in self._book.dates else Number(text[:LONGEST_TEXT])
        return text

    def _shared(self, text: str) -> Cell:
        place = whole(text)
        if place is not None and place < len(self._book.strings):
            return self._book.strings[place] or None
        return Trouble(Text("This cell refers to a text that is not in the workbook."))

    def _day(self, text: str) -> Cell:
        try:
            found = from_excel(float(text), CALENDAR_MAC_1904 if self._book.from_1904 else CALENDAR_WINDOWS_1900)
        except (ValueError, OverflowError):
            found = None
        if isinstance(found, datetime | date):
            return found
        return Trouble(Text("There is no such day."))
