"""Exporting experts in the formats that imports read: what is written comes back the same.

The file is written whole before it is sent: to a temporary file, so that memory stays small, a slow reader holds no
transaction, and what cannot be written is an error rather than half a file. Restricted values go out only when asked
for with a reason, and then the audit log names every expert whose values went out.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from expertdb import vocabularies
from expertdb.errors import NotAllowed
from expertdb.models.base import new_id
from expertdb.models.experts import Expert, ExpertItem
from expertdb.models.restricted import FIELDS
from expertdb.schemas.shared import named
from expertdb.services import audit, entry, experts, restricted, rows
from expertdb.services.actors import Actor
from expertdb.services.headings import Column, columns
from expertdb.services.phrases import STRONG
from expertdb.tables.writing import write_csv, write_lines, write_xlsx
from expertdb.wording import Text

READ_AT_ONCE = 500
ERASED = "erased"
# Items of one expert go into as many cells as they need: a spreadsheet cell holds 32,767 characters.
CELL = 30_000
# A name is exported by its language, and codes in one column.
LEFT_OUT = ("name", "reason")
SEPARATOR = {"zh": "；", "en": "; "}
UNTIL = {"zh": "至", "en": "to"}
TITLES = {"zh": "专家名册", "en": "experts"}


OPTIONS = ("format", "language", "restricted", "reason")  # of a query: how to export, not whom


@dataclass(frozen=True)
class Options:
    """What to export: format, the language of headings and labels, and whether restricted values go with it."""

    format: str = "csv"
    language: str = "zh"
    restricted: bool = False
    reason: str = ""


def may_restrict(actor: Actor) -> bool:
    """Whether the caller may export restricted values."""
    return actor.role == "administrator"


def options_of(query: Mapping[str, Any], actor: Actor) -> Options:
    """How a query wants the export; raises NotAllowed for restricted values that the caller may not have."""
    options = Options(**{name: query[name] for name in OPTIONS if name in query})
    if options.restricted and not may_restrict(actor):
        raise NotAllowed(Text("Only an administrator exports restricted values."))
    return options


@dataclass
class Export:
    """A written export; `holders` are the experts whose restricted values are in it."""

    file: BinaryIO
    options: Options
    rows: int = 0
    holders: list[str] = field(default_factory=list)


def write(session: Session, query: Mapping[str, Any], options: Options, *conditions: ColumnElement[bool]) -> Export:
    """Write the experts that meet every filter of the query, and the conditions besides, by name; storing nothing.

    Whoever hands the file on calls `record`. Raises RestrictedValueUnreadable.
    """
    export = Export(tempfile.TemporaryFile(), options)  # noqa: SIM115 - closed by whoever sends it.
    bodies = _bodies(session, query, export, conditions)
    if options.format == "jsonl":
        write_lines(export.file, bodies)
    else:
        wide = _item_columns(session)
        chosen = [column for column in columns() if _is_exported(column, options)]
        headings = [heading for column in chosen for heading in headings_of(column, options.language, wide)]
        cells = (cells_of(body, chosen, options.language, wide) for body in bodies)
        if options.format == "csv":
            write_csv(export.file, headings, cells)
        else:
            write_xlsx(export.file, TITLES[options.language], headings, cells)
    export.file.seek(0)
    return export


def record(session: Session, export: Export, query: Mapping[str, Any], *, actor: Actor) -> None:
    """Leave the trace of an export, and of every expert whose restricted values are in it."""
    run, reason = new_id(), export.options.reason
    for id in export.holders:
        audit.record(session, actor, "restricted.exported", kind="expert", id=id, run=run, reason=reason)
    filters = {name: value for name, value in query.items() if name != "q"}  # What was searched for may be a name.
    details = {"format": export.options.format, "rows": export.rows, "filters": filters, "reason": reason}
    audit.record(session, actor, "experts.exported", kind="export", id=run, **details)


def _bodies(
    session: Session, query: Mapping[str, Any], export: Export, conditions: Iterable[ColumnElement[bool]]
) -> Iterator[dict[str, Any]]:
    """The experts as an import takes them, a few hundred in memory at a time."""
    statement = experts.narrowed(select(Expert), query).where(Expert.status != ERASED, *conditions)
    statement = statement.order_by(Expert.name_sort, Expert.id).execution_options(yield_per=READ_AT_ONCE)
    if export.options.restricted:
        statement = statement.options(selectinload(Expert.restricted))
    for expert in session.scalars(statement):
        export.rows += 1
        body = body_of(expert)
        if export.options.restricted and expert.restricted:
            body["restricted"] = restricted.opened(restricted.sealer_of(session), expert.restricted)
            export.holders.append(expert.id)
        session.expunge(expert)
        yield body


def body_of(expert: Expert) -> dict[str, Any]:
    """An expert as the line of an import, restricted values apart; what is empty is left out."""
    body: dict[str, Any] = {
        "id": expert.source_id or expert.id,
        "name": named(expert.name_zh, expert.name_en),
        "kind": expert.kind,
        "organisation": _employer(expert),
        "position": expert.position,
        "region": expert.region,
        "title_level": expert.title_level,
        "languages": list(expert.languages),
        "licences": list(expert.licences),
        "statement": expert.statement,
        "codes": list(expert.codes),
        "items": [_item(item) for item in expert.items],
        "availability": dict(expert.availability),
        "status": expert.status,
        "entry": entry.as_line(expert),
    }
    if expert.term_start is not None and expert.term_end is not None:
        body["term"] = {"start": expert.term_start.isoformat(), "end": expert.term_end.isoformat()}
    return {name: value for name, value in body.items() if value not in (None, "", [], {})}


def _employer(expert: Expert) -> str | None:
    return None if expert.organisation is None else expert.organisation.name_zh or expert.organisation.name_en


def _item(item: ExpertItem) -> dict[str, Any]:
    """An item, with who verified it and when, which is for those who read the file: an import notes its own caller."""
    stated = {name: getattr(item, name) for name in ("kind", "title", "text", "year", "source", "verified")}
    if item.verified and item.verified_at is not None:
        stated |= {"verified_by": item.verified_by, "verified_at": item.verified_at.isoformat()}
    return {name: value for name, value in stated.items() if value not in (None, "", False)}


def _is_exported(column: Column, options: Options) -> bool:
    if column.target in LEFT_OUT or column.target.startswith(("codes.", "items.")):
        return False
    return options.restricted or column.target not in FIELDS


def _item_columns(session: Session) -> int:
    """How many cells the items of the expert with the longest need."""
    length = func.sum(func.length(ExpertItem.title) + func.length(ExpertItem.text) + 270)
    by_expert = select(length.label("length")).group_by(ExpertItem.expert_id).subquery()
    longest = session.scalar(select(func.max(by_expert.c.length))) or 0
    # JSON writes a character as two where it must be escaped, and a cell is left when the next item does not fit.
    return 1 + int(longest) * 3 // CELL


def headings_of(column: Column, language: str, wide: int) -> list[str]:
    """The heading of a column, or those of as many as the items take."""
    heading = column.zh[0] if language == "zh" else column.en[0]
    return [heading, *(f"{heading} {place}" for place in range(2, wide + 1))] if column.target == "items" else [heading]


def cells_of(body: Mapping[str, Any], chosen: list[Column], language: str, wide: int) -> list[str]:
    """The row of an expert, a cell for each of these columns."""
    cells: list[str] = []
    for column in chosen:
        cells += _item_cells(body, wide) if column.target == "items" else [_cell(body, column, language)]
    return cells


def _item_cells(body: Mapping[str, Any], wide: int) -> list[str]:
    """An expert's items as JSON, whole items to a cell."""
    cells: list[str] = []
    waiting: list[dict[str, Any]] = []
    for item in body.get("items", []):
        if waiting and len(json.dumps([*waiting, item], ensure_ascii=False)) > CELL:
            cells.append(json.dumps(waiting, ensure_ascii=False))
            waiting = []
        waiting.append(item)
    if waiting:
        cells.append(json.dumps(waiting, ensure_ascii=False))
    return cells + [""] * (wide - len(cells))


