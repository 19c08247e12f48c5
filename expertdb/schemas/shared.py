"""Pieces that several schemas are made of: names, terms, paging, references."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from expertdb.schemas.fields import Day, Int, Str
from expertdb.schemas.personal import FreeText, Remark
from expertdb.wording import Text

MAXIMUM_PAGE = 200


class PersonName(Schema):
    """A person's name in Chinese, English or both."""

    zh = FreeText(maximum=100, minimum=1)
    en = FreeText(maximum=100, minimum=1)

    @validates_schema
    def has_one(self, data: dict[str, Any], **kwargs: Any) -> None:
        if not data:
            raise ValidationError([Text("Give a name in zh, en or both.")])


class OrganisationNames(PersonName):
    """An organisation's official name in Chinese, English or both."""

    zh = Remark(maximum=200, minimum=1)
    en = Remark(maximum=200, minimum=1)


class Term(Schema):
    """When an appointment begins and ends, both days included."""

    start = Day(required=True)
    end = Day(required=True)

    @validates_schema
    def ends_after_start(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["end"] < data["start"]:
            raise ValidationError([Text("The term ends before it begins.")], "end")


class Reference(Schema):
    """An organisation or expert that another object points to."""

    id = fields.String(required=True)
    source_id = fields.String(allow_none=True, metadata={"description": "an expert's id in the roster it came from"})
    name = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class PageQuery(Schema):
    """Which page of a collection, and how long."""

    limit = Int(low=1, high=MAXIMUM_PAGE, from_text=True, load_default=50)
    # A sort key of 200 characters of four bytes, and an id, in base64.
    cursor = Str(maximum=1500, metadata={"description": "the `next` of the page before carries it"})


def plain(schema: Schema, row: Any) -> dict[str, Any]:
    """The fields of the schema that the row has under the same name."""
    return {name: getattr(row, name) for name in schema.fields if hasattr(row, name)}


def named(zh: str | None, en: str | None) -> dict[str, str]:
    """The wire form of a name: only the languages that there are."""
    return {language: name for language, name in (("zh", zh), ("en", en)) if name}


def reference(row: Any) -> dict[str, Any] | None:
    """The wire form of a pointer to an organisation or expert."""
    return None if row is None else {"id": row.id, "name": named(row.name_zh, row.name_en)}
