"""Several segments become one, without those whom an edit has replaced or removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.forward import MANY, Forward
from matching.meaning import evened
from matching.ranges import bounds, ranges
from matching.segment import Mask, Segment, Tags, arrange, inverted, names, tags_of
from matching.weights import FIELDS, Field, Rows

_CHUNK = 1 << 16  # Rows whose postings are copied at once.


@dataclass(frozen=True, eq=False, slots=True)
class _Experts:
    """Those who stay: which source each is in, where there, the first of their rows, and how far it is to the next."""

    source: Rows
    place: Rows
    row: Rows
    step: Rows
    items: Rows

    def sorted(self, order: Rows) -> _Experts:
        return _Experts(*(getattr(self, name)[order] for name in self.__slots__))


def merge(sources: Sequence[tuple[Segment, Mask]], kernel: Any, n_terms: Mapping[Field, int]) -> Segment:
    """Return one segment of those experts of the sources whom their mask keeps."""
    everybody = _everybody(sources)
    order, rectangles = arrange(everybody.items)
    experts = everybody.sorted(order)
    source, rows = _rows(experts, rectangles)
    segments = [segment for segment, _ in sources]
    places = _new_places(experts, segments)
    fields = {field: _forward([one.fields[field] for one in segments], source, rows) for field in FIELDS}
    return Segment(
        names=names(
            [segments[s].names[p] for s, p in zip(experts.source.tolist(), experts.place.tolist(), strict=True)]
        ),
        rectangles=rectangles,
        kinds=_picked([one.kinds for one in segments], source, rows),
        parts=_picked([one.parts for one in segments], source, rows),
        vectors=_picked(evened([one.vectors for one in segments]), source, rows),
        digests=_picked([one.digests for one in segments], experts.source, experts.place),
        days=_picked([one.days for one in segments], experts.source, experts.place),
        tags=_tags([one.tags for one in segments], places),
        fields=fields,
        inverse=inverted(fields, rectangles, kernel, n_terms),
    )


def _everybody(sources: Sequence[tuple[Segment, Mask]]) -> _Experts:
    parts = []
    for number, (segment, kept) in enumerate(sources):
        first, items, start, experts = (np.repeat(column, segment.rectangles[:, 3]) for column in segment.rectangles.T)
        place = np.arange(len(segment.names))
        part = (np.full(len(place), number), place, first + place - start, experts, items)
        parts.append([column[kept] for column in part])
    return _Experts(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _rows(experts: _Experts, rectangles: Rows) -> tuple[Rows, Rows]:
    """Return, for every new row, the source and the row there."""
    source: list[Rows] = [np.zeros(0, dtype=np.int64)]
    rows: list[Rows] = [np.zeros(0, dtype=np.int64)]
    for _, items, start, count in rectangles.tolist():
        part = slice(start, start + count)
        rows += [experts.row[part] + item * experts.step[part] for item in range(items)]
        source += [experts.source[part]] * items
    return np.concatenate(source), np.concatenate(rows)


def _new_places(experts: _Experts, segments: Sequence[Segment]) -> tuple[Rows, ...]:
    places = tuple(np.full(len(segment.names), -1, dtype=np.int64) for segment in segments)
    for number, new in enumerate(places):
        here = np.flatnonzero(experts.source == number)
        new[experts.place[here]] = here
    return places


def _picked(arrays: Sequence[NDArray[Any]], source: Rows, place: Rows) -> NDArray[Any]:
    picked = np.empty((len(place), *arrays[0].shape[1:]), dtype=arrays[0].dtype)
    for number, array in enumerate(arrays):
        here = source == number
        picked[here] = array[place[here]]
    return picked


def _forward(sources: Sequence[Forward], source: Rows, rows: Rows) -> Forward:
    sizes = _picked([np.diff(one.starts) for one in sources], source, rows)
    starts = bounds(sizes)
    packed, many = np.empty(starts[-1], dtype=np.uint32), [np.zeros((2, 0), dtype=np.int64)]
    for begin in range(0, len(rows), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        for number, forward in enumerate(sources):
            here = np.flatnonzero(source[part] == number) + begin
            at = ranges(forward.starts[rows[here]], sizes[here])
            to = ranges(starts[here], sizes[here])
            packed[to] = forward.packed[at]
            more = np.flatnonzero(packed[to] & MANY == MANY)
            many.append(np.stack([to[more], forward.tfs(at[more])]))
    places, tfs = np.concatenate(many, axis=1)
    order = np.argsort(places)
    return Forward(starts, packed, places[order], tfs[order].astype(np.uint32))


def _tags(sources: Sequence[Tags], places: Sequence[Rows]) -> Tags:
    held = {}
    for tag in sorted({tag for one in sources for tag in one.names}):
        new = np.concatenate([moved[one.holders(tag)] for one, moved in zip(sources, places, strict=True)])
        held[tag] = np.sort(new[new >= 0]).astype(np.int32)
    return tags_of({tag: found for tag, found in held.items() if len(found)})
