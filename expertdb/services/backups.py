"""Copying a whole database into an archive while others write, and an archive into an empty database of either engine.

The tables are taken as the database has them, not as this program's models do: a backup made before an upgrade is
restored with the schema it was made with, and upgraded afterwards.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Connection, MetaData, Table, func, insert, inspect, select, text, update
from sqlalchemy.exc import SAWarning
from sqlalchemy.schema import AddConstraint, DropConstraint, ForeignKeyConstraint

from expertdb.services import archives
from expertdb.services.archives import Archive, Manifest

REVISION = "alembic_version"
# What nobody wants back: sessions that were signed out since, tries of passwords, which rows triggers saw written, and
# which key the processes of then had agreed on.
LEFT_OUT = {REVISION, "user_sessions", "sign_in_windows", "corpus_touched", "sealing_state"}
ROWS_AT_ONCE = 1000

Progress = Callable[[str, int], None]


def tables_of(connection: Connection) -> list[Table]:
    """Every table of ours that there is, each behind those it points to."""
    found = MetaData()
    with warnings.catch_warnings():  # Rows are copied, not indexes, of which SQLite's on an expression is not read.
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index", SAWarning)
        found.reflect(connection)
    for table in found.tables.values():
        for column in table.columns:
            if isinstance(column.type, JSON):
                column.type.none_as_null = bool(column.nullable)  # What was NULL is not to become JSON's null.
    return [table for table in found.sorted_tables if table.name not in LEFT_OUT]


def write(
    connection: Connection, path: Path, key: bytes, *, made_at: str, program: str, progress: Progress
) -> Manifest:
    """Copy all that `connection` sees into a new archive; its transaction must see one state throughout."""
    revision = connection.execute(text(f"SELECT version_num FROM {REVISION}")).scalar_one()  # noqa: S608 - a constant.
    streaming = connection.execution_options(yield_per=ROWS_AT_ONCE)
    with archives.writing(path) as writer:
        for table in tables_of(connection):
            rows = streaming.execute(select(table).order_by(*table.primary_key.columns))
            count = writer.table(table.name, table.columns.keys(), rows)
            progress(table.name, count)
        return writer.finish(key, revision=revision, engine=connection.dialect.name, made_at=made_at, program=program)


def holds_anything(connection: Connection) -> bool:
    """Whether the database has rows that a person or the sample pool put there."""
    seeded = {"corpus_state", "audit_head", "vocabulary_state"}
    tables = [table for table in tables_of(connection) if table.name not in seeded]
    return any(connection.execute(select(func.count()).select_from(table)).scalar() for table in tables)


def load(connection: Connection, archive: Archive, *, progress: Progress) -> None:
    """Put the rows of an archive into a database that was just migrated to the archive's revision.

    Keys that point elsewhere are checked at the end: tables may point to each other, and rows to rows of their own.
    """
    tables = {table.name: table for table in tables_of(connection)}
    keys = _without_keys(connection, tables.values())
    for name, stated in archive.manifest.tables.items():
        _fill(connection, tables[name], archive.rows(name))
        progress(name, stated.rows)
    for key in keys:
        connection.execute(AddConstraint(key))
    _go_on_counting(connection, tables.values())


def _without_keys(connection: Connection, tables: Iterable[Table]) -> list[ForeignKeyConstraint]:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        return []
    keys = [key for table in tables for key in table.foreign_key_constraints]
    for key in keys:
        connection.execute(DropConstraint(key))
    return keys


def _fill(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    """Insert the rows; the few that the migrations put there themselves are brought to what the archive says."""
    key = list(table.primary_key.columns)
    seeded = {tuple(row) for row in connection.execute(select(*key))}
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        known = [row for row in chunk if tuple(row[column.name] for column in key) in seeded] if seeded else []
        for row in known:
            here = [column == row[column.name] for column in key]
            connection.execute(update(table).where(*here).values(row))
        fresh = [row for row in chunk if row not in known] if known else chunk
        if fresh:
            connection.execute(insert(table), fresh)


def _go_on_counting(connection: Connection, tables: Iterable[Table]) -> None:
    """Let PostgreSQL's counters go on behind the highest number that was restored."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        for column in table.primary_key.columns:
            where = {"table": table.name, "column": column.name}
            counter = connection.execute(text("SELECT pg_get_serial_sequence(:table, :column)"), where).scalar()
            if counter:
                highest = select(func.coalesce(func.max(column), 1)).scalar_subquery()
                connection.execute(select(func.setval(counter, highest)))


def is_migrated(connection: Connection) -> bool:
    """Whether there is any schema of ours."""
    return inspect(connection).has_table(REVISION)
