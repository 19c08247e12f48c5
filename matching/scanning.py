"""A request against all parts of a pool: fast, to find who may be among the best; exactly, to compare everybody.

Whom the fast scores find. Each is within a relative error e of the exact one, s·(1 - e) to s·(1 + e). Let f be the k-th
greatest fast score. At least k experts have a fast score of f or more, so an exact one of f / (1 + e) or more: that is
the least the k-th greatest exact score can be. Whoever has as much has a fast score of f·(1 - e) / (1 + e) or more.
So everybody above that line is reckoned exactly, and nobody below it can be among the best k.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matching.asking import Prepared
from matching.baseline import corrected
from matching.gathering import Place
from matching.kernels import plain
from matching.live import Live
from matching.moving import moved, moves
from matching.parameters import Parameters
from matching.parts import Part
from matching.reckoning import NOTHING
from matching.scoring import counting
from matching.segment import Mask, Segment
from matching.weights import FIELDS, Field, Floats, idf_of, sublinear

_ROUNDING = 2.0**-24  # Of a number of 32 bits, relative.
_STEPS = 64  # Weights, norms, shares, the rows that are no items, what is added and multiplied.
_TABLED: WeakKeyDictionary[Segment, float] = WeakKeyDictionary()


def candidates(
    parts: Sequence[Part],
    prepared: Prepared,
    parameters: Parameters,
    kernel: Any,
    masks: Sequence[Mask],
    k: int,
    must: Sequence[int],
    live: Live,
) -> list[Place]:
    """Return all who may be among the best `k` of the masks, a few too many rather than one too few."""
    error = _error(parts, prepared, parameters, live)
    pairs = [
        (part.segment, moves(part, mask, prepared, must, parameters)) for part, mask in zip(parts, masks, strict=True)
    ]
    found = kernel.candidates(pairs, prepared, live, parameters, k, (1.0 - error) / (1.0 + error))
    return [(segment, place) for (segment, _), own in zip(pairs, found, strict=True) for place in own.tolist()]


def fast(
    parts: Sequence[Part],
    prepared: Prepared,
    parameters: Parameters,
    kernel: Any,
    masks: Sequence[Mask],
    must: Sequence[int],
    live: Live,
) -> tuple[list[NDArray[np.float32]], float]:
    """Return the affinities of those in the masks, 0 for all others, and the relative error within which they are."""
    scores = [
        kernel.affinities(part.segment, moves(part, mask, prepared, must, parameters), prepared, live, parameters)
        for part, mask in zip(parts, masks, strict=True)
    ]
    return scores, _error(parts, prepared, parameters, live)


def _error(parts: Sequence[Part], prepared: Prepared, parameters: Parameters, live: Live) -> float:
    """Return the relative error of fast scores; what is added or multiplied exactly makes it no greater.

    A score is a sum over items of sums over the request's terms, of numbers of one sign, and each step may round it: so
    it is off by as many roundings at most, and a few for all that is done to it besides.
    """
    rounding = _ROUNDING * (len(prepared.known.numbers) + parameters.max_items + _STEPS)
    tabled = max((_tabled(part.segment) for part in parts), default=0.0)
    return min(rounding + tabled + live.error / (1.0 - live.error), 0.5)


def _tabled(segment: Segment) -> float:
    """Return the relative error of what the postings of a segment have instead of 1 + ln tf."""
    found = _TABLED.get(segment)
    if found is None:
        found = 0.0
        for field, inverse in (segment.inverse or {}).items():
            found = max(found, inverse.error(int(segment.fields[field].many_tfs.max(initial=0))))
        _TABLED[segment] = found
    return found


def exact(
    parts: Sequence[Part],
    matrices: Sequence[tuple[Mapping[Field, Any], Mapping[Field, Floats]]],
    prepared: Prepared,
    parameters: Parameters,
    must: Sequence[int],
    baselines: Floats | None = None,
) -> Floats:
    """Return the affinity of everybody in all parts, right to about 1e-15, shape (n,), as are the baselines that are
    subtracted.
    """
    found, start = [np.zeros(0)], 0
    for part, (levels, norms) in zip(parts, matrices, strict=True):
        dots = {}
        for field in FIELDS:
            weights = np.zeros(levels[field].shape[1])
            weights[prepared.columns[field]] = prepared.weights[field]
            dots[field] = levels[field] @ weights
        counts = plain.counts_of(part.segment.kinds, counting(prepared.language, parameters))
        scores = plain.combine(dots, norms, counts, part.segment.rectangles, parameters)
        if baselines is not None:
            scores = corrected(scores, baselines[start : start + len(scores)])
        start += len(scores)
        found.append(moved(scores, moves(part, part.alive, prepared, must, parameters)))
    return np.concatenate(found)


def reaching(affinities: Floats, k: int) -> NDArray[np.intp]:
    """Return the places of the best `k` of affinities right to about 1e-15, and of all who may equal the last."""
    kth = np.partition(affinities, -k)[-k] if k <= len(affinities) else 0.0
    return np.flatnonzero((affinities > 0) & (affinities >= kth - NOTHING))


def matrices(
    segment: Segment, live: Live, widths: Mapping[Field, int]
) -> tuple[Mapping[Field, Any], Mapping[Field, Floats]]:
    """Return, per field, 1 + ln tf of all rows as a matrix, and one over the rows' norms."""
    levels, norms = {}, {}
    for field in FIELDS:
        rows = segment.fields[field]
        terms, values = rows.terms(), sublinear(rows.tfs())
        levels[field] = csr_array((values, terms, rows.starts), shape=(segment.n_rows, widths[field]))
        squares = (values * idf_of(live.gather(field, terms), live.items)) ** 2
        owners = np.repeat(np.arange(segment.n_rows), np.diff(rows.starts))
        sums = np.bincount(owners, squares, minlength=segment.n_rows)
        norms[field] = np.where(sums > 0, 1.0 / np.sqrt(np.where(sums > 0, sums, 1.0)), 1.0)
    return levels, norms
