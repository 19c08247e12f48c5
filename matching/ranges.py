"""Many ranges of an array at once."""

from __future__ import annotations

import numpy as np

from matching.weights import Rows


def ranges(starts: Rows, sizes: Rows) -> Rows:
    """Return the numbers from each start on, `sizes` of them, one range after the other."""
    ends = sizes.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) + np.repeat(starts - (ends - sizes), sizes), dtype=np.int64)


def bounds(sizes: Rows) -> Rows:
    """Return where ranges of these sizes begin, one after the other, and where the last ends; shape (n + 1,)."""
    found = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, dtype=np.int64, out=found[1:])
    return found
