"""The wire contract of objections to a candidate."""

from marshmallow import Schema, fields

from expertdb.models.objections import OBJECTION_GROUNDS, OBJECTION_STATES, OBJECTORS
from expertdb.schemas.fields import Choice, Day
from expertdb.schemas.personal import Remark
from expertdb.schemas.shared import PageQuery


class ObjectionBody(Schema):
    """An objection as staff record it. Nobody's name: `reference` is the letter's number in the office's register."""

    lodged_by = Choice(OBJECTORS, required=True)
    reference = Remark(maximum=100, allow_none=True)
    lodged_on = Day(metadata={"description": "today when left out"})
    ground = Choice(OBJECTION_GROUNDS, required=True)
    text = Remark(maximum=10_000, minimum=1, required=True)


class ObjectionTransitionBody(Schema):
    """The decision on an objection; an upheld one sends the candidate back to review, or out."""

    to = Choice(("upheld", "dismissed"), required=True)
    reason = Remark(maximum=1000, minimum=1, required=True)
    then = Choice(("under_review", "removed"), metadata={"description": "of an upheld one; under_review when left out"})


class ObjectionAnswer(ObjectionBody):
    """An objection as it is stored; `due` is the day by which it is to be decided."""

    id = fields.String(required=True)
    status = Choice(OBJECTION_STATES)
    due = fields.Date()
    reason = fields.String(allow_none=True)
    recorded_by = fields.String()
    recorded_at = fields.DateTime(format="iso")
    decided_by = fields.String(allow_none=True)
    decided_at = fields.DateTime(format="iso", allow_none=True)
    version = fields.Integer()


class ObjectionQuery(PageQuery):
    """Filters of the list of objections to an expert."""

    status = Choice(OBJECTION_STATES)
