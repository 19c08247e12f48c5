"""Requests: the inbox, the form with the aspects that its words point to, one request with what may come next."""

from collections.abc import Sequence

from flask import render_template

from expertdb.console.forms import Form
from expertdb.console.handling import go, saved
from expertdb.console.home import place_of
from expertdb.console.language import said
from expertdb.console.rules import Reply, Visit, allow, asks, takes
from expertdb.console.site import pages
from expertdb.schemas.requests import RequestAnswer, RequestBody, RequestPatch, RequestQuery, RequestTransitionBody
from expertdb.services import (
    draws,
    lifecycle,
    matter_duties,
    missing_opinions,
    panels,
    request_moves,
    requests,
    shortlists,
    shown,
    subjects,
)
from expertdb.services.matter_duties import Waiting
from expertdb.services.missing_opinions import Missing

ASKERS = ("administrator", "agency", "policy_office")
READERS = (*ASKERS, "auditor")
LATEST = {"limit": 20}


@pages.get("/requests")
@allow(*READERS)
@asks(RequestQuery)
def list_requests(visit: Visit) -> Reply:
    """The requests the visitor may see, newest first."""
    page = requests.find(visit.session, visit.query, actor=visit.actor)
    found = RequestAnswer(many=True, exclude=("text",)).dump(page.items)
    return render_template(
        "requests/list.html", requests=found, query=visit.query, next_cursor=page.next_cursor, today=visit.now.date()
    )


@pages.get("/requests/<request_id>")
@allow(*READERS)
def show_request(visit: Visit, request_id: str) -> Reply:
    """One request: what is asked, the lists drawn up for it, and what may come next."""
    found = requests.get(visit.session, request_id, actor=visit.actor)
    is_to_be_closed = "closed" in lifecycle.REQUEST_WAYS[found.status]
    lacking = missing_opinions.of(visit.session, found) if is_to_be_closed else ()
    return render_template(
        "requests/show.html",
        asked=RequestAnswer().dump(found),
        lacking=lacking,
        people=shown.names(visit.session, {one.expert for one in lacking}),
        steps=found.transitions,
        filed_by=found.created_by,
        doers=subjects.doers(
            visit.session, [found.created_by, *(one.actor for one in found.transitions)], actor=visit.actor
        ),
        ways=request_moves.ways(visit.session, found, visit.actor),
        waiting=_waiting(visit, request_id, lacking),
        place_of=place_of,
        lists=shortlists.find(visit.session, LATEST | {"request": request_id}, actor=visit.actor).items,
        panels=panels.find(visit.session, LATEST | {"request": request_id}, actor=visit.actor).items,
        draws=draws.find(visit.session, LATEST | {"request": request_id}, actor=visit.actor).items
        if visit.actor.role != "agency"
        else [],
        panelable=found.status in panels.OPEN,
        editable=found.status in requests.EDITABLE,
        rankable=shortlists.is_open(found),
    )


def _waiting(visit: Visit, request_id: str, lacking: Sequence[Missing]) -> list[Waiting]:
    """What is to be done next in the request's panels and engagements, but for the opinions that are told as lacking;
    an auditor may do nothing about it.
    """
    if visit.actor.role == "auditor":
        return []
    found = matter_duties.of(visit.session, visit.rules, actor=visit.actor, now=visit.now, request=request_id)
    return [one for one in found if not lacking or one.kind != "opinion_missing"]


@pages.get("/requests/new")
@allow(*ASKERS)
def new_request(visit: Visit) -> Reply:
    """The form for a new request."""
    form = visit.form or Form.blank(kind="consultation", urgency="normal", secrecy="internal")
    return render_template("requests/new.html", form=form)


@pages.post("/requests/new")
@allow(*ASKERS)
@takes(RequestBody, again=new_request)
def add_request(visit: Visit) -> Reply:
    """Submit the request."""
    made = requests.submit(visit.session, visit.body, actor=visit.actor, now=visit.now)
    return go("show_request", said("The request is stored."), request_id=made.id)


@pages.get("/requests/<request_id>/edit")
@allow(*ASKERS)
def edit_request(visit: Visit, request_id: str) -> Reply:
    """The form of a request."""
    found = requests.get(visit.session, request_id, actor=visit.actor)
    form = visit.form_of(RequestAnswer(only=tuple(RequestPatch().fields)).dump(found), found.version)
    return render_template("requests/edit.html", asked=found, form=form)


@pages.post("/requests/<request_id>/edit")
@allow(*ASKERS)
@takes(RequestPatch, again=edit_request)
def save_request(visit: Visit, request_id: str) -> Reply:
    """Save the request."""
    found = requests.edit(
        visit.session, request_id, visit.body, version=visit.version, actor=visit.actor, now=visit.now
    )
    return go("show_request", saved(visit, found.version), request_id=request_id)


@pages.get("/requests/<request_id>/moves/<to>")
@allow(*ASKERS)
def new_request_move(visit: Visit, request_id: str, to: str) -> Reply:
    """The form for one move of a request."""
    found = requests.get(visit.session, request_id, actor=visit.actor)
    form = visit.form or Form.blank(to=to).of_version(found.version)
    return render_template("requests/move.html", asked=RequestAnswer().dump(found), to=to, form=form)


@pages.post("/requests/<request_id>/moves/<to>")
@allow(*ASKERS)
@takes(RequestTransitionBody, again=new_request_move)
def move_request(visit: Visit, request_id: str, to: str) -> Reply:
    """Make the move."""
    request_moves.move(
        visit.session,
        request_id,
        to,
        visit.body["reason"],
        version=visit.version,
        actor=visit.actor,
        now=visit.now,
    )
    return go("show_request", said("The status is changed."), request_id=request_id)
