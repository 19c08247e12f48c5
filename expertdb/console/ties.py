"""Ties of experts: to employers, clients, relatives, co-authors, each with its days."""

from flask import render_template

from expertdb.console.forms import Form
from expertdb.console.handling import go, saved
from expertdb.console.language import said
from expertdb.console.rules import Reply, Visit, allow, takes
from expertdb.console.site import pages
from expertdb.schemas.conflicts import TieAnswer, TieBody, TiePatch
from expertdb.schemas.experts import ExpertAnswer
from expertdb.services import experts, ties

OFFICES = ("administrator", "policy_office")
ALL = {"limit": 200}


@pages.get("/experts/<expert_id>/ties")
@allow(*OFFICES)
def list_ties(visit: Visit, expert_id: str) -> Reply:
    """The ties of an expert, and the form for another."""
    found = ties.find(visit.session, expert_id, ALL).items
    return render_template(
        "conflicts/ties.html",
        expert=ExpertAnswer().dump(experts.get(visit.session, expert_id)),
        ties=TieAnswer(many=True).dump(found),
        form=visit.form or Form.blank(),
    )


@pages.post("/experts/<expert_id>/ties")
@allow(*OFFICES)
@takes(TieBody, again=list_ties)
def add_tie(visit: Visit, expert_id: str) -> Reply:
    """Enter a tie."""
    ties.add(visit.session, expert_id, visit.body, actor=visit.actor, now=visit.now)
    return go("list_ties", said("The tie is entered."), expert_id=expert_id)


@pages.get("/experts/<expert_id>/ties/<tie_id>")
@allow(*OFFICES)
def edit_tie(visit: Visit, expert_id: str, tie_id: str) -> Reply:
    """The form of a tie."""
    tie = ties.get(visit.session, expert_id, tie_id)
    form = visit.form_of(TieAnswer(only=("type", "counterpart", "since", "until", "note")).dump(tie), tie.version)
    expert = ExpertAnswer().dump(experts.get(visit.session, expert_id))
    return render_template("conflicts/tie.html", expert=expert, tie=tie, form=form)


@pages.post("/experts/<expert_id>/ties/<tie_id>")
@allow(*OFFICES)
@takes(TiePatch, again=edit_tie)
def save_tie(visit: Visit, expert_id: str, tie_id: str) -> Reply:
    """Save a tie, such as its last day."""
    found = ties.edit(
        visit.session, expert_id, tie_id, visit.body, version=visit.version, actor=visit.actor, now=visit.now
    )
    return go("list_ties", saved(visit, found.version), expert_id=expert_id)


@pages.post("/experts/<expert_id>/ties/<tie_id>/delete")
@allow(*OFFICES)
def delete_tie(visit: Visit, expert_id: str, tie_id: str) -> Reply:
    """Take away a tie that should not have been entered."""
    ties.delete(visit.session, expert_id, tie_id, version=visit.version, actor=visit.actor)
    return go("list_ties", said("The tie is taken away."), expert_id=expert_id)
