"""/api/v1/experts/{id}/sanctions: suspensions and removals, the notice of them, and appeals."""

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks, edits, takes
from expertdb.models.sanctions import Sanction
from expertdb.schemas.sanctions import SanctionAnswer, SanctionPatch, SanctionTransitionBody
from expertdb.schemas.shared import PageQuery
from expertdb.services import sanctions
from expertdb.services.paging import Page

routes = Routes("sanctions")

CURATORS = ("administrator",)
READERS = (*CURATORS, "reviewer", "auditor")


@routes.get("/experts/<expert_id>/sanctions")
@allow(*READERS)
@asks(PageQuery)
@answers(SanctionAnswer, paged=True)
def list_sanctions(call: Call, expert_id: str) -> Page:
    """List the suspensions and removals of an expert, oldest first."""
    return sanctions.find(call.session, expert_id, call.query)


@routes.get("/experts/<expert_id>/sanctions/<sanction_id>")
@allow(*READERS)
@answers(SanctionAnswer)
def read_sanction(call: Call, expert_id: str, sanction_id: str) -> Sanction:
    """Read one suspension or removal; the ETag is what an edit must bring in If-Match."""
    return sanctions.get(call.session, expert_id, sanction_id)


@routes.patch("/experts/<expert_id>/sanctions/<sanction_id>")
@allow(*CURATORS)
@edits
@takes(SanctionPatch)
@answers(SanctionAnswer)
def notify_sanction(call: Call, expert_id: str, sanction_id: str) -> Sanction:
    """Note the day on which the expert was told."""
    return sanctions.notify(
        call.session, expert_id, sanction_id, call.body, version=call.version, actor=call.actor, now=call.now
    )


@routes.post("/experts/<expert_id>/sanctions/<sanction_id>/transitions")
@allow(*CURATORS)
@edits
@takes(SanctionTransitionBody)
@answers(SanctionAnswer)
def move_sanction(call: Call, expert_id: str, sanction_id: str) -> Sanction:
    """Record an appeal, decide it, or lift a suspension; whoever imposed it does not decide."""
    return sanctions.move(
        call.session,
        expert_id,
        sanction_id,
        call.body,
        version=call.version,
        actor=call.actor,
        now=call.now,
        rules=call.rules,
    )
