"""From a row of cells to the body of an expert: each column's cell is read as its field needs it.

Every fault knows its row, its column and, for codes, the nearest valid ones.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from expertdb import strict_json
from expertdb.errors import Fault, RowFault
from expertdb.names import HAN, fold
from expertdb.numerals import whole
from expertdb.quoting import unquoted
from expertdb.schemas.fields import unknown_code
from expertdb.services import phrases, terms
from expertdb.services.columns import Mapped
from expertdb.services.headings import Column, by_target, words
from expertdb.tables.cells import Cell, Number, Row, Trouble, as_day, as_text, is_empty
from expertdb.wording import Text

RESTRICTED = ("phone", "email", "address", "id_number", "licence_numbers")
LINES = re.compile(r"[\n;；]+")
UNTIL = re.compile(r"\s*(?:至|到|[—–~～]+|\.\.|\bto\b)\s*")
LIST = re.compile(r"[\n;；、,，|]+")
PARTS = re.compile(r"\s*[|｜]\s*")
YEAR = re.compile(r"[（(,，\s]\s*((?:19|20)\d\d)\s*年?[)）]?$")


@dataclass
class Read:
    """A row as the body of an expert, and what is wrong with its cells.

    `origins` has the column behind each pointer, `values` how many values a list was given so far.
    """

    number: int
    body: dict[str, Any] = field(default_factory=dict)
    faults: list[RowFault] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)
    values: Counter[str] = field(default_factory=Counter)

    def fault(self, fault: Fault) -> RowFault:
        """A fault of this row's body, with its row and the column that its value came from."""
        nearest = tuple(str(getattr(fault.detail, "values", {}).get("nearest", "")).split(", "))
        pointer = fault.pointer if fault.pointer != "/" else ""
        column = next((self.origins[part] for part in _upwards(pointer) if part in self.origins), None)
        return RowFault(
            f"/rows/{self.number}{pointer}", fault.detail, self.number, column, tuple(filter(None, nearest))
        )


def _upwards(pointer: str) -> Iterable[str]:
    """The pointer and all above it, the longest first."""
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def read(row: Row, columns: Iterable[Mapped]) -> Read:
    """The body that a row's cells make."""
    found = Read(row.number)
    for mapped in columns:
        cell = row.cells[mapped.heading.column] if mapped.heading.column < len(row.cells) else None
        if mapped.column is None:
            continue
        name = f"{mapped.heading.letter} {mapped.heading.text}"
        found.origins.setdefault(pointer_of(mapped.column.target), name)  # Where it stands that is missing.
        if not is_empty(cell):
            _read_cell(found, cell, mapped.column, name)
    _complete(found)
    return found


def _read_cell(found: Read, cell: Cell, column: Column, name: str) -> None:
    is_day = column.kind == "day" or (column.kind == "periods" and isinstance(cell, Number))
    text = as_day(cell) if is_day else as_text(cell)
    pointer = pointer_of(column.target)
    if isinstance(text, Trouble):
        found.faults.append(found.fault(Fault(pointer, text.reason)))
        return
    text = unquoted(text)
    if column.kind == "items":
        _add_items(found, text, column.target.partition(".")[2] or None, name)
    elif column.several:
        for value in values(text, column):
            place = f"{pointer}/{found.values[pointer]}"
            found.values[pointer] += 1
            found.origins[place] = name
            _put(found, column, value, place)
    else:
        _put(found, column, text, pointer)


def values(text: str, column: Column) -> list[Any]:
    """The values of a cell that may hold several: one after the other, or as JSON where exports could not part them."""
    if column.kind in ("list", "numbers") and text.startswith("["):
        try:
            stated = strict_json.loads(text.encode())
        except ValueError:
            stated = None
        if isinstance(stated, list):
            return stated
    if column.kind == "codes":
        return list(phrases.split(text, column.vocabularies))
    if column.kind == "numbers":
        return [_licence(part) for part in filter(None, map(str.strip, LINES.split(text)))]
    parts = [part.strip() for part in LIST.split(text) if part.strip()]
    return [_period(part) for part in parts] if column.kind == "periods" else parts


def _period(text: str) -> dict[str, str]:
    """The first and the last day of "2026-12-20 至 2027-01-05", or twice the same; what is no day stays as written."""
    first, *rest = UNTIL.split(text, maxsplit=1)
    start, end = (text if isinstance(day := as_day(text), Trouble) else day for text in (first, *(rest or [first])))
    return {"start": start, "end": end}


