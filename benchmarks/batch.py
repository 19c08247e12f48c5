"""A batch against as many single calls: the same requests and pool, in one process, in turn; and the command, which
works on all cores, from its start to its end, against single calls of a server's one worker, which has started already.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask

from benchmarks.corpora import requests
from benchmarks.growth import resident
from benchmarks.serving import environment, filled, serving, settings
from benchmarks.timing import undisturbed
from expertdb.app import create_app, warm_up
from expertdb.database import transaction
from expertdb.schemas.shortlists import PreviewBody, ShortlistAnswer
from expertdb.services import bulk, shortlists
from expertdb.services.actors import SYSTEM
from expertdb.services.bulk import CHUNK, Asked

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def compare(experts: int, count: int) -> None:
    """Print the time for so many requests as a batch and one by one, chunk by chunk in turn."""
    folder = filled(experts, 0)
    app = create_app(settings(folder, str(folder / "index")), clock=lambda: NOW)
    warm_up(app)
    bodies = [PreviewBody().load({"text": one.text, "size": 10}) for one in requests(count)]
    spent = {"batch": [0.0, 0.0], "single": [0.0, 0.0]}
    with undisturbed():
        for start in range(-CHUNK, count, CHUNK):  # The first chunk warms up.
            chunk = bodies[max(start, 0) : max(start, 0) + CHUNK]
            turns = [("batch", _batch), ("single", _single)]
            for name, run in turns if start // CHUNK % 2 else reversed(turns):  # Whoever comes second knows the words.
                taken = _timed(lambda run=run, chunk=chunk: run(app, chunk))  # type: ignore[misc]
                if start >= 0:
                    spent[name] = [one + more for one, more in zip(spent[name], taken, strict=True)]
    print(f"{count} requests x {experts} experts, ten explained entries each, one process: s, s of processor time")
    for name, (elapsed, computed) in spent.items():
        print(f"{name:8} {elapsed:7.2f} {computed:7.2f}, {computed / spent['batch'][1]:.2f} times the batch")
    print(f"memory of the process: {resident()[0]:.0f} MB its own")
    with undisturbed():
        elapsed, computed = _timed(lambda: _command(folder, count))
        called = _over_http(folder, count)
    print(f"the command, with its start: {elapsed:.2f} {computed:.2f}")
    print(f"single calls over HTTP, one after the other: {called:.2f}, {called / elapsed:.2f} times the command")


def _timed(run: Callable[[], Any]) -> tuple[float, float]:
    """Return the seconds that something takes, and those of processor time, with the processes it starts."""
    start, before = time.perf_counter(), _computed()
    run()
    return time.perf_counter() - start, _computed() - before


def _computed() -> float:
    times = os.times()
    return sum(times) - times.elapsed


def _over_http(folder: Path, count: int) -> float:
    """The seconds in which a server, once it is ready, answers the same requests one by one."""
    asked = requests(count + CHUNK)  # The first warm it up, and are none of the others.
    bodies = [json.dumps({"text": one.text, "size": 10}) for one in asked[count:] + asked[:count]]
    with serving(folder) as call:
        for body in bodies[:CHUNK]:
            call(body)
        return _timed(lambda: [call(body) for body in bodies[CHUNK:]])[0]


def _command(folder: Path, count: int) -> None:
    """Match the same requests from a file, as a user would."""
    asked, answered = folder / "requests.jsonl", folder / "answers.jsonl"
    lines = [
        json.dumps({"id": str(number), "text": one.text, "size": 10}) for number, one in enumerate(requests(count))
    ]
    asked.write_text("\n".join(lines), "utf-8")
    command = [str(Path(sys.executable).with_name("expertdb")), "match", "--batch", str(asked), "--out", str(answered)]
    subprocess.run(command, env={**os.environ, **environment(folder)}, check=True, stderr=subprocess.DEVNULL)
    found = len(answered.read_text("utf-8").splitlines())
    if found != count:
        raise RuntimeError(f"{found} of {count} requests were answered")


def _batch(app: Flask, bodies: list[dict[str, Any]]) -> None:
    with app.app_context(), transaction(read_only=True) as session:
        asked = (Asked(str(number), body) for number, body in enumerate(bodies))
        for _ in bulk.match(session, app.extensions["corpus"], asked, now=NOW):
            pass


def _single(app: Flask, bodies: list[dict[str, Any]]) -> None:
    for body in bodies:
        with app.app_context(), transaction(read_only=True) as session:
            found = shortlists.preview(session, app.extensions["corpus"], body, actor=SYSTEM, now=NOW)
            ShortlistAnswer().dump(found)
