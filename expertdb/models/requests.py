"""Consultation requests; named so because `request` belongs to Flask."""

from datetime import date, datetime
from typing import Literal

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expertdb.models.base import Base, new_id
from expertdb.models.organisations import Organisation

KINDS = ("consultation", "policy_drafting")
STATUSES = (
    "draft",
    "submitted",
    "returned",
    "accepted",
    "shortlisted",
    "confirmed",
    "invited",
    "engaged",
    "delivered",
    "evaluated",
    "closed",
    "cancelled",
)


class RequestAspect(Base):
    """One kind of expertise that a request wants; `need` is `must` or `nice`."""

    __tablename__ = "request_aspects"

    request_id: Mapped[str] = mapped_column(
        ForeignKey("consultation_requests.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    need: Mapped[Literal["must", "nice"]] = mapped_column(String(8), default="nice")
    position: Mapped[int] = mapped_column(default=0)


class RequestParty(Base):
    """A party to the matter, as it was named: whom conflicts are checked against."""

    __tablename__ = "request_parties"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    request_id: Mapped[str] = mapped_column(ForeignKey("consultation_requests.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(50), default="")


class RequestTransition(Base):
    """A change of a request's status: from where, to where, why, who, when."""

    __tablename__ = "request_transitions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    request_id: Mapped[str] = mapped_column(ForeignKey("consultation_requests.id", ondelete="CASCADE"), index=True)
    from_status: Mapped[str | None] = mapped_column(String(16))
    to_status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(1000))
    actor: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime]


class ConsultationRequest(Base):
    """What an agency or a policy office asks for. `created_by` is the id of the access token that sent it."""

    __tablename__ = "consultation_requests"
    __table_args__ = (Index("ix_consultation_requests_created_at_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text, default="")
    requester_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    region: Mapped[str | None] = mapped_column(String(16))
    experts_wanted: Mapped[int | None]
    due: Mapped[date | None]
    urgency: Mapped[str] = mapped_column(String(8), default="normal")
    status: Mapped[str] = mapped_column(String(16), index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[str] = mapped_column(String(36), index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    requester: Mapped[Organisation | None] = relationship(lazy="selectin")
    aspects: Mapped[list[RequestAspect]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=RequestAspect.position, lazy="selectin"
    )
    parties: Mapped[list[RequestParty]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=RequestParty.position, lazy="selectin"
    )
    transitions: Mapped[list[RequestTransition]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=RequestTransition.id
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.