def _licence(text: str) -> dict[str, str | None]:
    """The number of a licence, and which one where the cell says so: "专利代理师：3512345"."""
    licence, _, number = text.replace("：", ":").rpartition(":")
    return {"licence": licence.strip() or None, "number": number.strip()}


def _put(found: Read, column: Column, value: Any, pointer: str) -> None:
    """Put a value where its column points; a code is looked up among labels and aliases."""
    if column.kind in ("code", "codes"):
        code = phrases.code_of(value, column.vocabularies)
        if isinstance(code, Text) or not phrases.meant(code, column.vocabularies):
            detail = code if isinstance(code, Text) else unknown_code(value[:40], column.vocabularies)
            found.faults.append(found.fault(Fault(pointer, detail)))
            return
        value = code
    elif column.words is not None:
        value = _word(value, column)
    elif column.kind == "whole":
        number = whole(value)
        value = value if number is None else number
    if column.target == "name":
        column = by_target()["name.zh" if HAN.search(fold(value[: phrases.MOST_CHARACTERS])) else "name.en"]
    _place(found.body, column, value)


def _word(value: str, column: Column) -> Any:
    """The word of a fixed set that people mean by this, or what they wrote; a flag is true or false."""
    found = _said(column.target).get(phrases.folded(value), value)
    return {"true": True, "false": False}.get(found, found)


@cache
def _said(target: str) -> dict[str, str]:
    known = by_target()[target].words or {}
    return {fold(one): word for word, said in known.items() for one in (word, *said)}


def _field(target: str) -> str:
    return target.partition(".")[0] if target.startswith(("codes.", "items.")) else target


def pointer_of(target: str) -> str:
    """The JSON pointer of a target within the expert body."""
    inner = _field(target).replace(".", "/")
    return f"/restricted/{inner}" if target in RESTRICTED else f"/{inner}"


def _place(body: dict[str, Any], column: Column, value: Any) -> None:
    *above, last = pointer_of(column.target)[1:].split("/")
    for part in above:
        body = body.setdefault(part, {})
    if not column.several:
        body[last] = value
    elif value not in body.setdefault(last, []):
        body[last].append(value)


def _add_items(found: Read, text: str, kind: str | None, name: str) -> None:
    """The items of a cell: JSON as an export writes it, or a line each: `案例｜标题｜2024｜正文`, `标题（2024）`."""
    items = found.body.setdefault("items", [])
    if text.startswith("["):
        try:
            stated = strict_json.loads(text.encode())
        except strict_json.NotJson as error:
            detail = Text("This cannot be read as JSON: {reason}.", reason=error.reason)
            found.faults.append(found.fault(Fault("/items", detail)))
            return
    else:
        stated = [_item(line.strip(), kind) for line in LINES.split(text) if line.strip()]
    for item in stated:
        found.origins[f"/items/{len(items)}"] = name
        items.append(item)


def _item(line: str, kind: str | None) -> dict[str, Any]:
    parts = PARTS.split(line)
    if len(parts) > 1 and (stated := _item_kind(parts[0])):
        kind, parts = stated, parts[1:]
    year = parts[1] if len(parts) > 1 else None
    item: dict[str, Any] = {"kind": kind or "project", "title": parts[0]}
    if year is None and (found := YEAR.search(parts[0])):
        item["title"], year = parts[0][: found.start()].strip(), found[1]
    if year:
        number = whole(year)
        item["year"] = year if number is None else number
    if len(parts) > 2:
        item["text"] = parts[2]
    return item


def _item_kind(word: str) -> str | None:
    return next(
        (kind for kind, said in words("item").items() if phrases.folded(word) in (kind, *map(fold, said))), None
    )


def _complete(found: Read) -> None:
    """Whom a row names a unit or its letter for is nominated; a term whose end is not stated lasts as terms do."""
    if "entry" in found.body:
        found.body["entry"].setdefault("source", "nomination")
    term = found.body.get("term")
    if not isinstance(term, dict) or "end" in term or "start" not in term:
        return
    if start := _day(term["start"]):
        term["end"] = terms.last_day(start).isoformat()
    else:  # Said here, or the end that nobody stated would be missed as well.
        del found.body["term"]
        found.faults.append(found.fault(Fault("/term/start", Text("A day is needed, as 2026-01-31."))))


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None
