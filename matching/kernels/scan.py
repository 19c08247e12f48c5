"""One pass over a segment's postings, compiled: block by block, so that a block's sums stay in the cache.

On the way those are noted who may be among the best: a heap holds the greatest scores so far, and whoever comes near
enough to the least of them is written down. So nothing as long as the pool is written and read again.
"""

from __future__ import annotations

import numpy as np
from numba import boolean, float32, float64, int32, int64, njit, uint8, uint16, uint32

# As in `kernels.postings`: what comes from there would be kept in the cache as it was.
_RARE_KIND, _UNKNOWN, _WORD, _CODE = -1, -2, 16, 16
_LINE = 64  # Bytes that come from memory at once.
_NEVER = np.iinfo(np.int64).max
_EXPERTS = 1024  # Whose best items are found at once, in the fastest cache.
_LOOK = 32  # Scores that are compared at once; nearly all have nobody worth a second look.
_LEAST = np.finfo(np.float32).smallest_subnormal


@njit(cache=True, nogil=True, error_model="numpy")
def _find(sorted_numbers, numbers, found):  # type: ignore[no-untyped-def]
    """Write where each number stands among the sorted ones, or -1: for all a step at a time, so that none waits for
    another.
    """
    found[:] = 0
    size = len(sorted_numbers)
    while size > 1:
        half = size // 2
        for at in range(len(numbers)):
            found[at] += half if sorted_numbers[found[at] + half] <= numbers[at] else 0
        size -= half
    for at in range(len(numbers)):
        found[at] = found[at] if size and sorted_numbers[found[at]] == numbers[at] else -1


@njit(cache=True, nogil=True, error_model="numpy")
def _look_up(own, frequent, starts, rows, numbers, terms, kinds, rare, next_rows):  # type: ignore[no-untyped-def]
    """Write the place and the kind of each term of a request, see `postings.Inverse`, and where its rare postings begin
    and in which row.
    """
    if len(own):
        _find(own, numbers, terms)
        for at in range(len(terms)):
            terms[at] = terms[at] if terms[at] >= 0 else len(own)
    else:
        terms[:] = numbers
    _find(frequent, terms, kinds)
    for at in range(len(terms)):
        rare[at] = stop = 0
        if kinds[at] < 0:
            kinds[at] = _RARE_KIND if terms[at] < len(starts) - 1 else _UNKNOWN
            if kinds[at] == _RARE_KIND:
                rare[at], stop = starts[terms[at]], starts[terms[at] + 1]
        next_rows[at] = rare[at] if rare[at] < stop else _NEVER
    for at in range(len(terms)):
        next_rows[at] = rows[next_rows[at]] if next_rows[at] < _NEVER else _NEVER


@njit(cache=True, nogil=True, error_model="numpy")
def _add_bits(sums, columns, weights, bits, start):  # type: ignore[no-untyped-def]
    """Add the weights of dense terms, four at a time, to the sums of the rows that hold them.

    `bits` from `start` on are those of the block. Weights of 0 fill up the last four.
    """
    words = len(sums) // _WORD
    for four in range(0, len(columns), 4):
        w0, w1, w2, w3 = weights[four], weights[four + 1], weights[four + 2], weights[four + 3]
        b0, b1 = bits[columns[four], start : start + words], bits[columns[four + 1], start : start + words]
        b2, b3 = bits[columns[four + 2], start : start + words], bits[columns[four + 3], start : start + words]
        for word in range(words):
            h0, h1, h2, h3 = uint32(b0[word]), uint32(b1[word]), uint32(b2[word]), uint32(b3[word])
            own = sums[_WORD * word : _WORD * word + _WORD]
            for lane in range(_WORD):  # All lanes at once.
                bit, total = uint32(1) << uint32(lane), own[lane]
                if h0 & bit:
                    total += w0
                if h1 & bit:
                    total += w1
                if h2 & bit:
                    total += w2
                if h3 & bit:
                    total += w3
                own[lane] = total


