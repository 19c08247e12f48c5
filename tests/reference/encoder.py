"""An encoder for tests: no model, and texts of the same characters mean the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray


class Characters:
    """An encoder without a model: which characters a text has, whatever their order."""

    name, size = "characters", 256

    def __init__(self) -> None:
        self.read: list[str] = []

    def requests(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.items(texts)

    def items(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.read += texts
        found = np.zeros((len(texts), self.size), dtype=np.float32)
        for row, text in zip(found, texts, strict=True):
            for one in unicodedata.normalize("NFKC", text):
                row[crc32(one.encode("utf-8", "surrogatepass")) % self.size] += 1
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1)
