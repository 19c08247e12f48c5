"""Query → prepared query: the request's terms, with the weights they have in this version of the pool."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from matching.analysis import Analyser, concept_term
from matching.parameters import Parameters
from matching.profile import Query, aspect_codes
from matching.weights import FIELDS, Field, QueryField, QueryTerm


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query with its language, its terms in both fields, and the codes it must or would like to see covered."""

    query: Query
    language: str
    fields: Mapping[Field, QueryField]
    must: tuple[str, ...]
    aspects: tuple[str, ...]


def prepare(
    query: Query, analyser: Analyser, parameters: Parameters, df_of: Callable[[Field, str], int], n_items: int
) -> Prepared:
    """Return the prepared query. Terms that no item holds (`df_of` gives 0) say nothing and are left out."""
    terms = analyser.analyse(query_text(query))
    aspects = aspect_codes(query.aspects)
    boosted = {concept_term(code) for code in aspects} if parameters.aspect_weight else set()
    fields: dict[Field, QueryField] = {}
    for field in FIELDS:
        tf = Counter[str](getattr(terms, field))
        known = ((term, df_of(field, term)) for term in sorted({*tf, *boosted}))
        fields[field] = QueryField(
            tuple(
                QueryTerm(term, tf[term], parameters.aspect_weight if term in boosted else 0.0, df)
                for term, df in known
                if df
            ),
            n_items,
        )
    return Prepared(query, terms.language, fields, aspect_codes(query.aspects, "must"), aspects)


def query_text(query: Query) -> str:
    """Return the text of a request that is matched: title, line break, text."""
    return f"{query.title}\n{query.text}"
