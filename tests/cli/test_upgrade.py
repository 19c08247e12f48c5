"""Backups of earlier releases are restored by the program of today, on both engines.

Pinned: the schema is then exactly the models', every row that was there is there, the audit log is whole, what the API
read then it reads now, and stored lists compute to the same digits.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import func, select, table

from expertdb.database import db
from expertdb.models.base import Base
from expertdb.services.archives import opened
from tests.callers import Clock
from tests.cli.conftest import run
from tests.cli.test_backups import at as at
from tests.conftest import START, Databases, caller, close, make_app
from tests.integration.test_migrations import OPTIONS
from tests.releases.make import FOLDER

RELEASES = sorted(FOLDER.glob("*.backup"))


@pytest.fixture(params=RELEASES, ids=lambda path: path.stem)
def release(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


@pytest.fixture
def upgraded(release: Path, engine: str, databases: Databases, at: Callable[[str], None]) -> Iterator[Flask]:
    url = databases.fresh(engine)
    at(url)
    done = run("restore", str(release))
    assert done.exit_code == 0, done.output
    app = make_app(url, Clock(START))
    yield app
    close(app)


def test_release_upgrades_and_reads_as_before(release: Path, upgraded: Flask) -> None:
    with upgraded.app_context(), db.engine.connect() as connection, opened(release, None) as archive:
        assert compare_metadata(MigrationContext.configure(connection, opts=OPTIONS), Base.metadata) == []
        for name, stated in archive.manifest.tables.items():
            if name in Base.metadata.tables:
                count = connection.execute(select(func.count()).select_from(table(name))).scalar_one()
                assert count == stated.rows + (name == "audit_entries"), name
    assert "whole" in run("audit", "verify").output
    office, administrator = caller(upgraded, "policy_office"), caller(upgraded, "administrator")
    (stored,) = office.get("/shortlists").json["items"]
    assert len(stored["entries"]) == 5
    for entry in stored["entries"]:
        parts = [term["contribution"] for term in entry["reasons"]["terms"]]
        parts += [one["value"] for one in entry["reasons"]["adjustments"]]
        assert sum(parts) == pytest.approx(entry["affinity"], abs=1e-9)
    assert office.get(f"/requests/{stored['request']}").json["title"] == "锂电池专利无效"
    assert names(administrator.get("/experts?q=甘露").json) == ["甘露"]
    assert office.post("/shortlists/preview", {"title": "外观设计侵权"}).json["entries"]


def names(page: dict[str, Any]) -> list[str]:
    return [one["name"]["zh"] for one in page["items"]]
