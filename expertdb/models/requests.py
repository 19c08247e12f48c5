"""Consultation requests; named so because `request` belongs to Flask."""

from datetime import date, datetime
from typing import Any, Literal

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
URGENCIES = ("normal", "urgent", "critical")
# State secrets are no level here: they must not enter this system at all.
SECRECIES = ("open", "internal", "trade_secret", "sensitive")
# Where a policy stands on its way to a decision: 立项, 调研, 起草, 征求意见, 论证, 合法性审查, 公平竞争审查, 后评估.
STAGES = (
    "initiation",
    "research",
    "drafting",
    "public_comment",
    "expert_review",
    "legality_review",
    "fair_competition_review",
    "evaluation",
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
    """A party to the matter, as it was named: whom conflicts are checked against.

    `organisation` is the id of the organisation that an office found the name to mean, where it did.
    """

    __tablename__ = "request_parties"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    request_id: Mapped[str] = mapped_column(ForeignKey("consultation_requests.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(50), default="")
    organisation: Mapped[str | None] = mapped_column(
        "organisation_id", ForeignKey("organisations.id", ondelete="SET NULL")
    )


class RelatedOrganisation(Base):
    """A body that is no party, but whose people are not free in the matter either: an owner, a beneficiary, a rival."""

    __tablename__ = "request_related_organisations"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    request_id: Mapped[str] = mapped_column(ForeignKey("consultation_requests.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    relation: Mapped[str] = mapped_column(String(50), default="")
    organisation: Mapped[str | None] = mapped_column(
        "organisation_id", ForeignKey("organisations.id", ondelete="SET NULL")
    )


class ExpertWish(Base):
    """Somebody the requester suggests or does not want, as they were named, and why.

    Shown as what it is: a suggestion never raises a rank.
    """

    __tablename__ = "request_expert_wishes"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    request_id: Mapped[str] = mapped_column(ForeignKey("consultation_requests.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    wish: Mapped[Literal["suggested", "excluded"]] = mapped_column(String(12))
    expert: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(500), default="")


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
    secrecy: Mapped[str] = mapped_column(String(16), default="internal")
    stage: Mapped[str | None] = mapped_column(String(24))
    legal_basis: Mapped[str] = mapped_column(String(500), default="")
    mode: Mapped[str | None] = mapped_column(String(16))
    languages: Mapped[list[str]] = mapped_column(default=list)
    questions: Mapped[list[str]] = mapped_column(default=list)
    earlier_stages: Mapped[list[str]] = mapped_column(default=list)
    panel: Mapped[dict[str, Any]] = mapped_column(default=dict)
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
    related_organisations: Mapped[list[RelatedOrganisation]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=RelatedOrganisation.position, lazy="selectin"
    )
    wishes: Mapped[list[ExpertWish]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=ExpertWish.position, lazy="selectin"
    )
    transitions: Mapped[list[RequestTransition]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=RequestTransition.id
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.

    @property
    def suggested_experts(self) -> list[ExpertWish]:
        """Whom the requester suggests."""
        return [one for one in self.wishes if one.wish == "suggested"]

    @property
    def excluded_experts(self) -> list[ExpertWish]:
        """Whom the requester does not want."""
        return [one for one in self.wishes if one.wish == "excluded"]
