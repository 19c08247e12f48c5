"""Scores compiled by Numba (the extra `fast`): the same lists in a fraction of the time.

Everything is compiled for one kind of arguments when this module is imported, or read from Numba's cache: no request
ever waits for a compiler.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence

import numpy as np

from matching.asking import Counted, Known, Prepared
from matching.kernels.exact import LEVELS_OF_TF, LOGARITHMS
from matching.kernels.exact import affinities as affinities_of_rows
from matching.kernels.exact import exactly as exactly
from matching.kernels.postings import BLOCK, LEVELS, Single
from matching.kernels.postings import Inverse as Inverse
from matching.kernels.postings import invert as invert
from matching.kernels.scan import scan, select
from matching.kernels.terms import look
from matching.live import Live
from matching.moving import Moves
from matching.parameters import Parameters
from matching.scoring import counting
from matching.segment import Segment
from matching.weights import FIELDS, Floats, Rows

NAME = "numba"
_NONE = np.zeros(0, dtype=np.float32)
_OF_THREAD = threading.local()


def known(counted: Counted, rarities: Floats, boosts: Floats, numbers: Rows, live: Live) -> Known:
    """Return the terms that the pool holds, with their weights; `numbers` are those in the vocabularies, -1 if none."""
    native, pivot = FIELDS
    tables = live.table(native), live.table(pivot), math.log(1 + live.items), LOGARITHMS, LEVELS_OF_TF
    return Known(*look(numbers, counted.native, counted.tfs, rarities, boosts, *tables))


def candidates(
    pairs: Sequence[tuple[Segment, Moves]],
    prepared: Prepared,
    live: Live,
    parameters: Parameters,
    k: int,
    factor: float,
) -> list[Rows]:
    """Return, for each segment with what moves its scores, the places of those whose affinity (see `affinities`) is at
    least `factor` times the k-th greatest of all, and at times a few that are nearly as great.
    """
    heap = np.zeros(k if k <= sum(len(segment.names) for segment, _ in pairs) else 0, dtype=np.float32)
    return [_scanned(*pair, prepared, live, parameters, heap, factor, _NONE) for pair in pairs]


def affinities(segment: Segment, moves: Moves, prepared: Prepared, live: Live, parameters: Parameters) -> Single:
    """Return the affinity of every expert of a segment who is asked for, within the errors of postings and norms, and 0
    for all others; shape (n_experts,).
    """
    scores, one = np.zeros(len(segment.names), dtype=np.float32), np.zeros(1, dtype=np.float32)
    _scanned(segment, moves, prepared, live, parameters, one, 1.0, scores)
    return scores


def _scanned(
    segment: Segment,
    moves: Moves,
    prepared: Prepared,
    live: Live,
    parameters: Parameters,
    heap: Single,
    factor: float,
    out: Single,
) -> Rows:
    """Return the places that `scan.scan` does."""
    moved = moves.mask, moves.added.astype(np.float32), moves.factors.astype(np.float32)
    if segment.inverse is None:  # That of the latest edits, few enough for each to be reckoned.
        scores = affinities_of_rows(segment, prepared, live, parameters)
        chosen: Rows = select(scores, *moved, heap, factor, out)
        return chosen
    norms, asked = live.norms(segment), prepared.known
    native, pivot = (segment.inverse[field] for field in FIELDS)
    found: Rows = scan(  # type: ignore[call-arg]
        LEVELS,
        native.blocks,  # Those of both fields are the same.
        *native.arrays,
        *pivot.arrays,
        *(norms[field] for field in FIELDS),
        segment.kinds,
        segment.rectangles,
        *moved,
        asked.numbers,
        asked.weights,
        asked.native,
        counting(prepared.language, parameters),
        parameters.best,
        parameters.mean_weight,
        heap,
        factor,
        out,
        _room(),
    )
    return found


def _room() -> Single:
    """Return room for the sums of a block, one for each thread, so that it is not asked of the system for each list."""
    if not hasattr(_OF_THREAD, "room"):
        _OF_THREAD.room = np.empty((2, BLOCK + 16), dtype=np.float32)
    room: Single = _OF_THREAD.room
    return room
