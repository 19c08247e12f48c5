"""What `matching.weighing` does, compiled: the same digits in a fraction of the time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.asking import Prepared
from matching.coverage import missing
from matching.gathering import Place
from matching.kernels.rows import weigh, weigh_only
from matching.live import Live
from matching.parameters import Parameters
from matching.reckoning import Adjustment, Evidence, Hits, Reckonings, adjusted
from matching.scoring import counting
from matching.segment import Segment
from matching.weighing import Held, Weighed
from matching.weights import FIELDS, Floats, Rows, logarithms, sublinear_table

# Of our own: compiled code is made for arrays that may be written to, which those that all share may not.
_LOGARITHMS, _LEVELS = logarithms().copy(), sublinear_table(255).copy()


def exactly(
    places: Sequence[Place],
    prepared: Prepared,
    codes: Sequence[int],
    live: Live,
    parameters: Parameters,
    baselines: Floats | None = None,
) -> Weighed:
    """Return the experts at these places; see `matching.weighing.exactly`."""
    asked = _asked(prepared, codes, live, parameters)
    sums, sizes = np.empty((len(places), 2)), np.empty((len(places), 3), dtype=np.int64)
    held = np.empty((len(places), len(codes)), dtype=np.bool_)
    for segment, numbers, own in _by_segment(places):
        sums[numbers], sizes[numbers], held[numbers] = weigh_only(own, *_rows_of(segment), *asked)
    found = _Found(places, prepared, parameters, asked, sums, sizes, held, baselines)
    if baselines is None and not prepared.must:
        return Weighed(sums[:, 0], found.of)
    return Weighed(found.adjusted(range(len(places)))[1], found.of)


def affinities(segment: Segment, prepared: Prepared, live: Live, parameters: Parameters) -> NDArray[np.float32]:
    """Return the affinity of everybody in a small segment, must-haves apart, shape (n_experts,)."""
    asked, everybody = _asked(prepared, (), live, parameters), np.arange(len(segment.names))
    found: Floats = weigh_only(everybody, *_rows_of(segment), *asked)[0][:, 0]
    return found.astype(np.float32)


@dataclass(frozen=True, eq=False, slots=True)
class _Found:
    """Experts with their affinities and doubts before adjustments, their rows and hits in number, and which of the
    aspects they hold; see `rows.weigh`.
    """

    places: Sequence[Place]
    prepared: Prepared
    parameters: Parameters
    asked: tuple[Any, ...]
    sums: Floats
    sizes: Rows
    held: NDArray[np.bool_]
    baselines: Floats | None

    def adjusted(self, order: Sequence[int]) -> tuple[list[tuple[Adjustment, ...]], Floats, list[Held]]:
        """Return adjustments and affinities of some, in this order, and the aspects they hold."""
        experts = np.array(order, dtype=np.int64)
        held = [tuple(compress(self.prepared.aspects, one)) for one in self.held[experts].tolist()]
        taken = None if self.baselines is None else self.baselines[experts]
        sums, doubts = self.sums[experts].T
        return *adjusted(sums, doubts, taken, missing(self.prepared, held), self.parameters), held

    def of(self, order: Sequence[int]) -> tuple[Evidence, Reckonings, list[Held]]:
        """Return what explains some of the experts, see `Weighed`."""
        adjustments, affinities, held = self.adjusted(order)
        sizes = self.sizes[np.array(order, dtype=np.int64)]
        ends = np.cumsum(sizes, axis=0)
        offsets = ends - sizes
        rows, *counts = ends[-1].tolist() if len(order) else (0, 0, 0)
        of_rows = np.empty((4, rows))
        hits = [np.empty((3, count), dtype=np.int64) for count in counts]
        values = [np.empty(count) for count in counts]
        for segment, numbers, own in _by_segment([self.places[one] for one in order]):
            room = np.empty((len(own), 2)), np.empty((len(own), 3), dtype=np.int64), self._room(len(own))
            outputs = offsets[numbers], of_rows, *hits, *values, *room
            weigh(own, *_rows_of(segment), *self.asked, *outputs)
        kinds, native, pivot, shares = of_rows
        starts = np.append(offsets[:, 0], rows)
        noted = dict(zip(FIELDS, (Hits(*one) for one in hits), strict=True))
        evidence = Evidence(starts, kinds.astype(np.uint8), {"native": native, "pivot": pivot}, noted)
        experts = np.arange(len(order))
        parts = {
            field: (np.repeat(experts, sizes[:, at + 1]), noted[field].terms, values[at])
            for at, field in enumerate(FIELDS)
        }
        return evidence, Reckonings(self.prepared.fields, affinities, adjustments, shares, starts, parts), held

    def _room(self, count: int) -> NDArray[np.bool_]:
        return np.empty((count, self.held.shape[1]), dtype=np.bool_)


def _by_segment(places: Sequence[Place]) -> Iterator[tuple[Segment, Any, Rows]]:
    """Yield each segment with the numbers of those of the places that are in it, and where they are there."""
    segments = {id(segment): segment for segment, _ in places}
    if len(segments) == 1:
        yield places[0][0], slice(None), np.array([place for _, place in places], dtype=np.int64)
        return
    for segment in segments.values():
        numbers = [number for number, (own, _) in enumerate(places) if own is segment]
        yield segment, numbers, np.array([places[number][1] for number in numbers], dtype=np.int64)


def _rows_of(segment: Segment) -> tuple[Any, ...]:
    """Return a segment's rows as compiled code reads them: tf byte by byte, whatever their width."""
    native, pivot = (segment.fields[field] for field in FIELDS)
    return (
        segment.rectangles,
        segment.kinds,
        *(native.starts, native.columns, native.tfs.view(np.uint8), native.tfs.itemsize),
        *(pivot.starts, pivot.columns, pivot.tfs.view(np.uint8), pivot.tfs.itemsize),
    )


def _asked(prepared: Prepared, codes: Sequence[int], live: Live, parameters: Parameters) -> tuple[Any, ...]:
    """Return a request and the state of the pool as compiled code reads them."""
    native, pivot = FIELDS
    return (
        live.table(native),
        live.table(pivot),
        math.log(1 + live.items),
        np.concatenate([prepared.columns[native], prepared.columns[pivot]]),
        np.concatenate([prepared.fields[native].weights, prepared.fields[pivot].weights]),
        len(prepared.columns[native]),
        np.array(codes, dtype=np.int64),
        counting(prepared.language, parameters),
        parameters.best,
        parameters.mean_weight,
        _LOGARITHMS,
        _LEVELS,
    )
