"""One pass over a segment's postings, compiled: block by block, so that a block's sums stay in the cache."""

from __future__ import annotations

import numpy as np
from numba import boolean, float32, float64, int32, int64, njit, uint8, uint16, uint32, void

_STRIP = 4096  # Rows whose sums fit into the fastest cache beside eight dense columns.
_RARE_KIND, _DENSE = -1, -3  # As in `kernels.postings`: what comes from there would be kept in the cache as it was.
_EXPERTS = 1024  # Whose best items are found at once, in the fastest cache.


@njit(cache=True, nogil=True, error_model="numpy")
def _add_dense(sums, row, end, columns, weights, dense):  # type: ignore[no-untyped-def]
    """Add the dense columns, four at a time, to the sums of the rows from `row` to `end`."""
    fours = len(columns) // 4 * 4
    for start in range(row, end, _STRIP):
        stop = min(start + _STRIP, end)
        strip = sums[start - row : stop - row]
        for four in range(0, fours, 4):
            w0, w1, w2, w3 = weights[four], weights[four + 1], weights[four + 2], weights[four + 3]
            c0, c1 = dense[columns[four], start:stop], dense[columns[four + 1], start:stop]
            c2, c3 = dense[columns[four + 2], start:stop], dense[columns[four + 3], start:stop]
            for place in range(stop - start):
                strip[place] += w0 * c0[place] + w1 * c1[place] + w2 * c2[place] + w3 * c3[place]
        for one in range(fours, len(columns)):
            weight, column = weights[one], dense[columns[one], start:stop]
            for place in range(stop - start):
                strip[place] += weight * column[place]


@njit(cache=True, nogil=True, error_model="numpy")
def _add(  # type: ignore[no-untyped-def]
    sums, block, row, end, levels, terms, kinds, weights, at_rare,
    ones_limits, ones, more_limits, more, codes, rare_starts, rare_rows, rare_codes, scales, dense,
):  # fmt: skip
    """Add weight·(1 + ln tf) of all terms to the sums of one block's rows; `at_rare` moves on in the rare postings."""
    columns, scaled = np.empty(len(terms), dtype=np.int64), np.empty(len(terms), dtype=np.float32)
    found = 0
    for place in range(len(terms)):
        if kinds[place] <= _DENSE:
            columns[found], scaled[found] = _DENSE - kinds[place], weights[place] / scales[_DENSE - kinds[place]]
            found += 1
    _add_dense(sums, row, end, columns[:found], scaled[:found], dense)
    for place in range(len(terms)):
        term, common, weight = terms[place], kinds[place], np.float32(weights[place])
        if common >= 0:
            for one in ones[ones_limits[common, block] : ones_limits[common, block + 1]]:
                sums[one] += weight
            start, stop = more_limits[common, block], more_limits[common, block + 1]
            # Slices: an index that begins at 0 needs no check of its sign.
            own, own_codes = more[start:stop], codes[start:stop]
            for at in range(len(own)):
                sums[own[at]] += weight * levels[own_codes[at]]
        elif common == _RARE_KIND:
            rare, stop = rare_starts[term] + at_rare[place], rare_starts[term + 1]
            while rare < stop and rare_rows[rare] < end:
                sums[rare_rows[rare] - row] += weight * levels[rare_codes[rare]]
                rare += 1
            at_rare[place] = rare - rare_starts[term]


@njit(cache=True, nogil=True, error_model="numpy")
def _mix(native, pivot, norms_n, norms_p, kinds, shares):  # type: ignore[no-untyped-def]
    """Put the score of each row in the place of its native sum; shares: see `scan`."""
    n0, n1, n2, n3, n4, n5 = (shares[0] * shares[2]).astype(np.float32)
    p0, p1, p2, p3, p4, p5 = (shares[1] * shares[2]).astype(np.float32)
    for row in range(len(kinds)):
        kind = kinds[row]  # Six comparisons are done for sixteen rows at once, a look into a table is not.
        share_n = n0 if kind == 0 else n1 if kind == 1 else n2 if kind == 2 else n3 if kind == 3 else n4
        share_p = p0 if kind == 0 else p1 if kind == 1 else p2 if kind == 2 else p3 if kind == 3 else p4
        share_n, share_p = n5 if kind == 5 else share_n, p5 if kind == 5 else share_p
        native[row] = share_n * native[row] * norms_n[row] + share_p * pivot[row] * norms_p[row]


