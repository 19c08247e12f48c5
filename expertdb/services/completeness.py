"""How complete, fresh and verified the profiles of the pool are, in figures."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from expertdb.models.completeness import PARTS, conditions, stale
from expertdb.models.experts import Expert, ExpertItem
from expertdb.workdays import local_day


def count(session: Session, now: datetime) -> dict[str, Any]:
    """Of the active experts: how many profiles are complete, stale, or lack a part, and how many items are verified."""
    experts, active = func.count(Expert.id), Expert.status == "active"

    def of_active(*conditions: ColumnElement[bool]) -> int:
        return session.scalar(select(experts).where(active, *conditions)) or 0

    items = select(func.count(ExpertItem.id)).join(Expert, Expert.id == ExpertItem.expert_id).where(active)
    return {
        "experts": of_active(),
        "complete": of_active(*conditions({"complete": True})),
        "stale": of_active(stale(local_day(now))),
        "missing": {name: of_active(part.lacking()) for name, part in PARTS.items()},
        "items": session.scalar(items) or 0,
        "verified_items": session.scalar(items.where(ExpertItem.verified)) or 0,
    }
