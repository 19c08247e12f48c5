"""Rows of a few experts, reckoned exactly and compiled: what `gathering` and `reckoning` do, to the same digits.

The order of operations is theirs, term by term. Sums of multiples of 2**-50 are exact in any order; where one is not
(`totals`), rows are added one after the other, as NumPy's `bincount` does.
"""

from __future__ import annotations

import math

import numpy as np
from numba import float64, int32, int64, njit, uint8, uint32

_GRID, _COARSE, _FINE = 2.0**50, 2.0**20, 2.0**60
_BITS, _MANY = 4, 15  # As in `matching.forward`: what comes from there would be kept in the cache as it was.
_ROW, _TERM, _TF = 0, 1, 2
_KIND, _NATIVE, _PIVOT, _SHARE = 0, 1, 2, 3


@njit(cache=True, nogil=True, error_model="numpy")
def _table(terms):  # type: ignore[no-untyped-def]
    """Return an open hash table of terms: in even cells their numbers, -1 where free, in odd ones their places."""
    size = 2048  # Nearly all terms of a row are none of the request's, and most find a free cell at once.
    while size < 16 * len(terms):
        size *= 2
    table = np.full(2 * size, -1, dtype=np.int32)
    for place in range(len(terms)):
        cell = terms[place] & (size - 1)
        while table[2 * cell] >= 0:
            cell = (cell + 1) & (size - 1)
        table[2 * cell], table[2 * cell + 1] = terms[place], place
    return table


@njit(cache=True, nogil=True, error_model="numpy")
def _hits(  # type: ignore[no-untyped-def]
    row, start, stop, packed, many, many_tfs, df, log_items, table, weights, share, logs, levels, hits, values, filled
):  # fmt: skip
    """Note the hits of one row in one field from `filled` on, and what each adds to the row's score.

    Return the norm and where the hits end.
    """
    mask = len(table) // 2 - 1
    coarse = fine = 0.0
    end = filled
    own = packed[start:stop]
    for at in range(len(own)):  # From 0 on: such an index needs no check of its sign.
        column, tf = np.int64(own[at]) >> _BITS, np.int64(own[at]) & _MANY
        if tf == _MANY:
            tf = np.int64(many_tfs[np.searchsorted(many, start + at)])
        level = levels[tf] if tf < len(levels) else 1.0 + math.log(tf)
        count = df[column]
        weight = level * (log_items - (logs[count] if count < len(logs) else math.log(1.0 + count)) + 1.0)
        square = weight * weight
        large = np.rint(square * _COARSE) / _COARSE
        coarse += large
        fine += np.rint((square - large) * _FINE) / _FINE
        cell = column & mask
        while table[2 * cell] >= 0:
            if table[2 * cell] == column:
                term = table[2 * cell + 1]
                hits[_ROW, end], hits[_TERM, end], hits[_TF, end] = row, term, tf
                values[end] = share * weights[term] * level
                end += 1
                break
            cell = (cell + 1) & mask
    norm = np.sqrt(coarse + fine) if coarse + fine > 0 else 1.0
    for hit in range(filled, end):
        values[hit] = np.rint(values[hit] / norm * _GRID) / _GRID
    return norm, end


@njit(cache=True, nogil=True, error_model="numpy")
def _best(trusted, items, count, chosen):  # type: ignore[no-untyped-def]
    """Write the places of the `count` greatest into `chosen`, of equals the first, and return how many there are."""
    found = 0
    for item in range(items):
        place = found
        while place > 0 and trusted[chosen[place - 1]] < trusted[item]:
            place -= 1
        if place < count:
            found = min(found + 1, count)
            for later in range(found - 1, place, -1):
                chosen[later] = chosen[later - 1]
            chosen[place] = item
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _pooled(values, hits, start, end, first, pool):  # type: ignore[no-untyped-def]
    """Multiply what hits add by their row's weight, and return the sum."""
    total = 0.0
    for hit in range(start, end):
        values[hit] = np.rint(pool[hits[_ROW, hit] - first] * values[hit] * _GRID) / _GRID
        total += values[hit]
    return total


_F, _I = float64[::1], int64[::1]
_FIELD = (_I, uint32[::1], _I, uint32[::1])
_SEGMENT = (int64[:, ::1], uint8[::1], *_FIELD, *_FIELD)
_ASKED = (int32[::1], int32[::1], float64, _I, _F, int64, _I, float64[:, ::1], int64, float64, _F, _F)


