"""Recording who did what, and reading it again; every service that changes something calls `record`."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.models.audit import PENDING, AuditEntry, Deed
from expertdb.services import paging
from expertdb.services.actors import Actor

FILTERS = ("actor", "person", "role", "action", "kind", "subject")


def record(session: Session, actor: Actor, action: str, *, kind: str, id: str, **details: Any) -> None:
    """Note that `actor` did `action` ("expert.moved") to the thing of this kind and id.

    Written and sealed when the transaction commits, forgotten when it rolls back. `details` hold ids, codes, statuses,
    counts and reasons; never names, contact or texts, which must be erasable.
    """
    session.connection()  # Begins the transaction, if nothing has: only what has begun is rolled back.
    deed = Deed(actor.id, actor.person, actor.role, action, kind, id, details)
    session.info.setdefault(PENDING, []).append(deed)


def find(session: Session, query: dict[str, Any]) -> paging.Page:
    """The entries that meet every filter, newest first; `since` is included, `until` is not."""
    statement = select(AuditEntry)
    for name in FILTERS:
        if name in query:
            statement = statement.where(getattr(AuditEntry, name) == query[name])
    if "since" in query:
        statement = statement.where(AuditEntry.at >= query["since"])
    if "until" in query:
        statement = statement.where(AuditEntry.at < query["until"])
    return paging.fetch(session, statement, (AuditEntry.seq,), query["limit"], query.get("cursor"), newest_first=True)
