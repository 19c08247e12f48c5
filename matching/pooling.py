"""Item scores → expert's score, many experts at once: the mean over all and the mean of the best, see `scoring`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.parameters import Parameters
from matching.scoring import pool_weights
from matching.weights import Rows

_WIDE = 1024  # Experts from which it is faster to find the best items column by column; a rectangle has 16384 rows.


def pooled(scores: NDArray[Any], rectangles: Rows, parameters: Parameters) -> NDArray[Any]:
    """Return the score of every expert, 0 for one without rows, from those of all rows; in as many bits."""
    found = np.zeros(int(rectangles[:, 3].sum()), dtype=scores.dtype)
    for first, items, start, experts in rectangles.tolist():
        if items:
            table = scores[first : first + items * experts].reshape(items, experts)
            found[start : start + experts] = _pooled(table, parameters)
    return found


def _pooled(table: NDArray[Any], parameters: Parameters) -> NDArray[Any]:
    """Return the score of every expert, shape (experts,), from those of the items, shape (items, experts)."""
    items, experts = table.shape
    each, more = pool_weights(items, parameters)
    if items == 1:  # As most have it in some pools; a sum of one takes ten times as long as the one.
        return np.asarray(table[0] * table.dtype.type(each + more))
    if items <= parameters.best:
        return np.asarray(table.sum(axis=0) * table.dtype.type(each + more))
    if experts < _WIDE or parameters.best > 5:
        best = np.partition(table, items - parameters.best, axis=0)[-parameters.best :].sum(axis=0)
    else:
        best = _best_sums(table, parameters.best)
    return np.asarray(table.sum(axis=0) * table.dtype.type(each) + best * table.dtype.type(more))


def _best_sums(table: NDArray[Any], count: int) -> NDArray[Any]:
    """Return the sum of the `count` greatest of each column: an insertion sort of all columns at once."""
    best: list[NDArray[Any]] = []
    for row in table:
        best.append(row.copy())
        _insert(best)
        del best[count:]
    return np.asarray(sum(best))


def _insert(best: list[NDArray[Any]]) -> None:
    """Bring the last of `best` to its place among the others, which descend, column by column."""
    for place in range(len(best) - 1, 0, -1):
        smaller = np.minimum(best[place - 1], best[place])
        np.maximum(best[place - 1], best[place], out=best[place - 1])
        best[place] = smaller
