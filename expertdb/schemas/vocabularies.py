"""The wire contract of vocabularies."""

from marshmallow import Schema, fields

from expertdb.schemas.fields import Str


class TermAnswer(Schema):
    """One code with its labels and the other phrases people use for it."""

    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    aliases = fields.List(fields.String())
    parent = fields.String(allow_none=True)
    deprecated = fields.Boolean()


class VocabularyAnswer(Schema):
    """A vocabulary, whole."""

    name = fields.String(required=True)
    version = fields.String(required=True)
    source = fields.String()
    items = fields.List(fields.Nested(TermAnswer))
    next = fields.String(allow_none=True)


class VocabularyQuery(Schema):
    """Which terms of a vocabulary."""

    q = Str(maximum=100, metadata={"description": "part of a code, label or alias"})
