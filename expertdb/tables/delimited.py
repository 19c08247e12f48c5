"""CSV and its kin: cells between commas, semicolons or tabs, in any encoding that `encoding.py` knows."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from expertdb.errors import Fault, InvalidInput
from expertdb.tables.cells import Row
from expertdb.tables.encoding import encoding_of
from expertdb.wording import Text

DELIMITERS = (",", "\t", ";")
SAMPLE = 65_536
# An expert's items, exported into one cell, are 200 × 10,000 characters at most; the module's own limit is 131,072.
LONGEST_CELL = 4_000_000
csv.field_size_limit(LONGEST_CELL)


def rows(file: BinaryIO) -> Iterator[Row]:
    """The rows of the file, empty ones included; raises InvalidInput for what is no CSV, with the row."""
    text = io.TextIOWrapper(file, encoding=encoding_of(file), newline="")
    try:
        delimiter = _delimiter(text.read(SAMPLE))
        text.seek(0)
        yield from _records(text, delimiter)
    finally:
        text.detach()  # Whoever opened the file closes it.


def _delimiter(sample: str) -> str:
    """The one that stands most often in the first line that has any; a comma where none does."""
    for line in sample.splitlines():
        if any(one in line for one in DELIMITERS):
            return max(DELIMITERS, key=line.count)
    return DELIMITERS[0]


def _records(text: io.TextIOWrapper, delimiter: str) -> Iterator[Row]:
    number = 0
    try:
        for number, record in enumerate(csv.reader(text, delimiter=delimiter, strict=True), start=1):
            yield Row(number, tuple(cell or None for cell in record))
    except csv.Error as error:
        template = "Row {row} cannot be read as CSV: {reason}. A quotation mark within a cell must stand twice."
        detail = Text(template, row=number + 1, reason=_meant(str(error)))
        raise InvalidInput(Fault(f"/rows/{number + 1}", detail)) from error


def _meant(said: str) -> str:
    """What the module says, as a sentence that can be said in Chinese too."""
    if "unexpected end" in said:
        return Text("a quotation mark is not closed")
    if "field limit" in said:
        return Text("a cell has more than {maximum} characters", maximum=LONGEST_CELL)
    if "expected after" in said:
        return Text("something stands behind a closing quotation mark")
    return said
