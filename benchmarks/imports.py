"""An import of 20,000 invented experts with 500 faulty rows of twenty kinds: dry run, then the mended file, measured.

    .venv/bin/python -m benchmarks.imports [rows] [faulty]

Each run is a process of its own, on a fresh SQLite database and on PostgreSQL, so that its peak memory is its own;
a second connection writes all the while and says how long it ever waited. Exits with 1 when a planted fault is missed,
a sound row is blamed, or another writer fails.
"""

import io
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import flask_migrate
from sqlalchemy import text

from expertdb.database import db, transaction
from expertdb.services import imports, organisations
from expertdb.services.actors import SYSTEM
from expertdb.services.rosters import Upload
from tests.callers import Clock
from tests.conftest import START, make_app
from tests.postgres import server
from tests.rosters import roster


def main(rows: int, faulty: int) -> int:
    """Print the figures; 1 when anything is not as it should be."""
    wrong = 0
    with tempfile.TemporaryDirectory() as folder, server() as postgres:
        bad, good = Path(folder, "faulty.xlsx"), Path(folder, "mended.xlsx")
        made = roster(rows, faulty)
        bad.write_bytes(made.xlsx().read())
        good.write_bytes(roster(rows, 0).xlsx().read())
        Path(folder, "faults.json").write_text(json.dumps(sorted(pointer for _, pointer in made.faults.values())))
        urls = {"sqlite": f"sqlite:///{folder}/pool.sqlite3", "postgresql": postgres.create_database("soak")}
        print(f"{rows} rows, {faulty} faulty, {bad.stat().st_size / 1e6:.1f} MB")
        for engine, url in urls.items():
            for step in ("base", "dry", "real"):
                run = subprocess.run([sys.executable, "-m", "benchmarks.imports", step, folder, url], check=False)
                wrong |= run.returncode
                if step == "real":
                    print(f"  ({engine})")
    return wrong


def step(name: str, folder: str, url: str) -> int:
    """One process: migrate only (`base`), dry run of the faulty file, or import of the mended one."""
    app = make_app(url, Clock(START))
    with app.app_context():
        if name == "base":
            flask_migrate.upgrade()
            print(f"  before any import          peak {_peak():6.0f} MB")
            return 0
        return _dry(folder) if name == "dry" else _real(app, folder)


def _examined(path: Path, *, dry_run: bool) -> tuple[imports.Plan, float]:
    began = time.perf_counter()
    with transaction(read_only=True) as session:
        upload = Upload(path.name, io.BytesIO(path.read_bytes()))
        plan = imports.examine(session, upload, imports.Options(), dry_run=dry_run, actor=SYSTEM, now=START)
    return plan, time.perf_counter() - began


def _dry(folder: str) -> int:
    plan, seconds = _examined(Path(folder, "faulty.xlsx"), dry_run=True)
    found = sorted(fault.pointer for fault in plan.report.faults)
    planted = json.loads(Path(folder, "faults.json").read_text())
    print(
        f"  dry run           {seconds:6.1f} s, peak {_peak():6.0f} MB, {len(found)} faults of {len(planted)} planted"
    )
    return int(found != planted)


def _real(app: Any, folder: str) -> int:
    plan, seconds = _examined(Path(folder, "mended.xlsx"), dry_run=False)
    print(f"  read and staged   {seconds:6.1f} s")
    other = _Writer(app)
    other.start()
    began = time.perf_counter()
    with transaction() as session:
        report = imports.store(session, plan, actor=SYSTEM, now=START)
    seconds = time.perf_counter() - began
    other.stop()
    print(f"  lock held         {seconds:6.1f} s, peak {_peak():6.0f} MB, {report.done['created']} experts entered")
    print(
        f"  another writer    {len(other.waits)} writes, {other.failed} failed, longest wait {max(other.waits):.1f} s"
    )
    with transaction(read_only=True) as session:
        stored = session.scalar(text("SELECT count(*) FROM experts"))
    return int(stored != report.rows or other.failed > 0)


class _Writer(threading.Thread):
    """Somebody else who enters organisations all the while."""

    def __init__(self, app: Any) -> None:
        super().__init__()
        self._app, self._done = app, threading.Event()
        self.waits: list[float] = []
        self.failed = 0

    def run(self) -> None:
        with self._app.app_context():
            while not self._done.wait(0.05):
                began = time.perf_counter()
                try:
                    self._write(len(self.waits))
                except Exception as error:
                    self.failed += 1
                    print(f"  another writer failed: {error}")
                self.waits.append(time.perf_counter() - began)
            db.session.remove()

    def _write(self, number: int) -> None:
        with transaction() as session:
            body = {"name": {"zh": f"旁人机构{number}"}, "kind": "O-OTH"}
            organisations.create(session, body, actor=SYSTEM, now=START)

    def stop(self) -> None:
        time.sleep(0.2)
        self._done.set()
        self.join()


def _peak() -> float:
    """The most memory that this process has held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] in ("base", "dry", "real"):
        sys.exit(step(*sys.argv[1:]))
    sys.exit(main(*(int(number) for number in (sys.argv[1:] or ["20000", "500"]))))
