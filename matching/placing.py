"""Which place somebody has, or would have, among all who may be ranked: without reckoning all of those exactly."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.asking import Prepared, ask
from matching.gathering import Place
from matching.index import Index
from matching.live import Live
from matching.parameters import Parameters
from matching.profile import Filter, Query
from matching.ranking import Pool, best
from matching.scanning import fast
from matching.shifting import shifts
from matching.weights import Floats

_AT_FIRST, _MORE = 64, 4  # Places that are listed, and times as many where somebody stands behind them.


@dataclass(frozen=True, slots=True)
class Places:
    """The rank of each expert asked about, from 1 on, their affinities, and how many have an affinity at all, or None
    where that was not asked for and would have taken the whole pool.

    A rank counts those allowed who stand before: with a greater affinity, or the same and a smaller id.
    """

    ranks: Mapping[str, int]
    affinities: Mapping[str, float]
    ranked: int | None


def places(
    index: Pool,
    query: Query,
    experts: Collection[str],
    parameters: Parameters | None = None,
    allowed: Collection[str] | Filter | None = None,
    *,
    counted: bool = True,
) -> Places:
    """Return where experts stand among those allowed, or would stand if they were; who is not in the pool is left out.

    `counted` says whether it matters how many are ranked. Whoever's fast score is so far from an expert's that no error
    can bring them together is only counted; the others are reckoned exactly.
    """
    parameters = parameters or Parameters()
    if not isinstance(index, Index) or parameters.baseline:  # Fast scores know nothing of baselines.
        return _listed(index, query, experts, parameters, allowed, counted)
    with index.live.at(index.version) as live:
        prepared = index.prepared(ask(query, index.analyser), parameters, live)
        scores, error = fast(
            index.parts, prepared, parameters, index.kernel, index.select(allowed), index.concepts(prepared.must), live
        )
        own = index.located(experts)
        exactly = dict(zip(own, _exactly(index, list(own.values()), prepared, parameters, live).tolist(), strict=True))
        ranks = {
            expert: 1 + _before(index, expert, affinity, scores, error, prepared, parameters, live)
            for expert, affinity in exactly.items()
        }
    return Places(ranks, exactly, sum(int(np.count_nonzero(part)) for part in scores))


def _listed(
    index: Pool,
    query: Query,
    experts: Collection[str],
    parameters: Parameters,
    allowed: Collection[str] | Filter | None,
    counted: bool,
) -> Places:
    """Return the same from a list down to the last of them, where the index does not score everybody at once."""
    own = dict(best(index, query, len(experts), parameters, Filter(only=frozenset(experts))))
    own |= {expert: 0.0 for expert in experts if expert not in own and index.count(Filter(only=frozenset({expert})))}
    least = 0.0 if counted else min(own.values(), default=1.0)
    everybody = index.count(allowed)
    length = min(everybody, _AT_FIRST) if least else everybody
    listed = best(index, query, length, parameters, allowed)
    while len(listed) == length < everybody and listed[-1][1] >= least:
        length = min(everybody, length * _MORE)
        listed = best(index, query, length, parameters, allowed)
    ranks = {
        expert: 1 + sum((-other, name) < (-affinity, expert) for name, other in listed)
        for expert, affinity in own.items()
    }
    is_whole = len(listed) < length or length == everybody
    return Places(ranks, own, len(listed) if is_whole else None)


def _before(
    index: Index,
    expert: str,
    affinity: float,
    scores: Sequence[NDArray[np.float32]],
    error: float,
    prepared: Prepared,
    parameters: Parameters,
    live: Live,
) -> int:
    """Return how many stand before an expert with this affinity."""
    high, low = affinity * (1.0 + error), affinity * (1.0 - error)
    close = [
        (part.segment, place)
        for part, own in zip(index.parts, scores, strict=True)
        for place in np.flatnonzero((own > 0) & (own >= low) & (own <= high)).tolist()
    ]
    theirs = _exactly(index, close, prepared, parameters, live).tolist()
    names = [segment.names[place] for segment, place in close]
    before = [name for other, name in zip(theirs, names, strict=True) if (-other, name) < (-affinity, expert)]
    return sum(int(np.count_nonzero(own > high)) for own in scores) + len(before)


def _exactly(index: Index, found: list[Place], prepared: Prepared, parameters: Parameters, live: Live) -> Floats:
    affinities: Floats = index.kernel.exactly(
        found,
        prepared,
        index.concepts(prepared.aspects),
        live,
        parameters,
        shifts(index, found, prepared, parameters, live),
    ).affinities
    return affinities
