"""Whether this installation can do its work: what `/readyz` checks and what `/metrics` says of the database."""

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from expertdb.errors import PoolIsMoving
from expertdb.models.audit import AuditHead
from expertdb.models.corpus import CorpusState
from expertdb.models.experts import Expert
from expertdb.models.vocabularies import Editions
from expertdb.services.corpus import Corpus
from expertdb.wording import Text
from matching.qdrant import EngineFault

BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")


@dataclass(frozen=True)
class Check:
    """One thing that must be so, and what is wrong when it is not."""

    name: str
    ok: bool
    detail: Text


def away(error: SQLAlchemyError) -> Check:
    """What to say when the database cannot be used at all: its code for why, never its words, which name accounts."""
    cause = getattr(error, "orig", error)
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or type(cause).__name__
    return Check("database", False, Text("It cannot be used: {code}.", code=code))


def checks(session: Session, corpus: Corpus, editions: Editions, migrations: str, least_free: int) -> Iterator[Check]:
    """Whether the database answers and can be written, has the schema of this program and room, and can be ranked.

    The first that fails ends the list: what follows would fail with it.
    """
    try:
        connection = session.connection()
        steps = (partial(schema, connection, migrations), partial(writable, connection.engine))
        for step in (*steps, partial(room, connection, least_free)):
            found = step()
            yield found
            if not found.ok:
                return
        editions.take_up(session)
        try:
            version = corpus.refresh(session).version
        except PoolIsMoving:
            version = corpus.version or 0  # The index is past what this session sees.
        except EngineFault:
            yield Check("index", False, Text("The engine of EXPERTDB_QDRANT_URL does not answer."))
            return
    except SQLAlchemyError as error:
        yield away(error)
        return
    yield Check("index", True, Text("It is at version {version}.", version=version))


def schema(connection: Connection, migrations: str) -> Check:
    """Whether the database is migrated to exactly what this program knows."""
    found = MigrationContext.configure(connection).get_current_revision()
    detail = Text("It is at {found}; this program needs {head}.", found=found or "-", head=head(migrations))
    return Check("schema", found == head(migrations), detail)


@cache
def head(migrations: str) -> str:
    """The newest revision of the migrations in this folder."""
    return ScriptDirectory(migrations).get_current_head() or ""


def writable(engine: Engine) -> Check:
    """Whether the database takes writes: neither a standby nor a file that this process may only read."""
    ok = _takes_writes_sqlite(engine) if engine.dialect.name == "sqlite" else _takes_writes_server(engine)
    detail = Text("It takes writes.") if ok else Text("It can be read, but not written.")
    return Check("writable", ok, detail)


def _takes_writes_server(engine: Engine) -> bool:
    """A standby, and a server set to read only, says so."""
    with engine.connect() as connection:
        return bool(connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "off")


def _takes_writes_sqlite(engine: Engine) -> bool:
    """A write that is taken back at once; whoever holds the lock meanwhile is writing, and is not waited for."""
    raw = engine.raw_connection()
    driver: Any = raw.driver_connection
    try:
        driver.execute("PRAGMA busy_timeout=0")
        driver.execute("BEGIN IMMEDIATE")
        driver.execute("UPDATE corpus_state SET version = version")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorname in BUSY
    finally:
        raw.rollback()
        raw.invalidate()  # Its patience is no longer what others expect.
    return True


def room(connection: Connection, least: int) -> Check:
    """Whether the disk of an SQLite file has `least` bytes left; a server's disk cannot be seen from here."""
    free = free_bytes(connection.engine)
    if free is None:
        return Check("disk", True, Text("The server's own disk is not seen from here."))
    return Check("disk", free >= least, Text("{free} MB are free.", free=free // 2**20))


def free_bytes(engine: Engine) -> int | None:
    """How much room the disk under an SQLite file has; None for a server or a database in memory."""
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file or file == ":memory:":
        return None
    return shutil.disk_usage(Path(file).parent).free


def facts(session: Session) -> dict[str, tuple[str, dict[str, float]]]:
    """What the database says of itself, for Prometheus: name to (help, value by state)."""
    states = session.execute(select(Expert.status, func.count()).group_by(Expert.status)).all()
    free = free_bytes(session.connection().engine)
    found: dict[str, tuple[str, dict[str, float]]] = {
        "expertdb_corpus_version": (
            "Version of the pool in the database.",
            {"": session.scalar(select(CorpusState.version)) or 0},
        ),
        "expertdb_audit_entries": ("Number of the last audit entry.", {"": session.scalar(select(AuditHead.seq)) or 0}),
        "expertdb_experts": ("Experts by status.", {state: float(count) for state, count in states}),
    }
    if free is not None:
        found["expertdb_disk_free_bytes"] = ("Room on the disk of the database file.", {"": float(free)})
    return found