def _cell(body: Mapping[str, Any], column: Column, language: str) -> str:
    value: Any = body.get("restricted", {}) if column.target in FIELDS else body
    for part in column.target.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if value is None:
        return ""
    if column.kind in ("list", "numbers"):
        text = SEPARATOR[language].join(_number(one) if column.kind == "numbers" else one for one in value)
        # A licence whose name holds what parts them comes back whole from JSON only.
        return text if rows.values(text, column) == list(value) else json.dumps(value, ensure_ascii=False)
    if column.kind == "periods":
        return SEPARATOR[language].join(f"{one['start']} {UNTIL[language]} {one['end']}" for one in value)
    if column.several:
        return SEPARATOR[language].join(_said(one, column, language) for one in value)
    return _said(value, column, language)


def _number(one: Mapping[str, Any]) -> str:
    return f"{one['licence']}：{one['number']}" if one["licence"] else one["number"]


def _said(value: Any, column: Column, language: str) -> str:
    """A value as people read it and imports understand it: a code with its label, a word in the language."""
    if column.vocabularies:
        return f"{value} {_label(value, column.vocabularies, language)}".strip()
    word = str(value).lower() if isinstance(value, bool) else str(value)
    if column.words is not None and language == "zh":
        return next(iter(column.words.get(word, ())), word)
    return word


def _label(code: str, names: tuple[str, ...], language: str) -> str:
    term = next((term for name in names if (term := vocabularies.load(name).terms.get(code))), None)
    label = "" if term is None else (term.zh if language == "zh" else term.en)
    return STRONG.sub("，", label)  # What parts the phrases of a cell may not stand in one.
