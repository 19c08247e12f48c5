"""Scores compiled by Numba (the extra `fast`): the same lists in a fraction of the time.

Everything is compiled for one kind of arguments when this module is imported, or read from Numba's cache: no request
ever waits for a compiler.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from matching.asking import Counted, Known, Prepared
from matching.kernels.exact import LEVELS_OF_TF, LOGARITHMS
from matching.kernels.exact import affinities as affinities_of_rows
from matching.kernels.exact import exactly as exactly
from matching.kernels.greatest import at_least, keep_greatest, line_of
from matching.kernels.postings import LEVELS, Inverse, Single
from matching.kernels.postings import invert as invert
from matching.kernels.scan import scan
from matching.kernels.terms import look
from matching.live import Live
from matching.parameters import Parameters
from matching.ranges import among
from matching.scoring import counting
from matching.segment import Mask, Segment
from matching.weights import FIELDS, Floats, Rows

NAME = "numba"
LANES = 64  # For each of the best: two of them seldom meet in one.


def known(counted: Counted, rarities: Floats, boosts: Floats, numbers: Rows, live: Live) -> Known:
    """Return the terms that the pool holds, with their weights; `numbers` are those in the vocabularies, -1 if none."""
    native, pivot = FIELDS
    tables = live.table(native), live.table(pivot), math.log(1 + live.items), LOGARITHMS, LEVELS_OF_TF
    return Known(*look(numbers, counted.native, counted.tfs, rarities, boosts, *tables))


def affinities(segment: Segment, mask: Mask, prepared: Prepared, live: Live, parameters: Parameters) -> Single:
    """Return the affinity of every expert of a segment who is in the mask, must-haves apart, within the errors of
    postings and norms, and 0 for all others; shape (n_experts,).
    """
    if segment.inverse is None:
        return np.where(mask, affinities_of_rows(segment, prepared, live, parameters), np.float32(0))
    norms, asked = live.norms(segment), prepared.known
    native, pivot = (segment.inverse[field] for field in FIELDS)
    terms = asked.numbers if native.is_wide and pivot.is_wide else _by_place(native, pivot, asked)
    kinds = np.concatenate([native.kinds_of(terms[: asked.native]), pivot.kinds_of(terms[asked.native :])])
    scores = np.zeros(len(mask), dtype=np.float32)
    scan(  # type: ignore[call-arg]
        LEVELS,
        *native.arrays,
        *pivot.arrays,
        *(norms[field] for field in FIELDS),
        segment.kinds,
        segment.rectangles,
        mask,
        terms,
        kinds,
        asked.weights,
        asked.native,
        counting(prepared.language, parameters),
        parameters.best,
        parameters.mean_weight,
        scores,
    )
    return scores


def _by_place(native: Inverse, pivot: Inverse, asked: Known) -> Rows:
    """Return the places of a request's terms among those of a small segment."""
    halves = asked.numbers[: asked.native], asked.numbers[asked.native :]
    return np.concatenate([among(one.terms, own) for one, own in zip((native, pivot), halves, strict=True)])


def reaching(scores: Sequence[Single], k: int, factor: float) -> list[Rows]:
    """Return, for each part, the places of scores above 0 that are at least `factor` times the k-th greatest of all,
    and at times a few that are nearly as great.
    """
    lanes = np.zeros(LANES * k if k <= sum(map(len, scores)) else 1, dtype=np.float32)
    for own in scores if len(lanes) > 1 else ():
        keep_greatest(lanes, own)
    line = line_of(lanes, k, factor)
    return [at_least(own, line) for own in scores]
