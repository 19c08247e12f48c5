"""Writing tables that spreadsheets open as they are meant: CSV with a mark, XLSX, JSON Lines; row by row."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from expertdb.quoting import quoted

LONGEST_CELL = 32_767  # Excel's limit
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
}


def write_csv(file: BinaryIO, headings: list[str], rows: Iterable[list[str]]) -> None:
    """Write CSV in UTF-8 with a byte order mark, by which spreadsheets know the encoding."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([quoted(cell) for cell in row])
    text.detach()


def write_xlsx(file: BinaryIO, title: str, headings: list[str], rows: Iterable[list[str]]) -> None:
    """Write a workbook of one sheet; every cell is text, so that no number loses its digits."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    sheet.append(headings)
    for row in rows:
        sheet.append([_cell(text) for text in row])
    book.save(file)


def _cell(text: str) -> str | None:
    return ILLEGAL_CHARACTERS_RE.sub("", quoted(text))[:LONGEST_CELL] or None


def write_lines(file: BinaryIO, bodies: Iterable[dict[str, Any]]) -> None:
    """Write JSON Lines."""
    for body in bodies:
        file.write(json.dumps(body, ensure_ascii=False).encode() + b"\n")
