"""The terms of rows, row after row: four bytes each, which nearly always hold tf, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.ranges import ranges
from matching.weights import Rows

BITS = 4  # Of tf; 28 are left for a term's number.
MANY = 15  # What stands there in the place of a tf of 15 or more.

_ALL = slice(None)


@dataclass(frozen=True, eq=False, slots=True)
class Forward:
    """The rows of one field: the postings of row r stand from starts[r] to starts[r + 1].

    packed: 16 times the term's number, plus tf or MANY; shape (n_postings,). many: the places of the latter, ascending,
    and many_tfs their tf.
    """

    starts: Rows
    packed: NDArray[np.uint32]
    many: Rows
    many_tfs: NDArray[np.uint32]

    def take(self, rows: Rows) -> tuple[Rows, Rows]:
        """Return where the postings of these rows stand, and how many each row has."""
        sizes = self.starts[rows + 1] - self.starts[rows]
        return ranges(self.starts[rows], sizes), sizes

    def terms(self, at: Rows | slice = _ALL) -> NDArray[np.int32]:
        """Return the terms of the postings that stand there."""
        return (self.packed[at] >> BITS).astype(np.int32)

    def tfs(self, at: Rows | slice = _ALL) -> NDArray[Any]:
        """Return their tf, in one byte each where that is enough for all of the field."""
        found = (self.packed[at] & MANY).astype(np.uint8)
        if not len(self.many):
            return found
        more = np.flatnonzero(found == MANY)
        places = more + (at.start or 0) if isinstance(at, slice) else at[more]
        found = found.astype(compact(self.many_tfs).dtype)
        found[more] = self.many_tfs[np.searchsorted(self.many, places)]
        return found


def packed(starts: Rows, terms: NDArray[Any], tfs: NDArray[Any]) -> Forward:
    """Return rows from the terms of their postings and tf, 1 or more; raises OverflowError for a term from 2**28 on."""
    if int(terms.max(initial=0)) >> 32 - BITS:
        raise OverflowError("there are more terms than four bytes can tell apart beside tf")
    both = (terms.astype(np.uint32) << BITS) | np.minimum(tfs, MANY).astype(np.uint32)
    many = np.flatnonzero(tfs >= MANY)
    return Forward(starts, both, many, tfs[many].astype(np.uint32))


def compact(numbers: NDArray[Any]) -> NDArray[Any]:
    """Return whole numbers of 0 or more in as few bytes each as the greatest needs."""
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))), copy=False)
