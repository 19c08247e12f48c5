"""Draws by lot: frozen with a commitment, revealed with a public value, checked by anybody."""

from typing import Any

from expertdb.api.handling import Routes
from expertdb.api.problems import language
from expertdb.api.routing import EVERYBODY, Call, allow, answers, asks, prepared_by, stores_nothing, takes
from expertdb.models.draws import Draw
from expertdb.schemas.draws import DrawAnswer, DrawBody, DrawQuery, RecordToVerify, RevealBody, Verdict
from expertdb.services import draws
from expertdb.services.draws import Question
from expertdb.services.paging import Page
from expertdb.wording import say

routes = Routes("draws")

OFFICES = ("administrator", "policy_office")
# Not agencies: the frozen sub-pool names everybody who could be drawn.
READERS = (*OFFICES, "auditor")


def _prepare(call: Call, request_id: str) -> Question:
    return draws.prepare(call.session, call.corpus, request_id, call.body, actor=call.actor, now=call.now)


@routes.post("/requests/<request_id>/draws")
@allow(*OFFICES)
@takes(DrawBody)
@prepared_by(_prepare)
@answers(DrawAnswer, 201, location="/draws")
def freeze_draw(call: Call, request_id: str) -> Draw:
    """Freeze the sub-pool and commit to a secret; commitment and pool_hash are to be published now."""
    return draws.freeze(call.session, call.corpus, request_id, call.body, call.prepared, actor=call.actor, now=call.now)


@routes.get("/draws")
@allow(*READERS)
@asks(DrawQuery)
@answers(DrawAnswer, paged=True)
def list_draws(call: Call) -> Page:
    """List the draws, newest first, repeated ones included."""
    return draws.find(call.session, call.query, actor=call.actor)


@routes.get("/draws/<draw_id>")
@allow(*READERS)
@answers(DrawAnswer)
def read_draw(call: Call, draw_id: str) -> Draw:
    """Read one draw; after the reveal with the record that anybody can run again."""
    return draws.load(call.session, draw_id, actor=call.actor)


@routes.post("/draws/<draw_id>/reveal")
@allow(*OFFICES)
@takes(RevealBody)
@answers(DrawAnswer)
def reveal_draw(call: Call, draw_id: str) -> Draw:
    """Draw with the public value, not before its earliest time; the panel that comes of it is proposed."""
    draw, _ = draws.reveal(call.session, draw_id, call.body["public_value"], actor=call.actor, now=call.now)
    return draw


@routes.post("/draws/verify")
@allow(*EVERYBODY)
@stores_nothing
@takes(RecordToVerify)
@answers(Verdict)
def verify_draw(call: Call) -> dict[str, Any]:
    """Check the record of a draw by running it again, and against what is on file of its freeze."""
    found = draws.verify(call.session, call.body["record"], call.body.get("published"))
    return {"valid": not found, "problems": [say(one, language()) for one in found]}
