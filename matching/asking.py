"""Query → prepared query: the request's terms, with the weights they have in this version of the pool."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.analysis import Analysed, Analyser, Reading, concept_term
from matching.parameters import Parameters
from matching.profile import Query, aspect_codes
from matching.weights import FIELDS, Field, QueryField, Rows


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with its text read, before any pool is looked at."""

    query: Query
    reading: Reading
    terms: Analysed
    aspects: tuple[str, ...]
    must: tuple[str, ...]


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
    return Asked(query, reading, reading.terms(), aspect_codes(query.aspects), aspect_codes(query.aspects, "must"))


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
        tf = Counter[str](getattr(asked.terms, field))
        boosts = {concept_term(code): parameters.aspect_weight for code in asked.aspects if parameters.aspect_weight}
        terms = sorted({*tf, *boosts})
        numbers, dfs = look_up(field, terms)
        known = np.flatnonzero(dfs > 0)
        fields[field] = QueryField(
            terms=tuple(terms[place] for place in known.tolist()),
            tfs=np.array([tf[term] for term in terms], dtype=np.int64)[known],
            boosts=np.array([boosts.get(term, 0.0) for term in terms])[known],
            dfs=dfs[known],
            n_items=n_items,
        )
        columns[field] = numbers[known]
    return Prepared(asked.query, asked.terms.language, fields, columns, asked.must, asked.aspects)


def query_text(query: Query) -> str:
    """Return the text of a request that is matched: title, line break, text."""
    return f"{query.title}\n{query.text}"
