"""Segments: many experts' rows, counted, laid out for scoring, and never changed.

Only term frequencies are stored. idf and norms depend on the whole pool and live elsewhere (`matching.live`), so an
edit anywhere leaves every segment as it is.

Experts with equally many rows form a *rectangle*: first the first row of each, then the second of each, and so on.
Then pooling the rows of all experts is arithmetic on a few contiguous blocks, whatever the number of items.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.forward import Forward, packed
from matching.meaning import Vectors, blank, evened
from matching.ranges import bounds, ranges
from matching.records import Record
from matching.weights import FIELDS, Field, Rows

Mask = NDArray[np.bool_]
BLOCK = 1 << 14  # Rows of a rectangle at most, as many as of a block of `kernels.postings`.


@dataclass(frozen=True, eq=False, slots=True)
class Names:
    """Experts' ids: UTF-8, one after the other, from `starts[place]` to `starts[place + 1]`; `order` sorts them."""

    text: NDArray[np.uint8]
    starts: Rows
    order: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, place: int) -> str:
        return bytes(self.text[self.starts[place] : self.starts[place + 1]]).decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        return (self[place] for place in range(len(self)))

    def find(self, expert: str) -> int:
        """Return the place of an expert, -1 where there is none."""
        at = bisect_left(self.order, expert, key=self.__getitem__)
        if at < len(self) and self[int(self.order[at])] == expert:
            return int(self.order[at])
        return -1


@dataclass(frozen=True, eq=False, slots=True)
class Tags:
    """The places of those who have each tag, ascending: `places[starts[t] : starts[t + 1]]` for `names[t]`."""

    names: Mapping[str, int]
    starts: Rows
    places: NDArray[np.int32]

    def holders(self, tag: str) -> NDArray[np.int32]:
        """Return the places of those who have a tag."""
        number = self.names.get(tag)
        return self.places[:0] if number is None else self.places[self.starts[number] : self.starts[number + 1]]


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Segment:
    """Counted rows of experts.

    rectangles: first row, rows per expert, first expert's place, number of experts; shape (n, 4), int64. kinds, parts,
    vectors: as in `Record`, one of each row. digests: shape (n_experts,). days: first and last, shape (n_experts, 2).
    inverse: per field, what the kernel made of the rows; None for a small segment, which is read as it is.
    """

    names: Names
    rectangles: Rows
    kinds: NDArray[np.uint8]
    parts: NDArray[np.int16]
    vectors: Vectors
    digests: NDArray[np.uint64]
    days: NDArray[np.int32]
    tags: Tags
    fields: Mapping[Field, Forward]
    inverse: Mapping[Field, Any] | None

    @property
    def n_rows(self) -> int:
        return len(self.kinds)

    def rows_of(self, place: int) -> Rows:
        """Return the rows of an expert."""
        found = np.searchsorted(self.rectangles[:, 2], place, side="right") - 1
        first, items, start, experts = self.rectangles[found].tolist()
        return np.asarray(first + place - start + experts * np.arange(items), dtype=np.int64)

    def rows_of_all(self, places: Rows) -> tuple[Rows, Rows]:
        """Return the rows of several experts, one after the other, and how many each has."""
        found = np.searchsorted(self.rectangles[:, 2], places, side="right") - 1
        first, items, start, experts = self.rectangles[found].T
        each = ranges(np.zeros(len(places), dtype=np.int64), items)
        return np.repeat(first + places - start, items) + each * np.repeat(experts, items), items

    def owners(self, rows: Rows) -> Rows:
        """Return the place of the expert that each row belongs to."""
        # A rectangle of experts without rows begins at the same row as the next: the last that begins there counts.
        found = np.searchsorted(self.rectangles[:, 0], rows, side="right") - 1
        first, _, start, experts = self.rectangles[found].T
        return np.asarray(start + (rows - first) % experts)

    def rows_with(self, field: Field, term: int) -> Rows:
        """Return the rows that hold a term."""
        if self.inverse is not None:
            rows: Rows = self.inverse[field].postings(np.array([term]))[0]
            return rows
        forward = self.fields[field]
        at = np.flatnonzero(forward.terms() == term)
        return np.searchsorted(forward.starts, at, side="right") - 1


