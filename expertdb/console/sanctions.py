"""Suspensions and removals: told to the expert, appealed, decided, lifted."""

from flask import render_template

from expertdb.console.forms import Form
from expertdb.console.handling import go
from expertdb.console.language import said
from expertdb.console.rules import Reply, Visit, allow, takes
from expertdb.console.site import pages
from expertdb.schemas.experts import ExpertAnswer
from expertdb.schemas.sanctions import SanctionAnswer, SanctionPatch, SanctionTransitionBody
from expertdb.services import experts, sanctions

CURATORS = ("administrator",)
READERS = (*CURATORS, "reviewer", "auditor")


@pages.get("/experts/<expert_id>/sanctions/<sanction_id>")
@allow(*READERS)
def show_sanction(visit: Visit, expert_id: str, sanction_id: str) -> Reply:
    """One suspension or removal, and what may come next."""
    sanction = sanctions.get(visit.session, expert_id, sanction_id)
    return render_template(
        "sanctions/show.html",
        expert=ExpertAnswer().dump(experts.get(visit.session, expert_id)),
        sanction=SanctionAnswer().dump(sanction),
        ways=sanctions.WAYS[sanction.status],
        form=visit.form or Form.blank().of_version(sanction.version),
    )


@pages.post("/experts/<expert_id>/sanctions/<sanction_id>")
@allow(*CURATORS)
@takes(SanctionTransitionBody, again=show_sanction)
def move_sanction(visit: Visit, expert_id: str, sanction_id: str) -> Reply:
    """Record an appeal, decide it, or lift the sanction."""
    sanctions.move(
        visit.session,
        expert_id,
        sanction_id,
        visit.body,
        version=visit.version,
        actor=visit.actor,
        now=visit.now,
        rules=visit.rules,
    )
    return go("show_expert", said("The decision is recorded."), expert_id=expert_id)


@pages.post("/experts/<expert_id>/sanctions/<sanction_id>/notice")
@allow(*CURATORS)
@takes(SanctionPatch, again=show_sanction)
def notify_sanction(visit: Visit, expert_id: str, sanction_id: str) -> Reply:
    """Note the day on which the expert was told."""
    sanctions.notify(
        visit.session,
        expert_id,
        sanction_id,
        visit.body,
        version=visit.version,
        actor=visit.actor,
        now=visit.now,
    )
    return go("show_sanction", said("Saved."), expert_id=expert_id, sanction_id=sanction_id)
