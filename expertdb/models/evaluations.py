"""Evaluations of experts after they served, and their replies."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from expertdb.models.base import Base, Json, new_id

CRITERIA = ("competence", "independence", "timeliness", "usefulness", "communication", "confidentiality")


class Evaluation(Base):
    """How one expert served in one matter, by one evaluator: 1 to 5 for each criterion, and a comment.

    The expert may reply until `reply_by`; before that, or their reply, no rating counts.
    """

    __tablename__ = "evaluations"
    __table_args__ = (
        UniqueConstraint("engagement_id", "evaluator"),
        Index("ix_evaluations_created_at_id", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"))
    request_id: Mapped[str] = mapped_column(ForeignKey("consultation_requests.id"), index=True)
    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id"), index=True)
    evaluator: Mapped[str] = mapped_column(String(16))
    scores: Mapped[dict[str, Any]] = mapped_column(Json)
    comment: Mapped[str] = mapped_column(Text, default="")
    reply: Mapped[str | None] = mapped_column(Text)
    reply_by: Mapped[datetime]
    replied_at: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.
