"""Where an index keeps its items, and how an edit replaces some without touching the rest.

Items live in two blocks. The *base* is large and is not rewritten by an edit: rows of changed experts merely
lose their owner. The *delta* is small and is rebuilt by every edit. When the delta and the abandoned rows
outgrow an eighth of the base, everything is joined into a new base. df always is that of the living items.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.block import Block, Rows, Vocabulary, count, join
from matching.documents import Document
from matching.weights import FIELDS, Field, Integers

_SMALL = 1024  # Rows below which joining delta and base is not worth the copy.


@dataclass(frozen=True, eq=False, slots=True)
class Storage:
    """The items of a pool. Rows are numbered through both blocks, the base first.

    rows: the row numbers of each expert, possibly none. vocabularies: the column of each term; a term keeps
    its column for ever, even when the last item with it is gone. df: living items that hold each term, shape
    (n_terms,).
    """

    blocks: tuple[Block, Block]
    rows: Mapping[str, Rows]
    vocabularies: Mapping[Field, Vocabulary]
    df: Mapping[Field, Integers]

    def edited(self, upserts: Iterable[tuple[str, Sequence[Document]]], deletes: Collection[str]) -> Storage:
        """Return the storage with the documents of `upserts` in place of those experts' own, and without `deletes`.

        `upserts` may be a generator; its documents are counted chunk by chunk and not kept.
        """
        added: dict[str, int] = {}
        fresh, vocabularies = count(_tallied(upserts, added), self.vocabularies)
        widths = {field: len(vocabularies[field]) for field in FIELDS}
        base, delta = self.blocks
        start = len(base.sources)
        gone = added.keys() | set(deletes)
        left = {expert: rows for expert, rows in self.rows.items() if expert not in gone}
        lost = _all(rows for expert, rows in self.rows.items() if expert not in left)
        moved = {expert: rows for expert, rows in left.items() if _in_delta(rows, start)}
        gain = (fresh, np.arange(len(fresh.sources)))
        losses = ((base, lost[lost < start]), (delta, lost[lost >= start] - start))
        sizes = {expert: len(rows) for expert, rows in moved.items()} | added
        return Storage(
            blocks=(base, join(((delta, _all(moved.values()) - start), gain), widths)),
            rows=left | _numbered(sizes, start),
            vocabularies=vocabularies,
            df=_recount(self.df, losses, gain, widths),
        )._tidied()

    def _tidied(self) -> Storage:
        """Return the storage with everything in the base if too much is outside it, else itself."""
        base, delta = self.blocks
        start, living = len(base.sources), sum(len(rows) for rows in self.rows.values())
        abandoned = start + len(delta.sources) - living
        if len(delta.sources) + abandoned <= max(_SMALL, start // 8):
            return self
        widths = {field: len(self.vocabularies[field]) for field in FIELDS}
        # Those in the base first, so that the new base is stacked from two parts and not from one per expert.
        experts = sorted(self.rows, key=lambda expert: _in_delta(self.rows[expert], start))
        order = _all(self.rows[expert] for expert in experts)
        merged = join(((base, order[order < start]), (delta, order[order >= start] - start)), widths)
        rows = _numbered({expert: len(self.rows[expert]) for expert in experts}, 0)
        return Storage((merged, join((), widths)), rows, self.vocabularies, self.df)


def _tallied(upserts: Iterable[tuple[str, Sequence[Document]]], sizes: dict[str, int]) -> Iterator[Document]:
    """Yield all documents, and note in `sizes` how many each expert has."""
    for expert, kept in upserts:
        sizes[expert] = len(kept)
        yield from kept


def empty() -> Storage:
    """Return a storage without items."""
    nothing, vocabularies = count((), {field: {} for field in FIELDS})
    return Storage((nothing, nothing), {}, vocabularies, {field: np.zeros(0, dtype=np.int32) for field in FIELDS})


def _recount(
    df: Mapping[Field, Integers],
    losses: Iterable[tuple[Block, Rows]],
    gain: tuple[Block, Rows],
    widths: Mapping[Field, int],
) -> dict[Field, Integers]:
    counts = {field: np.pad(df[field], (0, widths[field] - len(df[field]))) for field in FIELDS}
    for sign, (block, rows) in [*((-1, loss) for loss in losses), (1, gain)]:
        for field in FIELDS:
            counts[field] += sign * block.df(field, rows, widths[field])
    return counts


def _in_delta(rows: Rows, start: int) -> bool:
    return len(rows) > 0 and bool(rows[0] >= start)


def _numbered(sizes: Mapping[str, int], start: int) -> dict[str, Rows]:
    """Return consecutive row numbers from `start` on, `sizes[expert]` of them for each expert in turn."""
    numbered = {}
    for expert, size in sizes.items():
        numbered[expert] = np.arange(start, start + size)
        start += size
    return numbered


def _all(arrays: Iterable[Rows]) -> Rows:
    return np.concatenate([np.zeros(0, dtype=np.intp), *arrays])
