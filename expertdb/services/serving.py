"""Whether somebody may serve in a matter today, from the rows themselves: no index is asked."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.code_words import why_out
from expertdb.models.experts import Expert
from expertdb.models.requests import ConsultationRequest
from expertdb.services import recusals
from expertdb.services.exclusions import TERM_NOT_CURRENT
from expertdb.services.shown import called_expert
from expertdb.wording import Text
from expertdb.workdays import local_day


def reasons_against(
    session: Session, consultation_request: ConsultationRequest, experts: Collection[str], now: datetime
) -> dict[str, str]:
    """Why each of these experts may not serve: a status, a term that is over, a recusal; nobody who may is in it."""
    today = local_day(now)
    wanted = select(Expert.id, Expert.status, Expert.term_start, Expert.term_end).where(Expert.id.in_(sorted(experts)))
    found: dict[str, str] = {}
    for id, status, start, end in session.execute(wanted):
        if status != "active":
            found[id] = status
        elif not _holds(start, end, today):
            found[id] = TERM_NOT_CURRENT
    reasons: Mapping[str, str] = recusals.of(session, consultation_request, today, among=experts).reasons
    return {**reasons, **found}


def may_not(session: Session, expert: str, reason: str) -> Text:
    """That somebody may not be chosen for a request, and why."""
    detail = "The expert {expert} may not be chosen for this request: {reason}."
    return Text(detail, expert=called_expert(session, expert), reason=why_out(reason))


def _holds(start: date | None, end: date | None, today: date) -> bool:
    return start is not None and end is not None and start <= today <= end
