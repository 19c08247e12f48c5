"""The front page: for strangers what this is, for visitors what waits for them."""

from typing import Any

from flask import current_app, redirect, render_template, url_for
from sqlalchemy.orm import Session

from expertdb.console.handling import now
from expertdb.console.rules import Reply
from expertdb.console.sessions import signed_in
from expertdb.console.site import blueprint
from expertdb.database import transaction
from expertdb.schemas.requests import RequestAnswer
from expertdb.services import duties, matter_duties, requests, users
from expertdb.services.actors import Actor
from expertdb.services.matter_duties import Waiting

CURATORS = ("administrator", "reviewer", "auditor")
ASKERS = ("administrator", "policy_office", "agency", "auditor")
# What of the requests waits for whom: an agency for what came back, an office for what nobody has decided on.
OWN, UNDECIDED = (
    ("returned", "shortlisted", "confirmed", "engaged"),
    ("submitted", "accepted", "shortlisted", "delivered"),
)
SHOWN = 10
# Where each thing that waits is dealt with: the page, and what its address calls the id.
PLACES = {
    "interest_declared": ("console.show_engagement", "engagement_id"),
    "link_to_issue": ("console.show_engagement", "engagement_id"),
    "panel_to_confirm": ("console.show_panel", "panel_id"),
    "opinion_missing": ("console.show_engagement", "engagement_id"),
    "opinion_to_answer": ("console.show_opinion", "opinion_id"),
    "to_evaluate": ("console.show_engagement", "engagement_id"),
}


@blueprint.get("/")
def home() -> Reply:
    """What waits for the visitor; strangers are told what this is."""
    visitor = signed_in()
    if visitor is None:
        with transaction(read_only=True) as session:
            return render_template("front.html", is_new=users.is_first(session))
    if visitor.must_change_password:
        return redirect(url_for("console.password"), 303)
    with transaction(read_only=True) as session:
        waiting = _requests(session, visitor.actor)
        return render_template("home.html", duties=_duties(session, visitor.actor), place_of=place_of, **waiting)


def place_of(one: Waiting) -> str:
    """The address at which a thing that waits is dealt with."""
    endpoint, name = PLACES[one.kind]
    values: dict[str, Any] = {name: one.id}
    return url_for(endpoint, **values)


def _duties(session: Session, actor: Actor) -> list[dict[str, Any]]:
    if actor.role not in CURATORS:
        return []
    return [one for one in duties.count(session, now()) if one["count"]]


def _requests(session: Session, actor: Actor) -> dict[str, Any]:
    if actor.role not in ASKERS:
        return {"waiting": [], "asks": False, "steps": []}
    waiting = []
    for status in OWN if actor.role == "agency" else UNDECIDED:
        found = requests.find(session, {"status": status, "limit": SHOWN}, actor=actor).items
        waiting += RequestAnswer(many=True, exclude=("text",)).dump(found)
    return {"waiting": waiting, "asks": True, "today": now().date(), "steps": _steps(session, actor)}


def _steps(session: Session, actor: Actor) -> list[Waiting]:
    """What waits in panels and engagements; an auditor may do nothing about it."""
    if actor.role == "auditor":
        return []
    return matter_duties.of(session, current_app.extensions["rules"], actor=actor, now=now())
