"""The weights of scikit-learn's `TfidfVectorizer(sublinear_tf=True)`, written so that they give the same
digits anywhere.

A term that occurs tf times in an item, and at all in df of N items, weighs (1 + ln tf)·idf with idf = ln((1 +
N) / (1 + df)) + 1; an item's weights are divided by their Euclidean norm (see
`sklearn.feature_extraction.text.TfidfTransformer`). Logarithms come from `math`, one number at a time:
NumPy's vector routines may differ in the last digit from one processor to the next, and a stored shortlist
must recompute exactly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Field = Literal["native", "pivot"]
FIELDS: tuple[Field, Field] = ("native", "pivot")
Floats = NDArray[np.float64]
Integers = NDArray[np.int32]


def sublinear(tf: int) -> float:
    """Return 1 + ln tf, or 0 where tf is 0."""
    return 1.0 + math.log(tf) if tf else 0.0


def inverse_document_frequency(df: int, n_items: int) -> float:
    """Return the smooth idf, from 1 (a term in every item) to 1 + ln((1 + N) / 2) (in one item)."""
    return math.log((1 + n_items) / (1 + df)) + 1.0


@lru_cache(maxsize=64)
def sublinear_table(largest: int) -> Floats:
    """Return `sublinear` of 0 to `largest`, shape (largest + 1,)."""
    table = np.array([sublinear(tf) for tf in range(largest + 1)])
    table.setflags(write=False)
    return table


def idf_of(df: Integers, n_items: int) -> Floats:
    """Return the idf of every term, same shape as `df`; terms that no item holds any more get 0."""
    table = np.zeros(int(df.max(initial=0)) + 1)
    for count in np.flatnonzero(np.bincount(df)).tolist():
        table[count] = inverse_document_frequency(count, n_items) if count else 0.0
    return np.asarray(table[df])


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A term of a request: mentions in its text, extra weight as an aspect, and the items of the pool that hold it."""

    term: str
    tf: int
    boost: float
    df: int


@dataclass(frozen=True, slots=True)
class QueryField:
    """The terms of a request that the pool knows (df > 0) in one field, sorted, and the number of items in the pool."""

    terms: tuple[QueryTerm, ...]
    n_items: int

    def weights(self) -> Mapping[str, float]:
        """Return per term what one unit of an item's (1 + ln tf)/norm adds to the cosine."""
        idf = [inverse_document_frequency(term.df, self.n_items) for term in self.terms]
        raw = [(sublinear(term.tf) + term.boost) * weight for term, weight in zip(self.terms, idf, strict=True)]
        norm = math.sqrt(math.fsum(value * value for value in raw)) or 1.0
        return {term.term: value / norm * weight for term, value, weight in zip(self.terms, raw, idf, strict=True)}
