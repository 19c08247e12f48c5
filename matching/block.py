"""Blocks of items, counted: raw term frequencies by row (for norms and reasons) and by column (for scoring).

Weights are not stored. idf depends on the whole pool, so a block that held weights would be stale after every
edit; with counts, an edit anywhere needs new norms only, and those are one product of matrix and vector.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array, vstack
from sklearn.feature_extraction.text import CountVectorizer

from matching.documents import Document
from matching.profile import Item
from matching.weights import FIELDS, Field, Floats, Integers, sublinear_table

Vocabulary = Mapping[str, int]  # term -> column
Rows = NDArray[np.intp]
LANGUAGES = ("", "zh", "en")
_CHUNK = 4096  # Documents.


@dataclass(frozen=True, slots=True)
class Source:
    """The item that a row was made from, and its language."""

    item: Item
    language: str


@dataclass(frozen=True, eq=False, slots=True)
class Block:
    """Counted items.

    rows, columns: per field the same term frequencies, shape (n_rows, n_terms). languages: places in LANGUAGES,
    shape (n_rows,). doubted: whether the item is known to be unverified, shape (n_rows,).
    """

    sources: tuple[Source, ...]
    languages: NDArray[np.int8]
    doubted: NDArray[np.bool_]
    rows: Mapping[Field, Any]
    columns: Mapping[Field, Any]

    def df(self, field: Field, rows: Rows, width: int) -> Integers:
        """Return how many of the given rows hold each term, shape (width,)."""
        return np.bincount(self.rows[field][rows].indices, minlength=width).astype(np.int32)

    def holders(self, field: Field, term: int) -> Rows:
        """Return the rows that hold a term, given by its column; none where the term came after the block."""
        columns = self.columns[field]
        if term >= columns.shape[1]:
            return np.zeros(0, dtype=np.intp)
        return np.asarray(columns.indices[columns.indptr[term] : columns.indptr[term + 1]], dtype=np.intp)

    def norms(self, field: Field, idf: Floats) -> Floats:
        """Return the norm of every row's weights, shape (n_rows,); never 0, so that it can divide."""
        rows = self.rows[field]
        squares = sublinear_table(int(rows.data.max(initial=0))) ** 2
        weighted = csr_array((squares[rows.data], rows.indices, rows.indptr), shape=rows.shape)
        sums = weighted @ np.square(idf[: rows.shape[1]])
        return np.where(sums > 0, np.sqrt(sums), 1.0)

    def dots(self, field: Field, terms: NDArray[np.intp], weights: Floats) -> Floats:
        """Return the sum over `terms` of weight·(1 + ln tf) in every row, shape (n_rows,); touches only their
        postings.
        """
        known = terms < self.columns[field].shape[1]
        part = self.columns[field][:, terms[known]]
        levels = sublinear_table(int(part.data.max(initial=0)))
        return np.asarray(csc_array((levels[part.data], part.indices, part.indptr), shape=part.shape) @ weights[known])


def count(
    documents: Iterable[Document], vocabularies: Mapping[Field, Vocabulary]
) -> tuple[Block, Mapping[Field, Vocabulary]]:
    """Return a block of documents and the vocabularies, grown by the terms that are new.

    Works chunk by chunk: the terms of all documents at once would be a hundred million small strings for a large
    pool.
    """
    sources: list[Source] = []
    parts: dict[Field, list[Any]] = {field: [] for field in FIELDS}
    waiting = iter(documents)
    while chunk := list(islice(waiting, _CHUNK)):
        sources += [Source(document.item, document.terms.language) for document in chunk]
        for field in FIELDS:
            texts = [getattr(document.terms, field) for document in chunk]
            rows, vocabulary = _count_field(texts, vocabularies[field])
            parts[field].append(rows)
            vocabularies = {**vocabularies, field: vocabulary}
    rows = {field: _stack(parts[field], len(vocabularies[field])) for field in FIELDS}
    return make(tuple(sources), rows), vocabularies


def join(parts: Iterable[tuple[Block, Rows]], widths: Mapping[Field, int]) -> Block:
    """Return one block of the chosen rows of others, in order, with as many columns as `widths` says."""
    parts = [(block, chosen) for block, chosen in parts if len(chosen)]
    if len(parts) == 1 and _is_whole(*parts[0], widths):
        return parts[0][0]
    sources = tuple(block.sources[row] for block, chosen in parts for row in chosen)
    rows = {field: _stack([block.rows[field][chosen] for block, chosen in parts], widths[field]) for field in FIELDS}
    return make(sources, rows)


def make(sources: tuple[Source, ...], rows: dict[Field, Any]) -> Block:
    """Return a block from its rows."""
    return Block(
        sources=sources,
        languages=np.array([LANGUAGES.index(source.language) for source in sources], dtype=np.int8),
        doubted=np.array([source.item.verified is False for source in sources], dtype=np.bool_),
        rows=rows,
        columns={field: rows[field].tocsc() for field in FIELDS},
    )


def _count_field(texts: Sequence[Sequence[str]], vocabulary: Vocabulary) -> tuple[Any, Vocabulary]:
    if not any(texts):  # CountVectorizer refuses an empty vocabulary.
        return csr_array((len(texts), len(vocabulary)), dtype=np.int32), vocabulary
    vectorizer = CountVectorizer(analyzer=list, dtype=np.int32)
    counts = vectorizer.fit_transform(texts)
    found = vectorizer.get_feature_names_out().tolist()
    fresh = [term for term in found if term not in vocabulary]
    grown = {**vocabulary, **{term: column for column, term in enumerate(fresh, len(vocabulary))}}
    columns = np.array([grown[term] for term in found], dtype=np.int32)
    rows = csr_array((counts.data, columns[counts.indices], counts.indptr), shape=(len(texts), len(grown)))
    rows.sort_indices()
    return rows, grown


def _is_whole(block: Block, chosen: Rows, widths: Mapping[Field, int]) -> bool:
    same_width = all(block.rows[field].shape[1] == widths[field] for field in FIELDS)
    return same_width and np.array_equal(chosen, np.arange(len(block.sources)))


def _stack(matrices: list[Any], width: int) -> Any:
    widened = [csr_array((m.data, m.indices, m.indptr), shape=(m.shape[0], width)) for m in matrices]
    return vstack(widened, format="csr") if widened else csr_array((0, width), dtype=np.int32)
