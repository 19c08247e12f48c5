"""The wire contract of organisations."""

from typing import Any

from marshmallow import Schema, fields, pre_dump

from expertdb.models.organisations import Organisation
from expertdb.schemas.fields import Code, Str, Unique
from expertdb.schemas.personal import Remark
from expertdb.schemas.shared import OrganisationNames, PageQuery, Reference, named, plain, reference


class OrganisationPatch(Schema):
    """What changes of an organisation; what is not named stays, `aliases` are replaced as a whole."""

    name = fields.Nested(OrganisationNames)
    aliases = Unique(Remark(maximum=200, minimum=1), maximum=50)
    kind = Code("organisation_kind")
    region = Code("region", allow_none=True)
    parent = Str(
        maximum=200,
        minimum=1,
        allow_none=True,
        metadata={"description": "id or name of the organisation that owns or governs this one"},
    )


class OrganisationBody(OrganisationPatch):
    """A new organisation."""

    name = fields.Nested(OrganisationNames, required=True)
    kind = Code("organisation_kind", required=True)


class OrganisationAnswer(OrganisationPatch):
    """An organisation as it is stored."""

    id = fields.String(required=True)
    parent = fields.Nested(Reference, allow_none=True)  # type: ignore[assignment]  # an answer says more than an id
    version = fields.Integer()
    created_at = fields.DateTime(format="iso")

    @pre_dump
    def shape(self, organisation: Organisation, **kwargs: Any) -> dict[str, Any]:
        return plain(self, organisation) | {
            "name": named(organisation.name_zh, organisation.name_en),
            "parent": reference(organisation.parent),
        }


class OrganisationQuery(PageQuery):
    """Filters of the list of organisations."""

    q = Str(maximum=200, metadata={"description": "part of any of its names"})
    kind = Code("organisation_kind")
    region = Code("region")
