"""Opinions: signed by the expert, dissent included, and answered by whoever asked for them."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from expertdb.code_words import called
from expertdb.errors import Fault, InvalidInput, NotAllowed, NotFound
from expertdb.models.base import new_id
from expertdb.models.engagements import Engagement
from expertdb.models.opinions import Opinion, digest_of, signature_of
from expertdb.models.requests import ConsultationRequest
from expertdb.services import audit, engagements, paging, requests, versions
from expertdb.services.actors import EXPERT, Actor
from expertdb.wording import Text

OPEN = ("invited", "engaged", "delivered", "evaluated")  # While a request is, opinions are signed.


def sign(session: Session, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Opinion:
    """Keep an opinion as it was signed; a later one follows it and takes nothing away but why there was none.

    Raises InvalidInput for an unknown engagement, ExpertIsErased, NotAllowed before the expert accepted and once the
    request is closed.
    """
    try:
        consultation_request, engagement = engagements.locked(session, body["engagement"], actor=actor, enters=True)
    except NotFound as error:
        raise InvalidInput(Fault("/engagement", error.detail)) from error
    if engagement.status not in ("accepted", "delivered"):
        detail = 'Opinions are given by experts who have accepted; this one is "{status}".'
        raise NotAllowed(Text(detail, status=called("engagement_status", engagement.status)))
    requests.refuse_unless(consultation_request, OPEN)
    opinion = Opinion(
        id=new_id(),
        engagement_id=engagement.id,
        request_id=engagement.request_id,
        expert_id=engagement.expert_id,
        follows_id=_last(session, engagement),
        **{name: body[name] for name in ("position", "text", "dissent", "signed_by")},
        salt=secrets.token_hex(32),
        created_by=actor.id,
        created_at=now,
    )
    opinion.signature = signature_of(opinion)
    opinion.digest = digest_of(opinion)
    session.add(opinion)
    _needs_no_reason(engagement, now)
    session.flush()
    details = {"request": opinion.request_id, "digest": opinion.digest, "dissent": opinion.dissent}
    audit.record(session, actor, "opinion.signed", kind="opinion", id=opinion.id, **details)
    return opinion


def are_signed(session: Session, engagement_id: str) -> bool:
    """Whether the expert of an engagement has signed any."""
    signed = select(Opinion.id).where(Opinion.engagement_id == engagement_id).limit(1)
    return session.scalar(signed) is not None


def _needs_no_reason(engagement: Engagement, now: datetime) -> None:
    """Take back why there was no opinion, which the log still tells."""
    if engagement.missing_opinion_at is not None:
        engagement.missing_opinion_reason = engagement.missing_opinion_by = engagement.missing_opinion_at = None
        versions.touch(engagement, now)


def _last(session: Session, engagement: Engagement) -> str | None:
    statement = select(Opinion.id).where(Opinion.engagement_id == engagement.id).order_by(Opinion.id.desc())
    return session.scalar(statement.limit(1))


def adopt(session: Session, opinion_id: str, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Opinion:
    """Note what was made of an opinion: adopted in full, in part, or not, and why; the last word counts.

    Raises NotFound, InvalidInput without a reason for what was not adopted in full.
    """
    opinion = load(session, opinion_id, actor=actor, lock=True)
    if body["result"] != "full" and not body.get("reason"):
        raise InvalidInput(Fault("/reason", Text("Say why the opinion was not adopted in full.")))
    opinion.adoption, opinion.adoption_reason = body["result"], body.get("reason")
    opinion.adopted_by, opinion.adopted_at = actor.person, now
    session.flush()
    details = {"request": opinion.request_id, "result": opinion.adoption}
    audit.record(session, actor, "opinion.answered", kind="opinion", id=opinion.id, **details)
    return opinion


def load(session: Session, opinion_id: str, *, actor: Actor, lock: bool = False) -> Opinion:
    """The opinion with this id; raises NotFound, also when it is another's."""
    statement = _visible_to(actor).where(Opinion.id == opinion_id)
    opinion = session.scalar(statement.with_for_update(of=Opinion) if lock else statement)
    if opinion is None:
        raise NotFound("opinion", opinion_id)
    return opinion


def find(session: Session, query: Mapping[str, Any], *, actor: Actor) -> paging.Page:
    """The opinions the caller may see that meet every filter, newest first."""
    statement = _visible_to(actor)
    for name, column in (("request", Opinion.request_id), ("expert", Opinion.expert_id)):
        if name in query:
            statement = statement.where(column == query[name])
    keys = (Opinion.created_at, Opinion.id)
    return paging.fetch(session, statement, keys, query["limit"], query.get("cursor"), newest_first=True)


def _visible_to(actor: Actor) -> Select[Opinion]:
    statement = select(Opinion)
    if actor.role == EXPERT:
        return statement.where(Opinion.engagement_id == actor.id)
    if actor.role == "agency":
        return statement.join(ConsultationRequest).where(requests.owned_by(actor))
    return statement


def unanswered(session: Session, consultation_request: ConsultationRequest) -> int:
    """How many experts' last opinions nobody has answered yet."""
    later = select(Opinion.follows_id).where(Opinion.follows_id.is_not(None))
    waiting = select(Opinion.id).where(
        Opinion.request_id == consultation_request.id, Opinion.adoption.is_(None), Opinion.id.not_in(later)
    )
    return len(session.scalars(waiting).all())
