"""The XML parts of an XLSX workbook (ECMA-376, parts 1 and 4), parsed in one stream each.

Written on expat rather than taken from openpyxl: that reader builds a tree of each row, so one hostile row takes as
much memory as it likes; it gives a formula without a stored value as an empty cell; and it does not tell merged cells.
Document types and entities are refused: no workbook has them, and they are how XML grows without end.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from expertdb.numerals import whole
from expertdb.tables.container import STRINGS, chunks, refusal
from expertdb.wording import Text

LONGEST_TEXT = 40_000  # A cell of Excel's holds 32,767 characters.
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")
OVERLAP = 200
DEEPEST = 100
LONGEST_TAG = 1 << 20


class Handler:
    """What to do with the elements of a part, by their names without a prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Characters within an element."""


def parse(data: Iterator[bytes], handler: Handler) -> Iterator[None]:
    """Feed a part to the handler, a chunk a step; raises InvalidInput for what is no well-formed XML."""
    guard = _Guard(handler)
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler, parser.EndElementHandler = guard.start, guard.end
    parser.CharacterDataHandler = handler.text
    parser.buffer_text = True
    try:
        for chunk in data:
            parser.Parse(chunk)
            guard.fed(len(chunk), parser.CurrentByteIndex)
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as error:
        raise refusal(Text("This is not an XLSX workbook, or it is damaged.")) from error


class _Guard:
    """Hands elements on without their prefixes, and bounds what expat itself must keep: open elements, and one tag."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._depth = self._fed = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise refusal(Text("This is not an XLSX workbook, or it is damaged."))
        self._handler.start(name.rpartition(":")[2], attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        self._handler.end(name.rpartition(":")[2])

    def fed(self, count: int, parsed: int) -> None:
        """Refuse a tag that does not end; `parsed` is how far expat has come, `count` what it was given last."""
        self._fed += count
        if self._fed - parsed > LONGEST_TAG:
            raise refusal(Text("This is not an XLSX workbook, or it is damaged."))


def _refuse_doctype(*declared: object) -> None:
    raise refusal(Text("The workbook declares document types or entities, which no workbook needs."))


def _run(container: zipfile.ZipFile, name: str, handler: Handler) -> None:
    for _ in parse(chunks(container, name), handler):
        pass


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook: its name and the part that holds it."""

    name: str
    part: str


@dataclass(frozen=True)
class Book:
    """What a sheet's cells refer to: shared strings, which cell styles are dates, and the day that days count from."""

    sheets: tuple[Sheet, ...]
    strings: list[str]
    dates: frozenset[int]
    from_1904: bool


def book(container: zipfile.ZipFile) -> Book:
    """Read everything of a workbook but its sheets; raises InvalidInput."""
    outline, targets = _Outline(), _Targets()
    _run(container, "xl/workbook.xml", outline)
    names = set(container.namelist())
    if "xl/_rels/workbook.xml.rels" in names:
        _run(container, "xl/_rels/workbook.xml.rels", targets)
    sheets = [Sheet(name, targets.found.get(id, "")) for name, id in outline.visible]
    return Book(
        tuple(sheet for sheet in sheets if sheet.part in names),
        _strings(container) if "xl/sharedStrings.xml" in names else [],
        _date_styles(container) if "xl/styles.xml" in names else frozenset(),
        outline.from_1904,
    )


class _Outline(Handler):
    def __init__(self) -> None:
        self.visible: list[tuple[str, str]] = []
        self.from_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            id = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            self.visible.append((attributes.get("name", ""), id))
        if name == "workbookPr":
            self.from_1904 = attributes.get("date1904", "0") in ("1", "true")


class _Targets(Handler):
    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            target = attributes.get("Target", "")
            self.found[attributes.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"


class _Strings(Handler):
    """Shared strings; of a string in runs all runs count, and the reading aids of Chinese and Japanese (rPh) do not."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._within = ""
        self._reading = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._pieces = []
        self._reading = self._reading or name == "rPh"
        self._within = name

    def end(self, name: str) -> None:
        if name == "si":
            self.found.append("".join(self._pieces)[:LONGEST_TEXT])
        self._reading = self._reading and name != "rPh"
        self._within = ""

    def text(self, data: str) -> None:
        if self._within == "t" and not self._reading:
            self._pieces.append(data)


def _strings(container: zipfile.ZipFile) -> list[str]:
    size = container.getinfo("xl/sharedStrings.xml").file_size
    if size > STRINGS:
        template = "The workbook's texts take {megabytes} MB; at most {maximum} are read. Split the file."
        raise refusal(Text(template, megabytes=size >> 20, maximum=STRINGS >> 20))
    handler = _Strings()
    _run(container, "xl/sharedStrings.xml", handler)
    return handler.found


class _Styles(Handler):
    def __init__(self) -> None:
        self.formats: dict[int, str] = dict(BUILTIN_FORMATS)
        self.used: list[int] = []
        self._in_cells = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self.formats[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        self._in_cells = self._in_cells or name == "cellXfs"
        if name == "xf" and self._in_cells:
            self.used.append(_whole(attributes.get("numFmtId")))

    def end(self, name: str) -> None:
        self._in_cells = self._in_cells and name != "cellXfs"


def _date_styles(container: zipfile.ZipFile) -> frozenset[int]:
    handler = _Styles()
    _run(container, "xl/styles.xml", handler)
    return frozenset(
        style for style, format in enumerate(handler.used) if is_date_format(handler.formats.get(format, "General"))
    )


def _whole(text: str | None) -> int:
    return whole(text) or 0


def merged(data: Iterator[bytes], note: Callable[[int, int, int, int], None]) -> None:
    """Tell of every merged area of a sheet: first row and column, last row and column, all counted from 1."""
    rest = b""
    for chunk in data:
        window = rest + chunk
        last = 0
        for found in MERGED.finditer(window):
            last = found.end()
            note(int(found[2]), column(found[1].decode()), int(found[4]), column(found[3].decode()))
        rest = window[max(last, len(window) - OVERLAP) :]


def column(letters: str) -> int:
    """The number of a column from its letters: A is 1."""
    number = 0
    for char in letters:
        number = number * 26 + ord(char) - 64
    return number
