"""Where a restore is made before anybody sees it, and how it then takes the live database's place in one step."""

import contextlib
import secrets
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import click
from sqlalchemy import Connection, Engine, make_url, text


class Place(Protocol):
    """An empty database beside the live one."""

    @property
    def url(self) -> str:
        """Its address."""

    def install(self) -> None:
        """Put what stands here in the place of the live database."""


@contextlib.contextmanager
def scratch_of(engine: Engine, *, here: bool) -> Iterator[Place]:
    """An empty place beside the database of `engine`, gone afterwards; in a folder of its own when it is not `here`."""
    if not here or engine.dialect.name == "sqlite":
        target = Path(engine.url.database or "") if here else None
        with _file(target) as place:
            yield place
    else:
        with _schema(engine) as place:
            yield place


@dataclass
class File:
    """A second SQLite file."""

    path: Path
    target: Path | None

    @property
    def url(self) -> str:
        """The address of the file."""
        return f"sqlite:///{self.path}"

    def install(self) -> None:
        """Copy it into the live file, page by page in one transaction: whoever has that open sees old or new."""
        assert self.target is not None
        source, live = sqlite3.connect(self.path), sqlite3.connect(self.target)
        with contextlib.closing(source), contextlib.closing(live):
            live.execute("PRAGMA synchronous=FULL")
            source.backup(live)


@contextlib.contextmanager
def _file(target: Path | None) -> Iterator[File]:
    """Beside the live file, so that there is room where room is needed; nobody else may read it."""
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=target.parent if target else None) as folder:
        yield File(Path(folder) / "scratch.sqlite3", target)


@dataclass
class Schema:
    """A second schema of a PostgreSQL database."""

    engine: Engine
    name: str

    @property
    def url(self) -> str:
        """The database's address with this schema as the one that names are looked up in."""
        url = make_url(self.engine.url.render_as_string(hide_password=False))
        stated = " ".join(filter(None, [_one(url.query.get("options")), f"-csearch_path={self.name}"]))
        return url.update_query_dict({"options": stated}).render_as_string(hide_password=False)

    def install(self) -> None:
        """Drop the live tables and move these in their place, in one transaction that waits for who is at work."""
        with self.engine.begin() as connection:
            live = connection.execute(text("SELECT current_schema()")).scalar_one()
            old, new = _tables(connection, live), _tables(connection, self.name)
            if strange := sorted(old - new):
                raise click.ClickException(
                    f"The schema {live} holds tables that this program does not know: {', '.join(strange)}. "
                    "Restore into an empty database, or with the program that made them."
                )
            for table in sorted(old):
                connection.execute(text(f'LOCK TABLE "{live}"."{table}" IN ACCESS EXCLUSIVE MODE'))
            for table in sorted(old):
                connection.execute(text(f'DROP TABLE "{live}"."{table}" CASCADE'))
            ours = _functions(connection, self.name)
            for signature in sorted(set(_functions(connection, live)) & set(ours)):
                connection.execute(text(f'DROP FUNCTION "{live}".{signature}'))
            for table in sorted(new):
                connection.execute(text(f'ALTER TABLE "{self.name}"."{table}" SET SCHEMA "{live}"'))
            for signature in ours:
                connection.execute(text(f'ALTER FUNCTION "{self.name}".{signature} SET SCHEMA "{live}"'))


def _one(stated: str | tuple[str, ...] | None) -> str:
    return " ".join(stated) if isinstance(stated, tuple) else stated or ""


def _tables(connection: Connection, schema: str) -> set[str]:
    found = text("SELECT tablename FROM pg_tables WHERE schemaname = :schema")
    return set(connection.execute(found, {"schema": schema}).scalars())


def _functions(connection: Connection, schema: str) -> list[str]:
    """The functions that migrations made there, as name(argument types); those of extensions stay where they are."""
    found = text(
        "SELECT quote_ident(proname) || '(' || pg_get_function_identity_arguments(pg_proc.oid) || ')' FROM pg_proc "
        "WHERE pronamespace = CAST(:schema AS regnamespace) AND NOT EXISTS "
        "(SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e') ORDER BY 1"
    )
    return list(connection.execute(found, {"schema": schema}).scalars())


@contextlib.contextmanager
def _schema(engine: Engine) -> Iterator[Schema]:
    name = f"restore_{secrets.token_hex(4)}"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    try:
        yield Schema(engine, name)
    except BaseException:
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
        raise
    # Without CASCADE, which would take with it whatever of the live database still hung on it.
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {name}"))
