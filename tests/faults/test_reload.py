"""New code and new schemas while others work: nobody is refused for it.

Pinned: after USR2 the new master takes over by itself under systemd, answers go on, and the old one ends; a new master
that cannot start leaves the old one at work; a migration runs while readers read and writers write, on both engines.
"""

import os
import shutil
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import inspect

from expertdb.database import db
from expertdb.services.readiness import head
from tests.api.people import expert
from tests.callers import Caller
from tests.conftest import Databases, caller
from tests.serving import PATIENCE, Service, service

ASKED = {"kind": "consultation", "title": "锂电池专利无效", "text": "请推荐熟悉电池专利无效宣告的专家。"}
MIGRATION = """
revision, down_revision, branch_labels, depends_on = "9999", "{head}", None, None
import sqlalchemy as sa
from alembic import op

def upgrade():
    with op.batch_alter_table("experts") as batch:
        batch.add_column(sa.Column("nickname", sa.String(40), nullable=True))
        batch.create_index("ix_experts_nickname", ["nickname"])
"""


@contextmanager
def working(calls: list[Callable[[], int]]) -> Iterator[Counter[object]]:
    """Make these calls over and over, each in a thread of its own; counts what came back, errors by their name."""
    stop, seen = threading.Event(), Counter[object]()

    def work(call: Callable[[], int]) -> None:
        while not stop.is_set():
            try:
                seen[call()] += 1
            except (OSError, HTTPException) as error:
                seen[type(error).__name__] += 1

    threads = [threading.Thread(target=work, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@pytest.fixture
def notified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """What systemd listens to."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(PATIENCE)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listener


def said(listener: socket.socket, name: bytes) -> bytes:
    """The value of the next message that names this."""
    while True:
        for line in listener.recv(4096).splitlines():
            if line.startswith(name + b"="):
                return line.partition(b"=")[2]


def test_reload_refuses_nobody(
    databases: Databases, notified: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    file = tmp_path / "expertdb.env"
    file.write_text("")
    with service(databases.fresh("sqlite"), workers=2, threads=2, env_file=file) as running:
        assert said(notified, b"READY") == b"1"
        calls = [lambda: running.get("requests").status, lambda: running.post("requests", ASKED).status] * 2
        with working(calls) as seen:
            fail_to_reload(running, file)
            os.kill(running.process.pid, signal.SIGUSR2)
            successor = int(said(notified, b"MAINPID"))
            assert running.process.wait(PATIENCE) == 0
            wait_for(seen, sum(seen.values()) + 50)
        assert set(seen) == {200, 201}, seen
        assert len(list(tmp_path.glob("expertdb-metrics-*"))) == 1  # All of them have added to the same.
        assert len(running.workers(successor)) == 2
        assert count(running, "requests") == seen[201]


def test_reload_by_hand_refuses_nobody_who_waits_for_the_line_that_says_ready(databases: Databases) -> None:
    with service(databases.fresh("sqlite"), workers=2, threads=2) as running:
        with working([lambda: running.get("requests").status] * 2) as seen:
            os.kill(running.process.pid, signal.SIGUSR2)
            while len(ready := [one for one in running.events() if one["event"] == "ready"]) < 2:
                time.sleep(0.01)
            os.kill(running.process.pid, signal.SIGTERM)
            assert running.process.wait(PATIENCE) == 0
            wait_for(seen, sum(seen.values()) + 50)
        assert set(seen) == {200}, seen
        assert [one["takes_over_from"] for one in ready] == [None, running.process.pid]
        assert len(running.workers(ready[1]["master"])) == 2


def fail_to_reload(running: Service, file: Path) -> None:
    """Start a successor that finds its settings unusable; wait until it has gone."""
    file.write_text("EXPERTDB_FIELD_KEYS=nonsense\n")
    os.kill(running.process.pid, signal.SIGUSR2)
    while not any("EXPERTDB_FIELD_KEYS" in line for line in running.lines):
        time.sleep(0.01)
    while len(running.workers()) > 2:
        time.sleep(0.01)
    assert running.process.poll() is None
    file.write_text("")


def count(running: Service, path: str) -> int:
    """How many things a collection holds, page by page."""
    page, found = f"{path}?limit=200", 0
    while page:
        answer = running.get(page).json
        page, found = answer["next"], found + len(answer["items"])
    return found


def test_migration_while_others_work(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    administrator, office = caller(app, "administrator"), caller(app, "policy_office")
    one = expert(administrator)
    folder = tmp_path / "migrations"
    shutil.copytree(app.extensions["migrate"].directory, folder)
    newest = head(app.extensions["migrate"].directory)
    (folder / "versions" / "9999_nickname.py").write_text(MIGRATION.format(head=newest))
    calls = [
        lambda: edited(administrator, one["id"]),
        lambda: office.post("/shortlists/preview", {"title": "电池"}).status_code,
        lambda: administrator.post("/experts", {"name": {"zh": "林岚"}, "kind": "K-PA"}).status_code,
    ]
    with working(calls) as seen:
        wait_for(seen, 10)
        with app.app_context():
            flask_migrate.upgrade(directory=str(folder))
            assert "nickname" in {column["name"] for column in inspect(db.engine).get_columns("experts")}
        wait_for(seen, sum(seen.values()) + 10)
    assert set(seen) == {200, 201}, seen


def edited(administrator: Caller, id: str) -> int:
    return administrator.patch(f"/experts/{id}", {"statement": f"专利代理师 {time.monotonic()}"}, etag="*").status_code


def wait_for(seen: Counter[object], count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while sum(seen.values()) < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)
