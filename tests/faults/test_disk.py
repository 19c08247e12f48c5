"""SQLite as an ordinary user on a full disk and with files that cannot be written: clear answers, nothing broken.

The disk is a small tmpfs, which takes root to mount; the service is started without root's privileges, as with them it
could write anything.
"""

import contextlib
import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.conftest import Databases
from tests.serving import Service, service

ROOM = 12 * 2**20
EXPERT = {"name": {"zh": "林岚"}, "kind": "K-PA"}
LARGE = EXPERT | {"statement": "专" * 9000}


@contextlib.contextmanager
def small_disk() -> Iterator[Path]:
    """A folder with little room; elsewhere than here for whoever may not mount."""
    folder = Path(tempfile.mkdtemp(prefix="expertdb-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=755", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        shutil.rmtree(folder)
        pytest.skip("a small disk takes a mount, and so root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def copy_of(databases: Databases, folder: Path) -> Path:
    """A migrated database there."""
    file = folder / "expertdb.sqlite3"
    shutil.copy(str(make_url(databases.fresh("sqlite")).database), file)
    return file


def sound(file: Path) -> list[str]:
    """The names in the database, when it is whole."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [row[0] for row in connection.execute("SELECT name_en FROM experts")]


def fill(running: Service) -> tuple[list[str], int]:
    """Enter experts until it is refused; the names that were acknowledged, and the status of the refusal."""
    told = []
    for number in range(400):
        name = f"Somebody {number}"
        answer = running.post("experts", LARGE | {"name": {"en": name}})
        if answer.status != 201:
            return told, answer.status
        told.append(name)
    return told, 0


def test_full_disk_refuses_writes_and_loses_nothing(databases: Databases) -> None:
    with small_disk() as folder:
        file = copy_of(databases, folder)
        with service(f"sqlite:///{file}", workers=1, plainly=True, least_free_bytes=0) as running:
            told, status = fill(running)
            assert (status, len(told) > 20) == (503, True)
            refused = running.post("experts", LARGE)
            assert (refused.status, "retry-after" in refused.headers) == (503, True)
            assert refused.json["detail"].startswith("The database cannot answer")
            assert len(running.get("experts?limit=200").json["items"]) == min(200, len(told))
            reasons = {event.get("reason") for event in running.events() if event["event"] == "database_unavailable"}
            assert reasons
            assert reasons <= {"OperationalError SQLITE_FULL", "OperationalError SQLITE_IOERR_WRITE"}
        assert sorted(sound(file)) == sorted(told)


def test_files_that_cannot_be_written_are_said_and_left_as_they_are(databases: Databases) -> None:
    with small_disk() as folder:
        file = copy_of(databases, folder)
        somebody_else = pwd.getpwnam("nobody").pw_uid
        os.chown(file, somebody_else, -1)
        os.chown(folder, somebody_else, -1)
        file.chmod(0o444)
        before = file.read_bytes()
        with service(f"sqlite:///{file}", workers=1, plainly=True, ready=False) as running:
            running.wait_until_up()
            ready = running.get("/readyz")
            assert (ready.status, ready.json["status"]) in ((503, "database failed"), (503, "writable failed"))
            for answer in (running.post("experts", EXPERT), running.get("experts")):
                assert (answer.status, answer.json["type"]) == (503, "urn:expertdb:problem:unavailable")
            running.wait_until_logged("OperationalError SQLITE_READONLY")
        assert file.read_bytes() == before
