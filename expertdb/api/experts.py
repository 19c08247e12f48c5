"""/api/v1/experts: curating the pool."""

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks, edits, takes
from expertdb.models.experts import Expert, ExpertItem
from expertdb.schemas.experts import (
    ConfirmationBody,
    ExpertAnswer,
    ExpertBody,
    ExpertPatch,
    ExpertQuery,
    ExpertTransitionBody,
    ItemAnswer,
    ItemBody,
    ItemPatch,
    TransitionAnswer,
)
from expertdb.schemas.shared import PageQuery
from expertdb.services import confirmations, experts, facets, items, moves
from expertdb.services.paging import Page

routes = Routes("experts")

CURATORS = ("administrator",)
MOVERS = ("administrator", "reviewer")
# Agencies meet experts on their shortlists only: the pool is not theirs to browse.
READERS = ("administrator", "reviewer", "policy_office", "auditor")


@routes.post("/experts")
@allow(*CURATORS)
@takes(ExpertBody)
@answers(ExpertAnswer, 201, location="/experts")
def create_expert(call: Call) -> Expert:
    """Enter an expert: as a draft, or by take-over of an existing roster with another status."""
    return experts.create(call.session, call.body, actor=call.actor, now=call.now)


@routes.get("/experts")
@allow(*READERS)
@asks(ExpertQuery)
@answers(ExpertAnswer, paged=True)
def list_experts(call: Call) -> Page:
    """List the experts that meet every filter, by name."""
    census = call.directory.refresh(call.session)
    return facets.find(call.session, census, call.query, *experts.of_day(call.query, call.now))


@routes.get("/experts/<expert_id>")
@allow(*READERS)
@answers(ExpertAnswer)
def read_expert(call: Call, expert_id: str) -> Expert:
    """Read one expert; the ETag is what an edit must bring in If-Match."""
    return experts.get(call.session, expert_id)


@routes.patch("/experts/<expert_id>")
@allow(*CURATORS)
@edits
@takes(ExpertPatch)
@answers(ExpertAnswer)
def edit_expert(call: Call, expert_id: str) -> Expert:
    """Change what the body names; `items` are replaced as a whole."""
    return experts.edit(call.session, expert_id, call.body, version=call.version, actor=call.actor, now=call.now)


@routes.delete("/experts/<expert_id>")
@allow(*CURATORS)
@edits
@answers(None, 204)
def delete_expert(call: Call, expert_id: str) -> None:
    """Remove a draft; whoever has left the draft state leaves by a transition."""
    experts.delete(call.session, expert_id, version=call.version, actor=call.actor)


@routes.post("/experts/<expert_id>/transitions")
@allow(*MOVERS)
@edits
@takes(ExpertTransitionBody)
@answers(ExpertAnswer)
def move_expert(call: Call, expert_id: str) -> Expert:
    """Move an expert through the life of the pool, with a reason; a reviewer makes the moves of entry only."""
    return moves.move(
        call.session,
        expert_id,
        call.body,
        version=call.version,
        actor=call.actor,
        now=call.now,
        rules=call.rules,
    )


@routes.get("/experts/<expert_id>/transitions")
@allow(*READERS)
@asks(PageQuery)
@answers(TransitionAnswer, paged=True)
def list_transitions(call: Call, expert_id: str) -> Page:
    """List an expert's changes of status, oldest first."""
    return moves.history(call.session, expert_id, call.query)


@routes.post("/experts/<expert_id>/confirmations")
@allow(*CURATORS)
@takes(ConfirmationBody)
@answers(ExpertAnswer)
def confirm_expert(call: Call, expert_id: str) -> Expert:
    """Keep that an expert confirmed their data, or could not be reached; the confirmation falls due every year."""
    return confirmations.record(call.session, expert_id, call.body, actor=call.actor, now=call.now)


@routes.get("/experts/<expert_id>/items")
@allow(*READERS)
@asks(PageQuery)
@answers(ItemAnswer, paged=True)
def list_items(call: Call, expert_id: str) -> Page:
    """List an expert's evidence in its order."""
    return items.listed(call.session, expert_id, call.query)


@routes.get("/experts/<expert_id>/items/<item_id>")
@allow(*READERS)
@answers(ItemAnswer)
def read_item(call: Call, expert_id: str, item_id: str) -> ExpertItem:
    """Read one item."""
    return items.get(experts.get(call.session, expert_id), item_id)


@routes.post("/experts/<expert_id>/items")
@allow(*CURATORS)
@takes(ItemBody)
@answers(ItemAnswer, 201, location="/experts/{expert_id}/items")
def add_item(call: Call, expert_id: str) -> ExpertItem:
    """Add one piece of evidence behind the others."""
    return items.add(call.session, expert_id, call.body, actor=call.actor, now=call.now)


@routes.patch("/experts/<expert_id>/items/<item_id>")
@allow(*CURATORS)
@edits
@takes(ItemPatch)
@answers(ItemAnswer)
def edit_item(call: Call, expert_id: str, item_id: str) -> ExpertItem:
    """Change one item; If-Match carries the expert's ETag."""
    return items.edit(call.session, expert_id, item_id, call.body, version=call.version, actor=call.actor, now=call.now)


@routes.delete("/experts/<expert_id>/items/<item_id>")
@allow(*CURATORS)
@edits
@answers(None, 204)
def delete_item(call: Call, expert_id: str, item_id: str) -> None:
    """Take one item away; If-Match carries the expert's ETag."""
    items.delete(call.session, expert_id, item_id, version=call.version, actor=call.actor, now=call.now)
