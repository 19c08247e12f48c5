"""Scores compiled by Numba (the extra `fast`): the same lists in a fraction of the time.

Everything is compiled for one kind of arguments when this module is imported, or read from Numba's cache: no request
ever waits for a compiler.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from matching.asking import Prepared
from matching.kernels.exact import affinities as affinities_of_rows
from matching.kernels.exact import exactly as exactly
from matching.kernels.postings import LEVELS, Inverse, Single
from matching.kernels.postings import invert as invert
from matching.kernels.scan import scan
from matching.live import Live
from matching.parameters import Parameters
from matching.scoring import counting
from matching.segment import Mask, Segment
from matching.weights import FIELDS

NAME = "numba"


def affinities(segment: Segment, mask: Mask, prepared: Prepared, live: Live, parameters: Parameters) -> Single:
    """Return the affinity of every expert of a segment who is in the mask, must-haves apart, within the errors of
    postings and norms, and 0 for all others; shape (n_experts,).
    """
    if segment.inverse is None:
        return np.where(mask, affinities_of_rows(segment, prepared, live, parameters), np.float32(0))
    native, pivot = FIELDS
    norms = live.norms(segment)
    scores = np.empty(len(mask), dtype=np.float32)
    scan(  # type: ignore[call-arg]
        LEVELS,
        segment.inverse[native].blocks,
        *_postings(segment.inverse[native]),
        *_postings(segment.inverse[pivot]),
        norms[native],
        norms[pivot],
        segment.kinds,
        segment.rectangles,
        mask,
        np.concatenate([prepared.columns[native], prepared.columns[pivot]]),
        np.concatenate([prepared.fields[native].weights, prepared.fields[pivot].weights]),
        len(prepared.columns[native]),
        counting(prepared.language, parameters),
        parameters.best,
        parameters.mean_weight,
        scores,
    )
    return scores


def _postings(inverse: Inverse) -> tuple[Any, ...]:
    return (
        inverse.kinds,
        inverse.limits,
        inverse.places,
        inverse.codes,
        inverse.rare_starts,
        inverse.rare_rows,
        inverse.rare_codes,
        inverse.scales,
        inverse.dense,
    )
