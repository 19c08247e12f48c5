"""Rows laid out beforehand, so that the transaction that writes them does nothing else and is short.

SQLite has one writer at a time: whatever an import does while it holds the lock, everybody waits for. So the rows are
made, checked and turned into the driver's own values outside, kept in a temporary file, and then written in one go.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from psycopg.errors import UniqueViolation
from sqlalchemy import JSON, Column, Connection, Dialect, LargeBinary, Table, delete, inspect, update
from sqlalchemy.orm import Session

from expertdb.errors import EditedMeanwhile
from expertdb.models.base import Base
from expertdb.models.experts import Expert
from expertdb.services.spool import Spool

AT_ONCE = 500
# Parents before their children. An expert who is merged may get an employer that is new.
EMPLOYERS = ("organisations", "organisation_names")
ORDER = (
    "experts",
    "expert_items",
    "expert_codes",
    "expert_preferences",
    "expert_transitions",
    "restricted_values",
    "expert_revisions",
)
Values = dict[str, Any]
Gone = dict[str, list[str]]  # Rows that go: values by "table.column".
Batch = dict[str, list[tuple[Any, ...]]]


def values_of(row: Base) -> Values:
    """The columns of a row that is in no session, with the defaults it would be given."""
    found: Values = {}
    for attribute in inspect(type(row)).column_attrs:
        column = attribute.columns[0]
        value = getattr(row, attribute.key)
        if value is None and column.default is not None:
            value = column.default.arg(None) if column.default.is_callable else column.default.arg
        found[column.key] = value
    return found


class Staged:
    """Rows to insert and experts to update, in the order they were staged."""

    def __init__(self, dialect: Dialect) -> None:
        self._spool: Spool[tuple[list[Values], Batch]] = Spool()
        self._dialect = dialect
        self._changes: list[Values] = []
        self._inserts: dict[str, list[Values]] = {}
        self.entered: dict[str, str] = {}  # the status of each new expert
        self.merged: list[str] = []

    def insert(self, rows: Iterable[Base]) -> None:
        """Stage new rows."""
        for row in rows:
            if isinstance(row, Expert):
                self.entered[row.id] = row.status
            self._inserts.setdefault(row.__tablename__, []).append(values_of(row))
        if len(self._inserts.get("experts", ())) + len(self._changes) >= AT_ONCE:
            self.lay_aside()

    def update(self, expert: Expert, version: int, gone: Gone, fresh: Iterable[Base]) -> None:
        """Stage an expert's new values over version `version`, the rows below it that go, and those that come."""
        self.merged.append(expert.id)
        self._changes.append({"expert": values_of(expert), "version": version, "gone": gone})
        self.insert(fresh)

    def lay_aside(self) -> None:
        """Put what was staged since the last time into the file, ready for the driver."""
        tables = Base.metadata.tables
        ready = {name: _prepared(tables[name], rows, self._dialect) for name, rows in self._inserts.items()}
        self._spool.add((self._changes, ready))
        self._changes, self._inserts = [], {}

    def close(self) -> None:
        """Let go of the temporary file."""
        self._spool.close()

    def write(self, session: Session, progress: Callable[[int], None] = lambda written: None) -> None:
        """Write everything staged within the session's transaction; raises EditedMeanwhile."""
        connection, written = session.connection(), 0
        for changes, inserts in self._spool:
            _insert_all(connection, inserts, EMPLOYERS)
            for change in changes:
                _update(session, change)
            _insert_all(connection, inserts, ORDER)
            written += len(changes) + len(inserts.get("experts", []))
            progress(written)


def _insert_all(connection: Connection, inserts: Batch, names: Iterable[str]) -> None:
    for name in names:
        if rows := inserts.get(name):
            _insert(connection, Base.metadata.tables[name], rows)


def _update(session: Session, change: Values) -> None:
    stated = change["expert"]
    experts = Base.metadata.tables["experts"]
    for place, values in change["gone"].items():
        table, _, name = place.partition(".")
        column = Base.metadata.tables[table].c[name]
        if values:
            session.execute(delete(column.table).where(column.in_(values)))
    edit = update(experts).where(experts.c.id == stated["id"], experts.c.version == change["version"])
    if session.execute(edit.values(**stated)).rowcount != 1:  # type: ignore[attr-defined]
        raise EditedMeanwhile


def _prepared(table: Table, rows: list[Values], dialect: Dialect) -> list[tuple[Any, ...]]:
    """The rows as the driver takes them, in the order of the table's columns."""
    processors = [_processor(column, dialect) for column in table.columns]
    keys = [column.key for column in table.columns]
    return [tuple(process(row[key]) for key, process in zip(keys, processors, strict=True)) for row in rows]


def _processor(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any]:
    kind = column.type.dialect_impl(dialect)
    if isinstance(kind, JSON):
        return lambda value: None if value is None else json.dumps(value, ensure_ascii=False)
    if isinstance(kind, LargeBinary):
        return bytes  # What the driver makes of them cannot be kept in a file.
    return kind.bind_processor(dialect) or (lambda value: value)


def _insert(connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    names = ", ".join(connection.dialect.identifier_preparer.quote(column.name) for column in table.columns)
    if connection.dialect.name == "postgresql":
        _copy(connection.connection.cursor(), f"COPY {table.name} ({names}) FROM STDIN", rows)
        return
    places = ", ".join("?" * len(table.columns))
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({places})", rows)  # noqa: S608 - our own names.


def _copy(cursor: Any, statement: str, rows: list[tuple[Any, ...]]) -> None:
    """Write rows by psycopg's own cursor, which can do more than the driver interface says, and whose errors are its
    own; raises EditedMeanwhile when somebody entered one of these people or employers at this very moment.
    """
    try:
        with cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except UniqueViolation as error:
        raise EditedMeanwhile from error
