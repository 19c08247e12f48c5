"""The wire contract of engagements: invitations, answers, declarations of interests, links, contact."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_dump, validates_schema

from expertdb import conflict_types
from expertdb.models.engagements import ENGAGEMENT_STATES, WAYS_OF_DECLARING, Engagement
from expertdb.schemas.conflicts import OTHER_SIDE
from expertdb.schemas.fields import Bool, Choice, Day, Moment, Several, Str
from expertdb.schemas.personal import Remark
from expertdb.schemas.shared import OrganisationNames, PageQuery, PersonName, Reference, named


class InvitationBody(Schema):
    """Until when an answer is awaited; some working days from now when left out."""

    respond_by = Moment(allow_none=True)


class EngagementTransitionBody(Schema):
    """What an expert answered, or what came of it, and why; an acceptance speaks for itself."""

    to = Choice(ENGAGEMENT_STATES, required=True)
    reason = Remark(maximum=1000, minimum=1, load_default="", metadata={"description": "needed but for an acceptance"})

    @validates_schema
    def say_why(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["to"] != "accepted" and not data["reason"]:
            raise ValidationError(["Missing data for required field."], "reason")


class MissingOpinionBody(Schema):
    """Why an office does without the signed opinion of an expert who took part in the drafting of a policy."""

    reason = Remark(maximum=1000, minimum=1, required=True)


class EngagementAnswer(Schema):
    """An invitation and its course; `instead` is the reserve's, who was asked when this one left."""

    id = fields.String(required=True)
    request = fields.String()
    panel = fields.String()
    expert = fields.Nested(Reference)
    status = fields.String(metadata={"enum": list(ENGAGEMENT_STATES)})
    respond_by = fields.DateTime(format="iso")
    declared = fields.Boolean()
    declaration = fields.Dict(allow_none=True)
    declared_at = fields.DateTime(format="iso", allow_none=True)
    promoted_from = fields.String(allow_none=True)
    instead = fields.String(allow_none=True)
    reason = fields.String()
    missing_opinion_reason = fields.String(
        allow_none=True, metadata={"description": "why the office closes a policy without this expert's opinion"}
    )
    missing_opinion_at = fields.DateTime(format="iso", allow_none=True)
    created_at = fields.DateTime(format="iso")
    answered_at = fields.DateTime(format="iso", allow_none=True)
    ended_at = fields.DateTime(format="iso", allow_none=True)
    version = fields.Integer()

    @pre_dump
    def shape(self, given: Any, **kwargs: Any) -> dict[str, Any]:
        row: Engagement = getattr(given, "engagement", given)
        instead = getattr(given, "instead", None)
        plain = ("id", "status", "respond_by", "declaration", "promoted_from", "reason", "version")
        moments = ("created_at", "declared_at", "answered_at", "ended_at")
        missing = ("missing_opinion_reason", "missing_opinion_at")
        return {
            **{name: getattr(row, name) for name in (*plain, *moments, *missing)},
            "request": row.request_id,
            "panel": row.panel_id,
            "expert": {"id": row.expert_id, "name": named(row.expert.name_zh, row.expert.name_en)},
            "declared": row.declaration is not None,
            "instead": None if instead is None else instead.id,
        }


class EngagementQuery(PageQuery):
    """Filters of the list of engagements; all that are given must hold."""

    request = Str(maximum=36)
    panel = Str(maximum=36)
    expert = Str(maximum=36)
    status = Choice(ENGAGEMENT_STATES)


class InterestBody(Schema):
    """An interest that the expert declares; in this very matter it counts whoever the other side is."""

    type = Choice(conflict_types.declared(), required=True)
    counterpart = Remark(maximum=200, minimum=1, required=True, metadata=OTHER_SIDE)
    since = Day(allow_none=True)
    until = Day(allow_none=True)
    note = Remark(maximum=1000, load_default="")
    in_this_matter = Bool(load_default=True)


class DeclarationBody(Schema):
    """Interests, or that there are none, and the promise of confidentiality: both before anything is released.

    `how` an expert gave it is for an office that takes it down on their behalf.
    """

    none = Bool(load_default=False)
    interests = Several(fields.Nested(InterestBody), maximum=20, load_default=list)
    confidential = Bool(required=True)
    how = Choice(WAYS_OF_DECLARING, allow_none=True)


class MatterParty(Schema):
    """Whom the matter touches."""

    name = fields.String()
    role = fields.String()


class MatterOrganisation(Schema):
    """A related organisation."""

    name = fields.String()
    relation = fields.String()


class MatterAnswer(Schema):
    """What the expert may read of the matter: whom it touches at once, all of it after acceptance."""

    engagement = fields.String()
    status = fields.String()
    respond_by = fields.DateTime(format="iso")
    declared = fields.Boolean()
    recused = fields.Boolean()
    released = fields.Boolean()
    kind = fields.String()
    secrecy = fields.String()
    mode = fields.String(allow_none=True)
    due = Day(allow_none=True)
    title = fields.String(allow_none=True)
    requester = fields.Nested(OrganisationNames, allow_none=True, metadata={"description": "who asks"})
    parties = fields.List(fields.Nested(MatterParty))
    related_organisations = fields.List(fields.Nested(MatterOrganisation))
    text = fields.String(allow_none=True)
    questions = fields.List(fields.String())
    panel = fields.List(fields.Nested(PersonName))


class LinkAnswer(Schema):
    """A link for the expert; the token is shown once, and ends older ones."""

    token = fields.String()
    until = fields.DateTime(format="iso")


class ContactQuery(Schema):
    """Why the contact details are needed."""

    reason = Remark(maximum=500, minimum=1, required=True)


class ContactAnswer(Schema):
    """How to reach an expert who has accepted."""

    phone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
