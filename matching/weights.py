"""The weights of scikit-learn's `TfidfVectorizer(sublinear_tf=True)`, written so that they give the same
digits anywhere.

A term that occurs tf times in an item, and at all in df of N items, weighs (1 + ln tf)·idf with idf = ln((1 +
N) / (1 + df)) + 1; an item's weights are divided by their Euclidean norm (see
`sklearn.feature_extraction.text.TfidfTransformer`). Logarithms come from `math`, one number at a time:
NumPy's vector routines may differ in the last digit from one processor to the next, and a stored shortlist
must recompute exactly. All else is plain arithmetic, whose digits are the same everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Field = Literal["native", "pivot"]
FIELDS: tuple[Field, Field] = ("native", "pivot")
Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
_TABLE = 1 << 16
_GRID = 2.0**50


@lru_cache(maxsize=1)
def logarithms() -> Floats:
    """Return ln(1 + n) of 0 to 65,535."""
    return _read_only(np.array([math.log(1 + number) for number in range(_TABLE)]))


def idf_of(df: NDArray[Any], n_items: int) -> Floats:
    """Return the smooth idf of terms with these df, from 1 (in every item) to 1 + ln((1 + N) / 2); same shape."""
    values = logarithms()[np.minimum(df, _TABLE - 1)]
    large = df >= _TABLE
    if large.any():
        dfs, at = np.unique(df[large], return_inverse=True)
        values[large] = np.array([math.log(1 + one) for one in dfs.tolist()])[at]
    return np.asarray(math.log(1 + n_items) - values + 1.0)


@lru_cache(maxsize=64)
def sublinear_table(largest: int) -> Floats:
    """Return 1 + ln tf for tf of 0 (0.0) to `largest`, shape (largest + 1,)."""
    return _read_only(np.array([0.0, *(1.0 + math.log(tf) for tf in range(1, largest + 1))]))


def sublinear(tfs: NDArray[Any]) -> Floats:
    """Return 1 + ln tf, same shape, and 0 where tf is 0."""
    largest = int(tfs.max(initial=0))
    return np.asarray(sublinear_table((1 << largest.bit_length()) - 1)[tfs])


def on_grid(values: Floats) -> Floats:
    """Return the values rounded to multiples of 2**-50, same shape: sums of these are exact, see `reckoning`."""
    return np.asarray(np.rint(values * _GRID) / _GRID)


def _read_only(table: Floats) -> Floats:
    table.setflags(write=False)
    return table


@dataclass(frozen=True, eq=False, slots=True)
class QueryField:
    """The terms of a request that the pool knows (df > 0) in one field, sorted.

    tfs: mentions in the text, 0 where only an aspect names the term. rarities: what 1 + ln tf is multiplied by, see
    `asking.factors`: less where the word is usual in requests, one gloss of several, or repeated. boosts: extra weight
    as an aspect. dfs: the items of the pool that hold each term, of `n_items` items. weights: what one unit of an
    item's (1 + ln tf)/norm adds to the cosine. All of shape (n_terms,).
    """

    terms: tuple[str, ...]
    tfs: Rows
    rarities: Floats
    boosts: Floats
    dfs: Rows
    n_items: int
    weights: Floats


def weigh(tfs: Rows, rarities: Floats, boosts: Floats, dfs: Rows, n_items: int) -> Floats:
    """Return the weights of one field's terms, see `QueryField`; shape (n_terms,)."""
    idf = idf_of(dfs, n_items)
    raw = (sublinear(tfs) * rarities + boosts) * idf
    norm = math.sqrt(math.fsum((raw * raw).tolist())) or 1.0
    return np.asarray(raw / norm * idf)
