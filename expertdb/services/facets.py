"""Who meets the filters of a list, and how many there are for each value of each filter, given the others.

All by the census, in memory; what it does not hold (employers, what waits for whom) the database is asked for once:
which experts these are.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from expertdb import vocabularies
from expertdb.models.experts import Expert
from expertdb.names import name_words
from expertdb.services import experts, paging, searching
from expertdb.services.census import Census
from expertdb.services.texts import Mask

HELD = ("status", "kind", "region", "subject", "service", "industry", "missing", "complete", "q")
Query = Mapping[str, Any]
OWN = ("status", "kind", "region")
CODED = {"subject": ("ip_subject",), "service": ("service_kind",), "industry": vocabularies.INDUSTRIES}
FEW = 1000  # experts whom the database finds sooner by their ids than along the order of the list


@dataclass(frozen=True)
class Chosen:
    """Who meets each filter that was asked for, by its name; under "" who meets all that the census does not hold."""

    census: Census
    masks: Mapping[str, Mask]

    def others(self, name: str | None = None) -> Mask:
        """Who meets every filter but this one."""
        wanted = [mask for key, mask in self.masks.items() if key != name]
        return np.logical_and.reduce([self.census.everybody(), *wanted])  # type: ignore[no-any-return]  # numpy's stub

    def next(self, query: Query) -> list[ColumnElement[bool]]:
        """The condition that somebody is on the next page, or little behind it; raises InvalidInput for its cursor."""
        after = paging.behind(query.get("cursor"), experts.KEYS)
        found = self.census.page(self.others(), query["limit"] + 1, *after[:1])
        return [Expert.id.in_(found)] if len(found) <= FEW else []


def chosen(session: Session, census: Census, query: Query, *conditions: ColumnElement[bool]) -> Chosen:
    """Who meets each filter of a query; whoever does not meet the conditions meets none."""
    masks = {name: _mask(census, name, query[name]) for name in HELD if name in query}
    rest = {name: value for name, value in query.items() if name not in masks and name not in ("limit", "cursor")}
    asked = experts.narrowed(select(Expert.id).where(*conditions), rest)
    if asked.whereclause is not None:
        masks[""] = census.among(session.scalars(asked).all())
    return Chosen(census, masks)


def find(session: Session, census: Census, query: Query, *conditions: ColumnElement[bool]) -> paging.Page:
    """The page that `experts.find` gives, sooner."""
    return experts.find(session, query, *conditions, *chosen(session, census, query, *conditions).next(query))


def _mask(census: Census, name: str, value: Any) -> Mask:
    """Who has what one filter asks for, or something below it."""
    if name == "region":
        return census.having(name, vocabularies.with_descendants(value, ("region",)))
    if name == "q":
        return _matching_words(census, value)
    if name in OWN:
        return census.having(name, [value])
    if name == "missing":
        return census.lacking(value)
    if name == "complete":
        return census.complete() if value else ~census.complete()
    return census.holding(vocabularies.with_descendants(value, CODED[name]))


def _matching_words(census: Census, q: str) -> Mask:
    """Who is found by the words of `q`, or holds what they stand for, as `experts.narrowed` asks the database.

    The longest part first: where it leaves nobody of some hundred neighbours, the others are not looked for.
    """
    met = census.everybody()
    for part in searching.parts(q):
        coded = np.logical_and.reduce([met, *(_holding(census, one) for one in part.meant)])
        said = met & ~coded if part.meant else met
        for word in part.words:
            said = _saying(census, word, said)
        met = said | coded if part.meant else said
    return met


def _saying(census: Census, word: str, among: Mask) -> Mask:
    """Whose name of these begins with a word, or whose content holds it."""
    by_name = among if (parts := name_words(word)) else ~census.everybody()
    for part in parts:
        by_name = census.search_forms.holding(f"|{part}", by_name)
    return by_name | census.contents.holding(word, among & ~by_name)


def _holding(census: Census, meant: searching.Meant) -> Mask:
    kinds, regions = census.having("kind", meant.kinds), census.having("region", meant.regions)
    return census.holding(meant.codes) | kinds | regions


def counted(found: Chosen) -> dict[str, dict[str, int]]:
    """Counts by filter and value, each under the choices made for the others; values that nobody has are left out.

    A parent's count is of the experts who have it or anything below it, each once.
    """
    counts = {name: found.census.count(name, found.others(name)) for name in OWN}
    counts["region"] = _with_parents(counts["region"])
    everything = found.census.count_codes(found.others())
    for name, among in CODED.items():
        held = found.census.count_codes(found.others(name)) if name in found.masks else everything
        counts[name] = {code: held[code] for code in _shown(among) if code in held}
    return counts


@vocabularies.per_edition
def _shown(names: tuple[str, ...]) -> tuple[str, ...]:
    """The codes of these vocabularies, those apart that were merged into another."""
    terms = [(vocabularies.load(name), code) for name in names for code in vocabularies.load(name).terms]
    return tuple(code for vocabulary, code in terms if vocabulary.standing_for(code) == code)


def _with_parents(counts: Mapping[str, int]) -> dict[str, int]:
    """An expert has one region, so a parent's count is the sum of those below it and its own."""
    found, terms = Counter(counts), vocabularies.load("region").terms
    for code, count in counts.items():
        parent = terms[code].parent if code in terms else None
        while parent:
            found[parent] += count
            parent = terms[parent].parent
    return dict(found)
