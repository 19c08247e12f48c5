"""Suspensions and removals after they were imposed: notice to the expert, appeal, decision, lifting.

`moves.py` imposes them, as the status changes with them.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from expertdb.errors import Fault, InvalidInput, NotAllowed, NotFound
from expertdb.models.experts import ExpertTransition
from expertdb.models.sanctions import IN_FORCE, Sanction
from expertdb.services import audit, experts, lifecycle, moves, paging, versions
from expertdb.services.actors import Actor
from expertdb.services.guards import Move
from expertdb.services.rules import Rules
from expertdb.wording import Text
from expertdb.workdays import local_day

WAYS: dict[str, tuple[str, ...]] = {
    "standing": ("appealed", "lifted"),
    "appealed": ("upheld", "dismissed"),
    "dismissed": ("lifted",),
    "upheld": (),
    "lifted": (),
}


def find(session: Session, expert_id: str, query: dict[str, Any]) -> paging.Page:
    """The suspensions and removals of an expert, oldest first; raises NotFound."""
    experts.get(session, expert_id)
    statement = select(Sanction).where(Sanction.expert_id == expert_id)
    return paging.fetch(session, statement, (Sanction.id,), query["limit"], query.get("cursor"))


def get(session: Session, expert_id: str, sanction_id: str) -> Sanction:
    """One suspension or removal of this expert; raises NotFound."""
    sanction = session.get(Sanction, sanction_id)
    if sanction is None or sanction.expert_id != expert_id:
        raise NotFound("sanction", sanction_id)
    return sanction


def notify(
    session: Session,
    expert_id: str,
    sanction_id: str,
    body: dict[str, Any],
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> Sanction:
    """Note the day on which the expert was told; raises NotFound, EditedMeanwhile, InvalidInput."""
    sanction = get(session, expert_id, sanction_id)
    versions.check(sanction.version, version)
    day = body["notified_on"]
    if not local_day(sanction.imposed_at) <= day <= local_day(now):
        first = local_day(sanction.imposed_at).isoformat()
        raise InvalidInput(Fault("/notified_on", Text("This must be a day from {first} to today.", first=first)))
    sanction.notified_on = day
    session.flush()
    _audit(session, actor, "sanction.notified", sanction, notified_on=day.isoformat())
    return sanction


def move(
    session: Session,
    expert_id: str,
    sanction_id: str,
    body: dict[str, Any],
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
    rules: Rules,
) -> Sanction:
    """Record an appeal (the reason is its text), decide it, or lift the sanction.

    A sanction that ends sets the expert free in the same transaction. Raises NotFound, EditedMeanwhile,
    TransitionNotAllowed, and NotAllowed for whoever imposed what they would decide on.
    """
    expert = experts.get(session, expert_id, lock=True)
    sanction = get(session, expert_id, sanction_id)
    versions.check(sanction.version, version)
    to, reason = body["to"], body["reason"]
    lifecycle.check("sanction", _ways(sanction), sanction.status, to)
    if to == "appealed":
        sanction.appealed_on, sanction.appeal = local_day(now), reason
    else:
        if sanction.status == "appealed" and actor.person == sanction.imposed_by:
            raise NotAllowed(
                Text("Whoever imposed a sanction does not decide the appeal against it; somebody else must.")
            )
        sanction.decision, sanction.decided_by, sanction.decided_at = reason, actor.person, now
    sanction.status = to
    session.flush()
    # The text of an appeal is the expert's own and must be erasable; reasons of decisions are the office's.
    _audit(session, actor, f"sanction.{to}", sanction, **({} if to == "appealed" else {"reason": reason}))
    if to in ("upheld", "lifted"):
        _set_free(Move(session, expert, "", reason, actor, now, rules), sanction)
    return sanction


def _ways(sanction: Sanction) -> dict[str, tuple[str, ...]]:
    """A removal is final unless an appeal is upheld: it cannot be lifted."""
    if sanction.kind == "suspension":
        return WAYS
    return {state: tuple(to for to in ends if to != "lifted") for state, ends in WAYS.items()}


def _set_free(asked: Move, sanction: Sanction) -> None:
    """Bring the expert back to where they would be without the sanction; elsewhere they may be by now, and stay."""
    expert = asked.expert
    if expert.status != {"suspension": "suspended", "removal": "removed"}[sanction.kind]:
        return
    to = _without(asked, sanction)
    if to != expert.status:  # Another suspension may hold them.
        moves.carry_out(asked.towards(to), sanction=sanction.id)


def _without(asked: Move, sanction: Sanction) -> str:
    expert = asked.expert
    suspended = exists().where(
        Sanction.expert_id == expert.id, Sanction.kind == "suspension", Sanction.status.in_(IN_FORCE)
    )
    if sanction.kind == "removal" and _was_candidate(asked, sanction):
        return "under_review"
    if expert.term_end is not None and expert.term_end < asked.today:
        return "expired"
    return "suspended" if asked.session.scalar(select(suspended)) else "active"


def _was_candidate(asked: Move, removal: Sanction) -> bool:
    """Whether it was a candidate whom this removal turned away; an earlier one may have been of another standing."""
    ways = select(ExpertTransition).where(
        ExpertTransition.expert_id == asked.expert.id, ExpertTransition.to_status == "removed"
    )
    own = (way for way in asked.session.scalars(ways) if way.details.get("sanction") == removal.id)
    return any(way.from_status in ("under_review", "publicity") for way in own)


def _audit(session: Session, actor: Actor, action: str, sanction: Sanction, **details: Any) -> None:
    audit.record(session, actor, action, kind="expert", id=sanction.expert_id, sanction=sanction.id, **details)
