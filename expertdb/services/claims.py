"""Claims of people on their data: recorded by staff, answered in time with a reason, and carried out when granted."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.errors import Fault, InvalidInput, NotFound, TransitionNotAllowed
from expertdb.models.base import new_id
from expertdb.models.experts import Expert
from expertdb.models.rights import Claim
from expertdb.services import audit, experts, guards, lifecycle, moves, paging, versions
from expertdb.services.actors import Actor
from expertdb.services.guards import Move
from expertdb.services.rules import Rules
from expertdb.wording import Text
from expertdb.workdays import local_day

ANSWER_DAYS = 30  # GB/T 35273-2020, 8.7: within thirty days, or what a law says.


def lodge(session: Session, expert_id: str, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Claim:
    """Record a claim; raises NotFound, ExpertIsErased, InvalidInput for a day to come."""
    expert = experts.get(session, expert_id, lock=True)
    lifecycle.refuse_erased(expert.id, expert.status)
    received: date = body.get("received_on") or local_day(now)
    if received > local_day(now):
        raise InvalidInput(Fault("/received_on", Text("This day is still to come.")))
    claim = Claim(
        id=new_id(),
        expert_id=expert.id,
        kind=body["kind"],
        text=body["text"],
        received_on=received,
        due=received + timedelta(days=ANSWER_DAYS),
        status="open",
        recorded_by=actor.person,
        recorded_at=now,
    )
    session.add(claim)
    session.flush()
    _audit(session, actor, "claim.lodged", claim, due=claim.due.isoformat())
    return claim


def find(session: Session, query: Mapping[str, Any], expert_id: str | None = None) -> paging.Page:
    """Claims, of one expert or of anybody, those first that are to be answered first; raises NotFound."""
    statement = select(Claim)
    if expert_id is not None:
        statement = statement.where(Claim.expert_id == experts.get(session, expert_id).id)
    for name in ("status", "kind"):
        if name in query:
            statement = statement.where(getattr(Claim, name) == query[name])
    return paging.fetch(session, statement, (Claim.due, Claim.id), query["limit"], query.get("cursor"))


def get(session: Session, expert_id: str, claim_id: str) -> Claim:
    """One claim of this expert; raises NotFound."""
    claim = session.get(Claim, claim_id)
    if claim is None or claim.expert_id != expert_id:
        raise NotFound("claim", claim_id)
    return claim


def decide(
    session: Session,
    expert_id: str,
    claim_id: str,
    body: Mapping[str, Any],
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
    rules: Rules,
) -> Claim:
    """Grant a claim, which carries it out, or refuse it on a ground and with a reason.

    Raises NotFound, EditedMeanwhile, TransitionNotAllowed, InvalidInput, and what an edit or a move raises: an erasure
    waits while the expert is at work or an appeal is open.
    """
    expert = experts.get(session, expert_id, lock=True)
    claim = get(session, expert_id, claim_id)
    versions.check(claim.version, version)
    if claim.status != "open":
        raise TransitionNotAllowed("claim", claim.status, body["to"], ())
    if faults := list(_faults(claim, body)):
        raise InvalidInput(*faults)
    claim.status, claim.ground, claim.reason = body["to"], body.get("ground"), body["reason"]
    claim.decided_by, claim.decided_at = actor.person, now
    session.flush()
    _audit(session, actor, "claim.decided", claim, outcome=claim.status, ground=claim.ground, reason=claim.reason)
    if claim.status == "granted" and claim.kind == "correction":
        _correct(session, expert, body["changes"], actor, now)
    if claim.status == "granted" and claim.kind == "erasure":
        _erase(Move(session, expert, "erased", claim.reason, actor, now, rules), claim)
    return claim


def _faults(claim: Claim, body: Mapping[str, Any]) -> Iterator[Fault]:
    refused = body["to"] == "refused"
    if refused != ("ground" in body):
        yield Fault("/ground", Text("A refusal names its ground, and nothing else does."))
    corrects = claim.kind == "correction" and not refused
    if corrects != bool(body.get("changes")):
        yield Fault("/changes", Text("A correction that is granted says what changes, and nothing else does."))


def _correct(session: Session, expert: Expert, changes: dict[str, Any], actor: Actor, now: datetime) -> None:
    try:
        experts.edit(session, expert.id, changes, version=None, actor=actor, now=now)
    except InvalidInput as error:
        raise InvalidInput(*(Fault(f"/changes{fault.pointer}", fault.detail) for fault in error.faults)) from error


def _erase(asked: Move, claim: Claim) -> None:
    """Take the expert out of the pool, where they are still in it, and erase them."""
    steps = ("erased",) if asked.expert.status in ("removed", "withdrawn") else ("withdrawn", "erased")
    for to in steps:
        step = asked.towards(to)
        lifecycle.check("expert", lifecycle.EXPERT_WAYS, step.expert.status, to)
        guards.check_who(step)
        moves.refuse_hindered(step)
        moves.carry_out(step, claim=claim.id)


def _audit(session: Session, actor: Actor, action: str, claim: Claim, **details: Any) -> None:
    audit.record(session, actor, action, kind="expert", id=claim.expert_id, claim=claim.id, about=claim.kind, **details)
