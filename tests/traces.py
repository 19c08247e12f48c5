"""The guard that every test runs under: no transaction changes a row without recording who did what."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from expertdb.models.audit import PENDING
from expertdb.models.jobs import Job
from expertdb.models.tokens import IdempotentAnswer
from expertdb.models.users import SignInWindow

# Rows that no person changes: what the service keeps for itself. (Of a job: leases and progress.)
UNRECORDED: tuple[type, ...] = (IdempotentAnswer, Job, SignInWindow)
CHANGED = "changed_without_trace"


def _note(session: Session, context: Any) -> None:
    rows = (*session.new, *session.dirty, *session.deleted)
    changed = {type(row).__name__ for row in rows if not isinstance(row, UNRECORDED)}
    session.info.setdefault(CHANGED, set()).update(changed)


def _demand(session: Session) -> None:
    if session.in_nested_transaction():
        return  # To release a savepoint is called a commit too.
    changed = session.info.pop(CHANGED, set())
    assert not changed or session.info.get(PENDING), (
        f"{sorted(changed)} changed, and nothing was recorded in the audit log"
    )


def _forget(session: Session, previous: Any) -> None:
    if not previous.nested:
        session.info.pop(CHANGED, None)


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
