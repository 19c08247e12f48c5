"""Who could not be ranked, and why: today, or for a list that was drawn up years ago.

A stored list names only those who were held back from its matter, for a conflict or their load. Everybody else whom it
left out follows from its corpus version and day: `expert_standings` knows who was in which status and term then. So
what is stored does not grow with the pool, and every exclusion can still be answered with its reason.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, func, or_, select, union
from sqlalchemy.orm import Session

from expertdb.models.base import is_one_of, rows_of
from expertdb.models.corpus import ExpertStanding
from expertdb.models.experts import STATUSES, Expert
from expertdb.services import paging
from expertdb.services.pools import Pool
from matching import Filter

State = tuple[int, date]  # A corpus version, and the day on which terms were looked at.
TERM_NOT_CURRENT = "term_not_current"
LISTED = 100  # At most so many are named in a list's own answer; all of them in pages.
OUT = tuple(status for status in STATUSES if status != "active")

_COUNTS = select(Expert.status, func.count()).where(is_one_of(Expert.status, OUT)).group_by(Expert.status)
_OUT = select(Expert.id, Expert.status).where(is_one_of(Expert.status, OUT)).order_by(Expert.id).limit(LISTED)


class Left(Protocol):
    """How many may not be ranked, for each reason, and who is held back from one matter."""

    @property
    def counts(self) -> Mapping[str, int]: ...

    @property
    def held_back(self) -> Mapping[str, str]: ...


def counted(session: Session, pool: Pool, n_in_term: int) -> Counter[str]:
    """How many experts cannot be ranked, for each reason, when so many of the pool are within their term."""
    counts = Counter[str]()
    for status, count in rows_of(session, _COUNTS).all():
        counts[status] = count
    if late := pool.index.n_experts - n_in_term:
        counts[TERM_NOT_CURRENT] = late
    return counts


def is_anybody_out(counts: Mapping[str, int]) -> bool:
    """Whether some were out for their status or term."""
    return any(reason in OUT or reason == TERM_NOT_CURRENT for reason in counts)


def today(session: Session, pool: Pool, day: date, eligible: Left) -> dict[str, str]:
    """The first of those who cannot be ranked today, by id, with their reasons."""
    found, counts = dict(eligible.held_back), eligible.counts
    if any(count for reason, count in counts.items() if reason in OUT):
        found |= {row.id: row.status for row in rows_of(session, _OUT)}
    if counts.get(TERM_NOT_CURRENT):
        late = pool.index.who(Filter(), Filter(day=day.toordinal()))
        found |= dict.fromkeys(late[:LISTED], TERM_NOT_CURRENT)
    return dict(sorted(found.items())[:LISTED])


def then(session: Session, states: Iterable[State]) -> dict[State, dict[str, str]]:
    """For each corpus version and day, the first of those who could not be ranked, by id, with their reasons."""
    return {state: _then(session, *state) for state in states}


def _then(session: Session, version: int, day: date) -> dict[str, str]:
    """Each way of being out is asked for by itself, so that none makes the database look through everybody."""
    one = ExpertStanding
    now = [one.until.is_(None) & way for way in (one.status.in_(OUT), *_without_term(day))]
    since = one.until > version, _out(day)
    asked = select(one.expert_id, one.status).where(one.since <= version)
    ways = union(*(asked.where(way) for way in now), asked.where(*since)).subquery()
    first = select(ways.c.expert_id, ways.c.status).order_by(ways.c.expert_id).limit(LISTED)
    return {row.expert_id: reason_of(row.status) for row in rows_of(session, first)}


def page(
    session: Session, version: int, day: date, held_back: Collection[str], query: Mapping[str, Any]
) -> paging.Page:
    """A page of all of them, and of those held back from the matter."""
    one = ExpertStanding
    statement = select(one).where(_stood(version), or_(_out(day), one.expert_id.in_(sorted(held_back))))
    return paging.fetch(session, statement, (one.expert_id,), query["limit"], query.get("cursor"))


def reason_of(status: str) -> str:
    """Why somebody with this status, who could not be ranked, could not."""
    return TERM_NOT_CURRENT if status == "active" else status


def reason_today(expert: Expert, day: date) -> str | None:
    """Why an expert cannot be ranked today; None for who can."""
    return reason_of(expert.status) if _is_out(expert, day) else None


def _out(day: date) -> ColumnElement[bool]:
    """Whether somebody could not be ranked on that day."""
    return or_(ExpertStanding.status != "active", *_without_term(day))


def _without_term(day: date) -> tuple[ColumnElement[bool], ...]:
    """The ways in which that day can lie outside somebody's term."""
    one = ExpertStanding
    return one.term_start.is_(None), one.term_end.is_(None), one.term_start > day, one.term_end < day


def _stood(version: int) -> ColumnElement[bool]:
    """Whether a standing was somebody's at that version."""
    return and_(ExpertStanding.since <= version, or_(ExpertStanding.until.is_(None), ExpertStanding.until > version))


def _is_out(row: Expert, day: date) -> bool:
    if row.status != "active" or row.term_start is None or row.term_end is None:
        return True
    return not row.term_start <= day <= row.term_end
