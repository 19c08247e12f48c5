"""Ties of experts to organisations and people, and waivers of the conflicts that follow from them."""

from datetime import date, datetime
from typing import Literal

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from expertdb.models.base import Base, new_id


class ExpertTie(Base):
    """Something that binds an expert to an organisation or a person, as it was declared or entered.

    `name` is the other side as it was named; `key` and `core` are the forms in which it is compared with names of
    organisations, `other_expert_id` is set where it is an expert of the pool. `until` is None while the tie lasts. With
    `request_id` it counts in that matter only.
    """

    __tablename__ = "expert_ties"
    __table_args__ = (Index("ix_expert_ties_key", "key"), Index("ix_expert_ties_core", "core"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), index=True)
    type: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(200))
    core: Mapped[str] = mapped_column(String(200))
    other_expert_id: Mapped[str | None] = mapped_column(ForeignKey("experts.id", ondelete="SET NULL"), index=True)
    request_id: Mapped[str | None] = mapped_column(
        ForeignKey("consultation_requests.id", ondelete="CASCADE"), index=True
    )
    since: Mapped[date | None]
    until: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(1000), default="")
    source: Mapped[Literal["entered", "declared", "recorded"]] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.


class Waiver(Base):
    """An office sets one type of conflict of one expert aside in one matter: who, why, until when, for which party.

    An empty `party` stands for every party. Revoked ones are kept.
    """

    __tablename__ = "waivers"
    __table_args__ = (Index("ix_waivers_created_at_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    request_id: Mapped[str] = mapped_column(ForeignKey("consultation_requests.id"), index=True)
    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id"), index=True)
    type: Mapped[str] = mapped_column(String(24))
    party: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(String(1000))
    until: Mapped[date | None]
    granted_by: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(36))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.

    def holds_on(self, today: date) -> bool:
        """Whether it is in force on that day, the last one included."""
        return self.revoked_at is None and (self.until is None or self.until >= today)
