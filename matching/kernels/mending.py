"""Norms that follow an edit, compiled: what `plain.Inverse.mend` does."""

from __future__ import annotations

import numpy as np
from numba import float32, float64, int32, int64, njit, uint8, uint16, uint32, void

# As in `kernels.postings`: what comes from there would be kept in the cache as it was.
_RARE_KIND, _WORD, _CODE = -1, 16, 16


@njit(cache=True, nogil=True, error_model="numpy")
def _room(terms, kinds, limits, maps, bits, rare_starts):  # type: ignore[no-untyped-def]
    """Return how many rows hold the terms at most, each counted as often as it holds one."""
    room = np.int64(0)
    for place in range(len(terms)):
        term, kind = terms[place], kinds[place]
        if kind >= 0:
            for own in (0, 2):
                room += np.int64(limits[kind, -1, own]) - np.int64(limits[kind, 0, own])
            room += _WORD * bits.shape[1] if maps[kind] >= 0 else 0
        elif kind == _RARE_KIND:
            room += np.int64(rare_starts[term + 1]) - np.int64(rare_starts[term])
    return room


@njit(cache=True, nogil=True, error_model="numpy")
def _add_common(rows, values, found, gain, limits, places, more, levels, blocks):  # type: ignore[no-untyped-def]
    """Note the postings of a frequent term that are no bits, and return how many are noted."""
    for block in range(len(blocks) - 1):
        start, middle, stop = limits[block, 0], limits[block, 1], limits[block + 1, 0]
        for at in range(start, stop):
            level = levels[1] if at < middle else levels[2]
            rows[found], values[found] = blocks[block] + places[at], gain * level * level
            found += 1
        for both in more[limits[block, 2] : limits[block + 1, 2]]:
            level = levels[both >> _CODE]
            rows[found], values[found] = blocks[block] + (both & ((1 << _CODE) - 1)), gain * level * level
            found += 1
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _add_bits(rows, values, found, gain, bits, levels, blocks):  # type: ignore[no-untyped-def]
    """Note the postings of a dense term with a tf of 1, and return how many are noted."""
    start = 0
    for block in range(len(blocks) - 1):
        words = (blocks[block + 1] - blocks[block] + _WORD - 1) // _WORD
        for word in range(words):
            for lane in range(_WORD if bits[start + word] else 0):
                if bits[start + word] >> lane & 1:
                    rows[found], values[found] = blocks[block] + _WORD * word + lane, gain * levels[1] * levels[1]
                    found += 1
        start += words
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _sum_up(norms, rows, values):  # type: ignore[no-untyped-def]
    """Add what is noted to the norms: all that a row gains at once, so that it is rounded once."""
    order = np.argsort(rows)
    at = 0
    while at < len(order):
        row, more = rows[order[at]], 0.0
        while at < len(order) and rows[order[at]] == row:
            more += values[order[at]]
            at += 1
        square = 1.0 / np.float64(norms[row]) ** 2 + more
        norms[row] = 1.0 / np.sqrt(max(square, 1e-30))


_S, _F, _I = float32[::1], float64[::1], int64[::1]
_COMMON = (uint32[:, :, ::1], uint16[::1], uint32[::1], int32[::1], uint16[:, ::1])
_INVERSE = (_I, *_COMMON, uint32[::1], int32[::1], uint8[::1])


@njit(void(_S, _I, _I, _F, _S, *_INVERSE), cache=True, nogil=True, error_model="numpy")
def mend(  # type: ignore[no-untyped-def]
    norms, terms, kinds, gains, levels,
    blocks, limits, places, more, maps, bits, rare_starts, rare_rows, rare_codes,
):  # fmt: skip
    """Add `gains`, times the square of 1 + ln tf, to the squares of the norms of the rows that hold the terms; `norms`
    are one over these. The arrays are those of `postings.Inverse`.
    """
    room = _room(terms, kinds, limits, maps, bits, rare_starts)
    rows, values = np.empty(room, dtype=np.int64), np.empty(room)
    found = 0
    for place in range(len(terms)):
        term, kind, gain = terms[place], kinds[place], gains[place]
        if kind >= 0:
            found = _add_common(rows, values, found, gain, limits[kind], places, more, levels, blocks)
            if maps[kind] >= 0:
                found = _add_bits(rows, values, found, gain, bits[maps[kind]], levels, blocks)
        elif kind == _RARE_KIND:
            for at in range(rare_starts[term], rare_starts[term + 1]):
                level = levels[rare_codes[at]]
                rows[found], values[found] = rare_rows[at], gain * level * level
                found += 1
    _sum_up(norms, rows[:found], values[:found])
