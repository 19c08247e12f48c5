"""The greatest of many scores, compiled: what `plain.reaching` does, in two passes that compare many at once."""

from __future__ import annotations

import numpy as np
from numba import float32, float64, int32, int64, njit, void

_STRIP = 64  # Scores that are compared at once; nearly all strips have nobody worth a second look.
_LEAST = np.finfo(np.float32).smallest_subnormal


@njit(void(float32[::1], float32[::1]), cache=True, nogil=True, error_model="numpy")
def keep_greatest(lanes, scores):  # type: ignore[no-untyped-def]
    """Let each lane hold the greatest of what it holds and of the scores whose place, modulo the lanes, is its own."""
    for start in range(0, len(scores), len(lanes)):
        own = scores[start : start + len(lanes)]
        for lane in range(len(own)):
            lanes[lane] = own[lane] if own[lane] > lanes[lane] else lanes[lane]


@njit(float32(float32[::1], int64, float64), cache=True, nogil=True, error_model="numpy")
def line_of(lanes, k, factor):  # type: ignore[no-untyped-def]
    """Return `factor` times the k-th greatest of the lanes, which is no greater than that of all scores; above 0."""
    kth = np.partition(lanes, len(lanes) - k)[len(lanes) - k] if k <= len(lanes) else float32(0)
    return max(float32(float64(kth) * factor), _LEAST)


@njit(cache=True, nogil=True, error_model="numpy")
def _count(scores, line, reached):  # type: ignore[no-untyped-def]
    """Write how many scores of each strip reach the line; nothing but this, or they are compared one by one."""
    for number in range(len(reached)):
        strip, found = scores[number * _STRIP : (number + 1) * _STRIP], int32(0)
        for place in range(_STRIP):
            found += int32(strip[place] >= line)
        reached[number] = found


@njit(int64[::1](float32[::1], float32), cache=True, nogil=True, error_model="numpy")
def at_least(scores, line):  # type: ignore[no-untyped-def]
    """Return the places, ascending, of the scores that reach the line."""
    reached = np.empty(len(scores) // _STRIP, dtype=np.int32)
    _count(scores, line, reached)
    places = np.empty(reached.sum() + _STRIP, dtype=np.int64)
    found = 0
    for number in range(len(reached) + 1):
        if number < len(reached) and not reached[number]:
            continue
        for place in range(number * _STRIP, min((number + 1) * _STRIP, len(scores))):
            if scores[place] >= line:
                places[found] = place
                found += 1
    return places[:found].copy()
