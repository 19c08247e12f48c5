"""What becomes of an invitation: accepted, declined, silent, withdrawn, delivered; and the request that follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.code_words import until, why_out
from expertdb.errors import ExpertIsNotEligible, Fault, NotAllowed, StepIsMissing
from expertdb.models.engagements import Engagement
from expertdb.models.requests import ConsultationRequest
from expertdb.services import audit, engagements, lifecycle, promotions, requests, serving, versions
from expertdb.services.actors import EXPERT, Actor
from expertdb.services.rules import Rules
from expertdb.wording import Text

# What an expert may do by their own link; the rest is an office's to record.
OWN_WAYS = ("accepted", "declined", "withdrawn", "delivered")
ANSWERS = ("accepted", "declined")
LEFT = ("declined", "silent", "withdrawn")


def ways(session: Session, engagement: Engagement, now: datetime) -> list[str]:
    """What can be noted of an engagement as things stand."""
    found = list(lifecycle.ENGAGEMENT_WAYS[engagement.status])
    if engagement.respond_by >= now and "silent" in found:
        found.remove("silent")
    if "accepted" in found and (engagement.declaration is None or is_recused(session, engagement, now)):
        found.remove("accepted")
    return found


def is_recused(session: Session, engagement: Engagement, now: datetime) -> bool:
    """Whether anything keeps the expert out of the matter by now."""
    consultation_request = session.get_one(ConsultationRequest, engagement.request_id)
    return bool(serving.reasons_against(session, consultation_request, [engagement.expert_id], now))


@dataclass(frozen=True)
class Answered:
    """An engagement as it is now, and the one of the reserve who was asked instead."""

    engagement: Engagement
    instead: Engagement | None = None


def move(
    session: Session,
    engagement_id: str,
    to: str,
    reason: str,
    rules: Rules,
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> Answered:
    """Note an answer or what followed; where somebody leaves, the next reserve is asked.

    Raises NotFound, EditedMeanwhile, TransitionNotAllowed, NotAllowed; for an acceptance StepIsMissing without a
    declaration of interests, ExpertIsNotEligible where it keeps them out.
    """
    consultation_request, engagement = engagements.locked(session, engagement_id, actor=actor)
    versions.check(engagement.version, version)
    lifecycle.check("engagement", lifecycle.ENGAGEMENT_WAYS, engagement.status, to)
    _refuse_wrong_hands(engagement, to, actor, now)
    if to == "accepted":
        _refuse_conflicted(session, consultation_request, engagement, actor, now)
    return carry_out(session, consultation_request, engagement, to, reason, rules, actor=actor, now=now)


def _refuse_wrong_hands(engagement: Engagement, to: str, actor: Actor, now: datetime) -> None:
    if actor.role == EXPERT and to not in OWN_WAYS:
        raise NotAllowed(Text("An expert may only answer, deliver or withdraw."))
    if actor.role == EXPERT and to == "accepted" and engagement.respond_by < now:
        raise NotAllowed(Text("The time to answer has passed; ask the office."))
    if to == "silent" and engagement.respond_by >= now:
        raise NotAllowed(Text("An answer is awaited until {moment}.", moment=until(engagement.respond_by)))


def _refuse_conflicted(
    session: Session, consultation_request: ConsultationRequest, engagement: Engagement, actor: Actor, now: datetime
) -> None:
    if engagement.declaration is None:
        raise StepIsMissing(Text("Interests are declared before an invitation is accepted."))
    expert = engagement.expert_id
    reason = serving.reasons_against(session, consultation_request, [expert], now).get(expert)
    if reason is not None:
        to_themselves = Text("You may not serve in this matter: {reason}.", reason=why_out(reason))
        detail = to_themselves if actor.role == EXPERT else serving.may_not(session, expert, reason)
        raise ExpertIsNotEligible((Fault("/to", detail),))


def carry_out(
    session: Session,
    consultation_request: ConsultationRequest,
    engagement: Engagement,
    to: str,
    reason: str,
    rules: Rules,
    *,
    actor: Actor,
    now: datetime,
) -> Answered:
    """Change the status, ask a reserve where somebody left, and let the request follow."""
    before, engagement.status, engagement.reason = engagement.status, to, reason
    if to in ANSWERS:
        engagement.answered_at = now
    if to != "accepted":
        engagement.ended_at = now
    versions.touch(engagement, now)
    session.flush()
    details: dict[str, Any] = {"before": before, "after": to, "reason": reason, "request": engagement.request_id}
    audit.record(session, actor, "engagement.moved", kind="engagement", id=engagement.id, **details)
    instead = None
    if to in LEFT and consultation_request.status in engagements.INVITING:
        instead = promotions.promote(session, consultation_request, engagement, rules, actor=actor, now=now)
    _follow(session, consultation_request, engagement.panel_id, actor, now)
    return Answered(engagement, instead)


def _follow(
    session: Session, consultation_request: ConsultationRequest, panel_id: str, actor: Actor, now: datetime
) -> None:
    """Move the request on once every seat of the panel is taken, and once all have delivered."""
    statuses = _live(session, panel_id)
    seats = promotions.seats_of(session, panel_id)
    if len(statuses) < seats or "invited" in statuses:
        return
    ways: Sequence[tuple[str, str]] = (("invited", "engaged"), ("engaged", "delivered"))
    for before, after in ways:
        ready = after == "engaged" or set(statuses) == {"delivered"}
        if consultation_request.status == before and ready:
            note = f"panel {panel_id}"
            requests.record_move(session, consultation_request, after, note, actor=actor, now=now)


def _live(session: Session, panel_id: str) -> list[str]:
    live = (Engagement.panel_id == panel_id) & Engagement.status.in_(engagements.LIVE)
    return list(session.scalars(select(Engagement.status).where(live)))


def withdraw_all(
    session: Session, consultation_request: ConsultationRequest, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Nobody is asked any more for a request that was cancelled."""
    live = (Engagement.request_id == consultation_request.id) & Engagement.status.in_(("invited", "accepted"))
    for one in session.scalars(select(Engagement).where(live).with_for_update()):
        one.status, one.reason, one.ended_at = "withdrawn", reason, now
        versions.touch(one, now)
        audit.record(session, actor, "engagement.moved", kind="engagement", id=one.id, after="withdrawn")
    session.flush()
