"""Likeness of experts to a request in meaning, from the vectors of both (`matching.meaning`).

The likeness of an item is the cosine of its vector and the request's, less where the item is known to be unverified;
that of an expert the items' pooled as scores are, and 0 where that is less. With `Parameters.semantic` an affinity that
words have given is raised by that share of the likeness. Likeness alone makes nobody a candidate: words can be shown as
a reason, a vector cannot.
"""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np

from matching.meaning import UNIT, Vectors
from matching.parameters import Parameters
from matching.pooling import pooled
from matching.scoring import trust
from matching.segment import Segment
from matching.weights import Floats, on_grid

_PIECE = 1 << 14  # Rows that are multiplied at once.


class Likeness:
    """How alike everybody is to one request, and what that adds with these parameters."""

    def __init__(self, request: Vectors, parameters: Parameters) -> None:
        self._request, self._parameters = request.astype(np.float32), parameters
        self._known: WeakKeyDictionary[Segment, Floats] = WeakKeyDictionary()

    def added(self, segment: Segment) -> Floats:
        """Return what the affinity of each expert of a segment is raised by, shape (n_experts,)."""
        found = self._known.get(segment)
        if found is None:
            rows = on_grid(self._rows(segment.vectors) * trust(self._parameters)[segment.kinds])
            likeness = np.maximum(pooled(rows, segment.rectangles, self._parameters), 0.0)
            found = self._known[segment] = on_grid(self._parameters.semantic * likeness)
        return found

    def of(self, places: Sequence[tuple[Segment, int]]) -> Floats:
        """Return the same for the experts at these places, shape (n_places,)."""
        return np.array([self.added(segment)[place] for segment, place in places], dtype=np.float64)

    def _rows(self, vectors: Vectors) -> Floats:
        """Return the cosine of every row, exactly: 32 bits hold sums of up to 2**24, and these stay below."""
        found = np.zeros(len(vectors))
        for start in range(0, len(vectors), _PIECE):
            piece = vectors[start : start + _PIECE].astype(np.float32)
            found[start : start + _PIECE] = piece @ self._request
        return found / UNIT**2
