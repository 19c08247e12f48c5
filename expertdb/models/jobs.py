"""Jobs: work that takes longer than a call should, done by whichever worker leases it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from expertdb.models.base import Base, Json, new_id

JOB_STATES = ("queued", "running", "done", "failed", "cancelled")
ENDED = ("done", "failed", "cancelled")


class Job(Base):
    """One piece of long work: what is asked, how far it is, what came of it, and who works at it until when.

    `worker` holds the lease until `lease_until`; a lease that ran out may be taken by any other worker. `version`
    counts changes of the state, not of the progress: a cancellation must not race with every step. `created_by` to
    `organisation_id` are the caller on whose behalf it is done.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_status_created_at", "status", "created_at"),
        Index("ix_jobs_created_at_id", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(32), index=True)
    status: Mapped[str] = mapped_column(String(16), default="queued")
    input: Mapped[dict[str, Any]] = mapped_column(Json, deferred=True)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json, deferred=True)
    fault: Mapped[dict[str, Any] | None] = mapped_column(Json)
    stage: Mapped[str] = mapped_column(String(32), default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(String(36))
    person: Mapped[str] = mapped_column(String(36), index=True)
    role: Mapped[str] = mapped_column(String(16))
    organisation_id: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
