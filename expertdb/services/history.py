"""The recorded history of the corpus: which state led to which, and whom the changes between two of them name."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.models.corpus import CorpusChange, CorpusTouched, CorpusVersion, Mark, mark_of


def is_merely_old(session: Session, mark: Mark, known: Mark) -> bool:
    """Whether a session sees an older state of the very history that this process has followed further.

    So many edits came since it began that no pool of then is kept. To go back by comparing everybody would hold up all
    who wait here until their sessions are as old, and each of them would go back again, without an end. A database
    that was restored is older, too, but then not even a new transaction finds our state in its history.
    """
    if mark.version > known.version:
        return False
    reading = session.connection()
    with (
        reading.engine.connect().execution_options(**reading.get_execution_options()) as connection,
        Session(connection) as another,
    ):
        return is_past(another, known, mark_of(another))


def is_past(session: Session, earlier: Mark, now: Mark) -> bool:
    """Whether a state is in the history that led to another, with all changes since on record."""
    if earlier.version > now.version:
        return False
    if earlier.version == now.version:
        return earlier.stamp == now.stamp and earlier.touched <= now.touched
    if not earlier.version:
        return True  # Everything is a change since nothing.
    return session.scalar(select(CorpusVersion.stamp).where(CorpusVersion.version == earlier.version)) == earlier.stamp


def changed_since(session: Session, earlier: Mark, now: Mark) -> set[str]:
    """Whom the history between two states names, whatever their status."""
    found = set(session.scalars(select(CorpusChange.expert_id).where(CorpusChange.version > earlier.version)))
    if now.touched:
        found |= set(session.scalars(select(CorpusTouched.expert_id)))
    return found
