"""The wire contract of items taken from an expert's record elsewhere."""

from marshmallow import Schema, fields

from expertdb.schemas.experts import ItemBody
from expertdb.schemas.fields import Bool, Int


class ItemImportBody(Schema):
    """The record as ORCID or OpenAlex gives it; `same_person` when its author's name is not the expert's."""

    record = fields.Dict(required=True, metadata={"description": "an ORCID record, or OpenAlex' list of works"})
    same_person = Bool(load_default=False)
    since = Int(low=1900, high=2100, metadata={"description": "only works of this year and later"})


class ItemImportForm(ItemImportBody):
    """The console's form, whose record is a file; without `enter` it is only checked."""

    class Meta:
        """What no field holds."""

        exclude = ("record",)

    enter = Bool(load_default=False)


class ItemImportQuery(Schema):
    """Whether to store anything."""

    dry_run = Bool(from_text=True, load_default=False)


class ItemImportAnswer(Schema):
    """What came of it: the new items, how many were there already, and what is no evidence, by type."""

    source = fields.String()
    author = fields.String(allow_none=True)
    dry_run = fields.Boolean()
    added = fields.List(fields.Nested(ItemBody))
    known = fields.Integer()
    left_out = fields.Dict(keys=fields.String(), values=fields.Integer())
