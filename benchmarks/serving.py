"""The whole request: HTTP to an explained shortlist, against the floor in the same run, and the worker's own time."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import insert

from benchmarks.corpora import profiles, requests
from benchmarks.growth import kept, resident
from benchmarks.timing import interleaved, undisturbed
from config.settings import Settings
from expertdb.app import create_app
from expertdb.database import db
from expertdb.models.experts import Expert, ExpertItem

TOKEN = "xdb_benchmark_0123456789abcdef"
SECRET = "benchmark-secret-key"
CHUNK = 1000
PORT = 8790
PREVIEW = "/api/v1/shortlists/preview"
PATIENCE = 3600  # seconds; a large pool is indexed before the first answer.


def serve(experts: int, items: int, count: int, workers: int) -> None:
    """Print what a shortlist with ten explained entries costs, over HTTP and in the worker."""
    folder = filled(experts, items)
    stated = {**os.environ, **environment(folder), "EXPERTDB_PORT": str(PORT), "EXPERTDB_WORKERS": str(workers)}
    bodies = [json.dumps({"text": one.text}) for one in requests(count)]
    start = time.perf_counter()
    with _running("wsgi:app", PORT, stated, "python:config.gunicorn") as ours:
        call = _caller(PORT, PREVIEW)
        answer = call(bodies[0])
        print(f"# served after {time.perf_counter() - start:.0f} s; an answer has {len(answer)} bytes", flush=True)
        (folder / "answer.json").write_bytes(answer)
        floor_environment = {**stated, "FLOOR_ANSWER": str(folder / "answer.json")}
        with (
            _running("benchmarks.floor:app", PORT + 1, floor_environment, None, workers) as bare,
            undisturbed(),
        ):
            calls = {"ours": call, "floor": _caller(PORT + 1, "/")}
            calls["floor"](bodies[0])  # It listens before it has started.
            print(f"{experts} experts, {items} items, ten entries explained", flush=True)
            # Reading a request and what its list shows takes as long as all else, and is remembered for the next one.
            for name, rounds in (("asked for the first time", 1), ("asked again", 4)):
                _compared(name, calls, bodies, rounds, (ours, bare))
        own, shared = _memory(ours)
    print(f"memory of a worker: {own:.0f} MB its own, {shared:.0f} MB shared")


@contextmanager
def serving(folder: Path) -> Iterator[Callable[[str], bytes]]:
    """What calls a server on that folder's database, with one worker, for the list of a body."""
    stated = {**os.environ, **environment(folder), "EXPERTDB_PORT": str(PORT), "EXPERTDB_WORKERS": "1"}
    with _running("wsgi:app", PORT, stated, "python:config.gunicorn"):
        yield _caller(PORT, PREVIEW)


def _compared(
    name: str,
    calls: dict[str, Callable[[str], Any]],
    bodies: list[str],
    rounds: int,
    processes: tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]],
) -> None:
    """Print what so many rounds of these calls cost, elapsed and in the workers of both."""
    before = [_processor_time(one) for one in processes]
    found = interleaved(calls, [dict.fromkeys(calls, one) for one in bodies], rounds)
    count = rounds * len(bodies) + 1
    ours, floor = (
        (_processor_time(one) - earlier) / count * 1e3 for one, earlier in zip(processes, before, strict=True)
    )
    times, above = found["ours"].median / found["floor"].median, found["ours"].median - found["floor"].median
    print(f"{name}: {found['ours']} ms; floor {found['floor']} ms: {times:.2f} times, {above:.2f} ms above it")
    print(f"  processor time in the worker: {ours:.2f} ms; floor {floor:.2f} ms: {ours / floor:.2f} times", flush=True)


def environment(folder: Path) -> dict[str, str]:
    """What tells a command or a server to work on the database of that folder."""
    return {
        "EXPERTDB_DATABASE_URL": f"sqlite:///{folder / 'pool.sqlite3'}",
        "EXPERTDB_INDEX_DIR": str(folder / "index"),
        "EXPERTDB_SECRET_KEY": SECRET,
        "EXPERTDB_BOOTSTRAP_TOKEN": TOKEN,
        "EXPERTDB_LOG_LEVEL": "WARNING",
    }


def filled(experts: int, items: int) -> Path:
    """A folder with a database of so many experts, `pool.sqlite3`."""
    folder = kept() / f"served-{experts}-{items}"
    if not (folder / "filled").exists():
        start = time.perf_counter()
        folder.mkdir(parents=True)
        _fill(settings(folder), experts, items)
        (folder / "filled").touch()
        print(f"# filled after {time.perf_counter() - start:.0f} s", flush=True)
    return folder


def settings(folder: Path, index_dir: str = "") -> Settings:
    """The settings of an application on that database."""
    url = f"sqlite:///{folder / 'pool.sqlite3'}"
    return Settings(database_url=url, secret_key=SECRET, bootstrap_token=TOKEN, index_dir=index_dir)


def _fill(stated: Settings, experts: int, items: int) -> None:
    app: Flask = create_app(stated)
    with app.app_context():
        flask_migrate.upgrade()
        waiting = profiles(experts, items=items)
        for start in range(0, experts, CHUNK):
            rows = [_rows(start + at, next(waiting)) for at in range(min(CHUNK, experts - start))]
            with db.engine.begin() as connection:
                connection.execute(insert(Expert), [expert for expert, _ in rows])
                evidence = [one for _, own in rows for one in own]
                if evidence:
                    connection.execute(insert(ExpertItem), evidence)
        with db.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM corpus_touched")
        db.engine.dispose()


def _rows(number: int, profile: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    expert = {
        "id": profile.expert,
        "name_zh": f"专家{number}",
        "name_sort": f"{number:08}",
        "name_search": "",
        "content_search": "",
        "kind": "K-PA",
        "languages": ["zh"],
        "statement": profile.statement,
        "status": "active",
        "term_start": date(2020, 1, 1),
        "term_end": date(2099, 1, 1),
        "created_at": moment,
        "updated_at": moment,
    }
    own = [
        {"id": f"{profile.expert}-{at}", "expert_id": profile.expert, "position": at, "kind": "case", "title": "案例"}
        | {"text": item.text, "verified": True}
        for at, item in enumerate(profile.items)
    ]
    return expert, own


@contextmanager
def _running(
    application: str, port: int, environment: dict[str, str], config: str | None, workers: int = 1
) -> Iterator[subprocess.Popen[bytes]]:
    command = [str(Path(sys.executable).with_name("gunicorn"))]
    command += (
        ["-c", config] if config else ["-k", "gthread", "--threads", "4", "-w", str(workers), "-b", f"127.0.0.1:{port}"]
    )
    process = subprocess.Popen([*command, "--keep-alive", "60", application], env=environment)
    try:
        _wait(port, process)
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(10 * PATIENCE):
        if process.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()
        except OSError:
            time.sleep(0.1)
        else:
            return


def _caller(port: int, path: str) -> Callable[[str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"}

    def call(body: str) -> bytes:
        connection.request("POST", path, body.encode(), headers)
        answer = connection.getresponse()
        read = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {read[:300]!r}")
        return read

    return call


def _processor_time(process: subprocess.Popen[bytes]) -> float:
    """Seconds that the children of a master have computed."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    ticks = [Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[11:13] for child in children]
    return sum(int(user) + int(system) for user, system in ticks) / os.sysconf("SC_CLK_TCK")


def _memory(process: subprocess.Popen[bytes]) -> tuple[float, float]:
    """The memory of a master's first child in MB: its own, and what it shares with others."""
    child = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0]
    return resident(child)
