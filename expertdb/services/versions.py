"""Optimistic concurrency: an edit names the version it was made from, and makes a new one."""

from datetime import datetime
from typing import Protocol

from sqlalchemy.orm.attributes import flag_modified

from expertdb.errors import EditedMeanwhile


class Versioned(Protocol):
    """A row that counts its versions and knows when it was last changed."""

    updated_at: datetime


def check(current: int, expected: int | None) -> None:
    """Raise EditedMeanwhile unless `expected` is the current version (None: any version will do)."""
    if expected is not None and expected != current:
        raise EditedMeanwhile(current)


def moment(row: Versioned, now: datetime) -> datetime:
    """When a change of a locked row counts as made: `now`, or when the row was last changed where that is later.

    Whoever waited for the lock took their `now` before, and perhaps earlier than whoever had it; and the clocks of two
    machines differ. What happens to one row never goes back in time.
    """
    return max(now, row.updated_at)


def touch(row: Versioned, now: datetime) -> None:
    """Make the next flush write the row, and so a new version, even if only rows below it changed.

    SQLAlchemy writes no row whose own columns keep their values: two edits of its lists within one tick of the clock
    would share a version, and the second would overwrite the first unseen.
    """
    row.updated_at = moment(row, now)
    flag_modified(row, "updated_at")
