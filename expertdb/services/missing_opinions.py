"""Why an expert who took part in the drafting of a policy signed no opinion: an office says so, or waits for one.

A policy is closed on what its experts signed (Order 713, Art. 19), and its file shows that nobody was overlooked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from expertdb.code_words import called
from expertdb.errors import AlreadyExists, DomainError, NotAllowed
from expertdb.models.engagements import Engagement
from expertdb.models.experts import Expert
from expertdb.models.opinions import Opinion
from expertdb.models.requests import ConsultationRequest
from expertdb.services import audit, engagements, opinions, requests, versions
from expertdb.services.actors import Actor
from expertdb.wording import Text

KIND = "policy_drafting"
TOOK_PART = ("accepted", "delivered")

# Of an engagement and its request: somebody took part in a policy, signed nothing, and nobody said why.
CONDITIONS = (
    ConsultationRequest.kind == KIND,
    Engagement.status.in_(TOOK_PART),
    Engagement.missing_opinion_at.is_(None),
    ~exists().where(Opinion.engagement_id == Engagement.id),
    ~exists().where(Expert.id == Engagement.expert_id, Expert.status == "erased"),
)


@dataclass(frozen=True)
class Missing:
    """An engagement of an expert who took part, signed nothing, and of whom nobody said why."""

    engagement: str
    expert: str


def explain(session: Session, engagement_id: str, reason: str, *, actor: Actor, now: datetime) -> Engagement:
    """Keep why the office does without this expert's opinion; the last reason counts, and an opinion takes its place.

    Raises NotFound, ExpertIsErased, NotAllowed in a consultation and of whoever took no part, RequestIsNotOpen,
    AlreadyExists for whoever has signed an opinion.
    """
    consultation_request, engagement = engagements.locked(session, engagement_id, actor=actor, enters=True)
    _refuse_unless_missing(session, consultation_request, engagement)
    engagement.missing_opinion_reason = reason
    engagement.missing_opinion_by, engagement.missing_opinion_at = actor.person, now
    versions.touch(engagement, now)
    session.flush()
    details = {"request": engagement.request_id, "reason": reason}
    audit.record(session, actor, "engagement.opinion_missing", kind="engagement", id=engagement.id, **details)
    return engagement


def may_be_explained(session: Session, engagement: Engagement) -> bool:
    """Whether a reason would be taken as things stand."""
    try:
        _refuse_unless_missing(session, session.get_one(ConsultationRequest, engagement.request_id), engagement)
    except DomainError:
        return False
    return engagement.expert.status != "erased"


def _refuse_unless_missing(session: Session, consultation_request: ConsultationRequest, engagement: Engagement) -> None:
    if consultation_request.kind != KIND:
        raise NotAllowed(Text("Signed opinions are due in the drafting of a policy only."))
    if engagement.status not in TOOK_PART:
        detail = 'Opinions are given by experts who have accepted; this one is "{status}".'
        raise NotAllowed(Text(detail, status=called("engagement_status", engagement.status)))
    requests.refuse_unless(consultation_request, opinions.OPEN)
    if opinions.are_signed(session, engagement.id):
        raise AlreadyExists(Text("This expert has signed an opinion: there is nothing to give a reason for."))


def of(session: Session, consultation_request: ConsultationRequest) -> Sequence[Missing]:
    """Whose opinion a request cannot be closed without; nobody's where it is a consultation.

    Nothing is entered on an erased expert any more, neither an opinion nor a reason: nobody waits for it.
    """
    statement = select(Engagement.id, Engagement.expert_id).join(ConsultationRequest)
    wanted = statement.where(ConsultationRequest.id == consultation_request.id, *CONDITIONS)
    return [Missing(*row) for row in session.execute(wanted.order_by(Engagement.id))]
