"""Panels: who sits, who stands by, why, and all that the choice was made from."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expertdb.models.base import Base, Json, new_id
from expertdb.models.requests import ConsultationRequest

PANEL_STATES = ("proposed", "confirmed", "rejected", "superseded")
CHOICES = ("solved", "replaced", "drawn")


class PanelSeat(Base):
    """A member or reserve, in the order of the panel.

    `rank` is the place among all candidates, None for somebody drawn by lot. `deviation` is the reason, given at the
    confirmation, why this person sits although better ranked ones do not; `replaces` names the members whose place a
    reserve can take without a rule being broken.
    """

    __tablename__ = "panel_seats"
    __table_args__ = (Index("ix_panel_seats_expert_id", "expert_id"),)

    panel_id: Mapped[str] = mapped_column(ForeignKey("panels.id", ondelete="CASCADE"), primary_key=True)
    expert_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    place: Mapped[int]
    role: Mapped[Literal["member", "reserve"]] = mapped_column(String(8))
    affinity: Mapped[float]
    rank: Mapped[int | None]
    deviation: Mapped[str] = mapped_column(String(1000), default="")
    replaces: Mapped[list[str]] = mapped_column(default=list)


class PanelTransition(Base):
    """A decision on a panel: from where, to where, why, who, when."""

    __tablename__ = "panel_transitions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    panel_id: Mapped[str] = mapped_column(ForeignKey("panels.id", ondelete="CASCADE"), index=True)
    from_status: Mapped[str | None] = mapped_column(String(16))
    to_status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(1000))
    actor: Mapped[str] = mapped_column(String(36))
    person: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime]


class Panel(Base):
    """A panel for a request; its members never change: a replacement makes another panel that supersedes it.

    `snapshot` holds what it was chosen from: the request, the candidates with their reasons, who was left out.
    `names` are those of everybody in it, apart from the rest so that a person can be erased from it. `confirmed_by` is
    the person who decided, by name.
    """

    __tablename__ = "panels"
    __table_args__ = (Index("ix_panels_created_at_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    request_id: Mapped[str] = mapped_column(ForeignKey("consultation_requests.id"), index=True)
    shortlist_id: Mapped[str | None] = mapped_column(ForeignKey("shortlists.id"))
    draw_id: Mapped[str | None] = mapped_column(ForeignKey("draws.id"))
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey("panels.id"))
    choice: Mapped[Literal["solved", "replaced", "drawn"]] = mapped_column(String(8))
    status: Mapped[str] = mapped_column(String(16), index=True)
    preset: Mapped[str | None] = mapped_column(String(32))
    rules: Mapped[list[dict[str, Any]]]
    solver: Mapped[dict[str, Any]] = mapped_column(Json)
    snapshot: Mapped[dict[str, Any]] = mapped_column(Json, deferred=True)
    names: Mapped[dict[str, Any]] = mapped_column(Json)
    corpus_version: Mapped[int]
    confirmed_by: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[str | None] = mapped_column(String(1000))
    created_by: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    consultation_request: Mapped[ConsultationRequest] = relationship()
    seats: Mapped[list[PanelSeat]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=(PanelSeat.role, PanelSeat.place), lazy="selectin"
    )
    transitions: Mapped[list[PanelTransition]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=PanelTransition.id
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.

    @property
    def members(self) -> list[PanelSeat]:
        """Those who sit, in the order of the panel."""
        return [seat for seat in self.seats if seat.role == "member"]

    @property
    def reserves(self) -> list[PanelSeat]:
        """Those who stand by, in the order in which they step in."""
        return [seat for seat in self.seats if seat.role == "reserve"]
