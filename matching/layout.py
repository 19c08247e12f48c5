"""What scoring reads of an index: arrays over all rows (items) and experts, worked out once per version of
the pool.

Rows are those of the base block, then those of the delta block; a row that an edit has replaced stays in its
block, but belongs to nobody, and no array below leads to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.block import Block, Rows
from matching.weights import FIELDS, Field, Floats, Integers, idf_of


@dataclass(frozen=True, eq=False, slots=True)
class Rectangle:
    """The experts that have the same number of items: their places, shape (n,), and their rows, shape (n, items)."""

    experts: Rows
    rows: Rows


@dataclass(frozen=True, eq=False, slots=True)
class Layout:
    """Arrays of one version of the pool.

    idf, norms: per field, shape (n_terms,) and (n_rows,). languages: places in LANGUAGES, shape (n_rows,).
    doubted: whether the item is known to be unverified, shape (n_rows,). owners: place of the expert that a
    row belongs to, -1 where none, shape (n_rows,). n_items: rows that belong to somebody.
    """

    n_items: int
    n_experts: int
    idf: Mapping[Field, Floats]
    norms: Mapping[Field, Floats]
    languages: NDArray[np.int8]
    doubted: NDArray[np.bool_]
    owners: Rows
    rectangles: tuple[Rectangle, ...]


def lay_out(blocks: Sequence[Block], rows_of: Sequence[Rows], df: Mapping[Field, Integers]) -> Layout:
    """Return the layout of blocks whose rows, numbered through, belong to experts as `rows_of` says."""
    owners = np.full(sum(len(block.sources) for block in blocks), -1, dtype=np.intp)
    for place, rows in enumerate(rows_of):
        owners[rows] = place
    n_items = sum(len(rows) for rows in rows_of)
    idf = {field: idf_of(df[field], n_items) for field in FIELDS}
    return Layout(
        n_items=n_items,
        n_experts=len(rows_of),
        idf=idf,
        norms={field: np.concatenate([block.norms(field, idf[field]) for block in blocks]) for field in FIELDS},
        languages=np.concatenate([block.languages for block in blocks]),
        doubted=np.concatenate([block.doubted for block in blocks]),
        owners=owners,
        rectangles=_rectangles(rows_of),
    )


def _rectangles(rows_of: Sequence[Rows]) -> tuple[Rectangle, ...]:
    """Group experts by their number of items, so that pooling is arithmetic on a few rectangles, not on lists."""
    places: dict[int, list[int]] = {}
    for place, rows in enumerate(rows_of):
        places.setdefault(len(rows), []).append(place)
    return tuple(
        Rectangle(np.array(group, dtype=np.intp), np.stack([rows_of[place] for place in group]))
        for size, group in sorted(places.items())
        if size
    )