@njit(cache=True, nogil=True, error_model="numpy")
def _pool(scores, each, more, mask, room, out):  # type: ignore[no-untyped-def]
    """Add the score of every expert in the mask to the zeros of `out`. scores: of the items, shape (items, experts),
    which are lost. room: for the best of them, shape (best, at least experts).
    """
    best = room[:, : len(out)]
    best[:] = 0
    for own in scores:
        for expert in range(len(out)):
            out[expert] += each * own[expert]
        for kept in best:  # An insertion sort of all experts at once.
            for expert in range(len(out)):
                less = min(kept[expert], own[expert])
                kept[expert] = max(kept[expert], own[expert])
                own[expert] = less
    for kept in best:
        for expert in range(len(out)):
            out[expert] += more * kept[expert]
    for expert in range(len(out)):
        out[expert] = out[expert] if mask[expert] else np.float32(0)


_S, _F, _I = float32[::1], float64[::1], int64[::1]
_COMMON = (int64[:, ::1], uint16[::1], int64[:, ::1], uint16[::1], uint8[::1])
_INVERSE = (_I, *_COMMON, uint32[::1], int32[::1], uint8[::1], _S, uint8[:, ::1])


@njit(
    void(
        _S, *_INVERSE, *_INVERSE, _S, _S, uint8[::1], int64[:, ::1], boolean[::1], _I, _I, _F, int64, float64[:, ::1],
        int64, float64, _S,
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def scan(  # type: ignore[no-untyped-def]
    levels,
    blocks, ones_limits_n, ones_n, more_limits_n, more_n, codes_n,
    starts_n, rows_n, rare_codes_n, scales_n, dense_n,
    blocks_p, ones_limits_p, ones_p, more_limits_p, more_p, codes_p,
    starts_p, rows_p, rare_codes_p, scales_p, dense_p,
    norms_n, norms_p, kinds, rectangles, mask, terms, kinds_of_terms, weights, split, shares, best, mean_weight, out,
):  # fmt: skip
    """Write the affinity of every expert in the mask into `out`, which holds zeros, and 0 of all others.

    terms, kinds_of_terms (see `Inverse.kinds_of`), weights: those of the request, of the native field up to `split`.
    shares: per kind of a row, those of the two fields and the trust, shape (3, 6). Both fields have the same blocks.
    What comes from another module comes as an argument: Numba would keep it in its cache as it was.
    """
    largest = np.diff(blocks).max()
    native, pivot = np.empty(largest, dtype=np.float32), np.empty(largest, dtype=np.float32)
    at_rare = np.zeros(len(terms), dtype=np.int64)
    room = np.empty((best, _EXPERTS), dtype=np.float32)
    rectangle = 0
    for block in range(len(blocks) - 1):
        row, end = blocks[block], blocks[block + 1]
        size = end - row
        native[:size] = 0
        pivot[:size] = 0
        # fmt: off
        _add(native, block, row, end, levels, terms[:split], kinds_of_terms[:split], weights[:split], at_rare[:split],
             ones_limits_n, ones_n, more_limits_n, more_n, codes_n, starts_n, rows_n, rare_codes_n, scales_n, dense_n)
        _add(pivot, block, row, end, levels, terms[split:], kinds_of_terms[split:], weights[split:], at_rare[split:],
             ones_limits_p, ones_p, more_limits_p, more_p, codes_p, starts_p, rows_p, rare_codes_p, scales_p, dense_p)
        # fmt: on
        _mix(native[:size], pivot[:size], norms_n[row:end], norms_p[row:end], kinds[row:end], shares)
        while rectangle < len(rectangles) and rectangles[rectangle, 0] < end:
            first, items, start, experts = rectangles[rectangle]
            if items:
                each, more = np.float32(mean_weight / items), np.float32((1.0 - mean_weight) / best)
                own, chosen = out[start : start + experts], mask[start : start + experts]
                if items == 1:
                    scores = native[first - row : first - row + experts]
                    for expert in range(experts):
                        own[expert] = (each + more) * scores[expert] if chosen[expert] else np.float32(0)
                else:
                    table = native[first - row : first - row + items * experts].reshape(items, experts)
                    for begin in range(0, experts, len(room[0])):
                        stop = min(begin + len(room[0]), experts)
                        _pool(table[:, begin:stop], each, more, chosen[begin:stop], room, own[begin:stop])
            rectangle += 1
