"""The greatest of many scores, compiled: what `plain.reaching` does, in two passes that look at little."""

from __future__ import annotations

import numpy as np
from numba import float32, int64, njit, void

_STRIP = 64  # Scores that are compared at once; nearly all strips have nobody worth a second look.


@njit(cache=True, nogil=True, error_model="numpy")
def _count(strip, line):  # type: ignore[no-untyped-def]
    """Return how many are greater; without branches, so that many are compared at once."""
    found = 0
    for place in range(len(strip)):
        found += strip[place] > line
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _replace_least(heap, score):  # type: ignore[no-untyped-def]
    place, child = 0, 1
    while child < len(heap):
        if child + 1 < len(heap) and heap[child + 1] < heap[child]:
            child += 1
        if score <= heap[child]:
            break
        heap[place] = heap[child]
        place, child = child, 2 * child + 1
    heap[place] = score


@njit(void(float32[::1], float32[::1]), cache=True, nogil=True, error_model="numpy")
def keep_greatest(heap, scores):  # type: ignore[no-untyped-def]
    """Put scores in the place of lesser ones of a heap: a binary tree with the least at its root."""
    for start in range(0, len(scores), _STRIP):
        strip = scores[start : start + _STRIP]
        if _count(strip, heap[0]):
            for score in strip:
                if score > heap[0]:
                    _replace_least(heap, score)


@njit(int64[::1](float32[::1], float32), cache=True, nogil=True, error_model="numpy")
def greater(scores, line):  # type: ignore[no-untyped-def]
    """Return the places, ascending, of scores greater than `line`."""
    places = np.empty(4 * _STRIP, dtype=np.int64)
    found = 0
    for start in range(0, len(scores), _STRIP):
        strip = scores[start : start + _STRIP]
        if not _count(strip, line):
            continue
        if found + _STRIP > len(places):
            places = np.concatenate((places, np.empty_like(places)))
        for place in range(len(strip)):
            if strip[place] > line:
                places[found] = start + place
                found += 1
    return places[:found].copy()
