"""A vocabulary in a few arrays: many processes can share them as one mapped file, where a dict would be each one's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from matching.forward import compact
from matching.ranges import bounds, ranges
from matching.vocabulary import Vocabulary

REMEMBERED = 1 << 16


@dataclass(frozen=True, eq=False, slots=True)
class Terms:
    """Terms by the CRC-32 of their UTF-8, ascending: `text[starts[i] : starts[i + 1]]` has the number `numbers[i]`.

    `known` remembers what was looked up lately: requests share most of their terms. Threads share it, and any of them
    may empty it at any moment, so what was found there is held on to.
    """

    hashes: NDArray[np.uint32]
    numbers: NDArray[np.int32]
    starts: NDArray[np.unsignedinteger[Any]]
    text: NDArray[np.uint8]
    known: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)

    def find(self, terms: Sequence[str]) -> list[int]:
        """Return the number of each term, -1 where it is unknown."""
        found = list(map(self.known.get, terms))
        if None not in found:
            return found  # type: ignore[return-value]
        unknown = [term for term, number in zip(terms, found, strict=True) if number is None]
        searched = dict(zip(unknown, self._searched(unknown), strict=True))
        if len(self.known) > REMEMBERED:
            self.known.clear()
        self.known.update(searched)
        return [searched[term] if number is None else number for term, number in zip(terms, found, strict=True)]

    def _searched(self, terms: Sequence[str]) -> list[int]:
        encoded = [encode(term) for term in terms]
        wanted = [crc32(one) for one in encoded]
        first = np.searchsorted(self.hashes, np.array(wanted, dtype=np.uint32)).tolist()
        # One number after the other is read from a buffer in a fraction of the time that an array takes.
        hashes, numbers, starts, text = self.hashes.data, self.numbers.data, self.starts.data, self.text.data
        found = []
        for one, crc, place in zip(encoded, wanted, first, strict=True):
            while place < len(hashes) and hashes[place] == crc and text[starts[place] : starts[place + 1]] != one:
                place += 1
            found.append(numbers[place] if place < len(hashes) and hashes[place] == crc else -1)
        return found


def encode(term: str) -> bytes:
    """Return the bytes of a term; any text at all has some."""
    return term.encode("utf-8", "surrogatepass")


def tabulate(vocabulary: Vocabulary, n_terms: int) -> Terms:
    """Return a table of the first `n_terms` terms of a vocabulary, which may be growing meanwhile."""
    known = vocabulary.table if isinstance(vocabulary.table, Terms) else _NONE
    fresh = [(encode(term), number) for term, number in list(vocabulary.fresh.items()) if number < n_terms]
    hashes = np.concatenate([known.hashes, np.array([crc32(term) for term, _ in fresh], dtype=np.uint32)])
    numbers = np.concatenate([known.numbers, np.array([number for _, number in fresh], dtype=np.int32)])
    sizes = np.concatenate([np.diff(known.starts), np.array([len(term) for term, _ in fresh], dtype=np.int64)])
    text = np.concatenate([known.text, np.frombuffer(b"".join(term for term, _ in fresh), dtype=np.uint8)])
    order = np.argsort(hashes, kind="stable")
    at = ranges(bounds(sizes)[:-1][order], sizes[order])
    return Terms(hashes[order], numbers[order], compact(bounds(sizes[order])), text[at])


_NONE = Terms(
    np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.int32), np.zeros(1, dtype=np.uint8), np.zeros(0, dtype=np.uint8)
)
