"""Postings as the compiled kernel reads them.

They are kept by how common a term is. *Rare* terms (up to RARE rows) have row numbers of four bytes. *Common* ones
have two-byte places within blocks of 65,536 rows, so that a block's sums stay in the cache while all terms are added;
those with a tf of 1, which are most, stand apart and need no byte to say so.
*Dense* ones, held by every eighth row, carry most of what a request touches: a byte per row, 1 + ln tf in steps so
fine that the greatest still fits, added four terms at a time over whole blocks, which the processor does many rows at
once. tf of 128 or less is exact elsewhere; greater ones are rounded in steps of .07 of ln tf.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numba import int32, int64, njit
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matching.kernels.mending import mend
from matching.ranges import among, bounds, narrowed, ranges
from matching.weights import Floats, Rows, sublinear_table

RARE = 64
RARE_KIND, UNKNOWN, DENSE = -1, -2, -3  # Kinds of terms; from the last on downwards those with a column of their own.
BLOCK = 1 << 16
_DENSE = 8  # Rows, of which a dense term has more than one. Rarer ones take less room as common ones, and no more time.
_WORTH = 20_000  # Rows from which dense terms are worth their memory.
_EXACT = 128
_STEP = math.log(1e6 / _EXACT) / (255 - _EXACT)
_ROUNDING = 1e-4
_CHUNK = 1 << 22  # Postings that are laid out at once.

Single = NDArray[np.float32]


def _levels() -> Single:
    exact = sublinear_table(_EXACT)
    above = exact[-1] + _STEP * np.arange(1, 256 - _EXACT)
    return np.concatenate([exact, above]).astype(np.float32)


LEVELS = _levels()  # 1 + ln tf of each code


@njit(int64[::1](int64[::1], int32[::1], int32[::1], int64), cache=True, nogil=True, error_model="numpy")
def _kinds(terms, frequent, kinds, n_terms):  # type: ignore[no-untyped-def]
    """Return what `Inverse.kinds_of` does."""
    found = np.empty(len(terms), dtype=np.int64)
    for place in range(len(terms)):
        term = terms[place]
        at = np.searchsorted(frequent, term)
        if at < len(frequent) and frequent[at] == term:
            found[place] = kinds[at]
        else:
            found[place] = RARE_KIND if term < n_terms else UNKNOWN
    return found


@dataclass(frozen=True, eq=False)
class Inverse:
    """The postings of one field. See the module's docstring.

    terms: see `ranges.narrowed`; below, a term is its place among these or, where there are none, its number. frequent:
    the terms that are not rare, ascending, and kinds: for each of these its number among the common ones, or DENSE less
    its column.
    blocks: first row of each block, and the end. ones, more: places in their block of the postings with a tf of 1, and
    of all others, whose tf are `codes`; where those of each common term begin in each block is in ones_limits and
    more_limits, shape (n_common, n_blocks + 1). rare_rows, rare_codes: those of the rare term t from rare_starts[t] to
    rare_starts[t + 1]. dense: 1 + ln tf of the dense terms in units of 1/scales, shape (n_dense, n_rows).
    """

    terms: NDArray[np.int32]
    frequent: NDArray[np.int32]
    kinds: NDArray[np.int32]
    blocks: Rows
    ones_limits: Rows
    ones: NDArray[np.uint16]
    more_limits: Rows
    more: NDArray[np.uint16]
    codes: NDArray[np.uint8]
    rare_starts: NDArray[np.uint32]
    rare_rows: NDArray[np.int32]
    rare_codes: NDArray[np.uint8]
    scales: Single
    dense: NDArray[np.uint8]

    @cached_property
    def error(self) -> float:
        """What rounding does to scores at most, relative to them."""
        # tf of 1 is exact; tf of 2 is off by half a unit of 1/scale at most, and by less of a greater value.
        dense = 0.5 / float(self.scales.min(initial=255)) / (1.0 + math.log(2.0))
        return max(dense, _STEP / 2 / float(LEVELS[_EXACT])) + _ROUNDING

    def postings(self, terms: Rows) -> tuple[Rows, Floats, Rows]:
        """Return the rows that hold one of the terms, in no order, their 1 + ln tf (of dense terms rounded), and the
        place of the term in `terms`.
        """
        terms = among(self.terms, terms)
        kinds = self.kinds_of(terms)
        rare = np.flatnonzero(kinds == RARE_KIND)
        starts = self.rare_starts[terms[rare]].astype(np.int64)
        sizes = self.rare_starts[terms[rare] + 1] - starts
        at = ranges(starts, sizes)
        found = [(self.rare_rows[at].astype(np.int64), LEVELS[self.rare_codes[at]], np.repeat(rare, sizes))]
        for place in np.flatnonzero((kinds >= 0) | (kinds <= DENSE)).tolist():
            kind = int(kinds[place])
            rows, levels = self._common(kind) if kind >= 0 else self._dense(DENSE - kind)
            found.append((rows, levels, np.full(len(rows), place)))
        rows, levels, places = (np.concatenate(part) for part in zip(*found, strict=True))
        return rows, levels.astype(np.float64), places

    def mend(self, norms: Single, terms: Rows, gains: Floats) -> None:
        """Add `gains`, times the square of 1 + ln tf, to the squares of the norms of the rows that hold the terms;
        `norms` are one over these.
        """
        places = among(self.terms, terms)
        mend(norms, places, self.kinds_of(places), gains, LEVELS, *self.arrays)

    def kinds_of(self, terms: Rows) -> Rows:
        """Return the kind of each term: see `kinds`, RARE_KIND, or UNKNOWN where it came after the segment."""
        found: Rows = _kinds(terms, self.frequent, self.kinds, len(self.rare_starts) - 1)
        return found

    @property
    def is_wide(self) -> bool:
        """Whether a term's number is its place."""
        return not len(self.terms)

    @property
    def arrays(self) -> tuple[Any, ...]:
        """Everything that compiled code reads, in its order."""
        return (
            self.blocks,
            self.ones_limits,
            self.ones,
            self.more_limits,
            self.more,
            self.codes,
            self.rare_starts,
            self.rare_rows,
            self.rare_codes,
            self.scales,
            self.dense,
        )

    def _common(self, kind: int) -> tuple[Rows, Single]:
        (ones, rows), (more, others) = (
            _within(limits[kind], places, self.blocks)
            for limits, places in ((self.ones_limits, self.ones), (self.more_limits, self.more))
        )
        levels = np.concatenate([np.ones(ones.stop - ones.start, dtype=np.float32), LEVELS[self.codes[more]]])
        return np.concatenate([rows, others]), levels

    def _dense(self, column: int) -> tuple[Rows, Single]:
        rows = np.flatnonzero(self.dense[column])
        return rows, self.dense[column][rows] / self.scales[column]


