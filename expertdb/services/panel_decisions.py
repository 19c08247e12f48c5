"""Deciding on panels: a named person confirms, and nobody decides on what is no longer so."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.errors import DeviationNeedsReason, Fault, InvalidInput, PoolHasMoved
from expertdb.models.panels import Panel
from expertdb.models.requests import ConsultationRequest
from expertdb.schemas.panels import NAMELESS
from expertdb.services import lifecycle, panel_moves, panels, requests, seating, steps, versions
from expertdb.services.actors import Actor
from expertdb.services.corpus import Corpus
from expertdb.services.freshness import changes
from expertdb.services.panels_shown import ShownPanel, deviations_of, shown
from expertdb.services.shown import as_called
from expertdb.wording import Text

UNINVITED = ("confirmed",)
CONFIRMABLE = ("accepted", "shortlisted", "confirmed", "invited", "engaged")


def move(
    session: Session,
    corpus: Corpus,
    panel_id: str,
    body: Mapping[str, Any],
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> ShownPanel:
    """Confirm or reject a proposed panel.

    Raises NotFound, EditedMeanwhile, TransitionNotAllowed; for a confirmation also RequestIsNotOpen, PoolHasMoved, and
    with all that it lacks DeviationNeedsReason, or InvalidInput where more than such reasons are missing.
    """
    panel = panels.load(session, panel_id, actor=actor)
    # The request first, as everybody else does: two confirmations at once must not each supersede the other.
    consultation_request = requests.get(session, panel.request_id, actor=actor, lock=True)
    session.refresh(panel, with_for_update=True)
    versions.check(panel.version, version)
    lifecycle.check("panel", lifecycle.PANEL_WAYS, panel.status, body["to"])
    if body["to"] == "superseded":
        _refuse_when_at_work(session, consultation_request, panel)
    if body["to"] == "confirmed":
        requests.refuse_unless(consultation_request, CONFIRMABLE)
        _confirm(session, corpus, panel, body, actor, now)
        if consultation_request.status in ("accepted", "shortlisted"):
            note = f"panel {panel.id}"
            requests.record_move(session, consultation_request, "confirmed", note, actor=actor, now=now)
    was = panel.status
    panel_moves.record_move(session, panel, body["to"], body["reason"], actor=actor, now=now)
    if was == "confirmed":
        back = "shortlisted" if steps.has_a_list(session, consultation_request) else "accepted"
        requests.record_move(session, consultation_request, back, f"panel {panel.id}", actor=actor, now=now)
    return shown(panel, actor)


def ways(consultation_request: ConsultationRequest, status: str) -> list[str]:
    """Where a panel of this status may go by hand, as the request stands."""
    kept = status == "confirmed" and consultation_request.status not in UNINVITED
    return [to for to in lifecycle.PANEL_WAYS[status] if not (kept and to == "superseded")]


def _refuse_when_at_work(session: Session, consultation_request: ConsultationRequest, panel: Panel) -> None:
    """A confirmed panel is taken back by hand only before anybody is invited; later a replacement supersedes it."""
    if panel.status == "confirmed":
        requests.refuse_unless(consultation_request, UNINVITED)


def _confirm(
    session: Session, corpus: Corpus, panel: Panel, body: Mapping[str, Any], actor: Actor, now: datetime
) -> None:
    found = tuple(changes(session, corpus, panel, now))
    if found:
        raise PoolHasMoved(panel.corpus_version, corpus.refresh(session).version, found)
    _refuse_incomplete(panel, body)
    given = {one["expert"]: one["reason"] for one in body["deviations"]}
    for seat in panel.members:
        seat.deviation = given.get(seat.expert_id, "")
    panel.confirmed_by, panel.reason = body["confirmed_by"], body["reason"]
    for other in _confirmed(session, panel):
        panel_moves.record_move(session, other, "superseded", f"panel {panel.id}", actor=actor, now=now)
        seating.carry_over(session, other, panel, actor=actor, now=now)


def _refuse_incomplete(panel: Panel, body: Mapping[str, Any]) -> None:
    """Raise with all that a confirmation lacks: who decides, and why each sits who is not among the best ranked."""
    given = {one["expert"] for one in body["deviations"]}
    needed = {one.expert: one for one in deviations_of(panel)}
    missing = [one for expert, one in needed.items() if expert not in given and one.needs_reason]
    stranger = Text("This member deviates from no rank.")
    faults = [] if body.get("confirmed_by") else [Fault("/confirmed_by", NAMELESS)]
    faults += [
        Fault(f"/deviations/{place}/expert", stranger)
        for place, one in enumerate(body["deviations"])
        if one["expert"] not in needed
    ]
    if faults:
        raise InvalidInput(*faults, *_missing(panel, missing))
    if missing:
        raise DeviationNeedsReason(
            Text(
                "{count} member(s) sit although better ranked candidates do not; say why, for each.", count=len(missing)
            ),
            tuple(_missing(panel, missing)),
        )


def _missing(panel: Panel, found: list[Any]) -> Iterator[Fault]:
    for one in found:
        expert = as_called(one.expert, panel.names["experts"].get(one.expert, {}))
        yield Fault(
            "/deviations", Text("The expert {expert} has rank {rank}; say why they sit.", expert=expert, rank=one.rank)
        )


def _confirmed(session: Session, panel: Panel) -> list[Panel]:
    statement = select(Panel).where(
        Panel.request_id == panel.request_id, Panel.status == "confirmed", Panel.id != panel.id
    )
    return list(session.scalars(statement.with_for_update()))
