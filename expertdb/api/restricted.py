"""/api/v1/experts/{id}/restricted: contact, identity and licence numbers, one expert at a time and never unseen."""

from typing import Any

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks, leaves_trace
from expertdb.schemas.personal import OpenedValues, RestrictedQuery
from expertdb.services import experts, restricted

routes = Routes("restricted")


@routes.get("/experts/<expert_id>/restricted")
@allow("administrator", "reviewer")
@leaves_trace
@asks(RestrictedQuery)
@answers(OpenedValues)
def read_restricted(call: Call, expert_id: str) -> dict[str, Any]:
    """Read restricted values of an expert in plain text, with a reason; the audit log keeps who read what and why."""
    fields, reason = call.query["fields_"], call.query["reason"]
    return restricted.read(call.session, experts.get(call.session, expert_id), fields, reason, actor=call.actor)
