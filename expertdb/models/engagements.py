"""Engagements: who was asked to serve on a panel, what they answered, and what came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expertdb.models.base import Base, Json, new_id
from expertdb.models.experts import Expert
from expertdb.models.panels import Panel

ENGAGEMENT_STATES = ("invited", "accepted", "declined", "silent", "withdrawn", "delivered")
# Who is or was at work, or may be at any moment: what load and cool-off count. What was declined, let lapse, withdrawn
# or cancelled came to nothing; a cancelled request that is sent anew must not find its own experts cooling off.
COUNTED = ("invited", "accepted", "delivered")
# How an expert declared interests to an office that took it down.
WAYS_OF_DECLARING = ("telephone", "paper", "email", "in_person")


class Engagement(Base):
    """The invitation of one expert to one panel, and its course.

    `respond_by` is the moment until which an answer is awaited; `answered_at` when the expert accepted or declined,
    None for whoever was silent or left before. `link` counts the links that were issued to the expert: only the last
    one opens. `declaration` is what the expert declared about interests, by their link or to an office, None until they
    did.
    `promoted_from` is the engagement in whose place a reserve was asked. `missing_opinion_reason` is why an office does
    without this expert's signed opinion, None unless it said so; who said it, and when, stand beside it.
    """

    __tablename__ = "engagements"
    __table_args__ = (
        Index("ix_engagements_created_at_id", "created_at", "id"),
        Index("ix_engagements_expert_id_status", "expert_id", "status"),
        Index("ix_engagements_status_respond_by", "status", "respond_by"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    panel_id: Mapped[str] = mapped_column(ForeignKey("panels.id"), index=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("consultation_requests.id"), index=True)
    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id"))
    status: Mapped[str] = mapped_column(String(16))
    respond_by: Mapped[datetime]
    promoted_from: Mapped[str | None] = mapped_column(ForeignKey("engagements.id"))
    link: Mapped[int] = mapped_column(default=0)
    declaration: Mapped[dict[str, Any] | None] = mapped_column(Json)
    declared_at: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    missing_opinion_reason: Mapped[str | None] = mapped_column(String(1000))
    missing_opinion_by: Mapped[str | None] = mapped_column(String(36))
    missing_opinion_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    panel: Mapped[Panel] = relationship()
    expert: Mapped[Expert] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.
