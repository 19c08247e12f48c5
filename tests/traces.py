"""The guard that every test runs under: no transaction changes a row without recording who did what.

Of what has a status the subject of a deed is asked besides when that changes, or one transaction could move two things
and record one. Deeds on what belongs to an expert have the expert for a subject, and a draw is superseded by the deed
that freezes the one that follows it.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from expertdb.models.audit import PENDING, Deed
from expertdb.models.draws import Draw
from expertdb.models.jobs import ENDED, Job
from expertdb.models.notices import Notice
from expertdb.models.objections import Objection
from expertdb.models.rights import Claim
from expertdb.models.sanctions import Sanction
from expertdb.models.tokens import IdempotentAnswer
from expertdb.models.users import SignInWindow

# Rows that no person changes: what the service keeps for itself.
UNRECORDED: tuple[type, ...] = (IdempotentAnswer, SignInWindow)
# What a worker notes of a job that it works at; that a lease begins or is handed back is no deed, that a job ends is.
LEASE = {"status", "worker", "lease_until", "attempts", "stage", "done", "total", "started_at", "version"}
OF_AN_EXPERT = (Claim, Notice, Objection, Sanction)
CHANGED, MOVED = "changed_without_trace", "moved_without_trace"


def _note(session: Session, context: Any) -> None:
    rows = (*session.new, *session.dirty, *session.deleted)
    changed = [row for row in rows if not isinstance(row, UNRECORDED) and not _is_leased(row)]
    session.info.setdefault(CHANGED, set()).update(type(row).__name__ for row in changed)
    moved = [row for row in changed if row in session.dirty and "status" in _columns(row)]
    session.info.setdefault(MOVED, set()).update(moved)


def _columns(row: Any) -> set[str]:
    """The columns of a row that this flush writes with another value."""
    return {one.key for one in inspect(row).attrs if one.history.has_changes()}


def _is_leased(row: Any) -> bool:
    return isinstance(row, Job) and row.status not in ENDED and _columns(row) <= LEASE


def _demand(session: Session) -> None:
    if session.in_nested_transaction():
        return  # To release a savepoint is called a commit too.
    changed, moved = session.info.pop(CHANGED, set()), session.info.pop(MOVED, set())
    deeds: list[Deed] = session.info.get(PENDING, [])
    assert not changed or deeds, f"{sorted(changed)} changed, and nothing was recorded in the audit log"
    for row in moved:
        what = f"{type(row).__name__} {row.id} is {row.status} now"
        assert any(_is_on(row, deed) for deed in deeds), f"{what}, and no deed in the audit log is on it"


def _is_on(row: Any, deed: Deed) -> bool:
    if isinstance(row, Draw) and deed.details.get("follows") == row.id:
        return True
    return deed.subject == (row.expert_id if isinstance(row, OF_AN_EXPERT) else row.id)


def _forget(session: Session, previous: Any) -> None:
    if not previous.nested:
        session.info.pop(CHANGED, None)
        session.info.pop(MOVED, None)


@pytest.fixture(autouse=True)
def every_change_leaves_a_trace(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a commit that changed rows and recorded nothing; the marker `writes_rows_itself` lifts it."""
    if request.node.get_closest_marker("writes_rows_itself"):
        yield
        return
    listeners = (("after_flush", _note), ("before_commit", _demand), ("after_soft_rollback", _forget))
    for name, listener in listeners:
        event.listen(Session, name, listener)
    yield
    for name, listener in listeners:
        event.remove(Session, name, listener)
