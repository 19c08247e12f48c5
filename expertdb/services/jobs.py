"""The one mechanism for long work: submit a job, lease it, report on it, end it.

A worker leases the oldest job that nobody works at, computes outside of any transaction that writes, and stores the
result and the end of the job in one transaction. A lease is renewed while the work goes on; when a worker dies it runs
out, and another worker begins the job anew: work must not leave anything behind before it stores its result.
"""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from expertdb.errors import NotFound, TransitionNotAllowed
from expertdb.models.base import new_id
from expertdb.models.jobs import ENDED, Job
from expertdb.models.tokens import SCOPES
from expertdb.services import audit, job_inputs, paging, versions
from expertdb.services.actors import Actor
from expertdb.services.corpus import Corpus
from expertdb.wording import Text, as_stored

LEASE = timedelta(seconds=60)
ATTEMPTS = 3
OFFICES = ("administrator", "policy_office", "auditor")


class Work(Protocol):
    """What the work at a job may use; `step` is called between its parts and ends it when it was cancelled."""

    job_id: str
    input: Mapping[str, Any]
    actor: Actor

    @property
    def now(self) -> datetime: ...

    @property
    def corpus(self) -> Corpus: ...

    def reading(self) -> AbstractContextManager[Session]: ...

    def step(self, stage: str, done: int = 0, total: int = 0) -> None: ...


class JobWasCancelled(Exception):
    """Somebody asked the job to end before it was done."""


class LeaseIsLost(Exception):
    """Another worker has the job, or it ended: nothing may be stored for it any more."""


def submit(
    session: Session, kind: str, input: Mapping[str, Any], *, total: int = 0, actor: Actor, now: datetime
) -> Job:
    """Queue work of this kind on behalf of the caller."""
    job = Job(
        id=new_id(),
        kind=kind,
        input=dict(input),
        total=total,
        status="queued",
        created_by=actor.id,
        person=actor.person,
        role=actor.role,
        organisation_id=actor.organisation_id,
        created_at=now,
    )
    session.add(job)
    session.flush()
    audit.record(session, actor, "job.submitted", kind="job", id=job.id, work=kind)
    return job


def get(session: Session, job_id: str, *, actor: Actor, kind: str | None = None) -> Job:
    """The job with this id (and of this kind); raises NotFound, also when it is not the caller's to see."""
    job = session.scalar(_visible_to(actor).where(Job.id == job_id))
    if job is None or kind not in (None, job.kind):
        raise NotFound("job", job_id)
    return job


def find(session: Session, query: Mapping[str, Any], *, actor: Actor, kind: str | None = None) -> paging.Page:
    """The jobs the caller may see that meet every filter, newest first."""
    statement = _visible_to(actor)
    for name, value in (("status", query.get("status")), ("kind", kind or query.get("kind"))):
        if value is not None:
            statement = statement.where(getattr(Job, name) == value)
    return paging.fetch(
        session, statement, (Job.created_at, Job.id), query["limit"], query.get("cursor"), newest_first=True
    )


def cancel(
    session: Session,
    job_id: str,
    reason: str,
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
    kind: str | None = None,
) -> Job:
    """End a job that has not begun at once, one that runs at its next step.

    Raises NotFound, EditedMeanwhile, TransitionNotAllowed when it has ended.
    """
    job = get(session, job_id, actor=actor, kind=kind)
    session.refresh(job, with_for_update=True)
    versions.check(job.version, version)
    if job.status in ENDED:
        raise TransitionNotAllowed("job", job.status, "cancelled", ())
    if job.status == "queued":
        job.cancel_requested = True
        _end(session, job, "cancelled", now, actor=actor, reason=reason)
    elif not job.cancel_requested:
        job.cancel_requested = True
        job.version += 1
        audit.record(session, actor, "job.cancelled", kind="job", id=job.id, reason=reason)
    session.flush()
    return job


def is_waiting(session: Session, kinds: Collection[str], now: datetime) -> bool:
    """Whether there is anything to lease: asked often, in a transaction that only reads."""
    return session.scalar(select(Job.id).where(_free(now), Job.kind.in_(kinds)).limit(1)) is not None


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Job.status == "queued", and_(Job.status == "running", Job.lease_until < now))


