"""Who may be ranked at all, decided before ranking; everybody left out is counted by reason."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb import vocabularies
from expertdb.models.experts import Expert
from expertdb.services.corpus import Pool
from expertdb.services.profiles import tag
from matching import Filter, Index

TERM_NOT_CURRENT = "term_not_current"
OUTSIDE_FILTERS = "outside_filters"
# The vocabularies whose codes mean those below them, too.
WIDENED = {"region": ("region",), "code": vocabularies.EXPERTISE}


@dataclass(frozen=True)
class Eligible:
    """Who may be ranked (`allowed`, so many), and who may not and why (`excluded`: expert id to reason), counted."""

    allowed: Filter
    n_allowed: int
    excluded: dict[str, str]
    counts: Counter[str]


NOBODY: Mapping[str, str] = {}


def sift(
    session: Session,
    pool: Pool,
    filters: Mapping[str, list[str]],
    today: date,
    held_back: Mapping[str, str] = NOBODY,
) -> Eligible:
    """Split the pool into those who may be ranked today under these filters and those left out.

    `held_back` gives the reason of everybody who is active but out of this matter.
    """
    rows = session.execute(select(Expert.id, Expert.status).where(Expert.status != "active").order_by(Expert.id))
    excluded: dict[str, str] = {row.id: row.status for row in rows}
    # The pool and these rows may be of versions a moment apart; who left either is not ranked.
    gone = frozenset(expert for expert in excluded if expert in pool.index)
    in_term = Filter(day=today.toordinal(), without=gone)
    excluded |= dict.fromkeys(_outside(pool.index, Filter(without=gone), in_term), TERM_NOT_CURRENT)
    out = {expert: why for expert, why in held_back.items() if expert not in excluded and expert in pool.index}
    excluded |= out
    free = replace(in_term, without=gone | out.keys())
    allowed = replace(free, any_of=tuple(_tags(name, values) for name, values in filters.items() if values))
    counts = Counter(excluded.values())
    n_allowed = _count(pool.index, allowed)
    if outside := _count(pool.index, free) - n_allowed:
        counts[OUTSIDE_FILTERS] = outside
    return Eligible(allowed, n_allowed, excluded, counts)


def is_held_outside(pool: Pool, eligible: Eligible, code: str) -> bool:
    """Whether somebody in term holds this code, be it outside the filters."""
    return _count(pool.index, replace(eligible.allowed, any_of=(_tags("code", [code]),))) > 0


def _outside(index: Index, wider: Filter, narrower: Filter) -> list[str]:
    """Return who passes one filter and not the other."""
    pairs = zip(index.masks(wider), index.masks(narrower), strict=True)
    return [expert for expert, _ in index.listed([wide & ~narrow for wide, narrow in pairs])]


def _count(index: Index, wanted: Filter) -> int:
    return sum(int(mask.sum()) for mask in index.masks(wanted))


def _tags(name: str, values: list[str]) -> frozenset[str]:
    """The tags that meet one filter, with every code widened to those below it."""
    codes = [vocabularies.with_descendants(value, WIDENED[name]) if name in WIDENED else {value} for value in values]
    return frozenset(tag(name, code) for code in frozenset[str]().union(*codes))
