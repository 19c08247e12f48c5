"""The corpus version: every change of what the index reads is numbered in the transaction that makes it.

A counter row rather than a sequence: the row's lock makes versions commit in the order they were drawn, so a reader
that has seen version n has seen every change up to n. Each version has a random stamp, which tells it from one of the
same number in a database that was restored and went another way.

What changed is noted by triggers (`models/triggers.py`), so that no write goes unnoticed, be it by bulk statement or by
hand. What was written past us waits in `corpus_touched` until the next of our writers numbers it; readers look there
too.
"""

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Connection, Index, Integer, String, case, delete, event, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, SessionTransaction, UOWTransaction, mapped_column

from expertdb.models.base import Base, new_id, rows_of
from expertdb.models.experts import Expert, ExpertCode, ExpertItem
from expertdb.models.restricted import RestrictedValue

CHANGED = "corpus_changed"
KEPT_VERSIONS = 20_000  # A process that is further behind compares the whole pool instead.
CHUNK = 500


class CorpusState(Base):
    """The one row that holds the current version, and the lineage: versions count changes within one lineage only.

    A restored database has a new lineage: it may be older than what a running process knows, or have gone another way.
    """

    __tablename__ = "corpus_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    lineage: Mapped[str] = mapped_column(String(36), default=new_id)
    stamp: Mapped[str] = mapped_column(String(16), default="0")


class CorpusVersion(Base):
    """The stamp of a version; old ones are pruned with their changes."""

    __tablename__ = "corpus_versions"

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    stamp: Mapped[str] = mapped_column(String(16))


class CorpusChange(Base):
    """Expert `expert_id` was added, changed or deleted in version `version`."""

    __tablename__ = "corpus_changes"

    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    expert_id: Mapped[str] = mapped_column(String(36), primary_key=True)


class CorpusTouched(Base):
    """A row of expert `expert_id` was written and has no version yet.

    `seq` tells rows apart and says nothing else: SQLite gives the numbers of what was rolled back, or has a version by
    now, once more, and on PostgreSQL a lower one may be committed after a higher.
    """

    __tablename__ = "corpus_touched"

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    expert_id: Mapped[str] = mapped_column(String(36))


class ExpertStanding(Base):
    """An expert's status and term from version `since` until before version `until` (None: to this day).

    So that a shortlist need not hold everybody whom it left out: it names its version and day, and who could not be
    ranked then can be read here for ever.
    """

    __tablename__ = "expert_standings"
    # Those who are out today are found without a look at everybody: by their status, and by each end of their term.
    __table_args__ = (
        Index("ix_expert_standings_until_status", "until", "status"),
        Index("ix_expert_standings_until_term_end", "until", "term_end"),
        Index("ix_expert_standings_until_term_start", "until", "term_start"),
    )

    expert_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    since: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    until: Mapped[int | None]
    status: Mapped[str] = mapped_column(String(16))
    term_start: Mapped[date | None]
    term_end: Mapped[date | None]


@dataclass(frozen=True)
class Mark:
    """A state of the corpus: version and stamp, and how many writes have no version yet.

    Those only ever become more, until the next version takes them all: within one version, as many are the same ones.
    """

    version: int
    stamp: str
    touched: int = 0


# Mostly there are none, which the index tells at once: to count them, PostgreSQL goes through all that were deleted.
_LAST = select(func.max(CorpusTouched.seq)).scalar_subquery()
_TOUCHED = case((_LAST.is_(None), 0), else_=select(func.count()).select_from(CorpusTouched).scalar_subquery())
_MARK = select(CorpusState.version, CorpusState.stamp, _TOUCHED)


def mark_of(session: Session) -> Mark:
    """The state that a session sees."""
    row = rows_of(session, _MARK).first()
    return Mark(*row) if row else Mark(0, "")


def is_changing(session: Session) -> bool:
    """Whether a transaction has changed the corpus: nobody else sees what it sees, and perhaps nobody ever will."""
    return bool(session.info.get(CHANGED))


@event.listens_for(Session, "after_flush")
def _note_changes(session: Session, context: UOWTransaction) -> None:
    # `after_flush` still sees new, dirty and deleted rows.
    if any(
        isinstance(row, Expert | ExpertItem | ExpertCode | RestrictedValue)
        for row in (*session.new, *session.dirty, *session.deleted)
    ):
        session.info[CHANGED] = True


def number_changes(session: Session) -> None:
    """Draw the next version for the experts that this transaction changed.

    Called just before the commit: the counter's lock is held for a moment only, and no transaction that holds it waits
    for another row, so writers of experts do not wait for each other's work and cannot deadlock over it.
    """
    session.flush()
    if not session.info.pop(CHANGED, False):
        return
    connection = session.connection()
    touched = connection.execute(delete(CorpusTouched).returning(CorpusTouched.expert_id)).scalars()
    experts = sorted(set(touched))
    if not experts:
        return
    stamp = secrets.token_hex(8)
    drawn: Any = connection.execute(
        update(CorpusState).values(version=CorpusState.version + 1, stamp=stamp).returning(CorpusState.version)
    )
    version: int = drawn.scalar_one()
    connection.execute(insert(CorpusVersion).values(version=version, stamp=stamp))
    connection.execute(insert(CorpusChange), [{"version": version, "expert_id": expert} for expert in experts])
    for start in range(0, len(experts), CHUNK):
        _note_standings(connection, experts[start : start + CHUNK], version)
    if version % 1000 == 0:
        _prune(connection, version - KEPT_VERSIONS)


def begin_anew(session: Session) -> str:
    """Give a database that was filled from a backup a lineage and a stamp of its own, and return the lineage.

    Whoever knows the state that it was copied from, or another, compares every profile once.
    """
    lineage = new_id()
    session.execute(update(CorpusState).values(lineage=lineage, stamp=secrets.token_hex(8)))
    session.execute(delete(CorpusVersion))
    session.execute(delete(CorpusTouched))  # The triggers saw everybody come.
    return lineage


def touch(session: Session, experts: list[str]) -> None:
    """Let the index read these experts anew, as if they had been edited."""
    if experts:
        session.execute(insert(CorpusTouched), [{"expert_id": expert} for expert in experts])
    session.info[CHANGED] = True


def _note_standings(connection: Connection, experts: list[str], version: int) -> None:
    facts = (Expert.id, Expert.status, Expert.term_start, Expert.term_end)
    here = {row[0]: row for row in connection.execute(select(*facts).where(Expert.id.in_(experts)))}
    standing = ExpertStanding
    noted = (standing.expert_id, standing.status, standing.term_start, standing.term_end)
    # Not by `until`, which SQLite would look up among everybody's.
    still = func.coalesce(standing.until, -1) == -1
    last = still & standing.expert_id.in_(experts)
    before = {row[0]: row for row in connection.execute(select(*noted).where(last))}
    moved = [expert for expert in experts if here.get(expert) != before.get(expert)]
    if ended := [expert for expert in moved if expert in before]:
        of_ended = still & standing.expert_id.in_(ended)
        connection.execute(update(standing).where(of_ended).values(until=version))
    if begun := [here[expert] for expert in moved if expert in here]:
        names = ("expert_id", "status", "term_start", "term_end")
        connection.execute(insert(standing), [dict(zip(names, row, strict=True)) | {"since": version} for row in begun])


def _prune(connection: Connection, version: int) -> None:
    connection.execute(delete(CorpusChange).where(CorpusChange.version <= version))
    connection.execute(delete(CorpusVersion).where(CorpusVersion.version < version))


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous: SessionTransaction) -> None:
    if not previous.nested:
        session.info.pop(CHANGED, None)
