"""The wire contract of access tokens."""

from typing import Any

from marshmallow import Schema, fields, pre_dump

from expertdb.models.tokens import ROLES, SCOPES, AccessToken
from expertdb.schemas.fields import Choice, Int, Moment, Str, Unique
from expertdb.schemas.personal import Remark
from expertdb.schemas.shared import PageQuery, Reference, plain, reference

LONGEST_DAYS = 1096


class TokenBody(Schema):
    """A new token; an agency's should name the organisation it acts for."""

    name = Remark(maximum=100, minimum=1, required=True)
    role = Choice(ROLES, required=True)
    scopes = Unique(Choice(SCOPES), maximum=len(SCOPES), load_default=lambda: list(SCOPES))
    organisation = Str(maximum=200, minimum=1, metadata={"description": "id or name of an organisation"})
    expires_at = Moment(metadata={"description": "RFC 3339; never when left out"})


class TokenAnswer(Schema):
    """A token as it is stored; `token` stands only in the answer that created it."""

    id = fields.String(required=True)
    token = fields.String(metadata={"description": "the secret, shown once"})
    name = fields.String()
    prefix = fields.String()
    role = fields.String()
    scopes = fields.List(fields.String())
    organisation = fields.Nested(Reference, allow_none=True)
    created_at = fields.DateTime(format="iso")
    expires_at = fields.DateTime(format="iso", allow_none=True)
    last_used_at = fields.DateTime(format="iso", allow_none=True)
    revoked_at = fields.DateTime(format="iso", allow_none=True)

    @pre_dump
    def shape(self, token: AccessToken, **kwargs: Any) -> dict[str, Any]:
        return plain(self, token) | {"organisation": reference(token.organisation)}


class TokenQuery(PageQuery):
    """Filters of the list of tokens."""

    role = Choice(ROLES)


class OwnTokenForm(Schema):
    """A token that a user makes on the console for a program of their own."""

    name = Remark(maximum=100, minimum=1, required=True)
    scopes = Unique(Choice(SCOPES), maximum=len(SCOPES), required=True)
    days = Int(low=1, high=LONGEST_DAYS, required=True)


class SystemTokenForm(OwnTokenForm):
    """A token that an administrator makes on the console for somebody's program."""

    role = Choice(ROLES, required=True)
    organisation = Str(maximum=200, minimum=1)
