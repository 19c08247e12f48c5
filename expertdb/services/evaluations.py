"""Evaluations of experts who delivered, with their right to reply; ratings may suspend, and never raise a rank."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from expertdb.code_words import called
from expertdb.errors import AlreadyExists, Fault, InvalidInput, NotAllowed, NotFound
from expertdb.models.base import new_id
from expertdb.models.engagements import Engagement
from expertdb.models.evaluations import Evaluation
from expertdb.models.experts import Expert
from expertdb.models.requests import ConsultationRequest
from expertdb.services import audit, engagements, erasing, paging, requests, shown
from expertdb.services.actors import EXPERT, Actor
from expertdb.services.rules import Rules
from expertdb.wording import Text

LOOK_BACK = timedelta(days=730)
FEWEST = 3
LOWEST_MEAN = 2.5
# One such score is enough to ask whether somebody should go on serving.
GRAVE = ("independence", "confidentiality")


def evaluate(session: Session, body: Mapping[str, Any], rules: Rules, *, actor: Actor, now: datetime) -> Evaluation:
    """Rate how an expert served; the request moves to `evaluated` when everybody has been.

    Raises InvalidInput for an unknown engagement, ExpertIsErased, NotAllowed before the delivery and after the time for
    it, AlreadyExists when the caller's side has evaluated already.
    """
    try:
        consultation_request, engagement = engagements.locked(session, body["engagement"], actor=actor, enters=True)
    except NotFound as error:
        raise InvalidInput(Fault("/engagement", error.detail)) from error
    _refuse_out_of_time(engagement, rules, now)
    _refuse_second(session, engagement, actor)
    evaluation = Evaluation(
        id=new_id(),
        engagement_id=engagement.id,
        request_id=engagement.request_id,
        expert_id=engagement.expert_id,
        evaluator=actor.role,
        scores=dict(body["scores"]),
        comment=body["comment"],
        reply_by=rules.workdays.end_after(now, rules.reply_days),
        created_by=actor.person,
        created_at=now,
    )
    session.add(evaluation)
    session.flush()
    details = {"request": engagement.request_id, "expert": engagement.expert_id, "scores": evaluation.scores}
    audit.record(session, actor, "evaluation.given", kind="evaluation", id=evaluation.id, **details)
    _follow(session, consultation_request, actor, now)
    return evaluation


def _refuse_out_of_time(engagement: Engagement, rules: Rules, now: datetime) -> None:
    if engagement.status != "delivered" or engagement.ended_at is None:
        detail = 'An expert is evaluated after the delivery; this engagement is "{status}".'
        raise NotAllowed(Text(detail, status=called("engagement_status", engagement.status)))
    if rules.workdays.end_after(engagement.ended_at, rules.evaluation_days) < now:
        raise NotAllowed(Text("The time to evaluate, {days} working days, is over.", days=rules.evaluation_days))


def _refuse_second(session: Session, engagement: Engagement, actor: Actor) -> None:
    known = select(Evaluation.id).where(Evaluation.engagement_id == engagement.id, Evaluation.evaluator == actor.role)
    if session.scalar(known) is not None:
        detail = "This engagement was evaluated already, by: {role}."
        raise AlreadyExists(Text(detail, role=called("role", actor.role)))


def _follow(session: Session, consultation_request: ConsultationRequest, actor: Actor, now: datetime) -> None:
    delivered = (Engagement.request_id == consultation_request.id) & (Engagement.status == "delivered")
    missing = select(Engagement.id).where(delivered, Engagement.id.not_in(select(Evaluation.engagement_id)))
    if consultation_request.status == "delivered" and session.scalar(missing.limit(1)) is None:
        requests.record_move(session, consultation_request, "evaluated", "evaluations", actor=actor, now=now)


def reply(session: Session, evaluation_id: str, text: str, *, actor: Actor, now: datetime) -> Evaluation:
    """The expert's own answer to an evaluation, once and in time.

    Raises NotFound, ExpertIsErased, AlreadyExists, NotAllowed.
    """
    erasing.hold_off(session, load(session, evaluation_id, actor=actor).expert_id)  # Locked first, as an erasure does.
    evaluation = load(session, evaluation_id, actor=actor, lock=True)
    session.refresh(evaluation)
    if evaluation.reply is not None:
        raise AlreadyExists(Text("This evaluation has its reply already."))
    if evaluation.reply_by < now:
        raise NotAllowed(Text("The time to reply ended at {moment}.", moment=evaluation.reply_by.isoformat()))
    evaluation.reply, evaluation.replied_at = text, now
    session.flush()
    audit.record(
        session, actor, "evaluation.answered", kind="evaluation", id=evaluation.id, expert=evaluation.expert_id
    )
    return evaluation


def load(session: Session, evaluation_id: str, *, actor: Actor, lock: bool = False) -> Evaluation:
    """The evaluation with this id; raises NotFound, also when it is another's."""
    statement = _visible_to(actor).where(Evaluation.id == evaluation_id)
    evaluation = session.scalar(statement.with_for_update(of=Evaluation) if lock else statement)
    if evaluation is None:
        raise NotFound("evaluation", evaluation_id)
    return evaluation


def find(session: Session, query: Mapping[str, Any], *, actor: Actor) -> paging.Page:
    """The evaluations the caller may see that meet every filter, newest first."""
    statement = _visible_to(actor)
    for name, column in (("request", Evaluation.request_id), ("expert", Evaluation.expert_id)):
        if name in query:
            statement = statement.where(column == query[name])
    keys = (Evaluation.created_at, Evaluation.id)
    return paging.fetch(session, statement, keys, query["limit"], query.get("cursor"), newest_first=True)


def _visible_to(actor: Actor) -> Select[Evaluation]:
    statement = select(Evaluation)
    if actor.role == EXPERT:
        return statement.where(Evaluation.engagement_id == actor.id)
    if actor.role == "agency":
        return statement.join(ConsultationRequest).where(requests.owned_by(actor))
    return statement


@dataclass(frozen=True)
class Proposal:
    """Somebody whose ratings ask whether they should be suspended; an administrator decides."""

    expert: dict[str, Any]
    evaluations: int
    mean: float
    reasons: tuple[str, ...]


def proposals(session: Session, *, now: datetime) -> list[Proposal]:
    """The active experts whose ratings of the last two years are low, or bear a grave score, the lowest first.

    A rating counts once the expert has replied or let the time for it pass. Nothing else reads ratings.
    """
    counted = select(Evaluation).join(Expert, Expert.id == Evaluation.expert_id)
    counted = counted.where(
        Expert.status == "active",
        Evaluation.created_at > now - LOOK_BACK,
        or_(Evaluation.replied_at.is_not(None), Evaluation.reply_by < now),
    )
    by_expert: dict[str, list[dict[str, int]]] = {}
    for one in session.scalars(counted.order_by(Evaluation.id)):
        by_expert.setdefault(one.expert_id, []).append(one.scores)
    names = shown.names(session, set(by_expert))
    found = [_proposal(names[expert], scores) for expert, scores in by_expert.items()]
    return sorted((one for one in found if one.reasons), key=lambda one: (one.mean, one.expert["id"]))


def _proposal(expert: dict[str, Any], scores: list[dict[str, int]]) -> Proposal:
    values = [value for one in scores for value in one.values()]
    mean = sum(values) / len(values)
    reasons = [name for name in GRAVE if any(one.get(name) == 1 for one in scores)]
    if len(scores) >= FEWEST and mean < LOWEST_MEAN:
        reasons.insert(0, "low_mean")
    return Proposal(expert, len(scores), round(mean, 3), tuple(reasons))
