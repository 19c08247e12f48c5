"""The queue of candidates on their way into the pool, longest waiting first."""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from expertdb.models.experts import Expert

QUEUED = ("submitted", "under_review", "publicity")


def queue(session: Session, limit: int) -> list[Expert]:
    """The candidates that wait for somebody's step: by how far they have come, then the longest waiting first."""
    waiting = select(Expert).where(Expert.status.in_(QUEUED)).order_by(Expert.updated_at, Expert.id).limit(limit)
    # Whether there is a contact is part of a profile's answer: read for all at once.
    found = session.scalars(waiting.options(selectinload(Expert.restricted)))
    return sorted(found, key=lambda expert: QUEUED.index(expert.status))
