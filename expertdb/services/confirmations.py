"""The yearly confirmation: an expert stands by their data, or could not be reached."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.code_words import called
from expertdb.errors import Fault, InvalidInput, StepIsMissing
from expertdb.models.experts import APPOINTED, SERVING, Expert
from expertdb.services import audit, experts, paging, terms, versions
from expertdb.services.actors import Actor
from expertdb.wording import Text
from expertdb.workdays import local_day


def record(session: Session, expert_id: str, body: dict[str, Any], *, actor: Actor, now: datetime) -> Expert:
    """Keep that the expert confirmed their data, or did not answer; raises NotFound, StepIsMissing, InvalidInput."""
    expert = experts.get(session, expert_id, lock=True)
    if expert.status not in APPOINTED:
        detail = 'Only experts with an appointment confirm their data; this one is "{status}".'
        raise StepIsMissing(Text(detail, status=called("expert_status", expert.status)))
    day: date = body.get("on") or local_day(now)
    if day > local_day(now):
        raise InvalidInput(Fault("/on", Text("This day is still to come.")))
    if body["reached"]:
        terms.confirm(expert, max(day, expert.last_confirmed or day))
    else:
        expert.unreachable_since = expert.unreachable_since or day
    versions.touch(expert, now)
    session.flush()
    action = "expert.confirmed" if body["reached"] else "expert.not_reached"
    audit.record(session, actor, action, kind="expert", id=expert.id, on=day.isoformat())
    return expert


def due(session: Session, last: date, query: dict[str, Any]) -> paging.Page:
    """Whose confirmation falls due by this day, overdue ones first."""
    statement = select(Expert).where(Expert.status.in_(SERVING), Expert.confirmation_due <= last)
    return paging.fetch(session, statement, (Expert.confirmation_due, Expert.id), query["limit"], query.get("cursor"))
