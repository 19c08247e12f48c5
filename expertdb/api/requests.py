"""/api/v1/requests: what agencies and policy offices ask for, and the shortlists drawn up for it."""

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks, edits, takes
from expertdb.models.requests import ConsultationRequest
from expertdb.schemas.requests import RequestAnswer, RequestBody, RequestPatch, RequestQuery, RequestTransitionBody
from expertdb.services import request_moves, requests
from expertdb.services.paging import Page

routes = Routes("requests")

ASKERS = ("administrator", "agency", "policy_office")
READERS = (*ASKERS, "auditor")


@routes.post("/requests")
@allow(*ASKERS)
@takes(RequestBody)
@answers(RequestAnswer, 201, location="/requests")
def submit_request(call: Call) -> ConsultationRequest:
    """Submit a consultation or policy-drafting request."""
    return requests.submit(call.session, call.body, actor=call.actor, now=call.now)


@routes.get("/requests")
@allow(*READERS)
@asks(RequestQuery)
@answers(RequestAnswer, paged=True)
def list_requests(call: Call) -> Page:
    """List the requests that meet every filter, newest first; an agency sees its own."""
    return requests.find(call.session, call.query, actor=call.actor)


@routes.get("/requests/<request_id>")
@allow(*READERS)
@answers(RequestAnswer)
def read_request(call: Call, request_id: str) -> ConsultationRequest:
    """Read one request; another agency's is not found."""
    return requests.get(call.session, request_id, actor=call.actor)


@routes.patch("/requests/<request_id>")
@allow(*ASKERS)
@edits
@takes(RequestPatch)
@answers(RequestAnswer)
def edit_request(call: Call, request_id: str) -> ConsultationRequest:
    """Change what the body names until it is accepted; from then an office says which organisations its parties are."""
    return requests.edit(call.session, request_id, call.body, version=call.version, actor=call.actor, now=call.now)


@routes.post("/requests/<request_id>/transitions")
@allow(*ASKERS)
@edits
@takes(RequestTransitionBody)
@answers(RequestAnswer)
def move_request(call: Call, request_id: str) -> ConsultationRequest:
    """Move a request through the life cycle, with a reason."""
    to, reason = call.body["to"], call.body["reason"]
    version, now = call.version, call.now
    return request_moves.move(call.session, request_id, to, reason, version=version, actor=call.actor, now=now)
