"""How Alembic reaches the database: through the application's own engine, SQLite and PostgreSQL alike."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import JSON, Connection, DateTime

from expertdb import models  # noqa: F401 - registers every table
from expertdb.models import triggers
from expertdb.models.base import UTCDateTime

LOCK_PATIENCE = "10s"


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write column types so that a migration needs nothing of ours and runs on both engines."""
    if kind == "type" and isinstance(item, UTCDateTime | DateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


def enforce_foreign_keys(connection: Connection, on: bool) -> None:
    """Rebuilding a table drops the old one, and SQLite would delete the rows that point to it with it.

    The pragma does nothing within a transaction, and SQLAlchemy begins one before its first statement: so the driver's
    own connection is asked. PostgreSQL rebuilds nothing.
    """
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def refuse_broken_keys(connection: Connection) -> None:
    """Fail, and so roll back, a migration after which rows point to nothing."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"the migration leaves rows that point to nothing: {broken[:5]}")


def do_not_wait_for_ever(connection: Connection) -> None:
    """A migration that waits for a long transaction makes everybody else wait behind it: let it fail, to be run again.

    SQLite has its busy timeout.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET lock_timeout = '{LOCK_PATIENCE}'")
        connection.commit()


database = current_app.extensions["migrate"].db
with database.engine.connect() as connection:
    do_not_wait_for_ever(connection)
    enforce_foreign_keys(connection, False)
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        render_item=render_item,
        transactional_ddl=True,  # SQLite's is too, since our engine begins its transactions itself.
        **current_app.extensions["migrate"].configure_args,
    )
    with context.begin_transaction():
        context.run_migrations()
        refuse_broken_keys(connection)
        triggers.ensure(connection)
    enforce_foreign_keys(connection, True)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("RESET lock_timeout")
