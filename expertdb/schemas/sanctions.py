"""The wire contract of suspensions and removals."""

from marshmallow import Schema, fields

from expertdb.models.sanctions import GROUNDS, SANCTION_KINDS, SANCTION_STATES
from expertdb.schemas.fields import Choice, Day
from expertdb.schemas.personal import Remark


class SanctionPatch(Schema):
    """When the expert was told."""

    notified_on = Day(required=True)


class SanctionTransitionBody(Schema):
    """An appeal (its text is the reason), the decision on it, or the lifting of a suspension."""

    to = Choice(("appealed", "upheld", "dismissed", "lifted"), required=True)
    reason = Remark(maximum=1000, minimum=1, required=True)


class SanctionAnswer(Schema):
    """A suspension or removal as it is stored."""

    id = fields.String(required=True)
    kind = Choice(SANCTION_KINDS)
    ground = Choice(GROUNDS)
    reason = fields.String()
    imposed_by = fields.String()
    imposed_at = fields.DateTime(format="iso")
    notified_on = fields.Date(allow_none=True)
    status = Choice(SANCTION_STATES)
    appealed_on = fields.Date(allow_none=True)
    appeal = fields.String(allow_none=True)
    decision = fields.String(allow_none=True)
    decided_by = fields.String(allow_none=True)
    decided_at = fields.DateTime(format="iso", allow_none=True)
    version = fields.Integer()
