"""Experts: who they are, what shows their expertise, and where they stand in the pool's life cycle."""

from contextlib import nullcontext
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship, validates

from expertdb.models.base import Base, Json, SortKey, new_id
from expertdb.models.organisations import Organisation
from expertdb.models.preferences import ExpertPreference, stated_in
from expertdb.models.restricted import RestrictedValue

STATUSES = (
    "draft",
    "submitted",
    "under_review",
    "publicity",
    "active",
    "on_leave",
    "suspended",
    "expired",
    "renewed",
    "removed",
    "withdrawn",
    "erased",
)
MODES = ("written", "meeting", "commissioned", "on_site", "online")

# Those who hold or held an appointment and have not left: they are asked to confirm their data, and can be.
APPOINTED = ("active", "on_leave", "suspended", "expired", "renewed")
# Those of them whose term runs.
SERVING = ("active", "on_leave", "suspended", "renewed")
ENTRY_SOURCES = ("nomination", "application", "take_over", "import")


class ExpertItem(Base):
    """One piece of evidence: a publication, patent, case, project, policy draft, standard or training.

    `source` says where it can be checked; who verified it, and when, is ours to note.
    """

    __tablename__ = "expert_items"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text, default="")
    year: Mapped[int | None]
    source: Mapped[str | None] = mapped_column(String(300))
    verified: Mapped[bool] = mapped_column(default=False)
    verified_by: Mapped[str | None] = mapped_column(String(36))
    verified_at: Mapped[datetime | None]

    expert: Mapped["Expert"] = relationship(back_populates="items")

    @property
    def version(self) -> int:
        """The expert's version, which is what an edit of an item names."""
        return self.expert.version


class ExpertCode(Base):
    """A vocabulary code that somebody curated on an expert."""

    __tablename__ = "expert_codes"
    __table_args__ = (Index("ix_expert_codes_code_expert_id", "code", "expert_id"),)

    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)


class ExpertTransition(Base):
    """A change of an expert's status: from where, to where, why, who, when.

    `actor` is the token or session that was used, `person` who stands behind it; `details` hold the ground, the term
    and the dates that the move set.
    """

    __tablename__ = "expert_transitions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), index=True)
    from_status: Mapped[str | None] = mapped_column(String(16))
    to_status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(1000))
    actor: Mapped[str] = mapped_column(String(36))
    person: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime]
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class Expert(Base):
    """A person of the pool. `source_id` is the id an imported roster knew them by.

    `entry_source` says how they came: nominated by a unit (which endorses them), on their own application, by take-over
    of a roster, or by import for review. Dates are days in China, first and last included.
    """

    __tablename__ = "experts"
    __table_args__ = (
        Index("ix_experts_name_sort_id", "name_sort", "id"),
        Index("ix_experts_name_en_lower", text("lower(name_en)")),  # Whom the name of a party may mean.
        Index("ix_experts_status", "status"),
        Index("ix_experts_term_end_status", "term_end", "status"),
        Index("ix_experts_confirmation_due_status", "confirmation_due", "status"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    source_id: Mapped[str | None] = mapped_column(String(100), unique=True)
    name_zh: Mapped[str | None] = mapped_column(String(100))
    name_en: Mapped[str | None] = mapped_column(String(100))
    name_sort: Mapped[str] = mapped_column(SortKey)
    name_search: Mapped[str] = mapped_column(Text)
    content_search: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16), index=True)
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    position: Mapped[str | None] = mapped_column(String(100))
    region: Mapped[str | None] = mapped_column(String(16), index=True)
    title_level: Mapped[str | None] = mapped_column(String(16))
    languages: Mapped[list[str]] = mapped_column(default=list)
    licences: Mapped[list[str]] = mapped_column(default=list)
    availability: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    statement: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(16))
    entry_source: Mapped[str] = mapped_column(String(16), default="application")
    nominated_by_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    endorsement: Mapped[str | None] = mapped_column(String(200))
    endorsed_on: Mapped[date | None]
    publicity_from: Mapped[date | None]
    publicity_until: Mapped[date | None]
    leave_until: Mapped[date | None]
    last_confirmed: Mapped[date | None]
    confirmation_due: Mapped[date | None]
    unreachable_since: Mapped[date | None] = mapped_column(index=True)
    term_start: Mapped[date | None]
    term_end: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    organisation: Mapped[Organisation | None] = relationship(lazy="selectin", foreign_keys=organisation_id)
    nominated_by: Mapped[Organisation | None] = relationship(lazy="selectin", foreign_keys=nominated_by_id)
    items: Mapped[list[ExpertItem]] = relationship(
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by=ExpertItem.position,
        lazy="selectin",
        back_populates="expert",
    )
    expert_codes: Mapped[list[ExpertCode]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=ExpertCode.position, lazy="selectin"
    )
    # Never loaded with the rest: the index must not meet it, and lists say when they need it.
    restricted: Mapped[list[RestrictedValue]] = relationship(
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by=(RestrictedValue.field, RestrictedValue.position),
    )
    preferences: Mapped[list[ExpertPreference]] = relationship(cascade="all, delete-orphan", passive_deletes=True)
    transitions: Mapped[list[ExpertTransition]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=ExpertTransition.id
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.

    @validates("availability")
    def _restate_preferences(self, name: str, availability: dict[str, Any]) -> dict[str, Any]:
        """Whoever sets the availability, be it to erase it, sets what lists search of it; rows that stay are kept."""
        with getattr(object_session(self), "no_autoflush", nullcontext()):
            there = {(row.kind, row.value): row for row in self.preferences}
        stated = stated_in(availability)
        for key, last in stated.items():
            there.setdefault(key, ExpertPreference(kind=key[0], value=key[1])).last = last
        self.preferences = [there[key] for key in stated]
        return availability

    @property
    def codes(self) -> list[str]:
        """The curated codes in the order they were given."""
        return [row.code for row in self.expert_codes]
