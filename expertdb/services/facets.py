"""How many experts there are for each value of each filter, given the other filters and the search words."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from expertdb import vocabularies
from expertdb.models.experts import Expert, ExpertCode
from expertdb.services import experts

OWN: dict[str, ColumnElement[Any]] = {"status": Expert.status.expression, "kind": Expert.kind.expression}
Conditions = tuple[ColumnElement[bool], ...]
CODED = {"subject": ("ip_subject",), "service": ("service_kind",), "industry": vocabularies.INDUSTRIES}


def counted(session: Session, query: Mapping[str, Any], *conditions: ColumnElement[bool]) -> dict[str, dict[str, int]]:
    """Counts by filter and value; values that nobody has are left out, and whoever does not meet the conditions too.

    A parent's count is of the experts who have it or anything below it, each once.
    """
    found = {name: _by_column(session, query, name, column, conditions) for name, column in OWN.items()}
    found["region"] = _by_region(session, query, conditions)
    return found | {name: _by_code(session, query, name, among, conditions) for name, among in CODED.items()}


def _without(query: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in query.items() if key != name}


def _by_column(
    session: Session, query: Mapping[str, Any], name: str, column: ColumnElement[Any], conditions: Conditions
) -> dict[str, int]:
    every = select(column, func.count()).where(*conditions)
    counts = experts.narrowed(every, _without(query, name)).group_by(column)
    return {value: count for value, count in session.execute(counts) if value is not None}


def _by_region(session: Session, query: Mapping[str, Any], conditions: Conditions) -> dict[str, int]:
    """An expert has one region, so a parent's count is the sum of those below it and its own."""
    counts: Counter[str] = Counter(_by_column(session, query, "region", Expert.region.expression, conditions))
    terms = vocabularies.load("region").terms
    for code, count in list(counts.items()):
        parent = terms[code].parent if code in terms else None
        while parent:
            counts[parent] += count
            parent = terms[parent].parent
    return dict(counts)


def _by_code(
    session: Session, query: Mapping[str, Any], name: str, among: tuple[str, ...], conditions: Conditions
) -> dict[str, int]:
    others = _without(query, name)
    known = {term.code for vocabulary in among for term in vocabularies.load(vocabulary)}
    every = select(ExpertCode.code, func.count()).join(Expert).where(*conditions)
    counts = experts.narrowed(every, others).group_by(ExpertCode.code)
    found = {code: count for code, count in session.execute(counts) if code in known}
    for parent in _parents(among):
        below = vocabularies.with_descendants(parent, among)
        if below & set(found):
            of_all = select(func.count(ExpertCode.expert_id.distinct())).join(Expert)
            of_all = of_all.where(ExpertCode.code.in_(below), *conditions)
            found[parent] = session.scalar(experts.narrowed(of_all, others)) or 0
    return found


def _parents(among: tuple[str, ...]) -> set[str]:
    return {term.parent for vocabulary in among for term in vocabularies.load(vocabulary) if term.parent}
