"""What a request's terms weigh, compiled: what `plain.known` does, to the same digits."""

from __future__ import annotations

import math

import numpy as np
from numba import float64, int32, int64, njit


@njit(cache=True, nogil=True, error_model="numpy")
def _partial(values, parts):  # type: ignore[no-untyped-def]
    """Fill `parts` with numbers that do not overlap and add up to the sum of the values; return how many there are."""
    used = 0
    for value in values:
        kept = 0
        for at in range(used):
            large, small = (value, parts[at]) if abs(value) >= abs(parts[at]) else (parts[at], value)
            value = large + small
            rest = small - (value - large)
            if rest:
                parts[kept] = rest
                kept += 1
        parts[kept] = value
        used = kept + 1
    return used


@njit(cache=True, nogil=True, error_model="numpy")
def exact_sum(values):  # type: ignore[no-untyped-def]
    """Return the sum, rounded once, as `math.fsum` does.

    Shewchuk, "Adaptive precision floating-point arithmetic and fast robust geometric predicates", Discrete &
    Computational Geometry 18, 1997.
    """
    parts = np.empty(len(values) + 1)
    left = _partial(values, parts)
    total = rest = 0.0
    while left and not rest:
        left -= 1
        before = total
        total = before + parts[left]
        rest = parts[left] - (total - before)
    # Half a unit is rounded to even, unless what is left says that it is more than half.
    if left and rest and (rest > 0) == (parts[left - 1] > 0) and (total + 2.0 * rest) - total == 2.0 * rest:
        total += 2.0 * rest
    return total


_F, _I = float64[::1], int64[::1]


@njit(
    (_I, int64, _I, _F, _F, int32[::1], int32[::1], float64, _F, _F),
    cache=True, nogil=True, error_model="numpy",
)  # fmt: skip
def look(numbers, native, tfs, rarities, boosts, df_n, df_p, log_items, logs, levels):  # type: ignore[no-untyped-def]
    """Return the fields of `asking.Known`. numbers: in the vocabularies, -1 where unknown; up to `native` in that of
    the native field. df_n, df_p: of all terms there. logs, levels: ln(1 + n) and 1 + ln n of the first whole numbers.
    """
    places, known, dfs = np.empty_like(numbers), np.empty_like(numbers), np.empty_like(numbers)
    raw, weights = np.empty(len(numbers)), np.empty(len(numbers))
    found = found_native = 0
    for place in range(len(numbers)):
        df, number = df_n if place < native else df_p, numbers[place]
        if number < 0 or number >= len(df) or df[number] == 0 or not (tfs[place] or boosts[place] > 0):
            continue
        tf, count = tfs[place], df[number]
        level = levels[tf] if tf < len(levels) else 1.0 + math.log(tf)
        weights[found] = log_items - (logs[count] if count < len(logs) else math.log(1.0 + count)) + 1.0
        raw[found] = (level * rarities[place] + boosts[place]) * weights[found]
        places[found], known[found], dfs[found] = place, number, count
        found += 1
        found_native += place < native
    for start, stop in ((0, found_native), (found_native, found)):
        norm = math.sqrt(exact_sum(raw[start:stop] * raw[start:stop])) or 1.0
        weights[start:stop] *= raw[start:stop] / norm
    return places[:found], known[:found], dfs[:found], weights[:found], found_native
