"""The terms of one field and their numbers.

A vocabulary only grows, and a term keeps its number for ever: so all versions of an index share one, and a version
that is older than a term merely finds nobody who holds it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Table(Protocol):
    """Terms that do not change any more, such as those of a snapshot file."""

    def __len__(self) -> int: ...

    def find(self, terms: Sequence[str]) -> list[int]:
        """Return the number of each term, -1 where it is unknown."""
        ...


class Vocabulary:
    """Numbers terms from 0 on in the order they come; `table` holds the first of them."""

    def __init__(self, table: Table | None = None) -> None:
        self.table = table
        self.fresh: dict[str, int] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return (len(self.table) if self.table else 0) + len(self.fresh)

    def find(self, terms: Sequence[str]) -> NDArray[np.int64]:
        """Return the number of each term, -1 where it is unknown; shape (len(terms),)."""
        if self.table is None:
            return np.array([self.fresh.get(term, -1) for term in terms], dtype=np.int64)
        known = np.array(self.table.find(terms), dtype=np.int64)
        for place in np.flatnonzero(known < 0).tolist() if self.fresh else ():
            known[place] = self.fresh.get(terms[place], -1)
        return known

    def number(self, terms: Iterable[str]) -> list[int]:
        """Return the number of each term; unknown ones get the next."""
        fresh = self.fresh
        if self.table is None:
            with self._lock:
                return [fresh.setdefault(term, len(fresh)) for term in terms]
        terms, start = list(terms), len(self.table)
        with self._lock:
            return [
                fresh.setdefault(term, start + len(fresh)) if number < 0 else number
                for term, number in zip(terms, self.table.find(terms), strict=True)
            ]
