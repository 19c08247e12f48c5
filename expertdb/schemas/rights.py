"""The wire contract of people's claims on their data, and of their consents."""

from marshmallow import Schema, fields

from expertdb.models.rights import CLAIM_KINDS, CLAIM_STATES, CONSENT_FORMS, REFUSALS
from expertdb.schemas.experts import ExpertPatch
from expertdb.schemas.fields import Choice, Day
from expertdb.schemas.personal import FreeText, Remark
from expertdb.schemas.shared import PageQuery


class ClaimBody(Schema):
    """A claim as staff record it: what the person asks for, in their words; no numbers that are restricted."""

    kind = Choice(CLAIM_KINDS, required=True)
    text = FreeText(maximum=2000, load_default="")
    received_on = Day(metadata={"description": "today when left out"})


class ClaimTransitionBody(Schema):
    """The answer to a claim. A refusal names its ground; a correction that is granted says what changes."""

    to = Choice(("granted", "refused"), required=True)
    reason = FreeText(maximum=1000, minimum=2, required=True)
    ground = Choice(REFUSALS)
    changes = fields.Nested(ExpertPatch)


class ClaimAnswer(ClaimBody):
    """A claim as it is stored; `due` is the last day for the answer."""

    id = fields.String(required=True)
    expert = fields.String(attribute="expert_id")
    due = fields.Date()
    status = Choice(CLAIM_STATES)
    ground = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    recorded_by = fields.String()
    recorded_at = fields.DateTime(format="iso")
    decided_by = fields.String(allow_none=True)
    decided_at = fields.DateTime(format="iso", allow_none=True)
    version = fields.Integer()


class ClaimQuery(PageQuery):
    """Which claims."""

    status = Choice(CLAIM_STATES)
    kind = Choice(CLAIM_KINDS)


class CopyQuery(Schema):
    """Why everything that is held on a person is copied; the audit log keeps it."""

    reason = FreeText(maximum=500, minimum=2, required=True)


class ConsentBody(Schema):
    """A consent: to which version of the privacy notice, how, when, and where the proof is kept."""

    notice = Remark(maximum=32, minimum=1, required=True)
    form = Choice(CONSENT_FORMS, required=True)
    given_on = Day(required=True)
    evidence = FreeText(maximum=200, allow_none=True)


class ConsentTransitionBody(Schema):
    """That a consent is taken back."""

    to = Choice(("withdrawn",), required=True)
    on = Day(metadata={"description": "today when left out"})
    reason = FreeText(maximum=1000, minimum=2, required=True)


class ConsentAnswer(ConsentBody):
    """A consent as it is stored."""

    id = fields.String(required=True)
    recorded_by = fields.String()
    recorded_at = fields.DateTime(format="iso")
    withdrawn_on = fields.Date(allow_none=True)
    reason = fields.String(allow_none=True)
    version = fields.Integer()
