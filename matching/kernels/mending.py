"""Norms that follow an edit, compiled: what `plain.Inverse.mend` does."""

from __future__ import annotations

import numpy as np
from numba import float32, float64, int32, int64, njit, uint8, uint16, uint32, void

_RARE_KIND, _DENSE = -1, -3  # As in `kernels.postings`: what comes from there would be kept in the cache as it was.


@njit(cache=True, nogil=True, error_model="numpy")
def _room(terms, kinds, ones_limits, more_limits, rare_starts, dense):  # type: ignore[no-untyped-def]
    """Return how many rows hold the terms at most, each counted as often as it holds one."""
    room = 0
    for place in range(len(terms)):
        term, kind = terms[place], kinds[place]
        if kind >= 0:
            room += ones_limits[kind, -1] - ones_limits[kind, 0] + more_limits[kind, -1] - more_limits[kind, 0]
        elif kind == _RARE_KIND:
            room += int(rare_starts[term + 1]) - int(rare_starts[term])
        elif kind <= _DENSE:
            room += dense.shape[1]
    return room


@njit(cache=True, nogil=True, error_model="numpy")
def _add_common(rows, values, found, gain, limits, places, codes, levels, blocks):  # type: ignore[no-untyped-def]
    """Note the postings of a common term, and return how many are noted; no codes stand for a tf of 1."""
    for block in range(len(blocks) - 1):
        for at in range(limits[block], limits[block + 1]):
            level = levels[codes[at]] if len(codes) else levels[1]
            rows[found], values[found] = blocks[block] + places[at], gain * level * level
            found += 1
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
_COMMON = (int64[:, ::1], uint16[::1], int64[:, ::1], uint16[::1], uint8[::1])
_INVERSE = (_I, *_COMMON, uint32[::1], int32[::1], uint8[::1], _S, uint8[:, ::1])


@njit(void(_S, _I, _I, _F, _S, *_INVERSE), cache=True, nogil=True, error_model="numpy")
def mend(  # type: ignore[no-untyped-def]
    norms, terms, kinds, gains, levels,
    blocks, ones_limits, ones, more_limits, more, codes, rare_starts, rare_rows, rare_codes, scales, dense,
):  # fmt: skip
    """Add `gains`, times the square of 1 + ln tf, to the squares of the norms of the rows that hold the terms; `norms`
    are one over these. The arrays are those of `postings.Inverse`.
    """
    room = _room(terms, kinds, ones_limits, more_limits, rare_starts, dense)
    rows, values = np.empty(room, dtype=np.int64), np.empty(room)
    found = 0
    for place in range(len(terms)):
        term, kind, gain = terms[place], kinds[place], gains[place]
        if kind >= 0:
            found = _add_common(rows, values, found, gain, ones_limits[kind], ones, codes[:0], levels, blocks)
            found = _add_common(rows, values, found, gain, more_limits[kind], more, codes, levels, blocks)
        elif kind == _RARE_KIND:
            for at in range(rare_starts[term], rare_starts[term + 1]):
                level = levels[rare_codes[at]]
                rows[found], values[found] = rare_rows[at], gain * level * level
                found += 1
        elif kind <= _DENSE:
            column, scale = dense[_DENSE - kind], scales[_DENSE - kind]
            for row in range(len(column)):
                if column[row]:
                    level = column[row] / scale
                    rows[found], values[found] = row, gain * level * level
                    found += 1
    _sum_up(norms, rows[:found], values[:found])
