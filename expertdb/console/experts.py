"""Experts: found as one types, looked at, entered, edited, deleted."""

from typing import Any

from flask import render_template

from expertdb.console.forms import Form
from expertdb.console.handling import go, saved
from expertdb.console.language import said
from expertdb.console.rules import Reply, Visit, allow, asks, takes
from expertdb.console.site import pages
from expertdb.models.experts import Expert
from expertdb.schemas.experts import ExpertAnswer, ExpertBody, ExpertPatch, ExpertQuery, TransitionAnswer
from expertdb.schemas.objections import ObjectionAnswer
from expertdb.schemas.sanctions import SanctionAnswer
from expertdb.services import experts, facets, guards, moves, objections, sanctions

CURATORS = ("administrator",)
READERS = ("administrator", "reviewer", "policy_office", "auditor")
ALL_STEPS = {"limit": 200}
# What the form of a profile shows; contact and identity have a page of their own.
ON_FORM = tuple(name for name in ExpertPatch().fields if name not in ("restricted", "entry"))


@pages.get("/experts")
@allow(*READERS)
@asks(ExpertQuery)
def list_experts(visit: Visit) -> Reply:
    """The experts that meet every filter, with how many more or fewer another filter would give."""
    of_day = experts.of_day(visit.query, visit.now)
    chosen = facets.chosen(visit.session, visit.directory.refresh(visit.session), visit.query, *of_day)
    page = experts.find(visit.session, visit.query, *of_day, *chosen.next(visit.query))
    counts = facets.counted(chosen)
    found = ExpertAnswer(many=True, exclude=("items", "restricted")).dump(page.items)
    template = "experts/found.html" if visit.is_part else "experts/list.html"
    return render_template(template, experts=found, counts=counts, query=visit.query, next_cursor=page.next_cursor)


@pages.get("/experts/<expert_id>")
@allow(*READERS)
def show_expert(visit: Visit, expert_id: str) -> Reply:
    """A profile with its evidence, where it stands in the pool's life, and what may come next."""
    expert = experts.get(visit.session, expert_id)
    steps = moves.history(visit.session, expert_id, ALL_STEPS).items
    return render_template(
        "experts/show.html",
        expert=ExpertAnswer().dump(expert),
        steps=TransitionAnswer(many=True).dump(steps),
        offers=moves.offers(visit.session, expert, actor=visit.actor, now=visit.now, rules=visit.rules),
        barred=guards.why_undecided(visit.session, expert, visit.actor),
        **_on_record(visit, expert_id),
    )


def _on_record(visit: Visit, expert_id: str) -> dict[str, Any]:
    """Objections and sanctions, for those who decide on them or watch that they are decided."""
    if visit.actor.role == "policy_office":
        return {}
    return {
        "objections": ObjectionAnswer(many=True).dump(objections.find(visit.session, expert_id, ALL_STEPS).items),
        "sanctions": SanctionAnswer(many=True).dump(sanctions.find(visit.session, expert_id, ALL_STEPS).items),
    }


@pages.get("/experts/new")
@allow(*CURATORS)
def new_expert(visit: Visit) -> Reply:
    """The form for a new expert."""
    return render_template("experts/new.html", form=visit.form or Form.blank(languages=["zh"]))


@pages.post("/experts/new")
@allow(*CURATORS)
@takes(ExpertBody, again=new_expert)
def add_expert(visit: Visit) -> Reply:
    """Enter the expert."""
    expert = experts.create(visit.session, visit.body, actor=visit.actor, now=visit.now)
    return go("show_expert", said("The expert is entered."), expert_id=expert.id)


@pages.get("/experts/<expert_id>/edit")
@allow(*CURATORS)
def edit_expert(visit: Visit, expert_id: str) -> Reply:
    """The form of a profile."""
    expert = experts.get(visit.session, expert_id)
    form = visit.form_of(ExpertAnswer(only=ON_FORM).dump(expert), expert.version)
    return render_template("experts/edit.html", expert=expert, form=form)


@pages.post("/experts/<expert_id>/edit")
@allow(*CURATORS)
@takes(ExpertPatch, again=edit_expert)
def save_expert(visit: Visit, expert_id: str) -> Reply:
    """Save a profile."""
    body = _as_it_was(visit.body, experts.get(visit.session, expert_id))
    found = experts.edit(visit.session, expert_id, body, version=visit.version, actor=visit.actor, now=visit.now)
    return go("show_expert", saved(visit, found.version), expert_id=expert_id)


def _as_it_was(body: dict[str, Any], expert: Expert) -> dict[str, Any]:
    """The body of the form without a box left as empty as it was: an empty one says no, where nothing was said."""
    can = body.get("availability") or {}
    if can.get("travel") is False and "travel" not in expert.availability:
        return body | {"availability": {name: value for name, value in can.items() if name != "travel"}}
    return body


@pages.post("/experts/<expert_id>/delete")
@allow(*CURATORS)
def delete_expert(visit: Visit, expert_id: str) -> Reply:
    """Delete a draft."""
    experts.delete(visit.session, expert_id, version=visit.version, actor=visit.actor)
    return go("list_experts", said("The draft is deleted."))
