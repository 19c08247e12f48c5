"""The declarative base and the column types that every model shares."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar

import uuid_utils
from sqlalchemy import JSON, ColumnElement, Connection, CursorResult, DateTime, Executable, MetaData, String, literal
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.types import TypeDecorator

READING = "reading"  # Where a session that only reads carries its connection.
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# Sort keys compare byte by byte on both engines, so that pages are cut alike whatever the database's collation.
SortKey = String(400).with_variant(String(400, collation="C"), "postgresql")
# JSONB keeps no key order and SQLite keeps the text: nothing may rely on the order of keys.
Json = JSON().with_variant(postgresql.JSONB(), "postgresql")


class UTCDateTime(TypeDecorator[datetime]):
    """A moment, always in UTC: SQLite gives naive values back, and a naive value is refused on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value!r}")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all models."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime,
        dict[str, Any]: Json,
        list[str]: Json,
        list[dict[str, Any]]: Json,
    }


def new_id() -> str:
    """A fresh UUIDv7: ids sort by the time they were made."""
    return str(uuid_utils.uuid7())


def is_one_of(column: ColumnElement[str] | InstrumentedAttribute[str], values: Iterable[str]) -> ColumnElement[bool]:
    """Whether a column has one of some values that are always the same.

    Their literals one by one: a list of values would be written into the statement anew each time it is executed.
    """
    return column.in_([literal(value) for value in values])


def rows_of(
    session: Session, statement: Executable, values: dict[str, Any] | None = None
) -> CursorResult[*tuple[Any, ...]]:
    """The rows of a statement that asks for columns only, what the session is about to write included.

    Past the session, which takes as long again as the database to see that there are no objects to make. One that only
    reads has nothing to write, and one connection throughout.
    """
    connection: Connection | None = session.info.get(READING)
    if connection is None:
        session.flush()
        connection = session.connection()
    return connection.execute(statement, values)
