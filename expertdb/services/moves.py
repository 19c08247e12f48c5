"""Moving an expert through the life of the pool: which way, by whom, what hinders it, what it changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.code_words import called
from expertdb.errors import Fault, NotAllowed, StepIsMissing
from expertdb.models.experts import Expert, ExpertTransition
from expertdb.services import audit, effects, experts, guards, lifecycle, paging, revisions, versions
from expertdb.services.actors import Actor
from expertdb.services.guards import Move
from expertdb.services.rules import Rules
from expertdb.wording import Text


def move(
    session: Session,
    expert_id: str,
    body: Mapping[str, Any],
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
    rules: Rules,
) -> Expert:
    """Change an expert's status to `body["to"]`; the body also holds the reason and what the move takes besides.

    Raises NotFound, EditedMeanwhile, TransitionNotAllowed, NotAllowed, InvalidInput, StepIsMissing.
    """
    # Locked: an objection lodged at this moment must not be overlooked by an activation, nor an appeal by an erasure.
    expert = experts.get(session, expert_id, lock=True)
    versions.check(expert.version, version)
    details = {name: value for name, value in body.items() if name not in ("to", "reason")}
    asked = Move(session, expert, body["to"], body["reason"], actor, now, rules, details)
    lifecycle.check("expert", lifecycle.EXPERT_WAYS, expert.status, asked.to)
    guards.check_who(asked)
    effects.check_details(asked)
    refuse_hindered(asked)
    return carry_out(asked)


@dataclass(frozen=True)
class Offer:
    """A status that an expert could go to: what stands in the way, and what the move takes besides a reason."""

    to: str
    hindrances: tuple[Text, ...]
    takes: tuple[str, ...]


def offers(session: Session, expert: Expert, *, actor: Actor, now: datetime, rules: Rules) -> list[Offer]:
    """Where the caller could move this expert; ways that the caller's role or person bars are left out."""
    found = []
    for to in lifecycle.EXPERT_WAYS[expert.status]:
        asked = Move(session, expert, to, "", actor, now, rules)
        try:
            guards.check_who(asked)
        except NotAllowed:
            continue
        found.append(Offer(to, tuple(guards.hindrances(asked)), effects.taken(asked)))
    return found


def refuse_hindered(asked: Move) -> None:
    """Raise StepIsMissing, which names everything that stands in the way of this move."""
    if found := guards.hindrances(asked):
        aim = called("expert_status", asked.to)
        several = Text('{count} things stand in the way of "{to}"; each is named.', count=len(found), to=aim)
        raise StepIsMissing(found[0] if len(found) == 1 else several, tuple(Fault("/to", said) for said in found))


def carry_out(asked: Move, **cause: str) -> Expert:
    """Make a move that has been found right, and keep who, when and why; `cause` names what brought it about.

    Raises TransitionNotAllowed: sanctions, objections and the sweep work out themselves where somebody goes.
    """
    expert, before = asked.expert, asked.expert.status
    lifecycle.check("expert", lifecycle.EXPERT_WAYS, before, asked.to)
    term = revisions.state(expert, ("term",))
    kept = effects.apply(asked) | cause
    expert.status = asked.to
    at = versions.moment(expert, asked.now)
    record(asked.session, expert, before, asked.reason, asked.actor, at, kept)
    revisions.keep(asked.session, expert, term, actor=asked.actor, now=at)
    versions.touch(expert, at)
    asked.session.flush()
    details = {"before": before, "after": asked.to, "reason": asked.reason, **kept}
    audit.record(asked.session, asked.actor, "expert.moved", kind="expert", id=expert.id, **details)
    return expert


def record(
    session: Session, expert: Expert, before: str | None, reason: str, actor: Actor, at: datetime, kept: dict[str, Any]
) -> None:
    """Keep that the expert came from the status `before` to the present one."""
    session.add(
        ExpertTransition(
            expert_id=expert.id,
            from_status=before,
            to_status=expert.status,
            reason=reason,
            actor=actor.id,
            person=actor.person,
            at=at,
            details=kept,
        )
    )


def history(session: Session, expert_id: str, query: dict[str, Any]) -> paging.Page:
    """The transitions of an expert, oldest first; raises NotFound."""
    experts.get(session, expert_id)
    statement = select(ExpertTransition).where(ExpertTransition.expert_id == expert_id)
    keys = (ExpertTransition.at, ExpertTransition.id)
    return paging.fetch(session, statement, keys, query["limit"], query.get("cursor"))
