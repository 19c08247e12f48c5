"""The session and `transaction()`, the only place that commits.

SQLite's default transactions lose updates silently under concurrent writers, so every transaction that may write
begins with BEGIN IMMEDIATE; work that only reads says so (`read_only=True`) and does not queue behind writers.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, current_app
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from expertdb import links
from expertdb.errors import EditedMeanwhile, KeysHaveChanged
from expertdb.models import audit, corpus
from expertdb.models.base import READING, Base
from expertdb.sealing import IN_SESSION

db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate(directory=str(Path(__file__).with_name("migrations")), render_as_batch=True)

READ_ONLY = "expertdb_read_only"
# A writer waits its turn for up to 20 s: an import of 20,000 experts holds the lock for seconds, and for longer
# where the machine is busy. What is erased is overwritten, or it could be read out of the file's free pages.
SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000", "secure_delete=ON")


def init_app(app: Flask) -> None:
    """Bind the engine and the migrations to the application."""
    db.init_app(app)
    migrate.init_app(app, db)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, record: Any) -> None:
        # The driver must not begin transactions by itself: it would begin deferred ones.
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get(READ_ONLY)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


@contextmanager
def transaction(*, read_only: bool = False, vocabularies: bool = True) -> Iterator[Session]:
    """One unit of work: commits at the end, rolls back on any error.

    The `vocabularies` of this database hold from then on, unless the work needs none or cannot tell whether there is a
    schema. Raises EditedMeanwhile when a row was changed by somebody else between reading and writing it,
    KeysHaveChanged when what was recorded would spoil the audit log.
    """
    session: Session = db.session()
    if session.in_transaction():
        raise RuntimeError("a transaction is open already: entry points open one each and services none")
    session.info[IN_SESSION] = current_app.extensions["sealer"]
    session.info[links.IN_SESSION] = current_app.extensions["links"]
    try:
        if read_only:
            session.info[READING] = session.connection(execution_options=_reading(session))
        if vocabularies:
            current_app.extensions["editions"].take_up(session)
        yield session
        _end_reading(session) if read_only else _commit(session)
    except StaleDataError as error:
        session.rollback()
        raise EditedMeanwhile from error
    except audit.Overtaken as error:
        session.rollback()
        raise KeysHaveChanged(error.key, "EXPERTDB_AUDIT_KEY") from error
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop(READING, None)


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection that only reads and sees one state throughout, however long it takes and whoever writes."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with db.engine.connect().execution_options(**({READ_ONLY: True} if is_sqlite else options)) as connection:
        yield connection


def _reading(session: Session) -> dict[str, Any]:
    """Whoever only reads sees one state of the database throughout: SQLite does so anyway, PostgreSQL must be told."""
    options: dict[str, Any] = {READ_ONLY: True}
    if session.get_bind().dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    return options


def _end_reading(session: Session) -> None:
    if session.info.get(audit.PENDING):
        raise RuntimeError("a deed was recorded in a transaction that only reads, and would be lost")
    session.rollback()


def _commit(session: Session) -> None:
    """Number what changed in the corpus, then seal what was recorded: last, since every writer locks those rows."""
    corpus.number_changes(session)
    call, now = structlog.contextvars.get_contextvars().get("request_id"), current_app.extensions["clock"]()
    head = audit.seal(session, current_app.extensions["audit_keys"], now, call)
    session.commit()
    anchor = current_app.extensions["audit_anchor"]
    if head is not None and anchor is not None:
        anchor.note(head.seq, head.seal, now)
