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


def touch(row: Versioned, now: datetime) -> None:
    """Make the next flush write the row, and so a new version, even if only rows below it changed.

    SQLAlchemy writes no row whose own columns keep their values: two edits of its lists within one tick of the clock
    would share a version, and the second would overwrite the first unseen.
    """
    row.updated_at = now
    flag_modified(row, "updated_at")
