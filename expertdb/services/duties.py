"""What waits for a person: time alone decides nobody's entry, appeal or exit, so these are listed, and counted."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from expertdb.models.experts import APPOINTED, SERVING, Expert
from expertdb.models.notices import DUTIES, Notice
from expertdb.models.objections import Objection
from expertdb.models.sanctions import Sanction
from expertdb.workdays import local_day


def count(session: Session, now: datetime) -> list[dict[str, Any]]:
    """How many experts each duty concerns, in the order of `DUTIES`; each is counted along its own index."""
    today = local_day(now)
    counts = {kind: select(func.count()).select_from(Expert).where(condition(kind, today)) for kind in DUTIES}
    return [{"kind": kind, "count": session.scalar(statement)} for kind, statement in counts.items()]


def condition(kind: str, today: date) -> ColumnElement[bool]:
    """The condition on experts that this duty concerns them; raises KeyError that names the kinds there are."""
    known = _conditions(today)
    if kind not in known:
        raise KeyError(f"no duty {kind!r}; there are {', '.join(known)}")
    return known[kind]


def asked(query: Mapping[str, Any], now: datetime) -> list[ColumnElement[bool]]:
    """What a query for the experts of one duty asks besides its other filters."""
    return [condition(query["duty"], local_day(now))] if "duty" in query else []


def _conditions(today: date) -> dict[str, ColumnElement[bool]]:
    open_objections = select(Objection.expert_id).where(Objection.status == "open")
    objected = Expert.id.in_(open_objections)
    return {
        "to_review": Expert.status.in_(("submitted", "under_review")),
        "ready_to_activate": and_(Expert.status == "publicity", Expert.publicity_until < today, ~objected),
        "objection_open": objected,
        "objection_overdue": Expert.id.in_(open_objections.where(Objection.due < today)),
        "appeal_open": Expert.id.in_(select(Sanction.expert_id).where(Sanction.status == "appealed")),
        "renewal_to_activate": Expert.status == "renewed",
        "expired": Expert.status == "expired",
        "notice_due": Expert.id.in_(select(Notice.expert_id).where(Notice.status == "due")),
        "confirmation_overdue": and_(Expert.status.in_(SERVING), Expert.confirmation_due < today),
        # Not IS NOT NULL, for which SQLite would look through everybody.
        "unreachable": and_(Expert.unreachable_since >= date.min, Expert.status.in_(APPOINTED)),
    }