def lease(session: Session, worker: str, kinds: Collection[str], now: datetime) -> Job | None:
    """The oldest job of these kinds that nobody works at, now leased to `worker`; None when there is none.

    One that three workers died of is given up.
    """
    statement = select(Job).where(_free(now), Job.kind.in_(kinds)).order_by(Job.created_at, Job.id)
    for job in session.scalars(statement.limit(10).with_for_update(skip_locked=True)):
        if job.cancel_requested:
            _end(session, job, "cancelled", now)
        elif job.attempts >= ATTEMPTS:
            given_up = Text("{count} workers ended in the middle of this job; it was given up.", count=job.attempts)
            _end(session, job, "failed", now, fault=given_up)
        else:
            job.status, job.worker, job.lease_until = "running", worker, now + LEASE
            job.attempts, job.done, job.stage = job.attempts + 1, 0, ""
            job.started_at = job.started_at or now
            job.version += 1
            session.flush()
            return job
    session.flush()
    return None


def beat(session: Session, job_id: str, worker: str, progress: tuple[str, int, int], now: datetime) -> None:
    """Renew the lease and note the progress (stage, done, total); raises LeaseIsLost, JobWasCancelled."""
    job = _held(session, job_id, worker)
    if job.cancel_requested:
        raise JobWasCancelled
    job.lease_until = now + LEASE
    job.stage, job.done, job.total = progress
    session.flush()


def finish(session: Session, job_id: str, worker: str, result: Mapping[str, Any], now: datetime) -> Job:
    """Store the result; raises LeaseIsLost, JobWasCancelled: then nothing of this transaction may stay."""
    job = _held(session, job_id, worker)
    if job.cancel_requested:
        raise JobWasCancelled
    job.result = dict(result)
    job.done = job.total
    _end(session, job, "done", now)
    session.flush()
    return job


def give_up(session: Session, job_id: str, worker: str, fault: Text | None, now: datetime) -> None:
    """End a job without result: failed with a fault, cancelled without; a job that is no longer ours is left alone."""
    try:
        job = _held(session, job_id, worker)
    except LeaseIsLost:
        return
    _end(session, job, "cancelled" if fault is None else "failed", now, fault=fault)
    session.flush()


def hand_back(session: Session, job_id: str, worker: str) -> None:
    """Let another worker begin the job anew at once: this one has to leave, which counts as no attempt."""
    try:
        job = _held(session, job_id, worker)
    except LeaseIsLost:
        return
    job.status, job.worker, job.lease_until = "queued", None, None
    job.attempts -= 1
    job.version += 1
    session.flush()


def actor_of(job: Job) -> Actor:
    """The caller on whose behalf a job is done."""
    user = job.person if job.person != job.created_by else None
    return Actor(job.created_by, job.kind, job.role, frozenset(SCOPES), job.organisation_id, user)


def _held(session: Session, job_id: str, worker: str) -> Job:
    """The job, locked; raises LeaseIsLost unless `worker` works at it. A lease that ran out unnoticed still counts."""
    job = session.get(Job, job_id, with_for_update=True, populate_existing=True)
    if job is None or job.worker != worker or job.status != "running":
        raise LeaseIsLost
    return job


def _end(
    session: Session,
    job: Job,
    status: str,
    now: datetime,
    *,
    fault: Text | None = None,
    actor: Actor | None = None,
    **details: str,
) -> None:
    """End a job, by `actor` or else in the name of whoever it is done for."""
    job.status, job.finished_at, job.worker, job.lease_until = status, now, None, None
    job.fault = None if fault is None else as_stored(fault)
    job.input = job_inputs.without_names(job.input)
    job.version += 1
    audit.record(session, actor or actor_of(job), f"job.{status}", kind="job", id=job.id, work=job.kind, **details)


def _visible_to(actor: Actor) -> Select[Job]:
    """Offices see all jobs; everybody else their own."""
    statement = select(Job)
    return statement if actor.role in OFFICES else statement.where(Job.person == actor.person)
