"""The wire contract of exports."""

from typing import Any

from marshmallow import ValidationError, validates_schema

from expertdb.schemas.experts import ExpertQuery
from expertdb.schemas.fields import Bool, Choice
from expertdb.schemas.personal import FreeText
from expertdb.wording import Text

FORMATS = ("csv", "xlsx", "jsonl")


class ExportQuery(ExpertQuery):
    """The filters of the list of experts, and how to export those who meet them."""

    class Meta:
        exclude = ("limit", "cursor")

    format = Choice(FORMATS, load_default="csv")
    language = Choice(("zh", "en"), load_default="zh", metadata={"description": "of headings and labels"})
    restricted = Bool(
        from_text=True,
        load_default=False,
        metadata={"description": "with contact, identity and licence numbers in plain text; wants a reason"},
    )
    reason = FreeText(maximum=500, minimum=2, metadata={"description": "why; the audit log keeps it"})

    @validates_schema
    def restricted_has_a_reason(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["restricted"] and "reason" not in data:
            raise ValidationError([Text("Say why restricted values are exported.")], "reason")
