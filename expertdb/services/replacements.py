"""Replacing one member of a panel with the least change: another panel, which somebody has to confirm as well."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from expertdb.errors import Fault, InvalidInput, TransitionNotAllowed
from expertdb.models.base import new_id
from expertdb.models.panels import Panel
from expertdb.services import lifecycle, loads, matters, panels, requests, seating
from expertdb.services.actors import Actor
from expertdb.services.candidates import as_candidate
from expertdb.services.corpus import Corpus
from expertdb.services.panels_shown import ShownPanel, no_replacement, shown
from expertdb.services.sentences import in_words
from expertdb.wording import Text
from matching.panel import BadPanelInput, Replacement, parse, replace

REPLACEABLE = ("proposed", "confirmed")


def propose(
    session: Session,
    corpus: Corpus,
    panel_id: str,
    body: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> ShownPanel:
    """The panel after a member left it, stored as proposed, or what stands in the way of any.

    Members are those who hold the seats now, reserves who stepped in included. Whoever of the candidates and reserves
    may not be chosen any more, or said no, is out; of other members each is replaced by a call of its own. Raises
    NotFound, TransitionNotAllowed, RequestIsNotOpen, InvalidInput where nobody of that id is a member.
    """
    panel = panels.load(session, panel_id, actor=actor)
    consultation_request = requests.get(session, panel.request_id, actor=actor, lock=True)
    panels.refuse_unless_open(consultation_request)
    if panel.status not in REPLACEABLE:
        raise TransitionNotAllowed("panel", panel.status, "replaced", lifecycle.PANEL_WAYS[panel.status])
    members, gone = seating.holders(session, panel), seating.gone(session, panel)
    if body["expert"] not in members:
        raise InvalidInput(Fault("/expert", Text("This expert is no member of the panel.")))
    found = matters.field(session, corpus, consultation_request, matters.ANY_MODE, now)
    known = [one["expert"] for one in panel.snapshot["candidates"]]
    people = _people(session, panel, (found.may(known) - gone) | set(members), now)
    began = time.perf_counter()
    after = _after(panel, people, members, body["expert"])
    seconds = time.perf_counter() - began
    if not after.members:
        return no_replacement(panel, after, seconds)
    made = _panel(panel, after, people, actor, now, seconds)
    panels.keep(session, made, actor=actor, now=now, reason=body["reason"])
    return shown(made, actor)


def _people(session: Session, panel: Panel, allowed: set[str], now: datetime) -> list[dict[str, Any]]:
    """The candidates of the panel who may still be chosen, with the loads of today."""
    kept = [one for one in panel.snapshot["candidates"] if one["expert"] in allowed]
    known = loads.of(session, [one["expert"] for one in kept], now, besides=panel.request_id)
    return [{**one, "load": known.get(one["expert"], loads.NO_LOAD).count} for one in kept]


def _after(panel: Panel, people: Sequence[Mapping[str, Any]], members: Sequence[str], leaving: str) -> Replacement:
    known = {one["expert"] for one in people}
    waiting = [seat.expert_id for seat in panel.reserves if seat.expert_id in known and seat.expert_id not in members]
    if panel.choice == "drawn":
        return _next_in_line(people, members, waiting, leaving)
    candidates, rules = [as_candidate(one) for one in people], parse(panel.rules)
    try:
        return replace(candidates, members, leaving, rules, reserves=waiting)
    except BadPanelInput as error:
        raise InvalidInput(Fault("/expert", in_words(error.detail))) from error


def _next_in_line(
    people: Sequence[Mapping[str, Any]], members: Sequence[str], waiting: Sequence[str], leaving: str
) -> Replacement:
    """After a draw the next reserve in the order of the lot steps in, and nobody chooses."""
    known = {one["expert"]: as_candidate(one) for one in people}
    coming = tuple(waiting[:1])
    seated = tuple(known[one] for one in (*(one for one in members if one != leaving), *coming))
    return Replacement(seated if coming else (), coming, (leaving,), 0.0, reserve=bool(coming))


def _panel(
    panel: Panel,
    after: Replacement,
    people: Sequence[dict[str, Any]],
    actor: Actor,
    now: datetime,
    seconds: float,
) -> Panel:
    seated = {one.expert for one in after.members}
    ranks = {one["expert"]: None if panel.choice == "drawn" else one["rank"] for one in people}
    known = {one["expert"]: as_candidate(one) for one in people}
    members = [panels.seat("member", at, one, ranks[one.expert]) for at, one in enumerate(after.members, start=1)]
    left = [seat for seat in panel.reserves if seat.expert_id not in seated and seat.expert_id in known]
    reserves = [
        panels.seat("reserve", at, known[one.expert_id], one.rank, [who for who in one.replaces if who in seated])
        for at, one in enumerate(left, start=1)
    ]
    solver = {"status": "replaced", "objective": after.objective, "came": list(after.came), "left": list(after.left)}
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
        solver=solver | {"seconds": round(seconds, 3), "reserve": after.reserve},
        snapshot={**panel.snapshot, "candidates": list(people)},
        names=panel.names,
        corpus_version=panel.corpus_version,
        created_by=actor.id,
        created_at=now,
        updated_at=now,
        seats=[*members, *reserves],
    )
