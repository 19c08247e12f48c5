"""The terms of one field and their numbers.

A vocabulary only grows, and a term keeps its number for ever: so all versions of an index share one, and a version
that is older than a term merely finds nobody who holds it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Protocol


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

    def find(self, terms: Sequence[str]) -> list[int]:
        """Return the number of each term, -1 where it is unknown."""
        if self.table is None:
            return list(map(self.fresh.get, terms, repeat(-1)))
        known = self.table.find(terms)
        if self.fresh:
            return [
                self.fresh.get(term, -1) if number < 0 else number for term, number in zip(terms, known, strict=True)
            ]
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