@njit(cache=True, nogil=True, error_model="numpy")
def _touch(block, kinds, limits, places, more):  # type: ignore[no-untyped-def]
    """Read a number of each line of the postings that `_add` is going to read, and return something of it.

    Here no reading waits for another, while the many short lists there are waited for one by one.
    """
    seen = np.int64(0)
    for common in kinds:
        if common >= 0:
            for at in range(limits[common, block, 0], limits[common, block + 1, 0], _LINE // 2):
                seen |= np.int64(places[at])
            for at in range(limits[common, block, 2], limits[common, block + 1, 2], _LINE // 4):
                seen |= np.int64(more[at])
    return seen


@njit(cache=True, nogil=True, error_model="numpy")
def _add(  # type: ignore[no-untyped-def]
    sums, block, row, end, word, levels, terms, kinds, weights, rare, next_rows,
    limits, places, more, maps, bits, rare_starts, rare_rows, rare_codes,
):  # fmt: skip
    """Add weight·(1 + ln tf) of all terms to the sums of one block's rows. `rare` and `next_rows` are where to go on in
    the postings of each rare term, and the row there.
    """
    columns, of_columns = np.empty(len(terms) + 3, dtype=np.int64), np.zeros(len(terms) + 3, dtype=np.float32)
    found = 0
    for place in range(len(terms)):
        if kinds[place] >= 0 and maps[kinds[place]] >= 0:
            columns[found], of_columns[found] = maps[kinds[place]], weights[place]
            found += 1
    fours = -(-found // 4) * 4
    columns[found:fours] = 0
    _add_bits(sums, columns[:fours], of_columns, bits, word)
    if _touch(block, kinds, limits, places, more) < 0:  # Never so, but the compiler does not know.
        return
    for place in range(len(terms)):
        common, weight = kinds[place], np.float32(weights[place])
        if common >= 0:
            start, middle, stop = limits[common, block, 0], limits[common, block, 1], limits[common, block + 1, 0]
            for one in places[start:middle]:
                sums[one] += weight
            twice = weight * levels[2]
            for one in places[middle:stop]:
                sums[one] += twice
            for both in more[limits[common, block, 2] : limits[common, block + 1, 2]]:
                sums[both & ((1 << _CODE) - 1)] += weight * levels[both >> _CODE]
        while next_rows[place] < end:
            at = rare[place]
            sums[next_rows[place] - row] += weight * levels[rare_codes[at]]
            rare[place] = at + 1
            next_rows[place] = rare_rows[at + 1] if at + 1 < rare_starts[terms[place] + 1] else _NEVER


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
def _pool(rows, first, step, items, each, more, room, out):  # type: ignore[no-untyped-def]
    """Write the score of every expert from those of the items, which are lost: of the first expert they stand at
    `first` and every `step` after it, those of the others beside. room: for the best, shape (best, at least experts).
    """
    experts = len(out)  # Below, slices of one dimension: of others the compiler does not know that they have no gaps.
    if items == 1:
        own = rows[first : first + experts]
        for expert in range(experts):
            out[expert] = (each + more) * own[expert]
        return
    room[:] = 0
    out[:] = 0
    for item in range(items):
        own = rows[first + item * step : first + item * step + experts]
        for expert in range(experts):
            out[expert] += each * own[expert]
        for place in range(len(room)):  # An insertion sort of all experts at once.
            kept = room[place][:experts]
            for expert in range(experts):
                less = min(kept[expert], own[expert])
                kept[expert] = max(kept[expert], own[expert])
                own[expert] = less
    for place in range(len(room)):
        kept = room[place][:experts]
        for expert in range(experts):
            out[expert] += more * kept[expert]


@njit(cache=True, nogil=True, error_model="numpy")
def _move(scores, mask, added, factors):  # type: ignore[no-untyped-def]
    """Let nobody outside the mask have a score, raise those above 0, to 1 at most, and discount all; none of `added` or
    `factors` leave them as they are.
    """
    for expert in range(len(scores)):
        scores[expert] = scores[expert] if mask[expert] else np.float32(0)
    for expert in range(len(added)):
        score = scores[expert]
        scores[expert] = min(score + added[expert], np.float32(1)) if score > 0 else score
    for expert in range(len(factors)):
        scores[expert] *= factors[expert]


@njit(cache=True, nogil=True, error_model="numpy")
def _line(heap, factor):  # type: ignore[no-untyped-def]
    """Return `factor` times the least of the heap, and above 0."""
    return max(np.float32(np.float64(heap[0]) * factor), _LEAST) if len(heap) else _LEAST


@njit(cache=True, nogil=True, error_model="numpy")
def _replace_least(heap, score):  # type: ignore[no-untyped-def]
    """Put a score in the place of the least of the heap, which comes first."""
    at, child = 0, 1
    while child < len(heap):
        if child + 1 < len(heap) and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= score:
            break
        heap[at] = heap[child]
        at, child = child, 2 * child + 1
    heap[at] = score


@njit(cache=True, nogil=True, error_model="numpy")
def _count(scores, line, reached):  # type: ignore[no-untyped-def]
    """Write how many of each `_LOOK` scores reach the line; nothing but this, or they are compared one by one."""
    for number in range(len(reached)):
        strip, found = scores[number * _LOOK : (number + 1) * _LOOK], int32(0)
        for place in range(_LOOK):
            found += int32(strip[place] >= line)
        reached[number] = found


@njit(cache=True, nogil=True, error_model="numpy")
def _kept(places, scores, found, line):  # type: ignore[no-untyped-def]
    """Let only those who reach the line stay, and return how many they are."""
    left = 0
    for one in range(found):
        if scores[one] >= line:
            places[left], scores[left] = places[one], scores[one]
            left += 1
    return left


@njit(cache=True, nogil=True, error_model="numpy")
def _select(scores, first, heap, factor, reached, places, noted, found):  # type: ignore[no-untyped-def]
    """Note the places, counted from `first`, of those of up to _EXPERTS scores that reach the line, and these scores.
    Return both, with more room where there was too little, and how many are noted.
    """
    line = _line(heap, factor)
    _count(scores, line, reached[: len(scores) // _LOOK])
    for start in range(0, len(scores), _LOOK):
        if start + _LOOK <= len(scores) and not reached[start // _LOOK]:
            continue
        if found + _LOOK > len(places):
            found = _kept(places, noted, found, line)
            if 2 * (found + _LOOK) > len(places):
                more_places, more_noted = np.empty(2 * len(places), np.int64), np.empty(2 * len(places), np.float32)
                more_places[:found], more_noted[:found] = places[:found], noted[:found]
                places, noted = more_places, more_noted
        for place in range(start, min(start + _LOOK, len(scores))):
            score = scores[place]
            if score >= line:
                places[found], noted[found] = first + place, score
                found += 1
                if len(heap) and score > heap[0]:
                    _replace_least(heap, score)
                    line = _line(heap, factor)
    return places, noted, found


_S, _F, _I, _U = float32[::1], float64[::1], int64[::1], int32[::1]
_MOVES = (boolean[::1], _S, _S)  # Mask, added, factors.


@njit((_S, *_MOVES, _S, float64, _S), cache=True, nogil=True, error_model="numpy")
def select(scores, mask, added, factors, heap, factor, out):  # type: ignore[no-untyped-def]
    """Do what `scan` does with scores that are there already, and are lost."""
    places, noted, found = np.empty(_EXPERTS, dtype=np.int64), np.empty(_EXPERTS, dtype=np.float32), 0
    reached = np.empty(_EXPERTS // _LOOK, dtype=np.int32)
    for start in range(0, len(scores), _EXPERTS):
        stop = start + _EXPERTS
        own = scores[start:stop]
        _move(own, mask[start:stop], added[start:stop], factors[start:stop])
        if len(out):
            out[start:stop] = own
        places, noted, found = _select(own, start, heap, factor, reached, places, noted, found)
    return places[: _kept(places, noted, found, _line(heap, factor))]


_INVERSE = (
    _U, _U, uint32[:, :, ::1], uint16[::1], uint32[::1], _U, uint16[:, ::1], uint32[::1], _U, uint8[::1],
)  # fmt: skip


@njit(
    (
        _S, _I, *_INVERSE, *_INVERSE, _S, _S, uint8[::1], int64[:, ::1], *_MOVES, _I, _F, int64, float64[:, ::1], int64,
        float64, _S, float64, _S, float32[:, ::1],
    ),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def scan(  # type: ignore[no-untyped-def]
    levels, blocks,
    own_n, frequent_n, limits_n, places_n, more_n, maps_n, bits_n, starts_n, rows_n, rare_codes_n,
    own_p, frequent_p, limits_p, places_p, more_p, maps_p, bits_p, starts_p, rows_p, rare_codes_p,
    norms_n, norms_p, kinds, rectangles, mask, added, factors, numbers, weights, split, shares, best, mean_weight,
    heap, factor, out, sums,
):  # fmt: skip
    """Return the places, ascending, of all who may be among the best, a few too many rather than one too few.

    mask, added, factors: see `_move`, of each expert. numbers, weights: the terms of the request, of the native field
    up to `split`. shares: per kind of a row, those of the two fields and the trust, shape (3, 6). heap: the greatest
    scores of the parts before, as many as are wanted or, where that is everybody, none; the least comes first. factor:
    of the last one wanted, what another must reach. out: where the scores of all experts who have rows are written, or
    of length 0. sums: room for those of a block's rows in both fields.
    What comes from another module comes as an argument: Numba would keep it in its cache as it was.
    """
    native, pivot = sums[0], sums[1]
    terms, kinds_of_terms, rare, next_rows = np.empty((4, len(numbers)), dtype=np.int64)
    # fmt: off
    _look_up(own_n, frequent_n, starts_n, rows_n,
             numbers[:split], terms[:split], kinds_of_terms[:split], rare[:split], next_rows[:split])
    _look_up(own_p, frequent_p, starts_p, rows_p,
             numbers[split:], terms[split:], kinds_of_terms[split:], rare[split:], next_rows[split:])
    # fmt: on
    room, scores = np.empty((best, _EXPERTS), dtype=np.float32), np.empty(_EXPERTS, dtype=np.float32)
    places, noted, found = np.empty(_EXPERTS, dtype=np.int64), np.empty(_EXPERTS, dtype=np.float32), 0
    reached = np.empty(_EXPERTS // _LOOK, dtype=np.int32)
    rectangle = word = 0
    for block in range(len(blocks) - 1):
        row, end = blocks[block], blocks[block + 1]
        size, words = end - row, -(-(end - row) // _WORD)
        native[: words * _WORD] = 0
        pivot[: words * _WORD] = 0
        # fmt: off
        _add(native[: words * _WORD], block, row, end, word, levels,
             terms[:split], kinds_of_terms[:split], weights[:split], rare[:split], next_rows[:split],
             limits_n, places_n, more_n, maps_n, bits_n, starts_n, rows_n, rare_codes_n)
        _add(pivot[: words * _WORD], block, row, end, word, levels,
             terms[split:], kinds_of_terms[split:], weights[split:], rare[split:], next_rows[split:],
             limits_p, places_p, more_p, maps_p, bits_p, starts_p, rows_p, rare_codes_p)
        # fmt: on
        word += words
        _mix(native[:size], pivot[:size], norms_n[row:end], norms_p[row:end], kinds[row:end], shares)
        while rectangle < len(rectangles) and rectangles[rectangle, 0] < end:
            first, items, start, experts = rectangles[rectangle]
            rectangle += 1
            if not items:
                continue
            each, more = np.float32(mean_weight / items), np.float32((1.0 - mean_weight) / best)
            for begin in range(0, experts, _EXPERTS):
                stop = min(begin + _EXPERTS, experts)
                own, here, there = scores[: stop - begin], start + begin, start + stop
                _pool(native, first - row + begin, experts, items, each, more, room, own)
                _move(own, mask[here:there], added[here:there], factors[here:there])
                if len(out):
                    out[here:there] = own
                places, noted, found = _select(own, here, heap, factor, reached, places, noted, found)
    return places[: _kept(places, noted, found, _line(heap, factor))]
