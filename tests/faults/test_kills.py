"""Nothing acknowledged is lost when workers, the master or PostgreSQL are killed; `make soak` kills hundreds."""

import random
from collections.abc import Iterator

import flask_migrate
import pytest

from expertdb.database import transaction
from tests.callers import Clock
from tests.conftest import START, Databases, close, make_app, plain_app
from tests.faults.killing import Ledger, kill_and_recover, let_work, people, site, verify
from tests.postgres import Server, server

SEED = 20261126


@pytest.fixture
def crashable() -> Iterator[Server]:
    with server(durable=True) as started:
        yield started


def test_kills_on_sqlite(databases: Databases) -> None:
    survive(databases.fresh("sqlite"), None, ["worker", "worker", "master"])


def test_kills_on_postgresql(crashable: Server) -> None:
    url = crashable.create_database("kills")
    migrated(url)
    survive(url, crashable, ["worker", "backend", "database"])


def migrated(url: str) -> None:
    app = make_app(url, Clock(START))
    with app.app_context():
        flask_migrate.upgrade()
    close(app)


def survive(url: str, database: Server | None, kinds: list[str]) -> None:
    ledger = Ledger()
    with site(url, database) as running:
        with people(running, ledger) as stumbled:
            let_work(ledger, stumbled)
            took = kill_and_recover(running, kinds, random.Random(SEED), pause=0.5)
            let_work(ledger, stumbled)
        assert stumbled == []
        assert len(took) == len(kinds)
        verify(running, ledger)


def test_writes_are_forced_to_the_disk_before_they_are_acknowledged(
    databases: Databases, clock: Clock, engine: str
) -> None:
    """As the engine itself says of a connection that writes; what power loss would do cannot be tried here."""
    asked = {"sqlite": ("PRAGMA synchronous", "PRAGMA journal_mode"), "postgresql": ("SHOW synchronous_commit",)}
    app = plain_app(databases.fresh(engine), clock)
    with app.app_context(), transaction() as session:
        told = [session.connection().exec_driver_sql(question).scalar() for question in asked[engine]]
    close(app)
    assert told == {"sqlite": [2, "wal"], "postgresql": ["on"]}[engine]
