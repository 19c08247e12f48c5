"""Dot products of a small segment without postings: that of the latest edits, which is made anew by every edit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.weights import Floats, sublinear


def dots(forward: Any, held: Floats, n_rows: int) -> NDArray[np.float32]:
    """Return the sum of weight·(1 + ln tf) in every row; `held` has the weight of every posting's term, perhaps 0."""
    rows = np.repeat(np.arange(n_rows), np.diff(forward.starts))
    return np.bincount(rows, held * sublinear(forward.tfs), minlength=n_rows).astype(np.float32)
