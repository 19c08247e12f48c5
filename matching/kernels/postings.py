"""Postings as the compiled kernel reads them.

They are kept by how common a term is. *Rare* terms (up to RARE rows, in a large pool up to three a block, since to know
where a term begins in each block takes room and time, too) have row numbers of four bytes. *Common* ones
have two-byte places within blocks of 16,384 rows, so that a block's sums stay in the cache while all terms are added;
those with a tf of 1 come first, then those of 2, which are nearly all, and others stand apart with their tf.
Of *dense* terms, held by every eighth row, those with a tf of 1 are bits: one of each row, which is less to read, and
added four terms at a time over whole blocks, which the processor does many rows at once.
tf of 128 or less is exact; greater ones are rounded in steps of .07 of ln tf.
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
RARE_KIND, UNKNOWN = -1, -2  # Kinds of terms besides common ones.
BLOCK = 1 << 14  # Rows; their sums in one field nearly fit into the first cache.
_DENSE = 8  # Rows, of which a dense term has more than one. Rarer ones take less time as places.
CODE = 16  # Bits of a place that come before a code.
_PLACE = (1 << CODE) - 1
_A_BLOCK = 3  # Rows that a rare term may have in each block, on average.
_WORD = 16  # Rows.
_EXACT = 128
_STEP = math.log(1e6 / _EXACT) / (255 - _EXACT)
_CHUNK = 1 << 22  # Postings that are laid out at once.

Single = NDArray[np.float32]


def _levels() -> Single:
    exact = sublinear_table(_EXACT)
    above = exact[-1] + _STEP * np.arange(1, 256 - _EXACT)
    return np.concatenate([exact, above]).astype(np.float32)


LEVELS = _levels()  # 1 + ln tf of each code


@njit(int64[::1](int64[::1], int32[::1], int64), cache=True, nogil=True, error_model="numpy")
def _kinds(terms, frequent, n_terms):  # type: ignore[no-untyped-def]
    """Return what `Inverse.kinds_of` does."""
    found = np.empty(len(terms), dtype=np.int64)
    for place in range(len(terms)):
        term = terms[place]
        at = np.searchsorted(frequent, term)
        if at < len(frequent) and frequent[at] == term:
            found[place] = at
        else:
            found[place] = RARE_KIND if term < n_terms else UNKNOWN
    return found


@dataclass(frozen=True, eq=False)
class Inverse:
    """The postings of one field. See the module's docstring.

    terms: see `ranges.narrowed`; below, a term is its place among these or, where there are none, its number. frequent:
    the terms that are not rare, ascending, by whose place among these they are known below.
    blocks: first row of each block, and the end. places: in their block, of the postings with a tf of 1 and 2. more:
    the same of all others, with 65,536 times the code of tf. limits: where in places those of each frequent term begin
    in each block, where those with a tf of 2 do, and where in more; shape (n_frequent, n_blocks + 1, 3).
    maps: of a dense term, whose tf of 1 are bits, the place of these in `bits`, else -1. bits: of each row, 16 to a
    word, the first lowest; blocks begin with a word; shape (n_dense, n_words).
    rare_rows, rare_codes: those of the rare term t from rare_starts[t] to rare_starts[t + 1].
    """

    terms: NDArray[np.int32]
    frequent: NDArray[np.int32]
    blocks: Rows
    limits: NDArray[np.uint32]
    places: NDArray[np.uint16]
    more: NDArray[np.uint32]
    maps: NDArray[np.int32]
    bits: NDArray[np.uint16]
    rare_starts: NDArray[np.uint32]
    rare_rows: NDArray[np.int32]
    rare_codes: NDArray[np.uint8]

    @staticmethod
    def error(largest: int) -> float:
        """Return by how much 1 + ln tf is rounded at most, relative to it, where no tf is above `largest`."""
        return _STEP / 2 / float(LEVELS[_EXACT]) if largest > _EXACT else 0.0

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
        for place in np.flatnonzero(kinds >= 0).tolist():
            rows, levels = self._common(int(kinds[place]))
            found.append((rows, levels, np.full(len(rows), place)))
        rows, levels, places = (np.concatenate(part) for part in zip(*found, strict=True))
        return rows, levels.astype(np.float64), places

    def mend(self, norms: Single, terms: Rows, gains: Floats) -> None:
        """Add `gains`, times the square of 1 + ln tf, to the squares of the norms of the rows that hold the terms;
        `norms` are one over these.
        """
        places = among(self.terms, terms)
        mend(norms, places, self.kinds_of(places), gains, LEVELS, self.blocks, *self.arrays[2:])

    def kinds_of(self, terms: Rows) -> Rows:
        """Return the kind of each term: its place among the frequent, RARE_KIND, or UNKNOWN where it came after the
        segment.
        """
        found: Rows = _kinds(terms, self.frequent, len(self.rare_starts) - 1)
        return found

    @cached_property
    def arrays(self) -> tuple[Any, ...]:
        """Everything but blocks that compiled code reads, in its order."""
        return (
            self.terms,
            self.frequent,
            self.limits,
            self.places,
            self.more,
            self.maps,
            self.bits,
            self.rare_starts,
            self.rare_rows,
            self.rare_codes,
        )

    def _common(self, kind: int) -> tuple[Rows, Single]:
        limits, column = self.limits[kind].astype(np.int64), int(self.maps[kind])
        few, many = (both[slice(*limits[[0, -1], at])] for both, at in ((self.places, 0), (self.more, 2)))
        sizes = np.diff([*limits[:-1, :2].ravel(), limits[-1, 0]])  # Of a tf of 1 and 2 in turn, block by block.
        found = [(_rows(limits[:, 0], few, self.blocks), np.repeat(np.resize(LEVELS[1:3], len(sizes)), sizes))]
        found.append((_rows(limits[:, 2], many & _PLACE, self.blocks), LEVELS[many >> CODE]))
        if column >= 0:
            rows = self._in_bits(column)
            found.append((rows, np.ones(len(rows), dtype=np.float32)))
        rows, levels = (np.concatenate(part) for part in zip(*found, strict=True))
        return rows, levels

    def _in_bits(self, column: int) -> Rows:
        places = np.flatnonzero(np.unpackbits(self.bits[column].view(np.uint8), bitorder="little"))
        starts = _WORD * _words(self.blocks)
        block = np.searchsorted(starts, places, side="right") - 1
        return np.asarray(places - starts[block] + self.blocks[block])


def invert(starts: Rows, columns: NDArray[np.int32], tfs: NDArray[Any], n_terms: int, rectangles: Rows) -> Inverse:
    """Return the postings of rows given one after the other, in these rectangles.

    Raises OverflowError for 2**32 postings or more.
    """
    n_rows = len(starts) - 1
    if len(columns) >> 32:
        raise OverflowError("there are more postings than four bytes can count; let segments be smaller")
    held, columns, n_terms = narrowed(columns, n_terms)
    turned = csr_array((_codes(tfs), columns, starts), shape=(n_rows, n_terms)).tocsc()
    df = np.diff(turned.indptr).astype(np.int64)
    blocks = _blocks(rectangles)
    is_rare = df <= max(RARE, _A_BLOCK * (len(blocks) - 1))
    frequent = np.flatnonzero(~is_rare)
    rare = np.repeat(is_rare, df)
    is_dense = df[frequent] * _DENSE > n_rows
    maps = np.where(is_dense, np.cumsum(is_dense) - 1, -1)
    once = turned.data == 1
    few = turned.data <= 2
    limits, places, _ = _common_postings(
        turned, frequent, blocks, few & ~(once & np.repeat(df * _DENSE > n_rows, df)), 2
    )
    more_limits, more, codes = _common_postings(turned, frequent, blocks, ~few, 1)
    both = more.astype(np.uint32)
    both |= codes.astype(np.uint32) << CODE
    return Inverse(
        held,
        frequent.astype(np.int32),
        blocks,
        np.concatenate([limits, more_limits], axis=2).astype(np.uint32),
        places,
        both,
        maps.astype(np.int32),
        _bits(turned, frequent[is_dense], blocks, once),
        bounds(df * is_rare).astype(np.uint32),
        turned.indices[rare].astype(np.int32),
        turned.data[rare],
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


def _words(blocks: Rows) -> Rows:
    """Return which word of bits each block begins with, and how many there are."""
    return bounds(-(-np.diff(blocks) // _WORD))


def _bits(turned: Any, terms: Rows, blocks: Rows, wanted: NDArray[np.bool_]) -> NDArray[np.uint16]:
    """Return the rows of those postings of these terms that are wanted, as bits; see `Inverse`."""
    starts = _WORD * _words(blocks)
    bits = np.zeros((len(terms), int(starts[-1]) // _WORD), dtype=np.uint16)
    for column, term in enumerate(terms.tolist()):
        part = slice(turned.indptr[term], turned.indptr[term + 1])
        rows = turned.indices[part][wanted[part]]
        block = np.searchsorted(blocks, rows, side="right") - 1
        held = np.zeros(int(starts[-1]), dtype=np.bool_)
        held[rows - blocks[block] + starts[block]] = True
        bits[column] = np.packbits(held, bitorder="little").view(np.uint16)
    return bits


def _common_postings(
    turned: Any, terms: Rows, blocks: Rows, wanted: NDArray[np.bool_], groups: int
) -> tuple[Rows, NDArray[np.uint16], NDArray[np.uint8]]:
    """Return limits, shape (n_terms, n_blocks + 1, groups), places and codes of those postings of these terms that are
    wanted; where there are two groups, those with a tf of 1 come before the others of their block.
    """
    n_blocks = len(blocks) - 1
    limits, filled = [np.zeros((0, n_blocks + 1, groups), dtype=np.int64)], 0
    places, codes = [np.zeros(0, dtype=np.uint16)], [np.zeros(0, dtype=np.uint8)]
    df = np.diff(turned.indptr)[terms]
    for chunk in np.array_split(np.arange(len(terms)), 1 + int(df.sum()) // _CHUNK):
        at = ranges(turned.indptr[terms[chunk]].astype(np.int64), df[chunk])
        chosen = wanted[at]
        rows, own, owners = turned.indices[at[chosen]], turned.data[at[chosen]], np.repeat(chunk, df[chunk])[chosen]
        block = np.searchsorted(blocks, rows, side="right") - 1
        cells = ((owners - chunk[:1].sum()) * n_blocks + block) * groups + (np.minimum(own, groups) - 1)
        order = np.argsort(cells, kind="stable") if groups > 1 else slice(None)
        places.append((rows - blocks[block]).astype(np.uint16)[order])
        codes.append(own[order])
        sizes = np.bincount(cells, minlength=len(chunk) * n_blocks * groups).reshape(len(chunk), n_blocks, groups)
        ends = filled + np.cumsum(sizes).reshape(sizes.shape)
        after = np.broadcast_to(ends[:, -1:, -1:], (len(chunk), 1, groups))
        limits.append(np.concatenate([ends - sizes, after], axis=1))
        filled += len(rows)
    return np.concatenate(limits), np.concatenate(places), np.concatenate(codes)


def _rows(limits: Rows, places: NDArray[Any], blocks: Rows) -> Rows:
    """Return the rows of a frequent term from their places in the blocks."""
    return np.asarray(places.astype(np.int64) + np.repeat(blocks[:-1], np.diff(limits)))
