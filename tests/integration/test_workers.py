"""Real processes work at jobs: a killed one loses its job to another, several share a queue without doubles."""

import multiprocessing
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path

from flask import Flask

from expertdb import worker
from expertdb.services import jobs
from tests.callers import Clock
from tests.integration import workers
from tests.integration.test_jobs import KINDS, read, submitted

PATIENCE = 60  # seconds
# Forked from a process that has imported everything and opened nothing: spawned, each would import it all anew.
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([workers.__name__])


def url(app: Flask) -> str:
    return str(app.config["SQLALCHEMY_DATABASE_URI"])


def test_job_of_a_killed_process_is_done_by_another(app: Flask, clock: Clock, tmp_path: Path) -> None:
    job, started = submitted(app), tmp_path / "started"
    process = CONTEXT.Process(target=workers.work_for_ever, args=(url(app), str(started)))
    process.start()
    end = time.monotonic() + PATIENCE
    while not started.exists() and time.monotonic() < end:
        time.sleep(0.05)
    process.kill()
    process.join(PATIENCE)
    assert read(app, job)["status"] == "running"
    assert not worker.run_once(app, KINDS)

    clock.now += jobs.LEASE + timedelta(seconds=1)
    assert worker.run_once(app, KINDS)
    found = read(app, job)
    assert (found["status"], found["attempts"], found["result"]) == ("done", 2, {"counted": [0, 1, 2]})


def test_processes_share_a_queue_and_nothing_is_done_twice(app: Flask, tmp_path: Path) -> None:
    wanted = [submitted(app) for _ in range(20)]
    logs = [str(tmp_path / f"log{number}") for number in range(3)]
    with ProcessPoolExecutor(3, CONTEXT) as pool:
        counts = list(pool.map(workers.work_through, [url(app)] * 3, logs, timeout=PATIENCE))
    done = Counter(line for log in logs if Path(log).exists() for line in Path(log).read_text("utf-8").split())
    assert done == Counter(wanted)
    assert sum(counts) == 20
    assert {read(app, job)["status"] for job in wanted} == {"done"}
