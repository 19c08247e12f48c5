"""Objections to a candidate in publicity: recorded by staff, decided in time, holding up the activation till then."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.code_words import called
from expertdb.errors import Fault, InvalidInput, NotFound, ObjectionsAreClosed, TransitionNotAllowed
from expertdb.models.base import new_id
from expertdb.models.objections import Objection
from expertdb.services import audit, effects, experts, guards, moves, paging, versions
from expertdb.services.actors import Actor
from expertdb.services.guards import Move
from expertdb.services.rules import Rules
from expertdb.wording import Text
from expertdb.workdays import local_day


def lodge(
    session: Session, expert_id: str, body: dict[str, Any], *, actor: Actor, now: datetime, rules: Rules
) -> Objection:
    """Record an objection, a citizen's too; raises NotFound, ObjectionsAreClosed, InvalidInput."""
    expert = experts.get(session, expert_id, lock=True)  # Or somebody might activate at this very moment.
    if expert.status != "publicity":
        raise ObjectionsAreClosed(expert.status)
    lodged_on = body.get("lodged_on") or local_day(now)
    first = expert.publicity_from or lodged_on
    if not first <= lodged_on <= local_day(now):
        detail = Text("This must be a day from {first} to today.", first=first.isoformat())
        raise InvalidInput(Fault("/lodged_on", detail))
    objection = Objection(
        id=new_id(),
        expert_id=expert.id,
        lodged_by=body["lodged_by"],
        reference=body.get("reference"),
        lodged_on=lodged_on,
        ground=body["ground"],
        text=body["text"],
        due=rules.workdays.after(lodged_on, rules.objection_days),
        recorded_by=actor.person,
        recorded_at=now,
        status="open",
    )
    session.add(objection)
    session.flush()
    _audit(session, actor, "objection.lodged", objection, ground=objection.ground, by=objection.lodged_by)
    return objection


def find(session: Session, expert_id: str, query: dict[str, Any]) -> paging.Page:
    """The objections to an expert, oldest first; raises NotFound."""
    experts.get(session, expert_id)
    statement = select(Objection).where(Objection.expert_id == expert_id)
    if "status" in query:
        statement = statement.where(Objection.status == query["status"])
    return paging.fetch(session, statement, (Objection.id,), query["limit"], query.get("cursor"))


def get(session: Session, expert_id: str, objection_id: str) -> Objection:
    """One objection to this expert; raises NotFound."""
    objection = session.get(Objection, objection_id)
    if objection is None or objection.expert_id != expert_id:
        raise NotFound("objection", objection_id)
    return objection


def decide(
    session: Session,
    expert_id: str,
    objection_id: str,
    body: dict[str, Any],
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
    rules: Rules,
) -> Objection:
    """Uphold or dismiss; an upheld one sends the candidate back to review, or out (`then`).

    Raises NotFound, EditedMeanwhile, TransitionNotAllowed, InvalidInput, and NotAllowed for whoever brought the
    candidate in.
    """
    expert = experts.get(session, expert_id, lock=True)
    objection = get(session, expert_id, objection_id)
    versions.check(objection.version, version)
    to, then = body["to"], body.get("then")
    if objection.status != "open":
        raise TransitionNotAllowed("objection", objection.status, to, ())
    if then is not None and to != "upheld":
        raise InvalidInput(Fault("/then", effects.not_taken(called("objection_status", to), "then")))
    guards.refuse_nominator(session, expert, actor)
    objection.status, objection.reason = to, body["reason"]
    objection.decided_by, objection.decided_at = actor.person, now
    session.flush()
    _audit(session, actor, "objection.decided", objection, outcome=to, reason=body["reason"])
    if to == "upheld" and expert.status == "publicity":
        asked = Move(session, expert, then or "under_review", body["reason"], actor, now, rules)
        moves.carry_out(asked, objection=objection.id)
    return objection


def _audit(session: Session, actor: Actor, action: str, objection: Objection, **details: Any) -> None:
    audit.record(session, actor, action, kind="expert", id=objection.expert_id, objection=objection.id, **details)