def invert(starts: Rows, columns: NDArray[np.int32], tfs: NDArray[Any], n_terms: int, rectangles: Rows) -> Inverse:
    """Return the postings of rows given one after the other, in these rectangles."""
    n_rows = len(starts) - 1
    held, columns, n_terms = narrowed(columns, n_terms)
    turned = csr_array((_codes(tfs), columns, starts), shape=(n_rows, n_terms)).tocsc()
    df = np.diff(turned.indptr).astype(np.int64)
    dense_terms = np.flatnonzero(df * _DENSE > n_rows) if n_rows >= _WORTH else np.zeros(0, dtype=np.int64)
    frequent = np.union1d(np.flatnonzero(df > RARE), dense_terms)
    common = np.setdiff1d(frequent, dense_terms, assume_unique=True)
    kinds = np.empty(len(frequent), dtype=np.int32)
    kinds[np.searchsorted(frequent, common)] = np.arange(len(common))
    kinds[np.searchsorted(frequent, dense_terms)] = DENSE - np.arange(len(dense_terms))
    is_rare = np.ones(n_terms, dtype=np.bool_)
    is_rare[frequent] = False
    rare = np.repeat(is_rare, df)
    dense, scales = _dense_columns(turned, dense_terms, n_rows)
    blocks = _blocks(rectangles)
    once = turned.data == 1
    ones_limits, ones, _ = _common_postings(turned, common, blocks, once)
    return Inverse(
        held,
        frequent.astype(np.int32),
        kinds,
        blocks,
        ones_limits,
        ones,
        *_common_postings(turned, common, blocks, ~once),
        bounds(df * is_rare).astype(np.uint32),
        turned.indices[rare].astype(np.int32),
        turned.data[rare],
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
        levels = LEVELS[turned.data[part]]
        scales[column] = math.floor(255 / float(levels.max()))  # A whole number, so that tf of 1 is exact.
        dense[column, turned.indices[part]] = np.rint(levels * scales[column])
    return dense, scales


def _common_postings(
    turned: Any, terms: Rows, blocks: Rows, wanted: NDArray[np.bool_]
) -> tuple[Rows, NDArray[np.uint16], NDArray[np.uint8]]:
    """Return limits, places and codes of those postings of these terms that are wanted."""
    n_blocks = len(blocks) - 1
    limits, filled = [np.zeros((0, n_blocks + 1), dtype=np.int64)], 0
    places, codes = [np.zeros(0, dtype=np.uint16)], [np.zeros(0, dtype=np.uint8)]
    df = np.diff(turned.indptr)[terms]
    for chunk in np.array_split(np.arange(len(terms)), 1 + int(df.sum()) // _CHUNK):
        at = ranges(turned.indptr[terms[chunk]].astype(np.int64), df[chunk])
        chosen = wanted[at]
        rows, owners = turned.indices[at[chosen]], np.repeat(np.arange(len(chunk)), df[chunk])[chosen]
        block = np.searchsorted(blocks, rows, side="right") - 1
        places.append((rows - blocks[block]).astype(np.uint16))
        codes.append(turned.data[at[chosen]])
        counts = np.bincount(owners * n_blocks + block, minlength=len(chunk) * n_blocks).reshape(len(chunk), n_blocks)
        ends = filled + np.cumsum(counts).reshape(counts.shape)
        limits.append(np.concatenate([ends[:, :1] - counts[:, :1], ends], axis=1))
        filled += len(rows)
    return np.concatenate(limits), np.concatenate(places), np.concatenate(codes)


def _within(limits: Rows, places: NDArray[np.uint16], blocks: Rows) -> tuple[slice, Rows]:
    """Return where the postings of a common term stand, and their rows."""
    part = slice(int(limits[0]), int(limits[-1]))
    return part, places[part].astype(np.int64) + np.repeat(blocks[:-1], np.diff(limits))
