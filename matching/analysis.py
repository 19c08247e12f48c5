"""What reads texts by one vocabulary and one pivot, and a hash of all that decides what it finds."""

from __future__ import annotations

import hashlib
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path

from matching.concepts import Concepts, Span
from matching.meaning import Meanings
from matching.pivot import Pivot
from matching.rarity import Rarities
from matching.reading import Analysed, Reading

_CODE = ("analysis", "concepts", "documents", "english", "latin", "meaning", "pivot", "reading", "text")
_LIBRARIES = tuple((name, version(name)) for name in ("ahocorasick_rs", "opencc", "PyStemmer"))
REMEMBERED = 4096  # Texts, a few kilobytes each.


class Analyser:
    """Turns texts into terms, by a vocabulary and a pivot, and with `meanings` into vectors besides. Immutable, so
    threads may share it.
    """

    def __init__(self, concepts: Concepts, pivot: Pivot, meanings: Meanings | None = None) -> None:
        self._concepts = concepts
        self._pivot = pivot
        self.meanings = meanings
        # Good experts are on many lists, and their items are read for each.
        self.remembered = lru_cache(maxsize=REMEMBERED)(self.read)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all that decides which terms and vectors a text has: this code, its libraries and data."""
        encoder = self.meanings and self.meanings.name
        hashed = hashlib.sha256(repr((self._concepts.concepts, self._pivot.glosses, _LIBRARIES, encoder)).encode())
        for module in _CODE:
            hashed.update(Path(__file__).with_name(f"{module}.py").read_bytes())
        return hashed.hexdigest()

    @property
    def rarities(self) -> Rarities:
        """How rare words are in requests; a hundred texts are read when it is first asked for."""
        return _rarities(self._pivot)

    def read(self, text: str) -> Reading:
        """Read a text, any text at all; linear in its length but for long runs of combining marks."""
        return Reading(text, self._concepts, self._pivot)

    def analyse(self, text: str) -> Analysed:
        """Return the terms of a text."""
        return self.read(text).terms()

    def spans(self, text: str) -> list[Span]:
        """Return the vocabulary concepts in a text."""
        return self.read(text).spans()


@lru_cache(maxsize=4)
def _rarities(pivot: Pivot) -> Rarities:
    """Return the same for every vocabulary: its codes count in full, and no word is another for it."""
    return Rarities(Analyser(Concepts(), pivot).analyse)
