"""Objections to a candidate whose entry is being made public."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from expertdb.models.base import Base, new_id

# Who objects. Nobody's name is kept here: `reference` is the number of the letter in the office's own register.
OBJECTORS = ("citizen", "organisation", "staff", "anonymous")
OBJECTION_GROUNDS = ("not_qualified", "false_data", "misconduct", "conflict_of_interest", "procedure", "other")
# A candidate who leaves before the decision leaves the objection without its object: it lapses.
OBJECTION_STATES = ("open", "upheld", "dismissed", "lapsed")


class Objection(Base):
    """What was objected to a candidate, by when it is to be decided (`due`), and how it was."""

    __tablename__ = "objections"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), index=True)
    lodged_by: Mapped[str] = mapped_column(String(16))
    reference: Mapped[str | None] = mapped_column(String(100))
    lodged_on: Mapped[date]
    ground: Mapped[str] = mapped_column(String(24))
    text: Mapped[str] = mapped_column(Text)
    due: Mapped[date]
    recorded_by: Mapped[str] = mapped_column(String(36))
    recorded_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(16), default="open", index=True)
    reason: Mapped[str | None] = mapped_column(String(1000))
    decided_by: Mapped[str | None] = mapped_column(String(36))
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.
