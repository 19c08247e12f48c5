"""The queue of candidates on their way into the pool, longest waiting first."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.models.experts import Expert

QUEUED = ("submitted", "under_review", "publicity")


def queue(session: Session, limit: int) -> list[Expert]:
    """The candidates that wait for somebody's step: by how far they have come, then the longest waiting first."""
    waiting = select(Expert).where(Expert.status.in_(QUEUED)).order_by(Expert.updated_at, Expert.id).limit(limit)
    return sorted(session.scalars(waiting), key=lambda expert: QUEUED.index(expert.status))
