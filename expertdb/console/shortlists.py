"""Shortlists: ranked at once as filters change, filed, read again with their evidence, and compared entry by entry."""

from typing import Any

from flask import abort, render_template, request
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from expertdb.console.evidence import with_evidence
from expertdb.console.forms import Form, raw_body
from expertdb.console.handling import go
from expertdb.console.language import said
from expertdb.console.requests import ASKERS, READERS
from expertdb.console.rules import Reply, Visit, allow, asks, prepared_by, takes
from expertdb.console.site import pages
from expertdb.models.experts import Expert
from expertdb.schemas.faults import faults_of
from expertdb.schemas.requests import RequestAnswer
from expertdb.schemas.shortlists import ComparisonQuery, ShortlistBody, StandingQuery
from expertdb.services import comparisons, experts, facets, panels, requests, shortlists
from expertdb.services.shortlists import Proposal

OFFICES = ("administrator", "policy_office", "auditor")


@pages.get("/requests/<request_id>/ranking")
@allow(*ASKERS)
def rank_request(visit: Visit, request_id: str) -> Reply:
    """The list as it would be drawn up now, under the filters of the address; nothing is stored."""
    asked = requests.get(visit.session, request_id, actor=visit.actor)
    body, wrong = _body(raw_body(ShortlistBody(), _pointed(request.args)))
    shown = shortlists.rehearse(visit.session, visit.corpus, request_id, body, actor=visit.actor, now=visit.now)
    return render_template(
        "shortlists/ranking_part.html" if visit.is_part else "shortlists/ranking.html",
        asked=RequestAnswer().dump(asked),
        shown=with_evidence(visit.session, shown),
        form=Form(body),
        body=body,
        wrong=wrong,
        is_open=shortlists.is_open(asked),
    )


def _propose(visit: Visit, request_id: str) -> Proposal:
    return shortlists.propose(visit.session, visit.corpus, request_id, visit.body, actor=visit.actor, now=visit.now)


@pages.post("/requests/<request_id>/ranking")
@allow(*ASKERS)
@takes(ShortlistBody, again=rank_request)
@prepared_by(_propose)
def file_shortlist(visit: Visit, request_id: str) -> Reply:
    """Draw up the list and file it."""
    made = shortlists.draw_up(
        visit.session, visit.corpus, request_id, visit.body, visit.prepared, actor=visit.actor, now=visit.now
    )
    return go("show_shortlist", said("The list is filed."), shortlist_id=made.id)


@pages.get("/shortlists/<shortlist_id>")
@allow(*READERS)
def show_shortlist(visit: Visit, shortlist_id: str) -> Reply:
    """A filed list as it was drawn up."""
    shown = shortlists.get(visit.session, shortlist_id, actor=visit.actor)
    asked = requests.get(visit.session, str(shown.request), actor=visit.actor)
    return render_template(
        "shortlists/show.html",
        asked=RequestAnswer().dump(asked),
        shown=with_evidence(visit.session, shown),
        panelable=asked.status in panels.OPEN,
    )


@pages.get("/shortlists/<shortlist_id>/comparison")
@allow(*READERS)
@asks(ComparisonQuery)
def compare_entries(visit: Visit, shortlist_id: str) -> Reply:
    """Why one entry stands before another, line by line."""
    shown = shortlists.get(visit.session, shortlist_id, actor=visit.actor)
    ids = [entry["expert"]["id"] for entry in shown.entries]
    if len(ids) < 2:
        abort(404)
    first, second = (visit.query.get(name) or ids[place] for place, name in enumerate(("first", "second")))
    found = comparisons.of_entries(visit.session, shortlist_id, first, second, actor=visit.actor)
    return render_template("shortlists/comparison.html", shown=shown, found=found)


@pages.get("/requests/<request_id>/standing")
@allow(*OFFICES)
@asks(StandingQuery)
def show_standing(visit: Visit, request_id: str) -> Reply:
    """Where anybody stands for a request today: found by name, then reckoned."""
    asked = requests.get(visit.session, request_id, actor=visit.actor)
    q = request.args.get("q", "")[:200]
    census = visit.directory.refresh(visit.session)
    named = facets.find(visit.session, census, {"q": q, "limit": 20}).items if q else []
    found, since = None, ""
    if visit.query.get("expert"):
        found = comparisons.of_expert(
            visit.session, visit.corpus, request_id, visit.query, actor=visit.actor, now=visit.now
        )
        since = _days_of(experts.get(visit.session, visit.query["expert"]), found.reason)
    about = {"asked": RequestAnswer().dump(asked), "q": q, "named": named, "found": found, "since": since}
    return render_template("shortlists/standing.html", **about)


def _days_of(expert: Expert, reason: str | None) -> str:
    """The days that say more of why somebody is left out: those of their term, or the last of their leave."""
    if reason in ("expired", "term_not_current") and expert.term_start and expert.term_end:
        return said("term {start} to {end}", start=expert.term_start, end=expert.term_end)
    if reason == "on_leave" and expert.leave_until:
        return said("until {day}", day=expert.leave_until)
    return ""


def _pointed(given: MultiDict[str, str]) -> MultiDict[str, str]:
    """The query with names as the form writes them; whoever types an address leaves the slash out."""
    return MultiDict((f"/{name.removeprefix('/')}", value) for name, value in given.items(multi=True))


def _body(typed: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """What the filters of the address say, and what is wrong with them by field.

    A page is shown for any address, so faulty ones count as not given; the page says so.
    """
    try:
        return ShortlistBody().load(typed), []
    except ValidationError as error:
        sound = {name: value for name, value in typed.items() if name not in error.messages_dict}
        wrong = [(fault.pointer.split("/")[1], fault.detail) for fault in faults_of(error.messages)]
        return ShortlistBody().load(sound), wrong
