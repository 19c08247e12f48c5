"""The wire contract of earlier versions of a profile."""

from typing import Any

from marshmallow import Schema, fields, pre_dump

from expertdb.models.revisions import ExpertRevision
from expertdb.schemas.fields import Int
from expertdb.schemas.shared import plain

LAST = 2**31 - 1


class RevisionAnswer(Schema):
    """One change of a profile: `version` is what it replaced, `before` what that version had in the fields changed."""

    id = fields.String(required=True)
    version = fields.Integer()
    fields_ = fields.List(fields.String(), data_key="fields")
    before = fields.Dict(keys=fields.String())
    actor = fields.String()
    person = fields.String()
    at = fields.DateTime(format="iso")

    @pre_dump
    def shape(self, row: ExpertRevision, **kwargs: Any) -> dict[str, Any]:
        return plain(self, row) | {"fields_": sorted(row.before)}


class ProfileVersionAnswer(Schema):
    """A profile as one version had it, restricted values apart."""

    version = fields.Integer()
    profile = fields.Dict(keys=fields.String())


class ComparedQuery(Schema):
    """Which two versions are held against each other; the last change when left out."""

    first = Int(low=1, high=LAST, from_text=True)
    second = Int(low=1, high=LAST, from_text=True)
