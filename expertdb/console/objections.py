"""Objections to a candidate in publicity: recorded and decided."""

from flask import render_template

from expertdb.console.forms import Form
from expertdb.console.handling import go
from expertdb.console.language import said
from expertdb.console.rules import Reply, Visit, allow, takes
from expertdb.console.site import pages
from expertdb.schemas.experts import ExpertAnswer
from expertdb.schemas.objections import ObjectionAnswer, ObjectionBody, ObjectionTransitionBody
from expertdb.services import experts, objections

DECIDERS = ("administrator", "reviewer")


@pages.get("/experts/<expert_id>/objections/new")
@allow(*DECIDERS)
def new_objection(visit: Visit, expert_id: str) -> Reply:
    """The form for an objection that somebody lodged."""
    expert = ExpertAnswer().dump(experts.get(visit.session, expert_id))
    form = visit.form or Form.blank(lodged_on=visit.today.isoformat())
    return render_template("objections/new.html", expert=expert, form=form)


@pages.post("/experts/<expert_id>/objections/new")
@allow(*DECIDERS)
@takes(ObjectionBody, again=new_objection)
def lodge_objection(visit: Visit, expert_id: str) -> Reply:
    """Record the objection."""
    objections.lodge(visit.session, expert_id, visit.body, actor=visit.actor, now=visit.now, rules=visit.rules)
    return go("show_expert", said("The objection is recorded."), expert_id=expert_id)


@pages.get("/experts/<expert_id>/objections/<objection_id>")
@allow(*DECIDERS, "auditor")
def show_objection(visit: Visit, expert_id: str, objection_id: str) -> Reply:
    """One objection, and the form for the decision on it."""
    objection = objections.get(visit.session, expert_id, objection_id)
    return render_template(
        "objections/show.html",
        expert=ExpertAnswer().dump(experts.get(visit.session, expert_id)),
        objection=ObjectionAnswer().dump(objection),
        form=visit.form or Form.blank().of_version(objection.version),
    )


@pages.post("/experts/<expert_id>/objections/<objection_id>")
@allow(*DECIDERS)
@takes(ObjectionTransitionBody, again=show_objection)
def decide_objection(visit: Visit, expert_id: str, objection_id: str) -> Reply:
    """Uphold or dismiss it."""
    objections.decide(
        visit.session,
        expert_id,
        objection_id,
        visit.body,
        version=visit.version,
        actor=visit.actor,
        now=visit.now,
        rules=visit.rules,
    )
    return go("show_expert", said("The decision is recorded."), expert_id=expert_id)
