"""Works at jobs: in a thread of each server process, or as the command `expertdb work`.

Computing happens outside of every transaction that writes; the result and the end of the job are stored in one. While
it goes on, a thread beside it renews the lease, since one mixed-integer program can take longer than a lease holds.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from expertdb.database import transaction
from expertdb.errors import DomainError, KeysHaveChanged
from expertdb.models.base import new_id
from expertdb.models.jobs import Job
from expertdb.services import batches, jobs
from expertdb.services.actors import Actor
from expertdb.services.corpus import Corpus
from expertdb.services.jobs import JobWasCancelled, LeaseIsLost
from expertdb.wording import Text

log = structlog.get_logger()
POLL = 1.0  # Seconds between two looks for work.
BEAT = 15.0  # Between two renewals of the lease while a program runs.
PARTING = 2.0  # For a thread that looks for work, or is about to, to see that it is to end.
SHORTEST = 1.0  # Between two notes of the progress.


@dataclass
class Work:
    """What the work at a job may use. `step` is called between the parts of it, however small."""

    app: Flask
    job_id: str
    kind: str
    worker: str
    input: Mapping[str, Any]
    actor: Actor
    progress: tuple[str, int, int] = ("", 0, 0)
    _ended: Exception | None = None
    _noted: float = field(default_factory=time.monotonic)

    @property
    def now(self) -> datetime:
        """The present moment."""
        moment: datetime = self.app.extensions["clock"]()
        return moment

    @property
    def corpus(self) -> Corpus:
        """The pool as the matcher reads it."""
        found: Corpus = self.app.extensions["corpus"]
        return found

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads."""
        with self.app.app_context(), transaction(read_only=True) as session:
            yield session

    def step(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Note how far the work is; raises JobWasCancelled or LeaseIsLost when it is to end."""
        self.progress = (stage, done, total)
        if time.monotonic() - self._noted >= SHORTEST:
            self.beat()
        if self._ended is not None:
            raise self._ended

    def beat(self) -> None:
        """Renew the lease and note the progress; what ends the work is kept for the next step."""
        self._noted = time.monotonic()
        try:
            with self.app.app_context(), transaction() as session:
                jobs.beat(session, self.job_id, self.worker, self.progress, self.now)
        except (JobWasCancelled, LeaseIsLost) as ended:
            self._ended = ended
        except SQLAlchemyError as error:  # The database may be back before the lease runs out.
            log.warning("job_beat_failed", job=self.job_id, error=type(error).__name__)


@dataclass(frozen=True)
class Kind:
    """How jobs of a kind are done: `work` computes, `store` puts what came of it into the last transaction."""

    work: Callable[[Work], Any]
    store: Callable[[Session, Work, Any], Mapping[str, Any]]


Kinds = Mapping[str, Kind]
Told = Callable[[Work | None], None]
KINDS: Kinds = {batches.KIND: Kind(batches.compute, batches.store)}


def _nobody(work: Work | None) -> None:
    """Nobody wants to know what is worked at."""


def run_once(app: Flask, kinds: Kinds, worker: str | None = None, told: Told = _nobody) -> bool:
    """Do the oldest job that waits; False when there is none. `told` learns what is worked at."""
    worker = worker or name()
    work = _leased(app, kinds, worker)
    if work is None:
        return False
    told(work)
    log.info("job_begun", job=work.job_id, kind=work.kind)
    with _beating(work):
        try:
            outcome = kinds[work.kind].work(work)
            work.step(*work.progress)
            _finish(work, kinds[work.kind], outcome)
        except JobWasCancelled:
            _give_up(work, None)
        except LeaseIsLost:
            log.warning("job_lost", job=work.job_id)
        except KeysHaveChanged:
            raise  # It cannot even note that it gives up; who knows the key does the job when the lease has run out.
        except DomainError as error:
            _give_up(work, error.detail)
        except Exception:
            log.exception("job_failed", job=work.job_id)
            _give_up(work, Text("This is a fault of ours. Quote the job's id."))
    told(None)
    return True


def run_until(app: Flask, kinds: Kinds, stop: threading.Event, told: Told = _nobody) -> None:
    """Do jobs as they come until told to stop; a database that is away is waited for."""
    worker = name()
    while not stop.is_set():
        try:
            idle = not run_once(app, kinds, worker, told)
        except (SQLAlchemyError, KeysHaveChanged) as error:
            log.warning("jobs_unavailable", error=type(error).__name__)
            idle = True
        if idle:
            stop.wait(POLL)


class Crew:
    """A thread of this process that does jobs as they come; it does not keep the process alive."""

    def __init__(self, app: Flask, kinds: Kinds) -> None:
        self._app, self._stop = app, threading.Event()
        self._current: Work | None = None
        arguments = (app, kinds, self._stop, self._note)
        self._thread = threading.Thread(target=run_until, args=arguments, name="jobs", daemon=True)
        self._thread.start()

    def _note(self, work: Work | None) -> None:
        self._current = work

    def leave(self) -> None:
        """Begin no further job, and hand back the one at hand: the process is about to end."""
        self._stop.set()
        work = self._current
        if work is None:
            self._thread.join(PARTING)
            return
        try:
            with self._app.app_context(), transaction() as session:
                jobs.hand_back(session, work.job_id, work.worker)
        except SQLAlchemyError as error:  # Its lease will run out.
            log.warning("job_not_handed_back", job=work.job_id, error=type(error).__name__)


def name() -> str:
    """A name for this worker that no other has."""
    return f"{socket.gethostname()[:20]}:{os.getpid()}:{new_id()[-8:]}"


def _leased(app: Flask, kinds: Kinds, worker: str) -> Work | None:
    now = app.extensions["clock"]()
    with app.app_context():
        with transaction(read_only=True) as session:
            if not jobs.is_waiting(session, kinds.keys(), now):
                return None
        with transaction() as session:
            job = jobs.lease(session, worker, kinds.keys(), now)
            return None if job is None else _work(app, job, worker)


def _work(app: Flask, job: Job, worker: str) -> Work:
    return Work(app, job.id, job.kind, worker, job.input, jobs.actor_of(job), ("", 0, job.total))


def _finish(work: Work, kind: Kind, outcome: Any) -> None:
    with work.app.app_context(), transaction() as session:
        jobs.finish(session, work.job_id, work.worker, kind.store(session, work, outcome), work.now)


def _give_up(work: Work, fault: Text | None) -> None:
    with work.app.app_context(), transaction() as session:
        jobs.give_up(session, work.job_id, work.worker, fault, work.now)


@contextmanager
def _beating(work: Work) -> Iterator[None]:
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(BEAT):
            work.beat()

    thread = threading.Thread(target=beat, name=f"lease of {work.job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(BEAT)
