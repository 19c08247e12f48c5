"""The wire contract of imports."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_dump

from expertdb import strict_json
from expertdb.errors import RowFault
from expertdb.schemas.fields import Bool, Choice, Str
from expertdb.wording import Text

POLICIES = ("refuse", "new", "merge", "skip")
DECISIONS = ("new", "merge", "skip")
PREFERENCES = ("pool", "file")
MAXIMUM = 100_000
ROW = re.compile(r"[0-9]{1,7}")
ID = re.compile(r"[0-9a-f-]{36}")


class ImportQuery(Schema):
    """Whether to store anything, and what becomes of rows about people who are there already."""

    dry_run = Bool(from_text=True, load_default=False)
    duplicates = Choice(
        POLICIES,
        load_default=None,
        metadata={
            "description": "what becomes of rows about people who are there already; when left out, the same id, "
            "number or name and employer want a decision, and namesakes with ids of their own are entered and listed"
        },
    )
    prefer = Choice(
        PREFERENCES,
        load_default="pool",
        metadata={"description": "whose value wins in a merge where both have one"},
    )


class _Object(fields.Dict):
    """A JSON object, written as the text of a form field."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[Any, Any]:
        if isinstance(value, str):
            try:
                value = strict_json.loads(value.encode("utf-8", "replace"))
            except strict_json.NotJson as error:
                detail = Text("This cannot be read as JSON: {reason}.", reason=error.reason)
                raise ValidationError([detail]) from error
        if not isinstance(value, Mapping) or len(value) > MAXIMUM:
            raise ValidationError([Text("This must be an object.")])
        found: dict[Any, Any] = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        return found


class RowDecision(fields.Field[Any]):
    """What becomes of one row: new, merge or skip, or `{"merge": "<expert's id>"}`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[str, str | None]:
        if isinstance(value, str) and value in DECISIONS:
            return value, None
        if isinstance(value, Mapping) and set(value) == {"merge"} and ID.fullmatch(str(value["merge"])):
            return "merge", str(value["merge"])
        template = '"{value}" is not one of: {choices}.'
        choices = f'{", ".join(DECISIONS)}, {{"merge": "<id>"}}'
        raise ValidationError([Text(template, value=str(value)[:100], choices=choices)])


class RowNumber(Str):
    """The number of a row, as a name in an object."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:  # type: ignore[override]
        if not isinstance(value, str) or not ROW.fullmatch(value):
            raise ValidationError([Text("This must be the number of a row.")])
        return int(value)


class ImportForm(Schema):
    """The form fields beside `file`: what its headings mean, which sheet is read, and decisions row by row."""

    mapping = _Object(
        keys=Str(maximum=200, minimum=1),
        values=Str(maximum=40, allow_none=True),
        load_default=dict,
        metadata={"description": 'heading to field, or to null for a column that is not read: {"专业": "codes"}'},
    )
    sheet = Str(maximum=100, load_default=None, metadata={"description": "the sheet of a workbook to read"})
    decisions = _Object(
        keys=RowNumber(maximum=7),
        values=RowDecision(),
        load_default=dict,
        metadata={"description": 'row number to new, merge, skip or {"merge": "<expert\'s id>"}: {"7": "skip"}'},
    )


class RowFaultAnswer(Schema):
    """A fault of one row; the pointer begins with /rows/<row number>, `nearest` are the valid codes most like it."""

    pointer = fields.String(required=True)
    detail = fields.String(required=True)
    row = fields.Integer()
    column = fields.String(allow_none=True)
    nearest = fields.List(fields.String())

    @pre_dump
    def shape(self, fault: Any, **kwargs: Any) -> dict[str, Any]:
        found = {"pointer": fault.pointer, "detail": fault.detail}
        if isinstance(fault, RowFault):
            found |= {"row": fault.row, "column": fault.column, "nearest": list(fault.nearest)}
        return found


class ExpertReference(Schema):
    """The expert of the pool that a row is about."""

    id = fields.String()
    source_id = fields.String(allow_none=True)
    name = fields.Dict(keys=fields.String(), values=fields.String())


class DuplicateAnswer(Schema):
    """A row about somebody who is in the pool (`expert`) or in an earlier row (`other_row`).

    With a merge: which fields the row fills, replaces or leaves to the pool, and how much it adds to each list.
    """

    row = fields.Integer(attribute="match.row")
    expert = fields.Nested(ExpertReference, allow_none=True)
    other_row = fields.Integer(attribute="match.other", allow_none=True)
    why = fields.String(attribute="match.why")
    weight = fields.String(attribute="match.weight")
    decision = fields.String(allow_none=True)
    filled = fields.List(fields.String(), attribute="merge.filled")
    replaced = fields.List(fields.String(), attribute="merge.replaced")
    kept = fields.List(fields.String(), attribute="merge.kept")
    added = fields.Dict(keys=fields.String(), values=fields.Integer(), attribute="merge.added")


class ColumnAnswer(Schema):
    """A column of the file and the field that it fills; null where it is not read."""

    column = fields.String(attribute="heading.letter")
    heading = fields.String(attribute="heading.text")
    field = fields.String(attribute="target", allow_none=True)


class Planned(Schema):
    """What a real run would do."""

    created = fields.Integer()
    merged = fields.Integer()
    unchanged = fields.Integer()
    skipped = fields.Integer()


class ImportAnswer(Schema):
    """What an import found and did."""

    dry_run = fields.Boolean()
    rows = fields.Integer()
    created = fields.Integer()
    merged = fields.Integer()
    unchanged = fields.Integer()
    skipped = fields.Integer()
    planned = fields.Nested(Planned)
    errors = fields.List(fields.Nested(RowFaultAnswer))
    notes = fields.List(fields.Nested(RowFaultAnswer))
    duplicates = fields.List(fields.Nested(DuplicateAnswer))
    sheet = fields.String(allow_none=True)
    columns = fields.List(fields.Nested(ColumnAnswer))

    @pre_dump
    def shape(self, report: Any, **kwargs: Any) -> dict[str, Any]:
        none = dict.fromkeys(("created", "merged", "unchanged", "skipped"), 0)
        return {
            **none,
            **report.done,
            "dry_run": report.dry_run,
            "rows": report.rows,
            "planned": report.planned,
            "errors": report.faults,
            "notes": report.notes,
            "duplicates": report.duplicates,
            "sheet": report.roster.sheet,
            "columns": report.roster.columns,
        }
