"""The folded texts of everybody, in memory, searched for words as LIKE would search them.

To look for a word a database reads the texts of a hundred thousand experts; here they are some hundred arrays, which
processes share after a fork. A search index is no way out: people type one Chinese character, two, or the middle of a
word, and the pairs of characters of every text take more room than the texts.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
MOST = 512  # texts in a block, which an edit writes anew
UNITS = "utf-16-le"  # Nothing but a character begins or ends as its units do, so that they are searched instead.


class Block:
    """The texts of neighbours by id, one behind the other."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.ids = tuple(texts)
        parts = [f"{text}\n".encode(UNITS) for text in texts.values()]  # No word holds the end of a line.
        self._units = np.frombuffer(b"".join(parts), np.uint16)
        self._starts = np.array([0, *accumulate(len(part) // 2 for part in parts)], np.int32)

    def texts(self) -> dict[str, str]:
        """The texts by id."""
        spans = zip(self.ids, pairwise(self._starts.tolist()), strict=True)
        return {id: self._units[start : end - 1].tobytes().decode(UNITS) for id, (start, end) in spans}

    def holding(self, word: npt.NDArray[np.uint16]) -> npt.NDArray[np.intp]:
        """The places of the texts that hold a word of these units, as often as they do.

        NumPy compares everything with the first two units in a third of the time that `str.find` takes.
        """
        begins = self._units == word[0]
        if len(word) > 1:
            begins[:-1] &= self._units[1:] == word[1]
        found = np.flatnonzero(begins)
        for place in range(1, len(word)):
            found = found[self._units.take(found + place, mode="clip") == word[place]]
        return np.searchsorted(self._starts, found, side="right") - 1


@dataclass(frozen=True)
class Texts:
    """A text of each expert, by id. Never changed, so that threads may share it."""

    blocks: tuple[Block, ...] = ()

    def holding(self, word: str, among: Mask) -> Mask:
        """Whether each of these texts, shape (n_experts,) by id, holds a word."""
        found, units, base = np.zeros(len(among), bool), np.frombuffer(word.encode(UNITS), np.uint16), 0
        for block in self.blocks:
            if among[base : base + len(block.ids)].any():
                found[base + block.holding(units)] = True
            base += len(block.ids)
        return found & among

    def replaced(self, ids: Iterable[str], texts: Mapping[str, str]) -> "Texts":
        """With the texts of these experts as they are read anew; whoever has none is gone."""
        firsts = [block.ids[0] for block in self.blocks[1:]]
        changed: dict[int, set[str]] = {}
        for id in {*ids, *texts}:
            changed.setdefault(bisect_right(firsts, id), set()).add(id)
        made: list[Block] = []
        for place, block in enumerate(self.blocks or (Block({}),)):
            if place in changed:
                kept = {id: text for id, text in block.texts().items() if id not in changed[place]}
                made += _blocks(kept | {id: texts[id] for id in changed[place] if id in texts})
            else:
                made.append(block)
        return Texts(tuple(made))


def _blocks(texts: Mapping[str, str]) -> Iterator[Block]:
    """The texts in blocks, by id: too many for one fill halves, so that newcomers find room."""
    ids = sorted(texts)
    size = MOST if len(ids) <= MOST else MOST // 2
    for start in range(0, len(ids), size):
        yield Block({id: texts[id] for id in ids[start : start + size]})
