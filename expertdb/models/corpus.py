"""The corpus version: every change of what the index reads is numbered in the transaction that makes it.

A counter row rather than a sequence: the row's lock makes versions commit in the order they were drawn, so a reader
that has seen version n has seen every change up to n.
"""

from typing import Any

from sqlalchemy import Integer, String, event, insert, update
from sqlalchemy.orm import Mapped, Session, SessionTransaction, UOWTransaction, mapped_column

from expertdb.models.base import Base, new_id
from expertdb.models.experts import Expert, ExpertCode, ExpertItem

CHANGED = "corpus_changed"


class CorpusState(Base):
    """The one row that holds the current version, and the lineage: versions count changes within one lineage only.

    A restored database has a new lineage: it may be older than what a running process knows, or have gone another way.
    """

    __tablename__ = "corpus_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    lineage: Mapped[str] = mapped_column(String(36), default=new_id)


class CorpusChange(Base):
    """Expert `expert_id` was added, changed or deleted in version `version`."""

    __tablename__ = "corpus_changes"

    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    expert_id: Mapped[str] = mapped_column(String(36), primary_key=True)


def _changed_experts(session: Session) -> set[str]:
    changed: set[str] = set()
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Expert):
            changed.add(row.id)
        elif isinstance(row, ExpertItem | ExpertCode):
            changed.add(row.expert_id)
    return changed - {None}


@event.listens_for(Session, "after_flush")
def _note_changes(session: Session, context: UOWTransaction) -> None:
    # `after_flush` still sees new, dirty and deleted rows, and by then every row has its key.
    session.info.setdefault(CHANGED, set()).update(_changed_experts(session))


def number_changes(session: Session) -> None:
    """Draw the next version for the experts that this transaction changed.

    Called just before the commit: the counter's lock is held for a moment only, and no transaction that holds it waits
    for another row, so writers of experts do not wait for each other's work and cannot deadlock over it.
    """
    session.flush()
    experts: set[str] = session.info.pop(CHANGED, set())
    if not experts:
        return
    connection = session.connection()
    drawn: Any = connection.execute(
        update(CorpusState).values(version=CorpusState.version + 1).returning(CorpusState.version)
    )
    version = drawn.scalar_one()
    connection.execute(insert(CorpusChange), [{"version": version, "expert_id": expert} for expert in sorted(experts)])


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous: SessionTransaction) -> None:
    if not previous.nested:
        session.info.pop(CHANGED, None)
