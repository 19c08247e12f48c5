"""Ranking: the best candidates for a request, in order, with reasons.

The index scores everybody fast; the best, with a little slack for rounding, are reckoned again exactly, and
that affinity decides. Experts whom nothing connects with the request (affinity 0) are not candidates. Ties:
by expert id.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from matching.asking import Prepared
from matching.diversity import fill
from matching.explanation import Explainer, Reasons
from matching.gathering import Gatherer
from matching.index import Index
from matching.parameters import Parameters
from matching.profile import Query, aspect_codes
from matching.reckoning import Evidence, Reckoning, reckon
from matching.suggestion import suggest
from matching.weights import Floats

_SLACK = 1e-9  # Fast and exact affinities differ by 1e-15 or so; this is generous and costs nothing.


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expert with affinity (0 to 1) and reasons; `evidence` is what `snapshot` stores of the expert's items."""

    expert: str
    affinity: float
    reasons: Reasons
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates by affinity, descending, then by id (with `diversify` in the order they were taken).

    `gaps` are the aspects that no allowed expert covers.
    """

    candidates: tuple[Candidate, ...]
    gaps: tuple[str, ...]
    prepared: Prepared
    parameters: Parameters


def rank(
    index: Index,
    query: Query,
    k: int,
    parameters: Parameters | None = None,
    allowed: Collection[str] | None = None,
) -> Ranking:
    """Return the best `k` candidates among all experts, or among those allowed.

    Raises ValueError if k is negative or `parameters` do not fit the index.
    """
    parameters = parameters or Parameters()
    prepared = index.prepare(query, parameters)
    explainer = Explainer(index.analyser, prepared, parameters)
    candidates = tuple(
        Candidate(
            found.expert,
            found.reckoning.affinity,
            explainer.explain(found.reckoning, found.evidence, found.covered),
            found.evidence,
        )
        for found in _best(index, prepared, k, parameters, allowed)
    )
    return Ranking(candidates, gaps(index, query, allowed), prepared, parameters)


def best(
    index: Index,
    query: Query,
    k: int,
    parameters: Parameters | None = None,
    allowed: Collection[str] | None = None,
) -> list[tuple[str, float]]:
    """Return expert and affinity of the candidates that `rank` would give, without reasons: to choose panels from."""
    parameters = parameters or Parameters()
    prepared = index.prepare(query, parameters)
    return [(found.expert, found.reckoning.affinity) for found in _best(index, prepared, k, parameters, allowed)]


def gaps(index: Index, query: Query, allowed: Collection[str] | None = None) -> tuple[str, ...]:
    """Return the aspects of a request that no expert, or none of those allowed, covers, in the request's order."""
    mask = _mask(index, allowed)
    return tuple(code for code in aspect_codes(query.aspects) if not (index.covers(code) & mask).any())


@dataclass(frozen=True, slots=True)
class _Reckoned:
    expert: str
    reckoning: Reckoning
    evidence: tuple[Evidence, ...]
    covered: tuple[str, ...]


def _best(
    index: Index, prepared: Prepared, k: int, parameters: Parameters, allowed: Collection[str] | None
) -> list[_Reckoned]:
    if k < 0:
        raise ValueError(f"k is {k}; ask for 0 candidates or more")
    gatherer = Gatherer(index, prepared)
    coverage = {code: index.covers(code) for code in prepared.aspects}
    found = []
    for place in _promising(index, prepared, k, parameters, allowed):
        expert = index.experts[place]
        covered = tuple(code for code, held in coverage.items() if held[place])
        missing = [code for code in prepared.must if code not in covered]
        evidence = gatherer.evidence(expert)
        reckoning = reckon(prepared.fields, prepared.language, evidence, missing, parameters)
        found.append(_Reckoned(expert, reckoning, evidence, covered))
    if not parameters.diversify:
        found.sort(key=lambda one: (-one.reckoning.affinity, one.expert))
    return [one for one in found if one.reckoning.affinity > 0][:k]


def _promising(
    index: Index, prepared: Prepared, k: int, parameters: Parameters, allowed: Collection[str] | None
) -> list[int]:
    """Return the places of the experts who may be among the best k, a few too many rather than one too few.

    With `parameters.diversify` they are exactly those of the list, in its order.
    """
    affinities = np.where(_mask(index, allowed), index.affinities(prepared, parameters), 0.0)
    if not k or not len(affinities):
        return []
    if parameters.diversify:
        return _covering(index, prepared, affinities, k, parameters.diversify)
    kth = np.partition(affinities, -k)[-k] if k < len(affinities) else 0.0
    return [int(place) for place in np.flatnonzero((affinities > 0) & (affinities >= kth - _SLACK))]


def _covering(index: Index, prepared: Prepared, affinities: Floats, k: int, share: float) -> list[int]:
    """Return the places of `k` experts taken by coverage: a named aspect is worth two that its words point to."""
    recognised = {one.code for one in suggest(index.analyser, prepared.query)}
    worth = dict.fromkeys(sorted(recognised), 1.0) | dict.fromkeys(prepared.aspects, 2.0)
    held = [index.covers(code) for code in worth]
    return fill(affinities, held, list(worth.values()), k, share)


def _mask(index: Index, allowed: Collection[str] | None) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array([allowed is None or expert in allowed for expert in index.experts], dtype=np.bool_)
