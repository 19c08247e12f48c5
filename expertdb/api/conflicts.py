"""Conflicts: ties of experts, checks of anybody against anybody, what stands in the way of a request, waivers."""

from typing import Any

from expertdb.api.handling import Routes
from expertdb.api.routing import Call, allow, answers, asks, edits, stores_nothing, takes
from expertdb.models.conflicts import ExpertTie, Waiver
from expertdb.schemas.conflicts import (
    CheckAnswer,
    ConflictCheck,
    RequestConflictsAnswer,
    TieAnswer,
    TieBody,
    TiePatch,
    WaiverAnswer,
    WaiverBody,
    WaiverQuery,
)
from expertdb.schemas.shared import PageQuery
from expertdb.services import conflicts, recusals, requests, ties, waivers
from expertdb.services.paging import Page
from expertdb.workdays import local_day

routes = Routes("conflicts")

# Ties are private: agencies learn at most how many were left out.
OFFICES = ("administrator", "policy_office")
READERS = (*OFFICES, "auditor")


@routes.post("/conflicts/check")
@allow(*OFFICES)
@stores_nothing
@takes(ConflictCheck)
@answers(CheckAnswer)
def check_conflicts(call: Call) -> dict[str, Any]:
    """Check experts, or anybody by name, for conflicts with parties, before anybody is invited."""
    return conflicts.check(call.session, call.body, today=local_day(call.now))


@routes.get("/requests/<request_id>/conflicts")
@allow(*READERS)
@answers(RequestConflictsAnswer)
def read_conflicts(call: Call, request_id: str) -> dict[str, Any]:
    """Say who is out of a request and why, what is to be disclosed, and which parties nobody knows."""
    consultation_request = requests.get(call.session, request_id, actor=call.actor)
    return recusals.shown(call.session, recusals.of(call.session, consultation_request, local_day(call.now)))


@routes.post("/experts/<expert_id>/ties")
@allow(*OFFICES)
@takes(TieBody)
@answers(TieAnswer, 201)
def add_tie(call: Call, expert_id: str) -> ExpertTie:
    """Enter what binds an expert to an organisation or a person, with its days."""
    return ties.add(call.session, expert_id, call.body, actor=call.actor, now=call.now)


@routes.get("/experts/<expert_id>/ties")
@allow(*OFFICES)
@asks(PageQuery)
@answers(TieAnswer, paged=True)
def list_ties(call: Call, expert_id: str) -> Page:
    """List the ties of an expert."""
    return ties.find(call.session, expert_id, call.query)


@routes.patch("/experts/<expert_id>/ties/<tie_id>")
@allow(*OFFICES)
@edits
@takes(TiePatch)
@answers(TieAnswer)
def edit_tie(call: Call, expert_id: str, tie_id: str) -> ExpertTie:
    """Change a tie, such as its last day."""
    return ties.edit(call.session, expert_id, tie_id, call.body, version=call.version, actor=call.actor, now=call.now)


@routes.delete("/experts/<expert_id>/ties/<tie_id>")
@allow(*OFFICES)
@edits
@answers(None, 204)
def delete_tie(call: Call, expert_id: str, tie_id: str) -> None:
    """Take away a tie that should not have been entered; one that ended gets its last day instead."""
    ties.delete(call.session, expert_id, tie_id, version=call.version, actor=call.actor)


@routes.post("/waivers")
@allow(*OFFICES)
@takes(WaiverBody)
@answers(WaiverAnswer, 201, location="/waivers")
def grant_waiver(call: Call) -> Waiver:
    """Set a conflict aside that may be set aside, with the reason."""
    return waivers.grant(call.session, call.body, actor=call.actor, now=call.now)


@routes.get("/waivers")
@allow(*READERS)
@asks(WaiverQuery)
@answers(WaiverAnswer, paged=True)
def list_waivers(call: Call) -> Page:
    """List the waivers that meet every filter, newest first, revoked ones included."""
    return waivers.find(call.session, call.query)


@routes.get("/waivers/<waiver_id>")
@allow(*READERS)
@answers(WaiverAnswer)
def read_waiver(call: Call, waiver_id: str) -> Waiver:
    """Read one waiver."""
    return waivers.get(call.session, waiver_id)


@routes.delete("/waivers/<waiver_id>")
@allow(*OFFICES)
@edits
@answers(None, 204)
def revoke_waiver(call: Call, waiver_id: str) -> None:
    """End a waiver; it is kept with who ended it."""
    waivers.revoke(call.session, waiver_id, version=call.version, actor=call.actor, now=call.now)
