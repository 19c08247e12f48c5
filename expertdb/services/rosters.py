"""A roster as a file: JSON Lines, or a sheet whose columns fill the fields of an expert; read line by line."""

from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, BinaryIO

from expertdb import strict_json
from expertdb.errors import Fault, InvalidInput
from expertdb.services import columns, phrases, roster_templates, rows
from expertdb.services.columns import Mapped
from expertdb.services.rows import Read
from expertdb.tables.cells import Row, as_text, is_empty, letter
from expertdb.tables.grids import READABLE, Grid, Headed, format_of, grids, headed
from expertdb.wording import Text

NAMES = ("name", "name.zh", "name.en")


@dataclass(frozen=True)
class Upload:
    """A file and the name it came with."""

    name: str
    file: BinaryIO


@dataclass(frozen=True)
class Roster:
    """An opened roster: `columns` is empty for JSON Lines, whose lines name their fields themselves."""

    upload: Upload
    format: str
    headed: Headed | None = None
    columns: tuple[Mapped, ...] = ()
    sheets: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    without_heading: set[int] = field(default_factory=set)  # Columns that hold something; known after reading.
    examples: set[int] = field(default_factory=set)  # Rows of a template's example, known after reading as well.

    @property
    def sheet(self) -> str | None:
        """The name of the sheet that is read, where there are sheets."""
        return self.headed.grid.name or None if self.headed else None

    def lines(self) -> Iterator[Read]:
        """Every row that holds anything."""
        if self.headed is None:
            yield from _json_lines(self.upload.file)
        else:
            headings = {one.column for one in self.headed.headings}
            for row in self.headed.body():
                if self._is_example(row):
                    self.examples.add(row.number)
                    continue
                found = rows.read(row, self.columns)
                self._look_beside(row, headings, found)
                self._refuse_merged_name(row, found)
                yield found

    def _is_example(self, row: Row) -> bool:
        ids = [one.heading.column for one in self.columns if one.target == "id"]
        texts = [as_text(row.cells[place]) for place in ids if place < len(row.cells)]
        return any(isinstance(text, str) and roster_templates.is_example(text) for text in texts)

    def _look_beside(self, row: Row, headings: set[int], found: Read) -> None:
        """Note cells under no heading. Behind the last one of a CSV file they mean that the others have shifted."""
        stray = [place for place, cell in enumerate(row.cells) if place not in headings and not is_empty(cell)]
        self.without_heading.update(stray)
        if self.format == "csv" and stray and stray[-1] > max(headings):
            detail = Text(
                "The row goes on in column {letter}, behind the last heading. Put a cell that holds a comma between "
                "quotation marks, or give the column a heading.",
                letter=letter(stray[-1]),
            )
            found.faults.append(found.fault(Fault("", detail)))

    def _refuse_merged_name(self, row: Row, found: Read) -> None:
        """A name that is merged over several rows is one person's, with work on each row: not several namesakes."""
        tops = [row.carried.get(one.heading.column) for one in self.columns if one.target in NAMES]
        if top := next(filter(None, tops), None):
            template = (
                "The name is merged with that of row {row}. Give each expert one row, with all their works in it."
            )
            found.faults.append(found.fault(Fault("/name", Text(template, row=top))))

    def column_of(self, pointer: str) -> str | None:
        """The column that fills the field at this pointer into the expert body, by letter and heading."""
        for mapped in self.columns:
            if mapped.target and rows.pointer_of(mapped.target) == pointer:
                return f"{mapped.heading.letter} {mapped.heading.text}"
        return None

    def notes(self) -> tuple[Fault, ...]:
        """What was not read, and why; to be asked after reading."""
        if self.headed is None:
            return ()
        found = [
            Fault(
                f"/headings/{one.heading.letter}", Text('The column "{heading}" is not read.', heading=one.heading.text)
            )
            for one in self.columns
            if one.column is None
        ]
        found += [
            Fault("/sheets", Text('The sheet "{sheet}" is not read.', sheet=one))
            for one in self.sheets
            if one and one != self.sheet
        ]
        found += [
            Fault(
                f"/headings/{letter(one)}",
                Text("Column {letter} holds values and has no heading: it is not read.", letter=letter(one)),
            )
            for one in sorted(self.without_heading)
        ]
        example = "Row {row} is the example of the template: it is passed over."
        found += [Fault("/rows", Text(example, row=row)) for row in sorted(self.examples)]
        last = self.headed.grid.stopped_after()
        if last is not None:
            found.append(
                Fault("/rows", Text("After row {row} only empty rows were seen; reading stopped there.", row=last))
            )
        return tuple(found)


def opened(upload: Upload, mapping: Mapping[str, str | None], sheet: str | None = None) -> Roster:
    """The roster in a file; raises InvalidInput for one that cannot be read at all."""
    format = format_of(upload.name, upload.file)
    if format is None:
        ending = PurePath(upload.name).suffix or upload.name[-20:]
        template = "Files of the kind {ending} are not read; send one of {endings}."
        raise InvalidInput(Fault("/file", Text(template, ending=ending, endings=", ".join(READABLE))))
    if format == "jsonl":
        return Roster(upload, format)
    there = grids(upload.file, format)
    chosen = _chosen(there, sheet, mapping)
    found = columns.mapping(chosen.headings, mapping)
    return Roster(upload, format, chosen, found.columns, tuple(one.name for one in there), found.faults)


def _chosen(there: list[Grid], sheet: str | None, mapping: Mapping[str, str | None]) -> Headed:
    """The sheet that was asked for, or else the one with most headings that are known."""

    def is_known(heading: str) -> bool:
        return heading in mapping or columns.proposed(heading) is not None

    if sheet is not None and sheet not in (one.name for one in there):
        template = 'The file has no sheet "{sheet}"; it has: {there}.'
        names = ", ".join(one.name for one in there)
        raise InvalidInput(Fault("/sheet", Text(template, sheet=sheet, there=names)))
    candidates = [headed(one, is_known) for one in there if sheet in (None, one.name)]
    filled = [one for one in candidates if one is not None]
    if not filled:
        raise InvalidInput(Fault("/rows", Text("The file holds no rows.")))
    return max(filled, key=lambda one: sum(is_known(heading.text) for heading in one.headings))


def _json_lines(file: BinaryIO) -> Iterator[Read]:
    file.seek(0)
    for number, line in enumerate(file, start=1):
        if line.removeprefix(BOM_UTF8).strip():
            yield _json_line(number, line)


def _json_line(number: int, line: bytes) -> Read:
    found = Read(number)
    try:
        body: Any = strict_json.loads(line)
    except strict_json.NotJson as error:
        detail = Text("This line cannot be read as JSON: {reason}.", reason=error.reason)
        found.faults.append(found.fault(Fault("", detail)))
        return found
    found.body = body
    if isinstance(body, dict):
        found.faults += [found.fault(fault) for fault in phrases.in_body(body, "")]
    return found
