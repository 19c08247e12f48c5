"""How complete a profile is: told of one expert and, alike, in a query."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from expertdb import vocabularies
from expertdb.models.experts import APPOINTED, Expert, ExpertCode, ExpertItem
from expertdb.models.restricted import RestrictedValue
from expertdb.workdays import local_day

CONTACT = ("phone", "email")


@dataclass(frozen=True)
class Part:
    """A part of a profile: whether an expert lacks it, and the condition that says so in a query."""

    lacks: Callable[[Expert], bool]
    lacking: Callable[[], ColumnElement[bool]]


def _column(name: str) -> Part:
    column = getattr(Expert, name)
    return Part(lambda expert: not getattr(expert, name), lambda: or_(column.is_(None), column == ""))


def _code(vocabulary: str) -> Part:
    return Part(
        lambda expert: not any(code in vocabularies.load(vocabulary) for code in expert.codes),
        lambda: ~Expert.expert_codes.any(ExpertCode.code.in_(vocabularies.load(vocabulary).terms)),
    )


PARTS: dict[str, Part] = {
    "organisation": _column("organisation_id"),
    "region": _column("region"),
    "title_level": _column("title_level"),
    "statement": _column("statement"),
    "subject": _code("ip_subject"),
    "service": _code("service_kind"),
    "items": Part(lambda expert: not expert.items, lambda: ~Expert.items.any()),
    "verified_items": Part(
        lambda expert: not any(item.verified for item in expert.items),
        lambda: ~Expert.items.any(ExpertItem.verified),
    ),
    "contact": Part(
        lambda expert: not any(row.field in CONTACT for row in expert.restricted),
        lambda: ~Expert.restricted.any(RestrictedValue.field.in_(CONTACT)),
    ),
}


def of(expert: Expert) -> dict[str, Any]:
    """What a profile lacks, what share of the parts it has, when the expert last stood by it, and when that ends."""
    missing = [name for name, part in PARTS.items() if part.lacks(expert)]
    return {
        "missing": missing,
        "complete": round(1 - len(missing) / len(PARTS), 2),
        "as_of": expert.last_confirmed or local_day(expert.created_at),
        "stale_after": expert.confirmation_due if expert.status in APPOINTED else None,
    }


def conditions(query: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """The conditions on experts of the filters `missing` and `complete`."""
    found = []
    if "missing" in query:
        found.append(PARTS[query["missing"]].lacking())
    if "complete" in query:
        lacking = or_(*(part.lacking() for part in PARTS.values()))
        found.append(~lacking if query["complete"] else lacking)
    return found


def of_day(query: Mapping[str, Any], today: date) -> list[ColumnElement[bool]]:
    """The condition of the filter `stale`."""
    if "stale" not in query:
        return []
    return [stale(today) if query["stale"] else ~stale(today)]


def stale(today: date) -> ColumnElement[bool]:
    """The condition that somebody appointed has not stood by their profile when they should have."""
    overdue = and_(Expert.confirmation_due.is_not(None), Expert.confirmation_due < today)
    return and_(Expert.status.in_(APPOINTED), overdue)
