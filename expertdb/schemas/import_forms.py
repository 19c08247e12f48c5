"""The console's form of an import: what becomes of duplicates, and columns and rows that were corrected."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields

from expertdb.schemas.fields import Bool, Choice, Int, Several, Str
from expertdb.schemas.imports import DECISIONS, ID, MAXIMUM, POLICIES, PREFERENCES
from expertdb.wording import Text

UNREAD = "-"
TEMPLATE_FORMATS = ("xlsx", "csv")
ROW_CHOICE = re.compile(rf"({'|'.join(DECISIONS)})(?:(?<=merge) ({ID.pattern}))?")


class RowChoice(Str):
    """What becomes of a row: new, merge or skip, or `merge` and the id of the expert, with a space between."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(maximum=50, **kwargs)

    def _deserialize(  # type: ignore[override]
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> tuple[str, str | None]:
        text = super()._deserialize(value, attr, data, **kwargs)
        found = ROW_CHOICE.fullmatch(text)
        if found is None:
            choices = f"{', '.join(DECISIONS)}, merge <id>"
            raise ValidationError([Text('"{value}" is not one of: {choices}.', value=text, choices=choices)])
        return found[1], found[2]


class ColumnForm(Schema):
    """What a heading was corrected to mean: a field, or `-` for a column that is not read."""

    heading = Str(maximum=200, minimum=1, required=True)
    target = Str(maximum=40, allow_none=True)


class RowForm(Schema):
    """What was decided for a row about somebody who is there already."""

    row = Int(low=1, high=9_999_999, required=True)
    do = RowChoice(allow_none=True)


class ImportPageForm(Schema):
    """All of it; without `enter` the file is only checked."""

    enter = Bool(load_default=False)
    sheet = Str(maximum=100, allow_none=True)
    duplicates = Choice(POLICIES, allow_none=True)
    prefer = Choice(PREFERENCES, load_default="pool")
    columns = Several(fields.Nested(ColumnForm), maximum=500)
    rows = Several(fields.Nested(RowForm), maximum=MAXIMUM)


class TemplateQuery(Schema):
    """In which form a roster to fill in is wanted."""

    format = Choice(TEMPLATE_FORMATS, load_default="xlsx")
