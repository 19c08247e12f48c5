"""Suspensions and removals: their ground, the notice given to the expert, and the appeal."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from expertdb.models.base import Base, new_id

SANCTION_KINDS = ("suspension", "removal")
GROUNDS = (
    "not_qualified",
    "lost_qualification",
    "misconduct",
    "false_data",
    "undisclosed_conflict",
    "leak",
    "no_shows",
    "poor_appraisal",
    "unreachable",
    "own_request",
    "term_end",
    "death",
    "other",
)
# standing → appealed → dismissed (it stands on) or upheld (it is void); lifted by the office itself.
SANCTION_STATES = ("standing", "appealed", "dismissed", "upheld", "lifted")
IN_FORCE = ("standing", "appealed", "dismissed")


class Sanction(Base):
    """One suspension or removal; `imposed_by` and `decided_by` are persons, and never the same one."""

    __tablename__ = "sanctions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    ground: Mapped[str] = mapped_column(String(24))
    reason: Mapped[str] = mapped_column(String(1000))
    imposed_by: Mapped[str] = mapped_column(String(36))
    imposed_at: Mapped[datetime]
    notified_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(16), default="standing", index=True)
    appealed_on: Mapped[date | None]
    appeal: Mapped[str | None] = mapped_column(Text)
    decision: Mapped[str | None] = mapped_column(String(1000))
    decided_by: Mapped[str | None] = mapped_column(String(36))
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.
