"""Rows → profiles: what the matcher reads of active experts, fetched in bulk.

Expertise and what filters ask for; never name, employer, contact or address. Only columns are read, since objects of
the session would take several times as long for a large pool.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.orm import Session

from expertdb.models.base import rows_of
from expertdb.models.experts import Expert, ExpertCode, ExpertItem
from expertdb.services.profiles_read import READ
from matching import Index, Item, Profile

CHUNK = 500
NEVER = (1, 0)  # Days of somebody who has no term.
ANY_MODE = "any"  # Who states no mode of work takes every one.

_EXPERTS = select(
    Expert.id,
    Expert.kind,
    Expert.region,
    Expert.languages,
    Expert.availability,
    Expert.statement,
    Expert.term_start,
    Expert.term_end,
    Expert.status,
)
_THESE: BindParameter[Any] = bindparam("ids", expanding=True)
# Without their status: SQLite would look through all who are active for it.
_SOME = _EXPERTS.where(Expert.id.in_(_THESE))
_NEXT = _EXPERTS.where(Expert.status == "active", Expert.id > bindparam("last")).order_by(Expert.id).limit(CHUNK)
_ITEM = (ExpertItem.title, ExpertItem.text, ExpertItem.kind, ExpertItem.year, ExpertItem.verified)
_ITEMS = select(ExpertItem.expert_id, *_ITEM).order_by(ExpertItem.expert_id, ExpertItem.position)
_ITEMS = _ITEMS.where(ExpertItem.expert_id.in_(_THESE))
_CODES = select(ExpertCode.expert_id, ExpertCode.code).order_by(ExpertCode.expert_id)
_CODES = _CODES.where(ExpertCode.expert_id.in_(_THESE))


def count(session: Session) -> int:
    """How many there are in `everybody`."""
    return session.scalar(select(func.count()).select_from(Expert).where(Expert.status == "active")) or 0


def everybody(session: Session) -> Iterator[Profile]:
    """The profiles of all active experts, by id."""
    last = ""
    while rows := rows_of(session, _NEXT, {"last": last}).all():
        yield from _profiles(session, rows)
        last = rows[-1].id


def of(session: Session, ids: Sequence[str]) -> dict[str, Profile]:
    """The profiles of those of these experts who are active."""
    found: dict[str, Profile] = {}
    for start in range(0, len(ids), CHUNK):
        rows = [row for row in rows_of(session, _SOME, {"ids": ids[start : start + CHUNK]}) if row.status == "active"]
        found |= {one.expert: one for one in _profiles(session, rows)}
    return found


def fetching(session: Session, index: Any = None) -> Callable[[Mapping[str, int]], dict[str, Profile]]:
    """What fetches the profiles of a few experts at once, for their words, by the digests that the index has of them.

    Of those whom an `index` in memory holds as they were when they were last read, nothing is read again. An engine may
    be ahead of what the session sees, and then no words that others have read must hide it.
    """
    if isinstance(index, Index):
        return partial(_lately_read, session)
    return lambda digests: of(session, list(digests))


def _lately_read(session: Session, digests: Mapping[str, int]) -> dict[str, Profile]:
    found = {expert: one for expert, state in digests.items() if (one := READ.get(expert, state))}
    if missing := [expert for expert in digests if expert not in found]:
        read = of(session, missing)
        for one in read.values():
            READ.keep(one)
        found |= read
    return found


def tag(name: str, value: str) -> str:
    """What the index calls a value of a filter."""
    return f"{name}:{value}"


def _profiles(session: Session, rows: Sequence[Any]) -> Iterator[Profile]:
    ids = [row.id for row in rows]
    items = _by_expert(session, _ITEMS, ids)
    codes = _by_expert(session, _CODES, ids)
    for row in rows:
        own = frozenset({row.kind, *(code for (code,) in codes.get(row.id, ()))})
        shown = tuple(Item(*item) for item in items.get(row.id, ()))
        yield Profile(row.id, row.statement, shown, own, _tags(row, own), _days(row.term_start, row.term_end))


def _by_expert(session: Session, statement: Any, ids: list[str]) -> dict[str, list[Sequence[Any]]]:
    rows = rows_of(session, statement, {"ids": ids})
    return {expert: [row[1:] for row in own] for expert, own in groupby(rows, key=lambda row: row[0])}


def _tags(row: Any, codes: frozenset[str]) -> frozenset[str]:
    stated = [("kind", row.kind), ("region", row.region)]
    stated += [("mode", mode) for mode in row.availability.get("modes") or (ANY_MODE,)]
    stated += [("language", language) for language in row.languages] + [("code", code) for code in codes]
    return frozenset(tag(name, value) for name, value in stated if value)


def _days(start: date | None, end: date | None) -> tuple[int, int]:
    return NEVER if start is None or end is None else (start.toordinal(), end.toordinal())
