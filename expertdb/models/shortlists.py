"""Stored shortlists: what was answered, and all that is needed to compute it again."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expertdb.models.base import Base, Json, new_id
from expertdb.models.requests import ConsultationRequest


class ShortlistEntry(Base):
    """One candidate on a shortlist, with the reasons that were given."""

    __tablename__ = "shortlist_entries"
    __table_args__ = (Index("ix_shortlist_entries_expert_id", "expert_id"),)

    shortlist_id: Mapped[str] = mapped_column(ForeignKey("shortlists.id", ondelete="CASCADE"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    expert_id: Mapped[str] = mapped_column(String(36))
    affinity: Mapped[float]
    reasons: Mapped[dict[str, Any]] = mapped_column(Json)


class ShortlistConflict(Base):
    """What ties an expert to the matter of a shortlist, as it was found when the list was drawn up.

    With a `reason` the expert is out; `rank` and `affinity` are those that they would have had. Without one the
    findings are only to be disclosed.
    """

    __tablename__ = "shortlist_conflicts"

    shortlist_id: Mapped[str] = mapped_column(ForeignKey("shortlists.id", ondelete="CASCADE"), primary_key=True)
    expert_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    reason: Mapped[str] = mapped_column(String(48), default="")
    rank: Mapped[int | None]
    affinity: Mapped[float | None]
    findings: Mapped[list[dict[str, Any]]] = mapped_column(Json)


class ShortlistAspect(Base):
    """A vocabulary code the shortlist answers to (an aspect of its request): what `?aspect=` looks up."""

    __tablename__ = "shortlist_aspects"
    __table_args__ = (Index("ix_shortlist_aspects_code", "code"),)

    shortlist_id: Mapped[str] = mapped_column(ForeignKey("shortlists.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(String(16), primary_key=True)


class Shortlist(Base):
    """An ordered list of candidates for one request, never changed after it was stored.

    `snapshot` holds what the numbers were computed from (see `matching.snapshot`); `excluded` the experts who were
    left out one by one, `left_out` how many were left out for each reason.
    """

    __tablename__ = "shortlists"
    __table_args__ = (Index("ix_shortlists_created_at_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    request_id: Mapped[str] = mapped_column(ForeignKey("consultation_requests.id"), index=True)
    size: Mapped[int]
    filters: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    corpus_version: Mapped[int]
    vocabulary_versions: Mapped[dict[str, Any]] = mapped_column(Json)
    parameters: Mapped[dict[str, Any]] = mapped_column(Json)
    gaps: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    suggested_aspects: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    excluded: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    left_out: Mapped[dict[str, Any]] = mapped_column(Json)
    unresolved: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    snapshot: Mapped[dict[str, Any]] = mapped_column(Json, deferred=True)
    created_by: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime]

    consultation_request: Mapped[ConsultationRequest] = relationship()
    entries: Mapped[list[ShortlistEntry]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=ShortlistEntry.rank, lazy="selectin"
    )
    conflicts: Mapped[list[ShortlistConflict]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, lazy="selectin"
    )
    aspects: Mapped[list[ShortlistAspect]] = relationship(cascade="all, delete-orphan", passive_deletes=True)
