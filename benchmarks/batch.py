"""A batch against as many single calls: the same requests, the same pool, in one process, in turn."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Flask

from benchmarks.corpora import requests
from benchmarks.growth import resident
from benchmarks.serving import filled, settings
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
            for name, run in (("batch", _batch), ("single", _single)):
                taken = _timed(lambda run=run, chunk=chunk: run(app, chunk))  # type: ignore[misc]
                if start >= 0:
                    spent[name] = [one + more for one, more in zip(spent[name], taken, strict=True)]
    print(f"{count} requests x {experts} experts, ten explained entries each, one process: s, s of processor time")
    for name, (elapsed, computed) in spent.items():
        print(f"{name:8} {elapsed:7.2f} {computed:7.2f}, {computed / spent['batch'][1]:.2f} times the batch")
    print(f"memory of the process: {resident()[0]:.0f} MB its own")


def _timed(run: Callable[[], Any]) -> tuple[float, float]:
    start, before = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - start, time.process_time() - before


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
