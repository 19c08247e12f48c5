"""Opinions of experts, signed and never changed, and what the office made of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from expertdb.models.base import Base, new_id

POSITIONS = ("support", "support_with_changes", "oppose", "abstain")
ADOPTIONS = ("full", "partial", "none")


class Opinion(Base):
    """One signed opinion; a later one of the same expert is another row that says which it follows.

    `dissent` marks a view that differs from the panel's. `digest` is the SHA-256 of what was signed, which the audit
    log holds too. `adoption` is what the office made of it, with the reason.
    """

    __tablename__ = "opinions"
    __table_args__ = (Index("ix_opinions_created_at_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"), index=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("consultation_requests.id"), index=True)
    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id"), index=True)
    follows_id: Mapped[str | None] = mapped_column(ForeignKey("opinions.id"))
    position: Mapped[str] = mapped_column(String(24))
    text: Mapped[str] = mapped_column(Text)
    dissent: Mapped[bool] = mapped_column(default=False)
    signed_by: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime]
    adoption: Mapped[str | None] = mapped_column(String(8))
    adoption_reason: Mapped[str | None] = mapped_column(String(2000))
    adopted_by: Mapped[str | None] = mapped_column(String(36))
    adopted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.
