"""Where two store the same thing at one moment: the second is told what they would have been told a moment later."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session


@contextmanager
def refused_by(session: Session, check: Callable[[], None]) -> Iterator[None]:
    """Store within; where the database has the same thing already, `check` looks again and raises what is to be said.

    A check before the write cannot see what another transaction has not committed; a unique index waits for its end.
    Raises IntegrityError when `check` finds nothing to say.
    """
    # What waits in the session is written before the savepoint: its faults are not for `check` to explain.
    savepoint = session.begin_nested()
    try:
        with savepoint:
            yield
    except IntegrityError:
        check()
        raise
