"""The wire contract of the audit log."""

import json
from typing import Any

from marshmallow import Schema, fields, pre_dump

from expertdb.models.audit import AuditEntry
from expertdb.models.tokens import ROLES
from expertdb.schemas.fields import Choice, Moment, Str
from expertdb.schemas.shared import PageQuery, plain

ROLES_IN_LOG = (*ROLES, "expert")  # Who comes by the link of an invitation has no account and no token.


class AuditQuery(PageQuery):
    """Filters of the audit log; all that are given must hold."""

    actor = Str(maximum=36, metadata={"description": "id of the token or session"})
    person = Str(
        maximum=36, metadata={"description": "who stands behind it: a user's id, or that of a token without one"}
    )
    role = Choice(ROLES_IN_LOG)
    action = Str(maximum=48, metadata={"description": "such as expert.moved"})
    kind = Str(maximum=24, metadata={"description": "of the thing: expert, request, token …"})
    subject = Str(maximum=36, metadata={"description": "id of the thing"})
    since = Moment(metadata={"description": "done at this moment or later (RFC 3339)"})
    until = Moment(metadata={"description": "done before this moment (RFC 3339)"})


class AuditAnswer(Schema):
    """One entry; `call` is the request_id of the HTTP call, `seal` the keyed hash over it and the seal before."""

    seq = fields.Integer(required=True)
    at = fields.DateTime(format="iso")
    actor = fields.String()
    person = fields.String()
    role = fields.String()
    action = fields.String()
    kind = fields.String()
    subject = fields.String()
    call = fields.String(allow_none=True)
    details = fields.Dict()
    key = fields.String(allow_none=True)
    seal = fields.String()

    @pre_dump
    def shape(self, entry: AuditEntry, **kwargs: Any) -> dict[str, Any]:
        return plain(self, entry) | {"details": json.loads(entry.details)}
