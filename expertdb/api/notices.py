"""/api/v1/notices and /duties: what is to be sent to experts, and what else waits for a person."""

from typing import Any

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks, edits, takes
from expertdb.models.notices import Notice
from expertdb.schemas.notices import DutiesAnswer, NoticeAnswer, NoticeQuery, NoticeTransitionBody
from expertdb.services import duties, notices
from expertdb.services.paging import Page

routes = Routes("notices")

CURATORS = ("administrator",)
READERS = (*CURATORS, "reviewer", "auditor")


@routes.get("/notices")
@allow(*READERS)
@asks(NoticeQuery)
@answers(NoticeAnswer, paged=True)
def list_notices(call: Call) -> Page:
    """List the notices to experts, oldest first; `expertdb sweep` raises them."""
    return notices.find(call.session, call.query)


@routes.get("/notices/<notice_id>")
@allow(*READERS)
@answers(NoticeAnswer)
def read_notice(call: Call, notice_id: str) -> Notice:
    """Read one notice; the ETag is what an edit must bring in If-Match."""
    return notices.get(call.session, notice_id)


@routes.post("/notices/<notice_id>/transitions")
@allow(*CURATORS)
@edits
@takes(NoticeTransitionBody)
@answers(NoticeAnswer)
def move_notice(call: Call, notice_id: str) -> Notice:
    """Note that a notice was sent, on which day and how."""
    return notices.move(call.session, notice_id, call.body, version=call.version, actor=call.actor, now=call.now)


@routes.get("/duties")
@allow(*READERS)
@answers(DutiesAnswer)
def list_duties(call: Call) -> dict[str, Any]:
    """Count what waits for a person; `GET /experts?duty=` lists the experts whom one kind concerns."""
    return {"items": duties.count(call.session, call.now), "next": None}
