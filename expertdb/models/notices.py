"""Notices that are to go to experts, that a term ends or the yearly confirmation falls due; and other duties."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from expertdb.models.base import Base, new_id

NOTICE_KINDS = ("term_ends", "confirmation")
# due → sent by a person; void when what it was about has changed before.
NOTICE_STATES = ("due", "sent", "void")
# What else waits for a person; `services/duties.py` says whom each concerns.
DUTIES = (
    "to_review",
    "ready_to_activate",
    "objection_open",
    "objection_overdue",
    "appeal_open",
    "renewal_to_activate",
    "expired",
    "notice_due",
    "confirmation_overdue",
    "unreachable",
)


class Notice(Base):
    """One notice; `about` is the last day of the term, or the day by which to confirm. One of a kind for each day."""

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("expert_id", "kind", "about"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    about: Mapped[date]
    raised_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(16), default="due", index=True)
    sent_on: Mapped[date | None]
    sent_by: Mapped[str | None] = mapped_column(String(36))
    reason: Mapped[str | None] = mapped_column(String(1000))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.
