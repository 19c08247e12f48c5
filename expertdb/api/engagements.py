"""Engagements: invitations to a confirmed panel, an expert's own answers by a signed link, contact after acceptance."""

from typing import Any

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks, edits, leaves_trace, takes
from expertdb.models.engagements import Engagement
from expertdb.schemas.engagements import (
    ContactAnswer,
    ContactQuery,
    DeclarationBody,
    EngagementAnswer,
    EngagementQuery,
    EngagementTransitionBody,
    InvitationBody,
    LinkAnswer,
    MatterAnswer,
    MissingOpinionBody,
)
from expertdb.services import answers as answering
from expertdb.services import declarations, engagements, missing_opinions
from expertdb.services.actors import EXPERT
from expertdb.services.answers import Answered
from expertdb.services.paging import Page

routes = Routes("engagements")

OFFICES = ("administrator", "policy_office")
READERS = (*OFFICES, "agency", "auditor")


@routes.post("/panels/<panel_id>/invitations")
@allow(*OFFICES)
@takes(InvitationBody)
@answers(EngagementAnswer, 201, paged=True)
def invite_members(call: Call, panel_id: str) -> Page:
    """Invite every member of a confirmed panel who was not invited yet."""
    made = engagements.invite(call.session, panel_id, call.body, call.rules, actor=call.actor, now=call.now)
    return Page(made, None)


@routes.get("/engagements")
@allow(*READERS, EXPERT)
@asks(EngagementQuery)
@answers(EngagementAnswer, paged=True)
def list_engagements(call: Call) -> Page:
    """List the engagements that meet every filter, newest first; a link sees its own."""
    return engagements.find(call.session, call.query, actor=call.actor)


@routes.get("/engagements/<engagement_id>")
@allow(*READERS, EXPERT)
@answers(EngagementAnswer)
def read_engagement(call: Call, engagement_id: str) -> Engagement:
    """Read one engagement."""
    return engagements.load(call.session, engagement_id, actor=call.actor)


@routes.get("/engagements/<engagement_id>/matter")
@allow(*OFFICES, EXPERT)
@answers(MatterAnswer)
def read_matter(call: Call, engagement_id: str) -> dict[str, Any]:
    """Read what the expert may of the matter: whom it touches at once, all of it after acceptance."""
    return declarations.matter(call.session, engagement_id, actor=call.actor, now=call.now)


@routes.post("/engagements/<engagement_id>/declarations")
@allow(*OFFICES, EXPERT)
@takes(DeclarationBody)
@answers(EngagementAnswer)
def declare_interests(call: Call, engagement_id: str) -> Engagement:
    """Declare interests, or that there are none; what is declared recuses from now on."""
    return declarations.declare(call.session, engagement_id, call.body, actor=call.actor, now=call.now)


@routes.post("/engagements/<engagement_id>/transitions")
@allow(*OFFICES, EXPERT)
@edits
@takes(EngagementTransitionBody)
@answers(EngagementAnswer)
def move_engagement(call: Call, engagement_id: str) -> Answered:
    """Accept, decline, deliver or withdraw; where somebody leaves, the next reserve is asked."""
    to, reason = call.body["to"], call.body["reason"]
    return answering.move(
        call.session, engagement_id, to, reason, call.rules, version=call.version, actor=call.actor, now=call.now
    )


@routes.post("/engagements/<engagement_id>/missing_opinions")
@allow(*OFFICES)
@takes(MissingOpinionBody)
@answers(EngagementAnswer)
def explain_missing_opinion(call: Call, engagement_id: str) -> Engagement:
    """Say why an expert who took part in the drafting of a policy signed no opinion; one that comes takes its place."""
    reason = call.body["reason"]
    return missing_opinions.explain(call.session, engagement_id, reason, actor=call.actor, now=call.now)


@routes.post("/engagements/<engagement_id>/links")
@allow(*OFFICES)
@answers(LinkAnswer, 201, shown_once="token")
def issue_link(call: Call, engagement_id: str) -> dict[str, Any]:
    """Issue the signed link by which the expert answers; older ones open no more."""
    token, until = engagements.issue_link(call.session, engagement_id, actor=call.actor, now=call.now)
    return {"token": token, "until": until}


@routes.get("/engagements/<engagement_id>/contact")
@allow(*OFFICES, "agency")
@leaves_trace
@asks(ContactQuery)
@answers(ContactAnswer)
def read_contact(call: Call, engagement_id: str) -> dict[str, Any]:
    """Read how to reach an expert who has accepted, with a reason; the audit log keeps who read it."""
    return engagements.contact(call.session, engagement_id, call.query["reason"], actor=call.actor)