@njit(cache=True, nogil=True, error_model="numpy")
def _room(places, rectangles, starts_n, starts_p):  # type: ignore[no-untyped-def]
    """Return how many rows experts have, and how many terms in either field these hold."""
    rows = room_n = room_p = 0
    for place in places:
        rectangle = np.searchsorted(rectangles[:, 2], place, side="right") - 1
        row = rectangles[rectangle, 0] + place - rectangles[rectangle, 2]
        for _ in range(rectangles[rectangle, 1]):
            rows += 1
            room_n += starts_n[row + 1] - starts_n[row]
            room_p += starts_p[row + 1] - starts_p[row]
            row += rectangles[rectangle, 3]
    return rows, room_n, room_p


@njit((_I, *_SEGMENT, *_ASKED), cache=True, nogil=True, error_model="numpy")
def weigh(  # type: ignore[no-untyped-def]
    places, rectangles, kinds,
    starts_n, packed_n, many_n, many_tfs_n, starts_p, packed_p, many_p, many_tfs_p,
    df_n, df_p, log_items, terms, weights, split, codes, shares, best, mean_weight, logs, levels,
):  # fmt: skip
    """Reckon experts of one segment.

    terms, weights: those of the request, of the native field up to `split`. codes: numbers of native terms. shares:
    per kind, those of the two fields and the trust, shape (3, 6).

    Return sums: affinity and doubts, shape (n, 2); sizes: rows, and hits in either field, shape (n, 3); held: who holds
    each code, shape (n, n_codes); of_rows: kind, norms in either field and share of each row, shape (4, n_rows); hits
    in either field: row, term and tf, shape (3, n_hits), and what each adds to the affinity. Hits have more room than
    they need.
    """
    native, pivot = _table(terms[:split]), _table(terms[split:])
    weights_n, weights_p = weights[:split], weights[split:]
    room, room_n, room_p = _room(places, rectangles, starts_n, starts_p)
    of_rows, sums, sizes = np.empty((4, room)), np.empty((len(places), 2)), np.empty((len(places), 3), dtype=np.int64)
    hits_n, values_n = np.empty((3, room_n), dtype=np.int64), np.empty(room_n)
    hits_p, values_p = np.empty((3, room_p), dtype=np.int64), np.empty(room_p)
    held = np.zeros((len(places), len(codes)), dtype=np.bool_)
    most = 1 + rectangles[:, 1].max()
    scores, trusted, pool = np.empty(most), np.empty(most), np.empty(most)
    chosen = np.empty(best, dtype=np.int64)
    first = end_n = end_p = 0
    for expert in range(len(places)):
        place = places[expert]
        rectangle = np.searchsorted(rectangles[:, 2], place, side="right") - 1
        items, step = rectangles[rectangle, 1], rectangles[rectangle, 3]
        row = rectangles[rectangle, 0] + place - rectangles[rectangle, 2]
        from_n, from_p = end_n, end_p
        for item in range(items):
            kind = kinds[row]
            of_rows[_KIND, first + item] = kind
            start, stop = starts_n[row], starts_n[row + 1]
            for code in range(len(codes)):
                for at in range(start, stop):
                    if np.int64(packed_n[at]) >> _BITS == codes[code]:
                        held[expert, code] = True
            before_n, before_p = end_n, end_p
            of_rows[_NATIVE, first + item], end_n = _hits(
                first + item, start, stop, packed_n, many_n, many_tfs_n, df_n, log_items, native, weights_n,
                shares[0, kind], logs, levels, hits_n, values_n, end_n,
            )  # fmt: skip
            of_rows[_PIVOT, first + item], end_p = _hits(
                first + item, starts_p[row], starts_p[row + 1], packed_p, many_p, many_tfs_p, df_p, log_items, pivot,
                weights_p, shares[1, kind], logs, levels, hits_p, values_p, end_p,
            )  # fmt: skip
            scores[item] = values_n[before_n:end_n].sum() + values_p[before_p:end_p].sum()
            trusted[item] = scores[item] * shares[2, kind]
            row += step
        for item in range(items):
            pool[item] = mean_weight / items
        for one in range(_best(trusted, items, best, chosen)):
            pool[chosen[one]] += (1.0 - mean_weight) / best
        doubts = total = 0.0
        for item in range(items):
            doubts += np.rint(pool[item] * (trusted[item] - scores[item]) * _GRID) / _GRID
            total += pool[item] * trusted[item]
        for item in range(items):
            of_rows[_SHARE, first + item] = pool[item] * trusted[item] / total if total > 0 else 0.0
        sums[expert, 0] = (
            _pooled(values_n, hits_n, from_n, end_n, first, pool)
            + _pooled(values_p, hits_p, from_p, end_p, first, pool)
            + doubts
        )
        sums[expert, 1] = doubts
        sizes[expert, 0], sizes[expert, 1], sizes[expert, 2] = items, end_n - from_n, end_p - from_p
        first += items
    return sums, sizes, held, of_rows, hits_n, hits_p, values_n, values_p
