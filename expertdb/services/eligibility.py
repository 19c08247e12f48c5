"""Who may be ranked at all, decided before ranking; everybody left out is counted by reason."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb import vocabularies
from expertdb.models.experts import Expert
from expertdb.services.corpus import Facts, Pool

TERM_NOT_CURRENT = "term_not_current"
OUTSIDE_FILTERS = "outside_filters"


@dataclass(frozen=True)
class Eligible:
    """Who may be ranked (`allowed`), who may not and why (`excluded`: expert id to reason), and how many each."""

    allowed: frozenset[str]
    excluded: dict[str, str]
    counts: Counter[str]


def sift(session: Session, pool: Pool, filters: Mapping[str, list[str]], today: date) -> Eligible:
    """Split the pool into those who may be ranked today under these filters and those left out."""
    rows = session.execute(select(Expert.id, Expert.status).where(Expert.status != "active").order_by(Expert.id))
    excluded: dict[str, str] = {row.id: row.status for row in rows}
    allowed: set[str] = set()
    outside = 0
    accepts = _Filter(filters)
    for expert, facts in pool.facts.items():
        if expert in excluded:
            continue  # The pool and these rows may be of versions a moment apart; who left either is not ranked.
        if not facts.in_term(today):
            excluded[expert] = TERM_NOT_CURRENT
        elif accepts(facts):
            allowed.add(expert)
        else:
            outside += 1
    counts = Counter(excluded.values())
    if outside:
        counts[OUTSIDE_FILTERS] = outside
    return Eligible(frozenset(allowed), excluded, counts)


class _Filter:
    """The filters of one request, with every code widened to those below it."""

    def __init__(self, filters: Mapping[str, list[str]]) -> None:
        self._regions = _widened(filters.get("region", []), ("region",))
        self._kinds = frozenset(filters.get("kind", []))
        self._languages = frozenset(filters.get("language", []))
        self._codes = _widened(filters.get("code", []), vocabularies.EXPERTISE)

    def __call__(self, facts: Facts) -> bool:
        return (
            (not self._regions or facts.region in self._regions)
            and (not self._kinds or facts.kind in self._kinds)
            and (not self._languages or not self._languages.isdisjoint(facts.languages))
            and (not self._codes or not self._codes.isdisjoint(facts.codes))
        )


def _widened(codes: list[str], names: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(vocabularies.with_descendants(code, names) for code in codes))
