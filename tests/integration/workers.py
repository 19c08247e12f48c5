"""What the processes of test_workers.py run."""

import threading
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from expertdb import worker
from expertdb.worker import Kind, Work
from tests.callers import Clock
from tests.conftest import START, make_app


def work_for_ever(url: str, started: str) -> None:
    """Lease a job, say so, and never end."""
    app = make_app(url, Clock(START))

    def stuck(work: Work) -> None:
        Path(started).write_text(work.job_id, "utf-8")
        threading.Event().wait()

    worker.run_once(app, {"count": Kind(stuck, _nothing)})


def work_through(url: str, log: str) -> int:
    """Do all jobs that wait, each with a line in a file of this process; returns how many."""
    app = make_app(url, Clock(START))

    def note(work: Work) -> None:
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(f"{work.job_id}\n")

    count = 0
    while worker.run_once(app, {"count": Kind(note, _nothing)}):
        count += 1
    return count


def _nothing(session: Session, work: Work, outcome: Any) -> dict[str, Any]:
    return {"stored": True}
