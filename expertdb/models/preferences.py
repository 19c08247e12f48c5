"""What experts do not want to be asked for, and when they are away: the searchable part of their availability."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from expertdb.models.base import Base


class ExpertPreference(Base):
    """One preference. `value` is a code (`not_code`), a kind of request (`not_kind`) or the first day of `away`.

    Ranking reads the few rows that concern a request along their index, instead of the availability of everybody.
    """

    __tablename__ = "expert_preferences"
    __table_args__ = (Index("ix_expert_preferences_kind_value", "kind", "value"),)

    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(String(16), primary_key=True)
    last: Mapped[date | None]


def stated_in(availability: Mapping[str, Any]) -> dict[tuple[str, str], date | None]:
    """The preferences in this availability: kind and value, and the last day of an absence (the later of two)."""
    unwanted = availability.get("not_wanted", {})
    found: dict[tuple[str, str], date | None] = {}
    found |= dict.fromkeys((("not_code", code) for code in unwanted.get("codes", ())), None)
    found |= dict.fromkeys((("not_kind", kind) for kind in unwanted.get("kinds", ())), None)
    for period in sorted(availability.get("away", ()), key=lambda period: period["end"]):
        found["away", period["start"]] = date.fromisoformat(period["end"])
    return found
