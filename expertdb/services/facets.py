"""How many experts there are for each value of each filter, given the other filters and the search words.

Search words are looked for in every text of the pool, which takes most of the time: as few statements as can be do so.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import CTE, ColumnElement, String, column, func, select, values
from sqlalchemy.orm import Session

from expertdb import vocabularies
from expertdb.models.experts import Expert, ExpertCode
from expertdb.services import experts

Conditions = tuple[ColumnElement[bool], ...]
Query = Mapping[str, Any]
OWN = ("status", "kind", "region")
CODED = {"subject": ("ip_subject",), "service": ("service_kind",), "industry": vocabularies.INDUSTRIES}


def counted(session: Session, query: Query, *conditions: ColumnElement[bool]) -> dict[str, dict[str, int]]:
    """Counts by filter and value; values that nobody has are left out, and whoever does not meet the conditions too.

    A parent's count is of the experts who have it or anything below it, each once.
    """
    found = _by_columns(session, query, conditions)
    asked = [name for name in CODED if name in query]
    unasked = [name for name in CODED if name not in asked]
    for names in ([unasked] if unasked else []) + [[name] for name in asked]:
        others = {key: value for key, value in query.items() if key not in names}
        found |= _by_codes(session, others, names, conditions)
    return found


def _by_columns(session: Session, query: Query, conditions: Conditions) -> dict[str, dict[str, int]]:
    """Counts of what an expert has one of, each under the choices made for the others."""
    columns = (Expert.status, Expert.kind, Expert.region)
    every = select(*columns, func.count()).where(*conditions)
    others = {key: value for key, value in query.items() if key not in OWN}
    rows = session.execute(experts.narrowed(every, others).group_by(*columns)).all()
    chosen = {name: _choice(name, query[name]) for name in OWN if name in query}
    found: dict[str, dict[str, int]] = {}
    for place, name in enumerate(OWN):
        counts = Counter[str]()
        for row in rows:
            if row[place] is not None and all(chosen[one](row[OWN.index(one)]) for one in chosen if one != name):
                counts[row[place]] += row[-1]
        found[name] = dict(counts)
    return found | {"region": _with_parents(found["region"])}


def _choice(name: str, value: str) -> Callable[[str | None], bool]:
    """Whether a value of a column is what was chosen, or below it."""
    meant = vocabularies.with_descendants(value, ("region",)) if name == "region" else {value}
    return meant.__contains__


def _with_parents(counts: Mapping[str, int]) -> dict[str, int]:
    """An expert has one region, so a parent's count is the sum of those below it and its own."""
    found, terms = Counter(counts), vocabularies.load("region").terms
    for code, count in counts.items():
        parent = terms[code].parent if code in terms else None
        while parent:
            found[parent] += count
            parent = terms[parent].parent
    return dict(found)


def _by_codes(session: Session, others: Query, names: list[str], conditions: Conditions) -> dict[str, dict[str, int]]:
    """Counts of these filters of codes, which are narrowed by the same others."""
    above = _above(tuple(names))
    matched = experts.narrowed(select(Expert.id).where(*conditions), others).cte("matched")
    every = (
        select(above.c.name, above.c.above, func.count(matched.c.id.distinct()))
        .select_from(matched)
        .join(ExpertCode, ExpertCode.expert_id == matched.c.id)
        .join(above, above.c.code == ExpertCode.code)
        .group_by(above.c.name, above.c.above)
    )
    found: dict[str, dict[str, int]] = {name: {} for name in names}
    for name, code, count in session.execute(every):
        found[name][code] = count
    return found


@vocabularies.per_edition
def _above(names: tuple[str, ...]) -> CTE:
    """Each code of these filters with itself and all that are above it."""
    pairs = [
        (name, code, above)
        for name in names
        for vocabulary in CODED[name]
        for above in vocabularies.load(vocabulary).terms
        if vocabularies.load(vocabulary).standing_for(above) == above
        for code in vocabularies.with_descendants(above, CODED[name])
    ]
    columns = (column("name", String), column("code", String), column("above", String))
    return values(*columns, name="above").data(pairs).cte("above")
