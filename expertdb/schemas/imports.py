"""The wire contract of imports."""

from marshmallow import Schema, fields

from expertdb.schemas.fields import Bool


class ImportQuery(Schema):
    """Whether to store anything."""

    dry_run = Bool(from_text=True, load_default=False)


class RowFault(Schema):
    """A fault of one row; the pointer begins with /rows/<line number>."""

    pointer = fields.String()
    detail = fields.String()


class ImportAnswer(Schema):
    """What an import found and did."""

    dry_run = fields.Boolean()
    rows = fields.Integer()
    created = fields.Integer()
    errors = fields.List(fields.Nested(RowFault), attribute="faults")
