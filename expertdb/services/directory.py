"""Reads the census of the pool, and keeps it: one for each of the last states of the corpus.

As the index is (`corpus.py`), a census is brought to the very state that a transaction sees by what changed since one
that is known: the triggers of `models/triggers.py` note every write of what is read here, of experts in every status.
"""

import functools
import threading
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy import Select, bindparam, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from expertdb import vocabularies
from expertdb.errors import PoolIsMoving
from expertdb.models.base import rows_of
from expertdb.models.completeness import CONTACT, PARTS
from expertdb.models.corpus import Mark, is_changing, mark_of
from expertdb.models.experts import Expert, ExpertCode, ExpertItem
from expertdb.models.restricted import RestrictedValue
from expertdb.services.census import HELD, ROW, Census, Names, Read, beginning, nobody
from expertdb.services.history import changed_since, is_merely_old, is_past

KEPT = 4  # Censuses of the latest states: a transaction that began a moment ago still sees an older one.
CHUNK = 5000

# What PARTS say of an expert's own columns; the other parts follow from what is read besides.
_OWN = ("organisation", "region", "title_level", "statement")
_CODED = {"subject": "ip_subject", "service": "service_kind"}
_ROWS = select(
    Expert.id,
    Expert.status,
    Expert.kind,
    Expert.region,
    Expert.confirmation_due,
    Expert.name_sort,
    Expert.name_search,
    Expert.content_search,
    *(PARTS[name].lacking().label(f"lacks_{name}") for name in _OWN),
)
_CODES = select(ExpertCode.expert_id, func.aggregate_strings(ExpertCode.code, " ")).group_by(ExpertCode.expert_id)
_VERIFIED = func.sum(case((ExpertItem.verified, 1), else_=0))
_ITEMS = select(ExpertItem.expert_id, func.count(), _VERIFIED).group_by(ExpertItem.expert_id)
_NEXT = select(Expert.id).where(Expert.id > bindparam("last")).order_by(Expert.id).limit(CHUNK)
_REACHED = select(RestrictedValue.expert_id).where(RestrictedValue.field.in_(CONTACT)).distinct()


class Directory:
    """This process's censuses; `refresh` gives the one for the state that a session sees."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names = Names()
        self._kept: tuple[Census, ...] = ()

    def refresh(self, session: Session) -> Census:
        """The census in the state that the session sees; raises PoolIsMoving where many edits have passed it.

        What a transaction sees that has changed it is nobody else's, and is not kept.
        """
        mark = mark_of(session)
        if is_changing(session):
            with self._lock:
                return self._made(session, mark)
        found = self._known(mark)
        if found is None:
            with self._lock:
                found = self._known(mark)
                if found is None:
                    found = self._made(session, mark)
                    self._kept = (found, *self._kept)[:KEPT]
        return found

    def _known(self, mark: Mark) -> Census | None:
        return next((one for one in self._of_edition() if one.mark == mark), None)

    def _of_edition(self) -> list[Census]:
        """Those counted by the codes that hold now: another edition has others above them."""
        return [one for one in self._kept if one.edition is vocabularies.current()]

    def _made(self, session: Session, mark: Mark) -> Census:
        known = sorted(self._of_edition(), key=lambda one: -one.mark.version)
        found = next((one for one in known if is_past(session, one.mark, mark)), None)
        if found is not None:
            changed = iter(sorted(changed_since(session, found.mark, mark)))
            chunks = iter(lambda: list(islice(changed, CHUNK)), [])
        elif known and is_merely_old(session, mark, known[0].mark):
            raise PoolIsMoving
        else:
            found, chunks = nobody(mark, vocabularies.current(), self._names), _everybody(session)
        for ids in chunks:
            found = found.replaced(ids, _read(session, self._names, ids))
        return replace(found, mark=mark)


def _everybody(session: Session) -> Iterator[list[str]]:
    """The ids of all experts, some thousand at a time: what is read of all at once would take several times as much."""
    last = ""
    while ids := list(session.scalars(_NEXT, {"last": last})):
        yield ids
        last = ids[-1]


def _read(session: Session, names: Names, ids: Collection[str]) -> Read:
    """What there is of these experts."""

    def read(statement: Select[*tuple[Any, ...]], column: InstrumentedAttribute[str]) -> Any:
        return rows_of(session, statement.where(column.in_(ids)))

    @functools.cache
    def numbers(code: str) -> list[int]:
        return [names.number(one) for one in vocabularies.upwards(code)]

    codes = dict(read(_CODES, ExpertCode.expert_id).all())
    items = {expert: counts for expert, *counts in read(_ITEMS, ExpertItem.expert_id)}
    reached = set(read(_REACHED, RestrictedValue.expert_id).scalars())
    coded = {part: vocabularies.load(name).terms.keys() for part, name in _CODED.items()}
    rows, held, search_forms, contents = [], [], {}, {}
    for place, row in enumerate(sorted(read(_ROWS, Expert.id), key=lambda row: row.id)):
        id, status, kind, region, due, name, search_forms[id], contents[id], *lacks = row
        own = {*codes.get(id, "").split()}
        count, verified = items.get(id, (0, 0))
        missing = dict(zip(_OWN, lacks, strict=True)) | {part: own.isdisjoint(terms) for part, terms in coded.items()}
        missing |= {"items": not count, "verified_items": not verified, "contact": id not in reached}
        bits = sum(bool(missing[name]) << bit for bit, name in enumerate(PARTS))
        given, above = {names.number(code) for code in own}, set[int]().union(*map(numbers, own))
        values = [names.number(value) for value in (status, kind, region)]
        rows.append((id, *values, bits, count, verified, due.toordinal() if due else 0, beginning(name)))
        held += [(place, number, number in given) for number in above]
    return Read(np.array(rows, ROW), np.array(held, HELD), search_forms, contents)
