"""Moving an expert through the life of the pool: one page for each way, with what the move takes."""

from flask import abort, render_template

from expertdb.console.forms import Form
from expertdb.console.handling import go
from expertdb.console.language import said
from expertdb.console.rules import Reply, Visit, allow, takes
from expertdb.console.site import pages
from expertdb.schemas.experts import ExpertAnswer, ExpertTransitionBody
from expertdb.services import experts, moves

MOVERS = ("administrator", "reviewer")


@pages.get("/experts/<expert_id>/moves/<to>")
@allow(*MOVERS)
def new_move(visit: Visit, expert_id: str, to: str) -> Reply:
    """The form for one move."""
    expert = experts.get(visit.session, expert_id)
    found = moves.offers(visit.session, expert, actor=visit.actor, now=visit.now, rules=visit.rules)
    offer = next((one for one in found if one.to == to), None)
    if offer is None:
        abort(404)
    form = visit.form or Form.blank(to=to).of_version(expert.version)
    return render_template("experts/move.html", expert=ExpertAnswer().dump(expert), offer=offer, form=form)


@pages.post("/experts/<expert_id>/moves/<to>")
@allow(*MOVERS)
@takes(ExpertTransitionBody, again=new_move)
def move_expert(visit: Visit, expert_id: str, to: str) -> Reply:
    """Make the move."""
    moves.move(
        visit.session,
        expert_id,
        visit.body | {"to": to},
        version=visit.version,
        actor=visit.actor,
        now=visit.now,
        rules=visit.rules,
    )
    return go("show_expert", said("The status is changed."), expert_id=expert_id)
