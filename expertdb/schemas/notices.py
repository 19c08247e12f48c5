"""The wire contract of notices to experts, and of what waits for a person."""

from marshmallow import Schema, fields

from expertdb.models.notices import DUTIES, NOTICE_KINDS, NOTICE_STATES
from expertdb.schemas.fields import Choice, Day, Str
from expertdb.schemas.personal import Remark
from expertdb.schemas.shared import PageQuery


class NoticeTransitionBody(Schema):
    """That a notice was sent, on which day, and how."""

    to = Choice(("sent",), required=True)
    reason = Remark(maximum=1000, minimum=1, required=True)
    on = Day(metadata={"description": "today when left out"})


class NoticeAnswer(Schema):
    """A notice; `about` is the last day of the term, or the day by which to confirm."""

    id = fields.String(required=True)
    expert = fields.String(attribute="expert_id")
    kind = Choice(NOTICE_KINDS)
    about = Day()
    raised_at = fields.DateTime(format="iso")
    status = Choice(NOTICE_STATES)
    sent_on = Day(allow_none=True)
    sent_by = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    version = fields.Integer()


class NoticeQuery(PageQuery):
    """Filters of the list of notices; all that are given must hold."""

    status = Choice(NOTICE_STATES)
    kind = Choice(NOTICE_KINDS)
    expert = Str(maximum=36)


class DutyAnswer(Schema):
    """A kind of thing that waits for a person, and how many experts it concerns: `GET /experts?duty=` lists them."""

    kind = Choice(DUTIES)
    count = fields.Integer()


class DutiesAnswer(Schema):
    """Everything that waits for a person, by kind."""

    items = fields.List(fields.Nested(DutyAnswer))
    next = fields.String(allow_none=True)
