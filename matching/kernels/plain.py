"""Scores with SciPy and NumPy, in 32 bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import _sparsetools, csr_array

from matching.parameters import Parameters
from matching.ranges import bounds, ranges
from matching.scoring import pool_weights
from matching.weights import FIELDS, Field, Floats, Rows, sublinear_table

_MANY = 2048  # Postings from which a term is worth a call of its own, without a copy.
_WIDE = 4096  # Experts from which the best items are found column by column.

Single = NDArray[np.float32]
NAME = "scipy"


@dataclass(frozen=True, eq=False, slots=True)
class Inverse:
    """The postings of one field by term: rows and 1 + ln tf of term t stand from starts[t] to starts[t + 1]."""

    starts: NDArray[Any]
    rows: NDArray[Any]
    levels: Single

    def sizes(self, terms: Rows) -> Rows:
        """Return how many rows hold each term; none where a term came after the segment."""
        last = len(self.starts) - 1
        sizes = self.starts[np.minimum(terms + 1, last)] - self.starts[np.minimum(terms, last)]
        return np.asarray(sizes, dtype=np.int64)

    @property
    def error(self) -> float:
        """What rounding does to scores at most, relative to them: sums of some hundred numbers, all of one sign."""
        return 1e-4

    def postings(self, terms: Rows) -> tuple[Rows, Floats, Rows]:
        """Return the rows that hold one of the terms, in no order, their 1 + ln tf, and the term's place in `terms`."""
        sizes = self.sizes(terms)
        at = ranges(self.starts[np.where(sizes > 0, terms, 0)].astype(np.int64), sizes)
        return (
            self.rows[at].astype(np.int64),
            self.levels[at].astype(np.float64),
            np.repeat(np.arange(len(terms)), sizes),
        )


def invert(starts: Rows, columns: NDArray[np.int32], tfs: NDArray[Any], n_terms: int, rectangles: Rows) -> Inverse:
    """Return the postings of rows given one after the other."""
    levels = sublinear_table(int(tfs.max(initial=0))).astype(np.float32)[tfs]
    turned = csr_array((levels, columns, starts), shape=(len(starts) - 1, n_terms)).tocsc()
    kind = np.int32 if turned.nnz < 2**31 else np.int64
    return Inverse(turned.indptr.astype(kind, copy=False), turned.indices.astype(kind, copy=False), turned.data)


def affinities(
    inverse: Mapping[Field, Inverse],
    norms: Mapping[Field, Single],
    kinds: NDArray[np.uint8],
    rectangles: Rows,
    terms: Mapping[Field, Rows],
    weights: Mapping[Field, Floats],
    shares: Mapping[Field, Floats],
    parameters: Parameters,
) -> Single:
    """Return the affinity of every expert of a segment, must-haves apart, within ERROR and the error of the norms;
    shape (n_experts,).
    """
    dots = {
        field: _dots(inverse[field], len(kinds), terms[field], weights[field].astype(np.float32)) for field in FIELDS
    }
    return combine(dots, norms, kinds, rectangles, shares, parameters)


def combine(
    dots: Mapping[Field, NDArray[Any]],
    norms: Mapping[Field, NDArray[Any]],
    kinds: NDArray[np.uint8],
    rectangles: Rows,
    shares: Mapping[Field, Floats],
    parameters: Parameters,
) -> NDArray[Any]:
    """Return the affinity of every expert from the dot products of every row, which it overwrites, and one over the
    norms; in as many bits as those have.
    """
    bits = dots["native"].dtype
    scores = np.zeros(len(kinds), dtype=bits)
    for field in FIELDS:
        part = dots[field]
        part *= norms[field]
        part *= shares[field].astype(bits)[kinds]
        scores += part
    pooled = np.zeros(int(rectangles[:, 3].sum()), dtype=bits)
    for first, items, start, experts in rectangles.tolist():
        if items:
            table = scores[first : first + items * experts].reshape(items, experts)
            pooled[start : start + experts] = _pooled(table, parameters)
    return pooled


def _dots(inverse: Inverse, n_rows: int, terms: Rows, weights: Single) -> Single:
    """Return the sum of weight·(1 + ln tf) over the terms in every row, shape (n_rows,); reads only their postings."""
    sums = np.zeros(n_rows, dtype=np.float32)
    sizes = inverse.sizes(terms)
    for place in np.flatnonzero(sizes >= _MANY).tolist():
        term = int(terms[place])
        span = inverse.starts[term : term + 2]
        _sparsetools.csc_matvec(n_rows, 1, span, inverse.rows, inverse.levels, weights[place : place + 1], sums)
    few = np.flatnonzero((sizes > 0) & (sizes < _MANY))
    if len(few):
        kind = inverse.rows.dtype
        chosen, limits = terms[few].astype(kind), bounds(sizes[few]).astype(kind)
        rows, levels = np.empty(limits[-1], dtype=kind), np.empty(limits[-1], dtype=np.float32)
        _sparsetools.csr_row_index(len(few), chosen, inverse.starts, inverse.rows, inverse.levels, rows, levels)
        _sparsetools.csc_matvec(n_rows, len(few), limits, rows, levels, weights[few], sums)
    return sums


def _pooled(table: NDArray[Any], parameters: Parameters) -> NDArray[Any]:
    """Return the pooled score of every expert, shape (experts,), from those of the items, shape (items, experts)."""
    items, experts = table.shape
    each, more = pool_weights(items, parameters)
    if items <= parameters.best:
        return np.asarray(table.sum(axis=0) * table.dtype.type(each + more))
    if experts < _WIDE or parameters.best > 5:
        best = np.partition(table, items - parameters.best, axis=0)[-parameters.best :].sum(axis=0)
    else:
        best = _best_sums(table, parameters.best)
    return np.asarray(table.sum(axis=0) * table.dtype.type(each) + best * table.dtype.type(more))


def _best_sums(table: NDArray[Any], count: int) -> NDArray[Any]:
    """Return the sum of the `count` greatest of each column: an insertion sort of all columns at once."""
    best: list[NDArray[Any]] = []
    for row in table:
        best.append(row.copy())
        _insert(best)
        del best[count:]
    return np.asarray(sum(best))


def _insert(best: list[NDArray[Any]]) -> None:
    """Bring the last of `best` to its place among the others, which descend, column by column."""
    for place in range(len(best) - 1, 0, -1):
        smaller = np.minimum(best[place - 1], best[place])
        np.maximum(best[place - 1], best[place], out=best[place - 1])
        best[place] = smaller
