"""How much experts were asked for: engagements in a rolling 12 months, the last one, and who never served."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, bindparam, case, func, select
from sqlalchemy.orm import Session

from expertdb.models.base import is_one_of, rows_of
from expertdb.models.engagements import COUNTED, Engagement
from expertdb.models.experts import Expert
from expertdb.workdays import local_day

YEAR = timedelta(days=365)
SERVED = ("accepted", "delivered")
LOAD_REACHED = "load_reached"
COOLING_OFF = "cooling_off"
CHUNK = 500


@dataclass(frozen=True)
class Load:
    """Engagements within the last 12 months, the day the last of all began or ended, and whether any was served."""

    count: int = 0
    last: date | None = None
    served: bool = False


NO_LOAD = Load()
# Made once, as the statements of `profiles`.
_RECENT = Engagement.created_at > bindparam("since")
_ALL = (
    select(
        Engagement.expert_id,
        func.sum(case((_RECENT, 1), else_=0)),
        func.max(func.coalesce(Engagement.ended_at, Engagement.answered_at, Engagement.created_at)),
        func.sum(case((is_one_of(Engagement.status, SERVED), 1), else_=0)),
    )
    .where(is_one_of(Engagement.status, COUNTED), Engagement.request_id != bindparam("besides"))
    .group_by(Engagement.expert_id)
)
_THESE: BindParameter[Any] = bindparam("ids", expanding=True)
_OF_SOME = _ALL.where(Engagement.expert_id.in_(_THESE))
_OF_YEAR = _ALL.where(_RECENT)
_OF_YEAR_OF_SOME = _OF_YEAR.where(Engagement.expert_id.in_(_THESE))
_AVAILABILITY = select(Expert.id, Expert.availability).where(Expert.id.in_(_THESE))


def of(session: Session, experts: Collection[str], now: datetime, *, besides: str = "") -> dict[str, Load]:
    """The load of each of these experts who has any, besides what they do in one request."""
    ids, found = sorted(experts), {}
    for start in range(0, len(ids), CHUNK):
        found.update(_loads(session, _OF_SOME, now, besides, ids=ids[start : start + CHUNK]))
    return found


def held_back(
    session: Session, now: datetime, *, besides: str = "", among: Collection[str] | None = None
) -> dict[str, str]:
    """Who (or who `among` these) cannot be asked just now, and whether for their load or because they are cooling off.

    Only who was engaged within the last 12 months can be. What somebody does in the request `besides` does not count
    against them there.
    """
    statement, more = (_OF_YEAR, {}) if among is None else (_OF_YEAR_OF_SOME, {"ids": sorted(among)})
    loads = _loads(session, statement, now, besides, **more)
    ids, found = sorted(loads), {}
    for start in range(0, len(ids), CHUNK):
        for id, availability in rows_of(session, _AVAILABILITY, {"ids": ids[start : start + CHUNK]}):
            reason = _reason(loads[id], availability, local_day(now))
            if reason is not None:
                found[id] = reason
    return found


def _reason(load: Load, availability: Mapping[str, int], today: date) -> str | None:
    most, rest = availability.get("max_load"), availability.get("cool_off_days", 0)
    if most is not None and load.count >= most:
        return LOAD_REACHED
    if rest and load.last is not None and load.last + timedelta(days=rest) > today:
        return COOLING_OFF
    return None


def _loads(session: Session, statement: Any, now: datetime, besides: str, **values: Any) -> dict[str, Load]:
    rows = rows_of(session, statement, {"since": now - YEAR, "besides": besides, **values}).all()
    return {row[0]: Load(int(row[1]), local_day(row[2]), bool(row[3])) for row in rows}
