"""What must have happened before a request may be moved by hand: no status says more than what is on file."""

from collections.abc import Callable

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from expertdb.errors import StepIsMissing
from expertdb.models.requests import ConsultationRequest
from expertdb.models.shortlists import Shortlist
from expertdb.wording import Text


def check(session: Session, consultation_request: ConsultationRequest, to: str) -> None:
    """Raise StepIsMissing, which says what to do first, unless the request may be said to be in the status `to`."""
    if to in _STEPS:
        _STEPS[to](session, consultation_request)


def _has_a_list(session: Session, consultation_request: ConsultationRequest) -> None:
    if not session.scalar(select(exists().where(Shortlist.request_id == consultation_request.id))):
        raise StepIsMissing(Text("This request has no shortlist; draw one up, and the request moves by itself."))


_STEPS: dict[str, Callable[[Session, ConsultationRequest], None]] = {
    "shortlisted": _has_a_list,
}