def assemble(records: Sequence[Record]) -> Segment:
    """Return a segment of these records, without postings."""
    sizes = np.array([len(one.kinds) for one in records], dtype=np.int64)
    order, rectangles = arrange(sizes)
    starts = bounds(sizes)
    rows = _rows_in_rectangles(starts[:-1][order], rectangles)
    chosen = [records[place] for place in order.tolist()]
    fields = {field: _forward(records, field, rows) for field in FIELDS}
    return Segment(
        names=names([one.expert for one in chosen]),
        rectangles=rectangles,
        kinds=np.frombuffer(b"".join(one.kinds for one in records), dtype=np.uint8)[rows],
        parts=joined((one.parts for one in records), np.int16)[rows],
        vectors=np.concatenate(evened([blank(0), *(one.vectors for one in records)]))[rows],
        digests=np.array([one.digest for one in chosen], dtype=np.uint64),
        days=np.array([one.days for one in chosen], dtype=np.int32).reshape(-1, 2),
        tags=_tags([one.tags for one in chosen]),
        fields=fields,
        inverse=None,
    )


def _forward(records: Sequence[Record], field: Field, rows: Rows) -> Forward:
    counts = [one.fields[field] for one in records]
    sizes = np.array([size for one in counts for size in one.sizes], dtype=np.int64)
    columns = joined([one.columns for one in counts], np.int32)
    tfs, starts = joined([one.tfs for one in counts], np.uint32), bounds(sizes)
    if np.array_equal(rows, np.arange(len(rows))):  # Experts of one document each are in order already.
        return packed(starts, columns, tfs)
    at = ranges(starts[rows], sizes[rows])
    return packed(bounds(sizes[rows]), columns[at], tfs[at])


def inverted(
    fields: Mapping[Field, Forward], rectangles: Rows, kernel: Any, n_terms: Mapping[Field, int]
) -> Mapping[Field, Any]:
    """Return what the kernel makes of the rows."""
    return {
        field: kernel.invert(forward.starts, forward.terms(), forward.tfs(), n_terms[field], rectangles)
        for field, forward in fields.items()
    }


def joined(arrays: Iterable[Any], kind: Any) -> NDArray[Any]:
    """Return one array of many small ones of this kind, each without gaps."""
    return np.frombuffer(b"".join(arrays), dtype=kind)


def arrange(sizes: Rows) -> tuple[Rows, Rows]:
    """Return the order in which experts with so many rows stand in a segment, and its rectangles."""
    order = np.argsort(sizes, kind="stable")
    values, counts = np.unique(sizes[order], return_counts=True)
    rectangles, first, start = [], 0, 0
    for items, experts in zip(values.tolist(), counts.tolist(), strict=True):
        most = BLOCK // max(items, 1)
        for begin in range(0, experts, most):
            part = min(most, experts - begin)
            rectangles.append((first, items, start, part))
            first, start = first + items * part, start + part
    return order, np.array(rectangles, dtype=np.int64).reshape(-1, 4)


def _rows_in_rectangles(firsts: Rows, rectangles: Rows) -> Rows:
    """Return the old rows in new order; `firsts` are the first old rows of the experts in new order."""
    parts = [
        (firsts[start : start + experts] + np.arange(items)[:, None]).ravel()
        for _, items, start, experts in rectangles.tolist()
    ]
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def names(experts: Sequence[str]) -> Names:
    """Return the names of experts in this order."""
    encoded = [expert.encode("utf-8", "surrogatepass") for expert in experts]
    starts = bounds(np.array([len(one) for one in encoded], dtype=np.int64))
    order = np.array(sorted(range(len(experts)), key=experts.__getitem__), dtype=np.int32)
    return Names(np.frombuffer(b"".join(encoded), dtype=np.uint8), starts, order)


def _tags(of_experts: Sequence[frozenset[str]]) -> Tags:
    held: dict[str, list[int]] = {}
    for place, tags in enumerate(of_experts):
        for tag in tags:
            held.setdefault(tag, []).append(place)
    return tags_of({tag: np.array(held[tag], dtype=np.int32) for tag in sorted(held)})


def tags_of(held: Mapping[str, NDArray[np.int32]]) -> Tags:
    """Return tags from the places of their holders."""
    starts = bounds(np.array([len(places) for places in held.values()], dtype=np.int64))
    places = np.concatenate([np.zeros(0, dtype=np.int32), *held.values()])
    return Tags({tag: number for number, tag in enumerate(held)}, starts, places)
