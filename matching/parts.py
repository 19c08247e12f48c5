"""Parts of a pool: segments, each with who of it is still there. Everything here looks at all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from matching.profile import Filter
from matching.segment import Mask, Segment

Located = Mapping[str, tuple[int, int]]  # Expert → number of the part, and place in it.


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """A segment, and who of it is still in the pool; shape (n_experts,)."""

    segment: Segment
    alive: Mask


def whole(segment: Segment) -> Part:
    """Return a part of everybody in a segment."""
    return Part(segment, np.ones(len(segment.names), dtype=np.bool_))


def find(parts: Sequence[Part], experts: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return where those are who are in the pool."""
    found = {}
    for expert in experts:
        for number, part in enumerate(parts):
            place = part.segment.names.find(expert)
            if place >= 0 and part.alive[place]:
                found[expert] = number, place
                break
    return found


def without(parts: Sequence[Part], gone: Located) -> list[Part]:
    """Return the parts without these experts."""
    left = []
    for number, part in enumerate(parts):
        places = [place for at, place in gone.values() if at == number]
        if places:
            part = Part(part.segment, part.alive.copy())
            part.alive[places] = False
        left.append(part)
    return left


def masks(parts: Sequence[Part], allowed: Collection[str] | Filter | None) -> list[Mask]:
    """Return who of each part is in the pool and allowed: by id, by a filter, or everybody."""
    if allowed is None:
        return [part.alive for part in parts]
    if isinstance(allowed, Filter):
        passing = [part.alive & _passing(part.segment, allowed) for part in parts]
        for number, place in find(parts, allowed.without).values():
            passing[number][place] = False
        return passing if allowed.only is None else _both(passing, _these(parts, allowed.only))
    return _these(parts, allowed)


def _these(parts: Sequence[Part], experts: Collection[str]) -> list[Mask]:
    chosen = [np.zeros(len(part.alive), dtype=np.bool_) for part in parts]
    for number, place in find(parts, experts).values():
        chosen[number][place] = True
    return chosen


def _both(ours: Sequence[Mask], theirs: Sequence[Mask]) -> list[Mask]:
    return [one & other for one, other in zip(ours, theirs, strict=True)]


# Who of a segment may be ranked on the day that was last asked for: the same for all lists of a day.
_IN_TERM: WeakKeyDictionary[Segment, tuple[int, Mask]] = WeakKeyDictionary()


def _in_term(segment: Segment, day: int) -> Mask:
    known = _IN_TERM.get(segment)
    if known is None or known[0] != day:
        known = day, (segment.days[:, 0] <= day) & (day <= segment.days[:, 1])
        _IN_TERM[segment] = known
    return known[1]


def _passing(segment: Segment, wanted: Filter) -> Mask:
    passing = np.ones(len(segment.names), dtype=np.bool_) if wanted.day is None else _in_term(segment, wanted.day)
    for group in wanted.any_of:
        held = np.zeros(len(passing), dtype=np.bool_)
        for tag in group:
            held[segment.tags.holders(tag)] = True
        passing = passing & held
    return passing


def holding(part: Part, term: int) -> Mask:
    """Return who of a part's segment has a row that holds a native term, by its number; shape (n_experts,)."""
    segment = part.segment
    held = np.zeros(len(segment.names), dtype=np.bool_)
    if term >= 0:
        held[segment.owners(segment.rows_with("native", term))] = True
    return held


def listed(parts: Sequence[Part], chosen: Sequence[Mask]) -> list[tuple[str, int]]:
    """Return the ids of those in the masks, sorted, each with their place among all of all parts."""
    found, start = [], 0
    for part, mask in zip(parts, chosen, strict=True):
        found += [(part.segment.names[place], start + place) for place in np.flatnonzero(mask).tolist()]
        start += len(mask)
    return sorted(found)
