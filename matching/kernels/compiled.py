"""Scores compiled by Numba (the extra `fast`): the same lists in a third of the time and memory.

Postings are kept by how common a term is. *Rare* terms (up to RARE rows) have row numbers of four bytes. *Common* ones
have two-byte places within blocks of 65,536 rows, so that a block's sums stay in the cache while all terms are added.
*Dense* ones, held by every eighth row, carry most of what a request touches: a byte per row, 1 + ln tf in steps so fine
that the greatest still fits, added four terms at a time over whole blocks, which the processor does sixteen rows at
once. tf of 128 or less is exact elsewhere; greater ones are rounded in steps of .07 of ln tf.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matching.parameters import Parameters
from matching.ranges import bounds, ranges
from matching.scoring import pool_weights
from matching.weights import FIELDS, Field, Floats, Rows, sublinear_table

RARE = 64
BLOCK = 1 << 16
_WORTH = 20_000  # Rows from which dense terms are worth their memory.
_EXACT = 128
_STEP = math.log(1e6 / _EXACT) / (255 - _EXACT)
_ROUNDING = 1e-4
_CHUNK = 1 << 22  # Postings that are laid out at once.

Single = NDArray[np.float32]
NAME = "numba"


def _levels() -> Single:
    exact = sublinear_table(_EXACT)
    above = exact[-1] + _STEP * np.arange(1, 256 - _EXACT)
    return np.concatenate([exact, above]).astype(np.float32)


_LEVELS = _levels()


@dataclass(frozen=True, eq=False, slots=True)
class Inverse:
    """The postings of one field. See the module's docstring.

    kinds: for each term, its number among the common ones, -1 for rare and -2 for dense ones; shape (n_terms,).
    blocks: first row of each block, and the end. limits: where the postings of each common term begin in each block;
    shape (n_common, n_blocks + 1). dense: 1 + ln tf of the dense terms in units of 1/scales, shape (n_dense, n_rows).
    """

    kinds: NDArray[np.int32]
    blocks: Rows
    limits: Rows
    places: NDArray[np.uint16]
    codes: NDArray[np.uint8]
    rare_starts: NDArray[np.uint32]
    rare_rows: NDArray[np.int32]
    rare_codes: NDArray[np.uint8]
    dense_terms: Rows
    scales: Single
    dense: NDArray[np.uint8]

    @property
    def error(self) -> float:
        """What rounding does to scores at most, relative to them."""
        # tf of 1 is exact; tf of 2 is off by half a unit of 1/scale at most, and by less of a greater value.
        dense = 0.5 / float(self.scales.min(initial=255)) / (1.0 + math.log(2.0))
        return max(dense, _STEP / 2 / float(_LEVELS[_EXACT])) + _ROUNDING

    def postings(self, terms: Rows) -> tuple[Rows, Floats, Rows]:
        """Return the rows that hold one of the terms, in no order, their 1 + ln tf (of dense terms rounded), and the
        place of the term in `terms`.
        """
        known = terms < len(self.kinds)
        kinds = (
            np.where(known, self.kinds[np.where(known, terms, 0)], -1) if len(self.kinds) else np.full(len(terms), -1)
        )
        rare = np.flatnonzero(known & (kinds == -1))
        starts = self.rare_starts[terms[rare]].astype(np.int64)
        sizes = self.rare_starts[terms[rare] + 1] - starts
        at = ranges(starts, sizes)
        found = [(self.rare_rows[at].astype(np.int64), _LEVELS[self.rare_codes[at]], np.repeat(rare, sizes))]
        for place in np.flatnonzero(kinds != -1).tolist():
            rows, levels = self._dense(int(terms[place])) if kinds[place] == -2 else self._common(int(kinds[place]))
            found.append((rows, levels, np.full(len(rows), place)))
        rows, levels, places = (np.concatenate(part) for part in zip(*found, strict=True))
        return rows, levels.astype(np.float64), places

    def _common(self, kind: int) -> tuple[Rows, Single]:
        limits = self.limits[kind]
        part = slice(int(limits[0]), int(limits[-1]))
        rows = self.places[part].astype(np.int64) + np.repeat(self.blocks[:-1], np.diff(limits))
        return rows, _LEVELS[self.codes[part]]

    def _dense(self, term: int) -> tuple[Rows, Single]:
        column = int(np.searchsorted(self.dense_terms, term))
        rows = np.flatnonzero(self.dense[column])
        return rows, self.dense[column][rows] / self.scales[column]


def invert(starts: Rows, columns: NDArray[np.int32], tfs: NDArray[Any], n_terms: int, rectangles: Rows) -> Inverse:
    """Return the postings of rows given one after the other, in these rectangles."""
    n_rows = len(starts) - 1
    turned = csr_array((_codes(tfs), columns, starts), shape=(n_rows, n_terms)).tocsc()
    df = np.diff(turned.indptr).astype(np.int64)
    dense_terms = np.flatnonzero(df * 8 > n_rows) if n_rows >= _WORTH else np.zeros(0, dtype=np.int64)
    kinds = np.full(n_terms, -1, dtype=np.int32)
    common = np.flatnonzero(df > RARE)
    common = common[~np.isin(common, dense_terms)]
    kinds[common], kinds[dense_terms] = np.arange(len(common)), -2
    rare = np.repeat(kinds == -1, df)
    dense, scales = _dense_columns(turned, dense_terms, n_rows)
    blocks = _blocks(rectangles)
    limits, places, codes = _common_postings(turned, common, df, blocks)
    return Inverse(
        kinds,
        blocks,
        limits,
        places,
        codes,
        bounds(np.where(kinds == -1, df, 0)).astype(np.uint32),
        turned.indices[rare].astype(np.int32),
        turned.data[rare],
        dense_terms,
        scales,
        dense,
    )


def _codes(tfs: NDArray[Any]) -> NDArray[np.uint8]:
    """Return tf as one byte: exact up to 128, above that by its logarithm."""
    if not len(tfs) or int(tfs.max()) <= _EXACT:
        return tfs.astype(np.uint8)
    above = _EXACT + np.rint(np.log(np.maximum(tfs, 1) / _EXACT) / _STEP)
    return np.where(tfs <= _EXACT, tfs, np.minimum(above, 255)).astype(np.uint8)


def _blocks(rectangles: Rows) -> Rows:
    """Return where blocks of whole rectangles begin, and the end."""
    found, start = [0], 0
    for first, items, _, experts in rectangles.tolist():
        if first + items * experts - start > BLOCK:
            start = first
            found.append(first)
    end = int((rectangles[:, 1] * rectangles[:, 3]).sum())
    return np.array([*found, end], dtype=np.int64)


def _dense_columns(turned: Any, terms: Rows, n_rows: int) -> tuple[NDArray[np.uint8], Single]:
    dense, scales = np.zeros((len(terms), n_rows), dtype=np.uint8), np.ones(len(terms), dtype=np.float32)
    for column, term in enumerate(terms.tolist()):
        part = slice(turned.indptr[term], turned.indptr[term + 1])
        levels = _LEVELS[turned.data[part]]
        scales[column] = math.floor(255 / float(levels.max()))  # A whole number, so that tf of 1 is exact.
        dense[column, turned.indices[part]] = np.rint(levels * scales[column])
    return dense, scales


def _common_postings(
    turned: Any, terms: Rows, df: Rows, blocks: Rows
) -> tuple[Rows, NDArray[np.uint16], NDArray[np.uint8]]:
    n_blocks, total = len(blocks) - 1, int(df[terms].sum())
    places, codes = np.empty(total, dtype=np.uint16), np.empty(total, dtype=np.uint8)
    limits = np.zeros((len(terms), n_blocks + 1), dtype=np.int64)
    filled = 0
    for chunk in np.array_split(terms, 1 + total // _CHUNK):
        at = ranges(turned.indptr[chunk].astype(np.int64), df[chunk])
        rows = turned.indices[at]
        block = np.searchsorted(blocks, rows, side="right") - 1
        here = slice(filled, filled + len(at))
        places[here], codes[here] = rows - blocks[block], turned.data[at]
        cells = np.repeat(np.arange(len(chunk)), df[chunk]) * n_blocks + block
        counts = np.bincount(cells, minlength=len(chunk) * n_blocks)
        first = int(np.searchsorted(terms, chunk[0])) if len(chunk) else 0
        own = limits[first : first + len(chunk)]
        ends = filled + np.cumsum(counts).reshape(len(chunk), n_blocks)
        own[:, 1:] = ends
        own[:, 0] = ends[:, 0] - counts.reshape(len(chunk), n_blocks)[:, 0] if len(chunk) else 0
        filled += len(at)
    return limits, places, codes


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
    """Return the affinity of every expert of a segment, must-haves apart, within the errors of postings and norms;
    shape (n_experts,).
    """
    sizes = np.array([pool_weights(items, parameters) if items else (0.0, 0.0) for items in rectangles[:, 1].tolist()])
    native, pivot = (_asked(inverse[field], terms[field], weights[field]) for field in FIELDS)
    scores = np.zeros(int(rectangles[:, 3].sum()), dtype=np.float32)
    _scan(  # type: ignore[call-arg]
        inverse["native"].blocks,
        *native,
        *pivot,
        norms["native"],
        norms["pivot"],
        shares["native"].astype(np.float32),
        shares["pivot"].astype(np.float32),
        kinds,
        rectangles,
        sizes.reshape(-1, 2).astype(np.float32),
        parameters.best,
        scores,
    )
    return scores


def _asked(inverse: Inverse, terms: Rows, weights: Floats) -> tuple[Any, ...]:
    """Return the postings of a request's terms as `_scan` reads them."""
    known = terms < len(inverse.kinds)
    terms, weights = terms[known], weights[known].astype(np.float32)
    kinds = inverse.kinds[terms]
    common, rare, dense = kinds >= 0, kinds == -1, kinds == -2
    columns = np.searchsorted(inverse.dense_terms, terms[dense])
    return (
        inverse.limits[kinds[common]],
        weights[common],
        inverse.places,
        inverse.codes,
        inverse.rare_starts[terms[rare]].astype(np.int64),
        inverse.rare_starts[terms[rare] + 1].astype(np.int64),
        weights[rare],
        inverse.rare_rows,
        inverse.rare_codes,
        columns,
        weights[dense] / inverse.scales[columns],
        inverse.dense,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _add(  # type: ignore[no-untyped-def]
    sums, block, row, end, levels,
    limits, weights, places, codes,
    starts, ends, rare_weights, rare_rows, rare_codes,
    columns, dense_weights, dense,
):  # fmt: skip
    """Add weight·(1 + ln tf) of all terms to the sums of one block's rows, from `row` to `end`."""
    size = end - row
    fours = len(columns) // 4 * 4
    for four in range(0, fours, 4):
        w0, w1, w2, w3 = dense_weights[four : four + 4]
        c0 = dense[columns[four], row:end]
        c1 = dense[columns[four + 1], row:end]
        c2 = dense[columns[four + 2], row:end]
        c3 = dense[columns[four + 3], row:end]
        for place in range(size):
            sums[place] += w0 * c0[place] + w1 * c1[place] + w2 * c2[place] + w3 * c3[place]
    for one in range(fours, len(columns)):
        weight, column = dense_weights[one], dense[columns[one], row:end]
        for place in range(size):
            sums[place] += weight * column[place]
    for term in range(len(weights)):
        weight = weights[term]
        for at in range(limits[term, block], limits[term, block + 1]):
            sums[places[at]] += weight * levels[codes[at]]
    for term in range(len(rare_weights)):
        weight, at = rare_weights[term], starts[term]
        while at < ends[term] and rare_rows[at] < end:
            sums[rare_rows[at] - row] += weight * levels[rare_codes[at]]
            at += 1
        starts[term] = at


@njit(cache=True, nogil=True, error_model="numpy")
def _pool(scores, first, items, experts, each, more, best, out):  # type: ignore[no-untyped-def]
    """Pool the scores of a rectangle that begins at `first`."""
    top = np.zeros(best, dtype=np.float32)
    for expert in range(experts):
        total = np.float32(0)
        top[:] = 0
        for item in range(items):
            score = scores[first + item * experts + expert]
            total += score
            if score > top[best - 1]:
                place = best - 1
                while place > 0 and top[place - 1] < score:
                    top[place] = top[place - 1]
                    place -= 1
                top[place] = score
        out[expert] = each * total + more * top.sum()


@njit(cache=True, nogil=True, error_model="numpy")
def _scan(  # type: ignore[no-untyped-def]
    blocks,
    limits_n, weights_n, places_n, codes_n, starts_n, ends_n, rare_n, rows_n, rare_codes_n, columns_n, dense_w_n,
    dense_n,
    limits_p, weights_p, places_p, codes_p, starts_p, ends_p, rare_p, rows_p, rare_codes_p, columns_p, dense_w_p,
    dense_p,
    norms_n, norms_p, shares_n, shares_p, kinds, rectangles, pools, best, out,
):  # fmt: skip
    """Fill `out` with the affinity of every expert, block by block."""
    native, pivot = np.empty(BLOCK, dtype=np.float32), np.empty(BLOCK, dtype=np.float32)
    rectangle = 0
    for block in range(len(blocks) - 1):
        row, end = blocks[block], blocks[block + 1]
        size = end - row
        native[:size] = 0
        pivot[:size] = 0
        # fmt: off
        _add(native, block, row, end, _LEVELS, limits_n, weights_n, places_n, codes_n, starts_n, ends_n, rare_n, rows_n,
             rare_codes_n, columns_n, dense_w_n, dense_n)
        _add(pivot, block, row, end, _LEVELS, limits_p, weights_p, places_p, codes_p, starts_p, ends_p, rare_p, rows_p,
             rare_codes_p, columns_p, dense_w_p, dense_p)
        # fmt: on
        for place in range(size):
            kind = kinds[row + place]
            native[place] = (
                shares_n[kind] * native[place] * norms_n[row + place]
                + shares_p[kind] * pivot[place] * norms_p[row + place]
            )
        while rectangle < len(rectangles) and rectangles[rectangle, 0] < end:
            first, items, start, experts = rectangles[rectangle]
            each, more = pools[rectangle]
            if items == 1:
                for expert in range(experts):
                    out[start + expert] = (each + more) * native[first - row + expert]
            elif items:
                _pool(native, first - row, items, experts, each, more, best, out[start : start + experts])
            rectangle += 1
