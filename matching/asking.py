"""Query → prepared query: the request's terms, with the weights they have in this version of the pool."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from matching.analysis import Analyser
from matching.parameters import Parameters
from matching.profile import Query, aspect_codes
from matching.reading import Analysed, Reading, concept_term
from matching.weights import FIELDS, Field, QueryField, Rows


@dataclass(frozen=True, eq=False, slots=True)
class Counted:
    """The terms of a request in one field, sorted, with their tf and whether an aspect names them; shape (n_terms,)."""

    terms: tuple[str, ...]
    tfs: Rows
    named: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with its text read, before any pool is looked at."""

    query: Query
    reading: Reading
    terms: Analysed
    aspects: tuple[str, ...]
    must: tuple[str, ...]
    counted: Mapping[Field, Counted]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query with its language, its terms in both fields and their numbers in the vocabularies, and the codes it must
    or would like to see covered.
    """

    query: Query
    language: str
    fields: Mapping[Field, QueryField]
    columns: Mapping[Field, Rows]
    must: tuple[str, ...]
    aspects: tuple[str, ...]


def ask(query: Query, analyser: Analyser) -> Asked:
    """Return the query with its text analysed."""
    reading = analyser.read(query_text(query))
    terms, aspects = reading.terms(), aspect_codes(query.aspects)
    named = {concept_term(code) for code in aspects}
    counted = {field: _counted(getattr(terms, field), named) for field in FIELDS}
    return Asked(query, reading, terms, aspects, aspect_codes(query.aspects, "must"), counted)


def _counted(found: Sequence[str], named: Collection[str]) -> Counted:
    tf = Counter(found)
    terms = tuple(sorted({*tf, *named}))
    tfs = np.array([tf[term] for term in terms], dtype=np.int64)
    return Counted(terms, tfs, np.array([term in named for term in terms], dtype=np.bool_))


def prepare(
    asked: Asked,
    parameters: Parameters,
    look_up: Callable[[Field, Sequence[str]], tuple[Rows, Rows]],
    n_items: int,
) -> Prepared:
    """Return the prepared query. `look_up` gives the numbers and df of terms; those that no item holds (df 0) say
    nothing and are left out.
    """
    fields, columns = {}, {}
    for field in FIELDS:
        own = asked.counted[field]
        numbers, dfs = look_up(field, own.terms)
        boosts = np.where(own.named, parameters.aspect_weight, 0.0)
        known = (dfs > 0) & ((own.tfs > 0) | (boosts > 0))
        fields[field] = QueryField(
            terms=tuple(compress(own.terms, known.tolist())),
            tfs=own.tfs[known],
            boosts=boosts[known],
            dfs=dfs[known],
            n_items=n_items,
        )
        columns[field] = numbers[known]
    return Prepared(asked.query, asked.terms.language, fields, columns, asked.must, asked.aspects)


def query_text(query: Query) -> str:
    """Return the text of a request that is matched: title, line break, text."""
    return f"{query.title}\n{query.text}"
