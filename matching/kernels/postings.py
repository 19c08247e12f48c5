"""Postings as the compiled kernel reads them.

They are kept by how common a term is. *Rare* terms (up to RARE rows) have row numbers of four bytes. *Common* ones
have two-byte places within blocks of 65,536 rows, so that a block's sums stay in the cache while all terms are added;
those with a tf of 1, which are most, stand apart and need no byte to say so.
*Dense* ones, held by every sixteenth row, carry most of what a request touches: a byte per row, 1 + ln tf in steps so
fine that the greatest still fits, added four terms at a time over whole blocks, which the processor does many rows at
once. tf of 128 or less is exact elsewhere; greater ones are rounded in steps of .07 of ln tf.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matching.kernels.mending import mend
from matching.ranges import among, bounds, narrowed, ranges
from matching.weights import Floats, Rows, sublinear_table

RARE = 64
BLOCK = 1 << 16
_DENSE = 16  # Rows, of which a dense term has more than one. A row costs a twentieth of a posting in time.
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


@dataclass(frozen=True, eq=False)
class Inverse:
    """The postings of one field. See the module's docstring.

    terms: see `ranges.narrowed`. kinds: for each of them, or for each of the vocabulary, its number among the common
    ones, -1 for rare ones, and -2 less its column for dense ones; shape (n_terms,).
    blocks: first row of each block, and the end. ones, more: places in their block of the postings with a tf of 1, and
    of all others, whose tf are `codes`; where those of each common term begin in each block is in ones_limits and
    more_limits, shape (n_common, n_blocks + 1). dense: 1 + ln tf of the dense terms in units of 1/scales, shape
    (n_dense, n_rows).
    """

    terms: NDArray[np.int32]
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
        known = terms < len(self.kinds)
        kinds = (
            np.where(known, self.kinds[np.where(known, terms, 0)], -1) if len(self.kinds) else np.full(len(terms), -1)
        )
        rare = np.flatnonzero(known & (kinds == -1))
        starts = self.rare_starts[terms[rare]].astype(np.int64)
        sizes = self.rare_starts[terms[rare] + 1] - starts
        at = ranges(starts, sizes)
        found = [(self.rare_rows[at].astype(np.int64), LEVELS[self.rare_codes[at]], np.repeat(rare, sizes))]
        for place in np.flatnonzero(kinds != -1).tolist():
            rows, levels = self._dense(-2 - int(kinds[place])) if kinds[place] < -1 else self._common(int(kinds[place]))
            found.append((rows, levels, np.full(len(rows), place)))
        rows, levels, places = (np.concatenate(part) for part in zip(*found, strict=True))
        return rows, levels.astype(np.float64), places

    def mend(self, norms: Single, terms: Rows, gains: Floats) -> None:
        """Add `gains`, times the square of 1 + ln tf, to the squares of the norms of the rows that hold the terms;
        `norms` are one over these.
        """
        mend(norms, among(self.terms, terms), gains, LEVELS, *self.arrays)

    @property
    def is_wide(self) -> bool:
        """Whether a term's number is its place."""
        return not len(self.terms)

    @property
    def arrays(self) -> tuple[Any, ...]:
        """Everything that compiled code reads, in its order."""
        return (
            self.kinds,
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
    kinds = np.full(n_terms, -1, dtype=np.int32)
    common = np.flatnonzero(df > RARE)
    common = common[~np.isin(common, dense_terms)]
    kinds[common], kinds[dense_terms] = np.arange(len(common)), -2 - np.arange(len(dense_terms))
    rare = np.repeat(kinds == -1, df)
    dense, scales = _dense_columns(turned, dense_terms, n_rows)
    blocks = _blocks(rectangles)
    once = turned.data == 1
    ones_limits, ones, _ = _common_postings(turned, common, blocks, once)
    return Inverse(
        held,
        kinds,
        blocks,
        ones_limits,
        ones,
        *_common_postings(turned, common, blocks, ~once),
        bounds(np.where(kinds == -1, df, 0)).astype(np.uint32),
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
