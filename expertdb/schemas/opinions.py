"""The wire contract of opinions and of what was made of them."""

from typing import Any

from marshmallow import Schema, fields, pre_dump

from expertdb.models.opinions import ADOPTIONS, POSITIONS, Opinion
from expertdb.schemas.fields import Bool, Choice, Str
from expertdb.schemas.personal import Remark
from expertdb.schemas.shared import PageQuery, plain


class OpinionBody(Schema):
    """An opinion as the expert signs it."""

    engagement = Str(maximum=36, minimum=1, required=True)
    position = Choice(POSITIONS, required=True)
    text = Remark(maximum=50_000, minimum=1, required=True)
    dissent = Bool(load_default=False, metadata={"description": "the view differs from the panel's"})
    signed_by = Remark(
        maximum=100, minimum=1, required=True, metadata={"description": "the expert's name, as a signature"}
    )


class AdoptionBody(Schema):
    """What was made of an opinion; a reason is needed unless it was adopted in full."""

    result = Choice(ADOPTIONS, required=True)
    reason = Remark(maximum=2000, allow_none=True)


class OpinionAnswer(OpinionBody):
    """An opinion as it was signed; `digest` is the SHA-256 that the audit log holds too.

    Of the name it covers `signature`, the SHA-256 of the name with `salt`. An erasure takes both name and salt.
    """

    id = fields.String(required=True)
    request = fields.String()
    expert = fields.String()
    follows = fields.String(allow_none=True)
    digest = fields.String()
    signature = fields.String(allow_none=True)
    salt = fields.String(allow_none=True)
    signature_erased_on = fields.Date(allow_none=True)
    is_untouched = fields.Boolean(
        allow_none=True, metadata={"description": "null where an erasure took what would tell"}
    )
    adoption = fields.String(allow_none=True)
    adoption_reason = fields.String(allow_none=True)
    created_at = fields.DateTime(format="iso")
    adopted_at = fields.DateTime(format="iso", allow_none=True)
    version = fields.Integer()

    @pre_dump
    def shape(self, row: Opinion, **kwargs: Any) -> dict[str, Any]:
        ids = {"engagement": row.engagement_id, "request": row.request_id, "expert": row.expert_id}
        return plain(self, row) | ids | {"follows": row.follows_id}


class OpinionQuery(PageQuery):
    """Filters of the list of opinions; all that are given must hold."""

    request = Str(maximum=36)
    expert = Str(maximum=36)
