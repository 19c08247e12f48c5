"""What must have happened before a request may be moved by hand: no status says more than what is on file."""

from collections.abc import Callable

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from expertdb.code_words import all_called
from expertdb.errors import Fault, StepIsMissing
from expertdb.models.engagements import Engagement
from expertdb.models.evaluations import Evaluation
from expertdb.models.panels import Panel
from expertdb.models.requests import ConsultationRequest
from expertdb.models.shortlists import Shortlist
from expertdb.services import missing_opinions, opinions
from expertdb.services.shown import called_expert
from expertdb.wording import Text


def check(session: Session, consultation_request: ConsultationRequest, to: str) -> None:
    """Raise StepIsMissing, which says what to do first, unless the request may be said to be in the status `to`."""
    if to in _STEPS:
        _STEPS[to](session, consultation_request)


def are_taken(session: Session, consultation_request: ConsultationRequest, to: str) -> bool:
    """Whether what must have happened before the status `to` has."""
    try:
        check(session, consultation_request, to)
    except StepIsMissing:
        return False
    return True


def has_a_list(session: Session, consultation_request: ConsultationRequest) -> bool:
    """Whether a shortlist was drawn up for this request."""
    return bool(session.scalar(select(exists().where(Shortlist.request_id == consultation_request.id))))


def _needs_a_list(session: Session, consultation_request: ConsultationRequest) -> None:
    if not has_a_list(session, consultation_request):
        raise StepIsMissing(Text("This request has no shortlist; draw one up, and the request moves by itself."))


def _needs_a_panel(session: Session, consultation_request: ConsultationRequest) -> None:
    confirmed = (Panel.request_id == consultation_request.id) & (Panel.status == "confirmed")
    if not session.scalar(select(exists().where(confirmed))):
        detail = "This request has no confirmed panel; confirm one, and the request moves by itself."
        raise StepIsMissing(Text(detail))


def _needs_engagements(*statuses: str) -> Callable[[Session, ConsultationRequest], None]:
    def check_them(session: Session, consultation_request: ConsultationRequest) -> None:
        some = (Engagement.request_id == consultation_request.id) & Engagement.status.in_(statuses)
        if not session.scalar(select(exists().where(some))):
            detail = "No expert is on record as: {statuses}."
            raise StepIsMissing(Text(detail, statuses=all_called("engagement_status", statuses)))

    return check_them


def _needs_an_evaluation(session: Session, consultation_request: ConsultationRequest) -> None:
    if not session.scalar(select(exists().where(Evaluation.request_id == consultation_request.id))):
        raise StepIsMissing(Text("Nobody has evaluated the experts yet."))


def _needs_opinions(session: Session, consultation_request: ConsultationRequest) -> None:
    """A policy is closed on signed opinions, or on the reason why one is missing (Order 713, Art. 19)."""
    missing = missing_opinions.of(session, consultation_request)
    if missing:
        detail = (
            "{count} expert(s) who took part have signed no opinion: each is named. Have them sign one, or say on "
            "their engagement why there is none."
        )
        one = "{expert} has signed no opinion (engagement {engagement}), and nobody has said why."
        faults = (Text(one, expert=called_expert(session, it.expert), engagement=it.engagement) for it in missing)
        raise StepIsMissing(Text(detail, count=len(missing)), tuple(Fault("/to", said) for said in faults))


def _needs_answers(session: Session, consultation_request: ConsultationRequest) -> None:
    """A policy is closed when it is said of each opinion whether it was adopted, and why not (Order 713, Art. 19)."""
    waiting = opinions.unanswered(session, consultation_request)
    if consultation_request.kind == "policy_drafting" and waiting:
        detail = "{count} opinion(s) wait for a word on whether they were adopted, and why not."
        raise StepIsMissing(Text(detail, count=waiting))


def _settles_opinions(session: Session, consultation_request: ConsultationRequest) -> None:
    _needs_opinions(session, consultation_request)
    _needs_answers(session, consultation_request)


_STEPS: dict[str, Callable[[Session, ConsultationRequest], None]] = {
    "shortlisted": _needs_a_list,
    "confirmed": _needs_a_panel,
    "invited": _needs_engagements("invited", "accepted", "delivered"),
    "engaged": _needs_engagements("accepted", "delivered"),
    "delivered": _needs_engagements("delivered"),
    "evaluated": _needs_an_evaluation,
    "closed": _settles_opinions,
}
