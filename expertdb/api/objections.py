"""/api/v1/experts/{id}/objections: what is said against a candidate in publicity, and the decision on it."""

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks, edits, takes
from expertdb.models.objections import Objection
from expertdb.schemas.objections import ObjectionAnswer, ObjectionBody, ObjectionQuery, ObjectionTransitionBody
from expertdb.services import objections
from expertdb.services.paging import Page

routes = Routes("objections")

DECIDERS = ("administrator", "reviewer")
READERS = (*DECIDERS, "auditor")


@routes.post("/experts/<expert_id>/objections")
@allow(*DECIDERS)
@takes(ObjectionBody)
@answers(ObjectionAnswer, 201)
def lodge_objection(call: Call, expert_id: str) -> Objection:
    """Record an objection to a candidate in publicity; while it is open nobody can activate them."""
    return objections.lodge(call.session, expert_id, call.body, actor=call.actor, now=call.now, rules=call.rules)


@routes.get("/experts/<expert_id>/objections")
@allow(*READERS)
@asks(ObjectionQuery)
@answers(ObjectionAnswer, paged=True)
def list_objections(call: Call, expert_id: str) -> Page:
    """List the objections to an expert, oldest first."""
    return objections.find(call.session, expert_id, call.query)


@routes.get("/experts/<expert_id>/objections/<objection_id>")
@allow(*READERS)
@answers(ObjectionAnswer)
def read_objection(call: Call, expert_id: str, objection_id: str) -> Objection:
    """Read one objection; the ETag is what its decision must bring in If-Match."""
    return objections.get(call.session, expert_id, objection_id)


@routes.post("/experts/<expert_id>/objections/<objection_id>/transitions")
@allow(*DECIDERS)
@edits
@takes(ObjectionTransitionBody)
@answers(ObjectionAnswer)
def decide_objection(call: Call, expert_id: str, objection_id: str) -> Objection:
    """Uphold or dismiss an objection, with a reason; never by whoever brought the candidate in."""
    return objections.decide(
        call.session,
        expert_id,
        objection_id,
        call.body,
        version=call.version,
        actor=call.actor,
        now=call.now,
        rules=call.rules,
    )
