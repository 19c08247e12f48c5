"""Index → evidence: an expert's items as the exact reckoning, the explanation and the snapshot need them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from matching.asking import Prepared
from matching.index import Index
from matching.reckoning import Evidence
from matching.weights import FIELDS, Field, Floats, sublinear_table


class Gatherer:
    """Reads the evidence of one request out of an index, expert by expert."""

    def __init__(self, index: Index, prepared: Prepared) -> None:
        self._index = index
        self._terms: dict[Field, tuple[Any, list[str]]] = {}
        for field in FIELDS:
            vocabulary = index.storage.vocabularies[field]
            pairs = sorted((vocabulary[term.term], term.term) for term in prepared.fields[field].terms)
            columns = np.array([column for column, _ in pairs], dtype=np.int64)
            self._terms[field] = columns, [term for _, term in pairs]

    def evidence(self, expert: str) -> tuple[Evidence, ...]:
        """Return the evidence of an expert, the statement first. Raises KeyError for an unknown expert."""
        return tuple(self._row(int(row)) for row in self._index.storage.rows[expert])

    def _row(self, row: int) -> Evidence:
        base, delta = self._index.storage.blocks
        block, row = (base, row) if row < len(base.sources) else (delta, row - len(base.sources))
        norms: dict[Field, float] = {}
        tf: dict[Field, Mapping[str, int]] = {}
        for field in FIELDS:
            rows = block.rows[field]
            part = slice(rows.indptr[row], rows.indptr[row + 1])
            norms[field] = _norm(rows.indices[part], rows.data[part], self._index.layout.idf[field])
            tf[field] = self._matching(field, rows.indices[part], rows.data[part])
        return Evidence(block.sources[row].item, block.sources[row].language, norms, tf)

    def _matching(self, field: Field, indices: Any, counts: Any) -> dict[str, int]:
        """Return the tf of the request's terms in a row with these columns (ascending) and counts."""
        columns, terms = self._terms[field]
        if not len(indices) or not len(columns):
            return {}
        at = np.minimum(np.searchsorted(indices, columns), len(indices) - 1)
        return {terms[place]: int(counts[at[place]]) for place in np.flatnonzero(indices[at] == columns)}


def _norm(indices: Any, counts: Any, idf: Floats) -> float:
    """Return the norm of a row, summed without rounding: the same digits in whatever order of columns."""
    if not len(indices):
        return 1.0
    weights = sublinear_table(int(counts.max()))[counts] * idf[indices]
    return math.sqrt(math.fsum(np.square(weights).tolist()))
