"""Which vocabulary codes a few experts hold, curated or in their words."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from matching.asking import Prepared
from matching.gathering import Place


def covered(places: Sequence[Place], codes: Sequence[str], terms: Sequence[int]) -> list[tuple[str, ...]]:
    """Return those of the codes that each expert holds; `terms` are the numbers of their native terms."""
    if not codes:
        return [()] * len(places)
    rows = [segment.fields["native"].take(segment.rows_of(place))[0] for segment, place in places]
    held = [segment.fields["native"].terms(at) for (segment, _), at in zip(places, rows, strict=True)]
    return [tuple(code for code, term in zip(codes, terms, strict=True) if (own == term).any()) for own in held]


def missing(prepared: Prepared, held: Sequence[Collection[str]]) -> Sequence[Sequence[str]]:
    """Return the must-haves that each expert lacks."""
    if not prepared.must:
        return [()] * len(held)
    return [[code for code in prepared.must if code not in own] for own in held]
