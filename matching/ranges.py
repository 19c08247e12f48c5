"""Many ranges of an array at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.weights import Rows

_FEW = 4  # Once in as many terms as a segment's postings at most: then it numbers those it holds anew.


def ranges(starts: Rows, sizes: Rows) -> Rows:
    """Return the numbers from each start on, `sizes` of them, one range after the other."""
    ends = sizes.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) + np.repeat(starts - (ends - sizes), sizes), dtype=np.int64)


def bounds(sizes: Rows) -> Rows:
    """Return where ranges of these sizes begin, one after the other, and where the last ends; shape (n + 1,)."""
    found = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, dtype=np.int64, out=found[1:])
    return found


def narrowed(columns: NDArray[np.int32], n_terms: int) -> tuple[NDArray[np.int32], NDArray[np.int32], int]:
    """Return the terms that stand in a segment's columns, sorted, the columns by their places among these, and how many
    they are: what is made of a few edits must not be as wide as the vocabulary. Where they may be many, return no terms
    and the columns as they are.
    """
    if len(columns) * _FEW >= n_terms:
        return np.zeros(0, dtype=np.int32), columns, n_terms
    terms, at = np.unique(columns, return_inverse=True)
    return terms, at.astype(np.int32), len(terms)


def among(terms: NDArray[np.int32], numbers: Rows) -> Rows:
    """Return the places of numbers among the terms of `narrowed`, one past the last for those that are not there."""
    if not len(terms):
        return numbers
    at = np.searchsorted(terms, numbers)
    return np.where(terms[np.minimum(at, len(terms) - 1)] == numbers, at, len(terms))
