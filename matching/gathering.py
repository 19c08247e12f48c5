"""Index → evidence: the items of a few experts as the exact reckoning and the snapshot need them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.asking import Prepared
from matching.live import Live
from matching.ranges import bounds, ranges
from matching.reckoning import Evidence, Hits
from matching.segment import Segment
from matching.weights import FIELDS, Field, Floats, Rows, idf_of, sublinear

Place = tuple[Segment, int]  # An expert: segment, and place in it.

_COARSE, _FINE = 2.0**20, 2.0**60


def gather(places: Sequence[Place], prepared: Prepared, live: Live) -> Evidence:
    """Return the evidence of the experts at these places, in this order; `live` is at the version that ranks."""
    by_segment: dict[Segment, list[int]] = {}
    for number, (segment, _) in enumerate(places):
        by_segment.setdefault(segment, []).append(number)
    sizes, found = np.zeros(len(places), dtype=np.int64), []
    for segment, numbers in by_segment.items():
        rows, sizes[numbers] = segment.rows_of_all(np.array([places[number][1] for number in numbers]))
        found.append((segment, np.array(numbers), rows))
    starts = bounds(sizes)
    kinds = np.empty(starts[-1], dtype=np.uint8)
    norms = {field: np.empty(starts[-1]) for field in FIELDS}
    hits: dict[Field, list[tuple[Rows, Rows, Rows]]] = {field: [] for field in FIELDS}
    for segment, own, there in found:
        here = ranges(starts[own], sizes[own])
        kinds[here] = segment.kinds[there]
        for field in FIELDS:
            at, counts = segment.fields[field].take(there)
            columns, tfs = segment.fields[field].terms(at), segment.fields[field].tfs(at)
            row = np.repeat(here, counts)
            norms[field][here] = _norms(live, field, columns, tfs, row, starts[-1])[here]
            asked = prepared.columns[field]
            term = live.spread(field, asked, np.arange(1, len(asked) + 1), columns)
            hit = np.flatnonzero(term)
            hits[field].append((row[hit], term[hit].astype(np.int64) - 1, tfs[hit].astype(np.int64)))
    return Evidence(starts, kinds, norms, {field: _joined(hits[field]) for field in FIELDS})


def _norms(live: Live, field: Field, columns: NDArray[np.int32], tfs: NDArray[Any], rows: Rows, length: int) -> Floats:
    weights = sublinear(tfs) * idf_of(live.gather(field, columns), live.items)
    sums = exact_sums(weights * weights, rows, length)
    return np.where(sums > 0, np.sqrt(sums), 1.0)


def exact_sums(values: Floats, cells: Rows, length: int) -> Floats:
    """Return the sums of values by cell, the same digits in whatever order they come; shape (length,).

    values: 0 to 2**20, up to 2**13 to a cell. Each is split into a multiple of 2**-20 and one of 2**-60. Either
    kind adds without rounding, and only their two sums are rounded, once. What is cut off is below 2**-61 each.
    """
    coarse = np.rint(values * _COARSE) / _COARSE
    fine = np.rint((values - coarse) * _FINE) / _FINE
    sums = np.bincount(cells, coarse, minlength=length) + np.bincount(cells, fine, minlength=length)
    return np.asarray(sums, dtype=np.float64)


def _joined(parts: Sequence[tuple[Rows, Rows, Rows]]) -> Hits:
    empty = np.zeros(0, dtype=np.int64)
    return Hits(*(np.concatenate([empty, *arrays]) for arrays in (zip(*parts, strict=True) if parts else ((), (), ()))))
