"""Invitations that nobody answered in time: they count as silent, and the next reserve is asked."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.models.engagements import Engagement
from expertdb.services import answers, engagements
from expertdb.services.actors import SWEEP
from expertdb.services.rules import Rules

REASON = "no answer in time"


def fall_silent(session: Session, rules: Rules, now: datetime, batch: int) -> int:
    """Note the next invitations whose time to answer is over; returns how many, fewer than a batch when none is left.

    Each is looked at again under its lock: somebody may have answered while this waited. Requests are locked in the
    order of their ids, or two sweeps at once could each wait for what the other holds.
    """
    overdue = (Engagement.status == "invited") & (Engagement.respond_by < now)
    wanted = select(Engagement.id).where(overdue).order_by(Engagement.request_id, Engagement.id)
    found = list(session.scalars(wanted.limit(batch)))
    for id in found:
        consultation_request, engagement = engagements.locked(session, id, actor=SWEEP)
        if engagement.status == "invited" and engagement.respond_by < now:
            answers.carry_out(session, consultation_request, engagement, "silent", REASON, rules, actor=SWEEP, now=now)
    return len(found)
