"""What must have happened before a request may be moved by hand: no status says more than what is on file."""

from collections.abc import Callable

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from expertdb.errors import StepIsMissing
from expertdb.models.panels import Panel
from expertdb.models.requests import ConsultationRequest
from expertdb.models.shortlists import Shortlist
from expertdb.wording import Text


def check(session: Session, consultation_request: ConsultationRequest, to: str) -> None:
    """Raise StepIsMissing, which says what to do first, unless the request may be said to be in the status `to`."""
    if to in _STEPS:
        _STEPS[to](session, consultation_request)


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


_STEPS: dict[str, Callable[[Session, ConsultationRequest], None]] = {
    "shortlisted": _needs_a_list,
    "confirmed": _needs_a_panel,
}
