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
from matching.kernels.rows import weigh
from matching.live import Live
from matching.parameters import Parameters
from matching.ranges import bounds, ranges
from matching.reckoning import UNMOVED, Adjustment, Evidence, Hits, Reckonings, Shifts, adjusted
from matching.scoring import counting
from matching.segment import Segment
from matching.weighing import Held, Weighed
from matching.weighing import exactly as plainly
from matching.weights import FIELDS, Floats, Rows, logarithms, sublinear_table

# Of our own: compiled code is made for arrays that may be written to, which those that all share may not.
LOGARITHMS, LEVELS_OF_TF = logarithms().copy(), sublinear_table(255).copy()


def exactly(
    places: Sequence[Place],
    prepared: Prepared,
    codes: Sequence[int],
    live: Live,
    parameters: Parameters,
    shifts: Shifts = UNMOVED,
) -> Weighed:
    """Return the experts at these places; see `matching.weighing.exactly`."""
    if not places:
        return plainly(places, prepared, codes, live, parameters, shifts)
    asked = _asked(prepared, codes, live, parameters)
    groups = list(_by_segment(places))
    rows = [weigh(own, *_rows_of(segment), *asked) for segment, _, own in groups]
    if len(rows) == 1:
        found = _Found(prepared, parameters, np.arange(len(places)), shifts, *rows[0])
    else:
        numbers = np.array([number for _, own, _ in groups for number in own], dtype=np.int64)
        found = _Found(prepared, parameters, np.argsort(numbers), shifts, *_joined(rows))
    return Weighed(found.affinities, found.of)


def affinities(segment: Segment, prepared: Prepared, live: Live, parameters: Parameters) -> NDArray[np.float32]:
    """Return the affinity of everybody in a small segment, must-haves apart, shape (n_experts,)."""
    asked, everybody = _asked(prepared, (), live, parameters), np.arange(len(segment.names))
    found: Floats = weigh(everybody, *_rows_of(segment), *asked)[0][:, 0]
    return found.astype(np.float32)


@dataclass(frozen=True, eq=False, slots=True)
class _Found:
    """Experts before adjustments, see `rows.weigh`: `at` says where each of the places is among them."""

    prepared: Prepared
    parameters: Parameters
    at: Rows
    shifts: Shifts
    sums: Floats
    sizes: Rows
    held: NDArray[np.bool_]
    of_rows: Floats
    hits_n: Rows
    hits_p: Rows
    values_n: Floats
    values_p: Floats

    @property
    def affinities(self) -> Floats:
        """The affinities of all places, shape (n_places,)."""
        if not self.shifts.is_nothing or self.prepared.must:
            return self._adjusted(np.arange(len(self.at)))[1]
        unadjusted: Floats = self.sums[self.at, 0]
        return unadjusted

    def _adjusted(self, order: Rows) -> tuple[list[tuple[Adjustment, ...]], Floats, list[Held]]:
        """Return adjustments and affinities of some, in this order, and the aspects they hold."""
        experts = self.at[order]
        held = [tuple(compress(self.prepared.aspects, one)) for one in self.held[experts].tolist()]
        sums, doubts = self.sums[experts].T
        return *adjusted(sums, doubts, self.shifts.of(order), missing(self.prepared, held), self.parameters), held

    def of(self, order: Sequence[int]) -> tuple[Evidence, Reckonings, list[Held]]:
        """Return what explains some of the places, see `Weighed`."""
        chosen = np.array(order, dtype=np.int64)
        adjustments, affinities, held = self._adjusted(chosen)
        begins = (np.cumsum(self.sizes, axis=0) - self.sizes)[self.at[chosen]].T
        items, *counts = self.sizes[self.at[chosen]].T
        starts = bounds(items)
        kinds, native, pivot, shares = self.of_rows[:, ranges(begins[0], items)]
        experts = np.arange(len(chosen))
        hits, parts = {}, {}
        for field, begin, count, all_hits, values in zip(
            FIELDS, begins[1:], counts, (self.hits_n, self.hits_p), (self.values_n, self.values_p), strict=True
        ):
            own, owners = ranges(begin, count), np.repeat(experts, count)
            rows, terms, tfs = all_hits[:, own]
            hits[field] = Hits(rows + (starts[:-1] - begins[0])[owners], terms, tfs)
            parts[field] = owners, terms, values[own]
        evidence = Evidence(starts, kinds.astype(np.uint8), {"native": native, "pivot": pivot}, hits)
        return evidence, Reckonings(self.prepared.fields, affinities, adjustments, shares, starts, parts), held


def _joined(rows: Sequence[Any]) -> tuple[Any, ...]:
    """Return what `weigh` said of several segments as if they were one."""
    sums, sizes, held = (np.concatenate(arrays) for arrays in list(zip(*rows, strict=True))[:3])
    trimmed, before = [], 0
    for _, own, _, of_rows, hits_n, hits_p, values_n, values_p in rows:
        n_rows, native, pivot = own.sum(axis=0).tolist()
        hits_n[0, :native] += before
        hits_p[0, :pivot] += before
        before += n_rows
        trimmed.append((of_rows, hits_n[:, :native], hits_p[:, :pivot], values_n[:native], values_p[:pivot]))
    return sums, sizes, held, *(np.concatenate(arrays, axis=-1) for arrays in zip(*trimmed, strict=True))


def _by_segment(places: Sequence[Place]) -> Iterator[tuple[Segment, Sequence[int], Rows]]:
    """Yield each segment with the numbers of those of the places that are in it, and where they are there."""
    segments = {id(segment): segment for segment, _ in places}
    if len(segments) == 1:
        yield places[0][0], range(len(places)), np.array([place for _, place in places], dtype=np.int64)
        return
    for segment in segments.values():
        numbers = [number for number, (own, _) in enumerate(places) if own is segment]
        yield segment, numbers, np.array([places[number][1] for number in numbers], dtype=np.int64)


def _rows_of(segment: Segment) -> tuple[Any, ...]:
    """Return a segment's rows as compiled code reads them."""
    native, pivot = (segment.fields[field] for field in FIELDS)
    return (
        segment.rectangles,
        segment.kinds,
        *(native.starts, native.packed, native.many, native.many_tfs),
        *(pivot.starts, pivot.packed, pivot.many, pivot.many_tfs),
    )


def _asked(prepared: Prepared, codes: Sequence[int], live: Live, parameters: Parameters) -> tuple[Any, ...]:
    """Return a request and the state of the pool as compiled code reads them."""
    native, pivot = FIELDS
    return (
        live.table(native),
        live.table(pivot),
        math.log(1 + live.items),
        prepared.known.numbers,
        prepared.known.weights,
        prepared.known.native,
        np.array(codes, dtype=np.int64),
        counting(prepared.language, parameters),
        parameters.best,
        parameters.mean_weight,
        LOGARITHMS,
        LEVELS_OF_TF,
    )
