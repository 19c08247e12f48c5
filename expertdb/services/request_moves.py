"""Moving a request through the life cycle by hand; most of its steps it takes by itself, as things happen."""

from datetime import datetime

from sqlalchemy.orm import Session

from expertdb.errors import NotAllowed
from expertdb.models.requests import ConsultationRequest
from expertdb.services import answers, lifecycle, requests, steps, versions
from expertdb.services.actors import Actor
from expertdb.wording import Text


def move(
    session: Session,
    request_id: str,
    to: str,
    reason: str,
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> ConsultationRequest:
    """Change the status; raises NotFound, NotAllowed, EditedMeanwhile, TransitionNotAllowed, StepIsMissing.

    Whoever was asked to serve in a request that is cancelled is asked no more.
    """
    consultation_request = requests.get(session, request_id, actor=actor, lock=True)
    versions.check(consultation_request.version, version)
    if actor.role == "agency" and to not in lifecycle.AGENCY_WAYS:
        raise NotAllowed(Text("An agency may only submit or cancel its requests."))
    lifecycle.check("request", lifecycle.REQUEST_WAYS, consultation_request.status, to)
    steps.check(session, consultation_request, to)
    if to == "cancelled":
        answers.withdraw_all(session, consultation_request, reason, actor=actor, now=now)
    requests.record_move(session, consultation_request, to, reason, actor=actor, now=now)
    return consultation_request


def ways(session: Session, consultation_request: ConsultationRequest, actor: Actor) -> tuple[str, ...]:
    """Where the caller could move this request by hand as things stand; nowhere for whoever only reads."""
    if actor.role not in ("administrator", "agency", "policy_office"):
        return ()
    leading = lifecycle.REQUEST_WAYS[consultation_request.status]
    open_to_role = (to for to in leading if actor.role != "agency" or to in lifecycle.AGENCY_WAYS)
    return tuple(to for to in open_to_role if steps.are_taken(session, consultation_request, to))
