"""Shortlists: drawn up for a request and stored, previewed without storing, and queried."""

from expertdb.api.handling import Routes
from expertdb.api.requests import ASKERS, READERS
from expertdb.api.routing import Call, allow, answers, asks, prepared_by, stores_nothing, takes
from expertdb.schemas.shared import PageQuery
from expertdb.schemas.shortlists import (
    ComparisonAnswer,
    ComparisonQuery,
    Exclusion,
    PreviewBody,
    ShortlistAnswer,
    ShortlistBody,
    ShortlistQuery,
    StandingAnswer,
    StandingQuery,
)
from expertdb.services import comparisons, shortlists
from expertdb.services.comparisons import Comparison, Standing
from expertdb.services.paging import Page
from expertdb.services.shortlists import Proposal
from expertdb.services.shown import Shown

routes = Routes("shortlists")

# Not agencies: they would learn of people who are suspended, on leave or held back.
OFFICES = ("administrator", "policy_office", "auditor")


def _propose(call: Call, request_id: str) -> Proposal:
    return shortlists.propose(call.session, call.corpus, request_id, call.body, actor=call.actor, now=call.now)


@routes.post("/requests/<request_id>/shortlists")
@allow(*ASKERS)
@takes(ShortlistBody)
@prepared_by(_propose)
@answers(ShortlistAnswer, 201, location="/shortlists")
def draw_up_shortlist(call: Call, request_id: str) -> Shown:
    """Rank the pool for a request and store the explained list."""
    return shortlists.draw_up(
        call.session, call.corpus, request_id, call.body, call.prepared, actor=call.actor, now=call.now
    )


@routes.post("/shortlists/preview")
@allow(*ASKERS)
@stores_nothing
@takes(PreviewBody)
@answers(ShortlistAnswer)
def preview_shortlist(call: Call) -> Shown:
    """Rank the pool for a matter that is not stored; the same answer as a stored shortlist's."""
    return shortlists.preview(call.session, call.corpus, call.body, actor=call.actor, now=call.now)


@routes.get("/shortlists")
@allow(*READERS)
@asks(ShortlistQuery)
@answers(ShortlistAnswer, paged=True)
def list_shortlists(call: Call) -> Page:
    """List the stored shortlists that meet every filter, newest first; an agency sees its own."""
    return shortlists.find(call.session, call.query, actor=call.actor)


@routes.get("/shortlists/<shortlist_id>")
@allow(*READERS)
@answers(ShortlistAnswer)
def read_shortlist(call: Call, shortlist_id: str) -> Shown:
    """Read one stored shortlist as it was drawn up."""
    return shortlists.get(call.session, shortlist_id, actor=call.actor)


@routes.get("/shortlists/<shortlist_id>/exclusions")
@allow(*OFFICES)
@asks(PageQuery)
@answers(Exclusion, paged=True)
def list_exclusions(call: Call, shortlist_id: str) -> Page:
    """List everybody who could not be ranked when a list was drawn up, with the reason, by id."""
    return shortlists.exclusions_of(call.session, shortlist_id, call.query, actor=call.actor)


@routes.get("/shortlists/<shortlist_id>/comparison")
@allow(*READERS)
@asks(ComparisonQuery)
@answers(ComparisonAnswer)
def compare_entries(call: Call, shortlist_id: str) -> Comparison:
    """Say why one entry of a stored list stands before another, line by line."""
    first, second = call.query["first"], call.query["second"]
    return comparisons.of_entries(call.session, shortlist_id, first, second, actor=call.actor)


@routes.get("/requests/<request_id>/standing")
@allow(*OFFICES)
@asks(StandingQuery)
@answers(StandingAnswer)
def read_standing(call: Call, request_id: str) -> Standing:
    """Say where an expert stands for a request today, and why they are not higher or not ranked at all."""
    return comparisons.of_expert(call.session, call.corpus, request_id, call.query, actor=call.actor, now=call.now)
