"""Recording who did what; every service that changes something calls `record`."""

from typing import Any

from sqlalchemy.orm import Session

from expertdb.models.audit import PENDING, Deed
from expertdb.services.actors import Actor


def record(session: Session, actor: Actor, action: str, *, kind: str, id: str, **details: Any) -> None:
    """Note that `actor` did `action` ("expert.moved") to the thing of this kind and id.

    Written and sealed when the transaction commits, forgotten when it rolls back. `details` hold ids, codes, statuses,
    counts and reasons; never names, contact or texts, which must be erasable.
    """
    session.connection()  # Begins the transaction, if nothing has: only what has begun is rolled back.
    deed = Deed(actor.id, actor.person, actor.role, action, kind, id, details)
    session.info.setdefault(PENDING, []).append(deed)
