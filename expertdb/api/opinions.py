"""Opinions: signed by experts, answered by whoever asked for them."""

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks, takes
from expertdb.models.opinions import Opinion
from expertdb.schemas.opinions import AdoptionBody, OpinionAnswer, OpinionBody, OpinionQuery
from expertdb.services import opinions
from expertdb.services.actors import EXPERT
from expertdb.services.paging import Page

routes = Routes("opinions")

OFFICES = ("administrator", "policy_office")
READERS = (*OFFICES, "agency", "auditor", EXPERT)


@routes.post("/opinions")
@allow(*OFFICES, EXPERT)
@takes(OpinionBody)
@answers(OpinionAnswer, 201, location="/opinions")
def sign_opinion(call: Call) -> Opinion:
    """Keep an opinion as it was signed, dissent included; a later one follows it."""
    return opinions.sign(call.session, call.body, actor=call.actor, now=call.now)


@routes.get("/opinions")
@allow(*READERS)
@asks(OpinionQuery)
@answers(OpinionAnswer, paged=True)
def list_opinions(call: Call) -> Page:
    """List the opinions that meet every filter, newest first."""
    return opinions.find(call.session, call.query, actor=call.actor)


@routes.get("/opinions/<opinion_id>")
@allow(*READERS)
@answers(OpinionAnswer)
def read_opinion(call: Call, opinion_id: str) -> Opinion:
    """Read one opinion."""
    return opinions.load(call.session, opinion_id, actor=call.actor)


@routes.post("/opinions/<opinion_id>/adoptions")
@allow(*OFFICES, "agency")
@takes(AdoptionBody)
@answers(OpinionAnswer)
def adopt_opinion(call: Call, opinion_id: str) -> Opinion:
    """Say what was made of an opinion: adopted in full, in part or not, and why."""
    return opinions.adopt(call.session, opinion_id, call.body, actor=call.actor, now=call.now)
