"""Replacing one member of a panel with the least change: another panel, which somebody has to confirm as well."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from expertdb.errors import Fault, InvalidInput, TransitionNotAllowed
from expertdb.models.base import new_id
from expertdb.models.panels import Panel
from expertdb.models.requests import ConsultationRequest
from expertdb.services import drawn_panels, erasing, lifecycle, matters, panels, requests, seating
from expertdb.services.actors import Actor
from expertdb.services.candidate_facts import as_candidate
from expertdb.services.corpus import Corpus
from expertdb.services.panel_snapshots import filters_of
from expertdb.services.panels_shown import ShownPanel, no_replacement, shown
from expertdb.services.rule_facts import RuleFacts
from expertdb.services.sentences import in_words
from expertdb.wording import Text
from matching.panel import BadPanelInput, Replacement, check, parse
from matching.panel import replace as nearest
from matching.panel.panels import INFEASIBLE, OPTIMAL

REPLACEABLE = ("proposed", "confirmed")


@dataclass(frozen=True)
class Basis:
    """What a replacement is found from: who sits now, the reserves in line, and who may be chosen, as they are now.

    An edit that changes none of it, of which `version` is the last, is no reason to find the replacement anew.
    """

    members: list[str]
    waiting: list[str]
    people: list[dict[str, Any]]
    organisations: dict[str, Any] = field(compare=False)
    version: int = field(compare=False)


@dataclass(frozen=True)
class Found:
    """A panel after a member left it that is not stored, or that there is none, and what it was found from."""

    basis: Basis
    after: Replacement
    seconds: float


def find(
    session: Session, corpus: Corpus, panel_id: str, body: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Found:
    """Find the panel after a member left it, in a transaction that only reads, since solving may take seconds.

    Members are those who hold the seats now, reserves who stepped in included. Whoever of the candidates and reserves
    may not be chosen any more, or said no, is out; of other members each is replaced by a call of its own. Raises
    NotFound, TransitionNotAllowed, RequestIsNotOpen, InvalidInput where nobody of that id is a member.
    """
    panel = panels.load(session, panel_id, actor=actor)
    consultation_request = requests.get(session, panel.request_id, actor=actor)
    basis = _basis(session, corpus, panel, consultation_request, body["expert"], now)
    return _found(panel, basis, body["expert"])


def store(
    session: Session,
    corpus: Corpus,
    panel_id: str,
    body: Mapping[str, Any],
    found: Found,
    *,
    actor: Actor,
    now: datetime,
) -> ShownPanel:
    """Keep the panel that was found as proposed, or say what stands in the way of any.

    Where somebody left, came or may not be chosen any more meanwhile it is found anew. Raises what `find` does.
    """
    panel = panels.load(session, panel_id, actor=actor)
    consultation_request = requests.get(session, panel.request_id, actor=actor, lock=True)
    erasing.held_off(session, panel.names["experts"])
    session.refresh(panel)  # Somebody may have decided on it, or been erased from it, while we waited.
    basis = _basis(session, corpus, panel, consultation_request, body["expert"], now)
    found = replace(found, basis=basis) if basis == found.basis else _found(panel, basis, body["expert"])
    if not found.after.members:
        return no_replacement(panel, found.after, found.seconds)
    made = _panel(panel, found, actor, now)
    panels.keep(session, made, actor=actor, now=now, reason=body["reason"])
    return shown(made, actor)


def _basis(
    session: Session,
    corpus: Corpus,
    panel: Panel,
    consultation_request: ConsultationRequest,
    leaving: str,
    now: datetime,
) -> Basis:
    panels.refuse_unless_open(consultation_request)
    if panel.status not in REPLACEABLE:
        raise TransitionNotAllowed("panel", panel.status, "replaced", lifecycle.PANEL_WAYS[panel.status])
    members, gone = seating.holders(session, panel), seating.gone(session, panel)
    found = matters.field(session, corpus, consultation_request, filters_of(panel), now)
    candidates = {one["expert"]: one for one in panel.snapshot["candidates"]}
    allowed = (found.may(candidates) - gone) | set(members)
    waiting = [one for one in drawn_panels.in_line(session, panel, leaving) if one in allowed - set(members)]
    kept = [one for expert, one in candidates.items() if expert in allowed]
    facts = RuleFacts(session, consultation_request, [one["expert"] for one in kept], now)
    people = facts.anew(kept, seating.serving(session, panel.request_id))
    return Basis(members, waiting, people, facts.names["organisations"], found.pool.version)


def _found(panel: Panel, basis: Basis, leaving: str) -> Found:
    if leaving not in basis.members:
        raise InvalidInput(Fault("/expert", Text("This expert is no member of the panel.")))
    began = time.perf_counter()
    after = _next_in_line(panel, basis, leaving) if panel.choice == "drawn" else _nearest(panel, basis, leaving)
    return Found(basis, after, time.perf_counter() - began)


def _nearest(panel: Panel, basis: Basis, leaving: str) -> Replacement:
    candidates, rules, limit = [as_candidate(one) for one in basis.people], parse(panel.rules), panels.SECONDS
    try:
        return nearest(candidates, basis.members, leaving, rules, reserves=basis.waiting, time_limit=limit)
    except BadPanelInput as error:
        raise InvalidInput(Fault("/expert", in_words(error.detail))) from error


def _next_in_line(panel: Panel, basis: Basis, leaving: str) -> Replacement:
    """After a draw the next reserve in the order of the lot who breaks no rule steps in, and nobody chooses."""
    known, rules = {one["expert"]: as_candidate(one) for one in basis.people}, parse(panel.rules)
    staying = [known[one] for one in basis.members if one != leaving]
    for expert in basis.waiting:
        seated = (*staying, known[expert])
        if not check(seated, rules, len(basis.members)):
            return Replacement(OPTIMAL, seated, (expert,), (leaving,), 0.0, reserve=True)
    return Replacement(INFEASIBLE, (), (), (leaving,), 0.0)


def _panel(panel: Panel, found: Found, actor: Actor, now: datetime) -> Panel:
    after, people = found.after, found.basis.people
    seated = {one.expert for one in after.members}
    ranks = {one["expert"]: None if panel.choice == "drawn" else one["rank"] for one in people}
    known = {one["expert"]: as_candidate(one) for one in people}
    members = [panels.seat("member", at, one, ranks[one.expert]) for at, one in enumerate(after.members, start=1)]
    left = [seat for seat in panel.reserves if seat.expert_id not in seated and seat.expert_id in known]
    reserves = [
        panels.seat("reserve", at, known[one.expert_id], one.rank, [who for who in one.replaces if who in seated])
        for at, one in enumerate(left, start=1)
    ]
    return Panel(
        id=new_id(),
        request_id=panel.request_id,
        shortlist_id=panel.shortlist_id,
        draw_id=panel.draw_id,
        replaces_id=panel.id,
        choice="drawn" if panel.choice == "drawn" else "replaced",
        status="proposed",
        preset=panel.preset,
        rules=panel.rules,
        solver=_solver(found),
        snapshot={**panel.snapshot, "candidates": people},
        names={**panel.names, "organisations": {**panel.names["organisations"], **found.basis.organisations}},
        corpus_version=found.basis.version,
        created_by=actor.id,
        created_at=now,
        updated_at=now,
        seats=[*members, *reserves],
    )


def _solver(found: Found) -> dict[str, Any]:
    after = found.after
    return {
        "status": "replaced" if after.status == OPTIMAL else after.status,
        "objective": after.objective,
        "came": list(after.came),
        "left": list(after.left),
        "seconds": round(found.seconds, 3),
        "reserve": after.reserve,
    }
