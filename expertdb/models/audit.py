"""The audit log: append-only rows, each sealed with a keyed hash over itself and the seal before it.

What a service records waits in the session; `seal` numbers and chains it as the last thing before the commit, so that
the head, which every writer locks, is held for a moment only, and always after all other locks.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, event, insert, select, update
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from expertdb.keys import AuditKeys
from expertdb.models.base import Base

PENDING = "audit_pending"
FIRST_SEAL = ""


class Overtaken(Exception):
    """The log is sealed with a newer key (`key`, its name), which this process does not know."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True)
class Deed:
    """What somebody did to something, not numbered yet; `details` hold ids, codes and reasons, never personal data."""

    actor: str
    person: str
    role: str
    action: str
    kind: str
    subject: str
    details: dict[str, Any]


class AuditHead(Base):
    """The one row that holds the number and the seal of the last entry."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)
    seal: Mapped[str] = mapped_column(String(64), default=FIRST_SEAL)


class AuditEntry(Base):
    """One deed. `details` is canonical JSON, kept as text, so that its seal is over the very characters stored.

    `key` names the key that sealed it; entries from before keys had names have none.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject", "subject"),
        Index("ix_audit_entries_actor", "actor"),
        Index("ix_audit_entries_at", "at"),
        # Newest first: an index on the filter alone would sort every match, one on the number alone read every entry.
        Index("ix_audit_entries_action_seq", "action", "seq"),
        Index("ix_audit_entries_person_seq", "person", "seq"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(36))
    person: Mapped[str] = mapped_column(String(36))
    role: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(48))
    kind: Mapped[str] = mapped_column(String(24))
    subject: Mapped[str] = mapped_column(String(36))
    call: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[str] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(String(8))
    seal: Mapped[str] = mapped_column(String(64))


def seal_of(key: bytes, before: str, fields: dict[str, Any]) -> str:
    """The seal of an entry with these fields (all but `seal`) behind the seal `before`: HMAC-SHA-256, hexadecimal."""
    plain = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()}
    if plain["key"] is None:
        del plain["key"]  # Sealed before there was such a column.
    return hmac.new(key, canonical([before, plain]).encode(), hashlib.sha256).hexdigest()


def canonical(value: Any) -> str:
    """JSON with sorted keys and no white space: one text for one value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Head:
    """The number and the seal of the last entry, which stand for the whole log up to there."""

    seq: int
    seal: str


def seal(session: Session, keys: AuditKeys, now: datetime, call: str | None) -> Head | None:
    """Number, chain and store what waits in the session, last before the commit; returns the new head, if there is one.

    `call` is the HTTP request's id. Raises Overtaken.
    """
    pending: list[Deed] = session.info.get(PENDING, [])
    if not pending:
        return None
    session.flush()  # All other locks come before the head's.
    drawn = update(AuditHead).values(seq=AuditHead.seq + len(pending)).returning(AuditHead.seq, AuditHead.seal)
    last, chain = session.execute(drawn).one()
    _hold(session, keys, last - len(pending))
    rows = []
    for seq, deed in enumerate(pending, start=last - len(pending) + 1):
        fields = {
            "seq": seq,
            "at": now,
            **vars(deed),
            "call": call,
            "details": canonical(deed.details),
            "key": keys.name,
        }
        chain = seal_of(keys.current, chain, fields)
        rows.append(fields | {"seal": chain})
    session.execute(insert(AuditEntry), rows)
    session.execute(update(AuditHead).values(seal=chain))
    return Head(last, chain)


def _hold(session: Session, keys: AuditKeys, last: int) -> None:
    """Raise Overtaken where a process that was started later has sealed with a key that this one lacks.

    An entry of ours behind that one would never verify again. Who was started after it has lost the key, which
    verifying will tell, and goes on.
    """
    before = session.execute(select(AuditEntry.key, AuditEntry.at).where(AuditEntry.seq == last)).first()
    if before and keys.since and keys.place(before.key) is None and before.at >= keys.since:
        raise Overtaken(before.key)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous: SessionTransaction) -> None:
    if not previous.nested:
        session.info.pop(PENDING, None)


@event.listens_for(Session, "after_commit")
def _done(session: Session) -> None:
    # To release a savepoint is called a commit too.
    if not session.in_nested_transaction():
        session.info.pop(PENDING, None)
