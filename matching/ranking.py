"""Ranking: the best candidates for a request, in order, with reasons.

The index scores everybody fast; all who may be among the best are reckoned again exactly, and that affinity decides.
Experts whom nothing connects with the request (affinity 0) are not candidates. Ties: by expert id.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.asking import Asked, Prepared, ask
from matching.diversity import fill
from matching.explanation import Explainer, Reasons
from matching.gathering import Place, gather
from matching.index import Index
from matching.live import Live
from matching.parameters import Parameters
from matching.parts import holding
from matching.profile import Filter, Item, Profile, Query, aspect_codes
from matching.reckoning import Evidence, Reckonings, reckon
from matching.records import digest, is_doubted, item_of
from matching.scanning import candidates
from matching.segment import Mask
from matching.suggestion import suggested

Allowed = Collection[str] | Filter | None
# The profiles of some experts, by id: a mapping that has them all, or what fetches those that are asked for.
Profiles = Mapping[str, Profile] | Callable[[Sequence[str]], Mapping[str, Profile]]


class ProfileMoved(Exception):
    """A profile that was read for its words is not, or no longer, what the index holds: rank once more."""

    def __init__(self, expert: str) -> None:
        super().__init__(f"the profile of {expert} is not the one that was indexed; bring the index up to date")
        self.expert = expert


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expert with affinity (0 to 1), reasons, and the items that count, as they were."""

    expert: str
    affinity: float
    reasons: Reasons
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates by affinity, descending, then by id (with `diversify` in the order they were taken).

    `gaps` are the aspects that no allowed expert covers. `evidence` is that of the candidates, in their order.
    """

    candidates: tuple[Candidate, ...]
    gaps: tuple[str, ...]
    asked: Asked
    prepared: Prepared
    parameters: Parameters
    evidence: Evidence


def rank(
    index: Index,
    query: Query,
    k: int,
    profiles: Profiles,
    parameters: Parameters | None = None,
    allowed: Allowed = None,
) -> Ranking:
    """Return the best `k` candidates among all experts, or among those allowed.

    Raises ValueError if k is negative or `parameters` do not fit the index, and ProfileMoved.
    """
    parameters = parameters or Parameters()
    asked = ask(query, index.analyser)
    masks = index.masks(allowed)
    found = _best(index, asked, k, parameters, masks)
    items = _items(found, profiles)
    reasons = Explainer(index.analyser, asked, found.prepared, parameters).explain(
        found.reckonings, found.evidence, items, found.covered
    )
    return Ranking(
        tuple(map(Candidate, found.experts, found.reckonings.affinities.tolist(), reasons, items)),
        _gaps(index, asked.aspects, masks),
        asked,
        found.prepared,
        parameters,
        found.evidence,
    )


def best(
    index: Index, query: Query, k: int, parameters: Parameters | None = None, allowed: Allowed = None
) -> list[tuple[str, float]]:
    """Return expert and affinity of the candidates that `rank` would give, without reasons: to choose panels from."""
    parameters = parameters or Parameters()
    found = _best(index, ask(query, index.analyser), k, parameters, index.masks(allowed))
    return list(zip(found.experts, found.reckonings.affinities.tolist(), strict=True))


def gaps(index: Index, query: Query, allowed: Allowed = None) -> tuple[str, ...]:
    """Return the aspects of a request that no expert, or none of those allowed, covers, in the request's order."""
    return _gaps(index, aspect_codes(query.aspects), index.masks(allowed))


def _gaps(index: Index, aspects: Sequence[str], masks: Sequence[Mask]) -> tuple[str, ...]:
    pairs = list(zip(index.parts, masks, strict=True))
    return tuple(
        code
        for code, term in zip(aspects, index.concepts(aspects), strict=True)
        if not any((holding(part, term) & mask).any() for part, mask in pairs)
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """Experts in the order of the list, with what was reckoned of them."""

    experts: tuple[str, ...]
    places: tuple[Place, ...]
    covered: tuple[tuple[str, ...], ...]
    evidence: Evidence
    reckonings: Reckonings
    prepared: Prepared


def _best(index: Index, asked: Asked, k: int, parameters: Parameters, masks: Sequence[Mask]) -> _Found:
    if k < 0:
        raise ValueError(f"k is {k}; ask for 0 candidates or more")
    with index.live.at(index.version) as live:
        prepared = index.prepared(asked, parameters, live)
        places = _promising(index, asked, prepared, k, parameters, masks, live)
        evidence = gather(places, prepared, live)
    experts = [segment.names[place] for segment, place in places]
    held = covered(places, prepared.aspects, index.concepts(prepared.aspects))
    missing = missing_of(prepared, held)
    reckonings = reckon(prepared.fields, prepared.language, evidence, missing, parameters)
    affinities = reckonings.affinities
    order = list(range(len(places)))
    if not parameters.diversify:
        order.sort(key=lambda place: (-affinities[place], experts[place]))
    order = [place for place in order if affinities[place] > 0][:k]
    return _Found(
        tuple(experts[place] for place in order),
        tuple(places[place] for place in order),
        tuple(held[place] for place in order),
        evidence.of(order),
        reckonings.of(order),
        prepared,
    )


def _promising(
    index: Index,
    asked: Asked,
    prepared: Prepared,
    k: int,
    parameters: Parameters,
    masks: Sequence[Mask],
    live: Live,
) -> list[Place]:
    """Return the places of the experts who may be among the best k, a few too many rather than one too few.

    With `parameters.diversify` they are exactly those of the list, in its order.
    """
    if not k:
        return []
    if parameters.diversify:
        return _covering(index, asked, prepared, k, parameters, masks, live)
    return candidates(index.parts, prepared, parameters, index.kernel, masks, k, index.concepts(prepared.must), live)


def _covering(
    index: Index,
    asked: Asked,
    prepared: Prepared,
    k: int,
    parameters: Parameters,
    masks: Sequence[Mask],
    live: Live,
) -> list[Place]:
    """Return the places of `k` experts taken by coverage: a named aspect is worth two that its words point to."""
    recognised = {one.code for one in suggested(asked)}
    worth = dict.fromkeys(sorted(recognised), 1.0) | dict.fromkeys(prepared.aspects, 2.0)
    terms = index.concepts(worth)
    listed = index.listed(masks)
    chosen = np.array([place for _, place in listed], dtype=np.int64)
    affinities = index.affinities(prepared, parameters, live)[chosen]
    held = [np.concatenate([holding(part, term) for part in index.parts])[chosen] for term in terms]
    taken = fill(affinities, held, list(worth.values()), k, parameters.diversify)
    return [index.place(int(chosen[one])) for one in taken]


def covered(places: Sequence[Place], codes: Sequence[str], terms: Sequence[int]) -> list[tuple[str, ...]]:
    """Return the codes that each expert holds, curated or in their words."""
    rows = [segment.fields["native"].take(segment.rows_of(place))[0] for segment, place in places]
    held = [segment.fields["native"].columns[at] for (segment, _), at in zip(places, rows, strict=True)]
    return [tuple(code for code, term in zip(codes, terms, strict=True) if (own == term).any()) for own in held]


def missing_of(prepared: Prepared, held: Sequence[Collection[str]]) -> list[list[str]]:
    """Return the must-haves that each expert lacks."""
    return [[code for code in prepared.must if code not in own] for own in held]


def _items(found: _Found, profiles: Profiles) -> list[tuple[Item, ...]]:
    """Return the items that count of each expert; raises ProfileMoved if a profile is not the one that was indexed."""
    known = profiles if isinstance(profiles, Mapping) else profiles(found.experts)
    items = []
    for expert, (segment, place) in zip(found.experts, found.places, strict=True):
        profile = known.get(expert)
        if profile is None or digest(profile) != int(segment.digests[place]):
            raise ProfileMoved(expert)
        rows = segment.rows_of(place)
        kinds, parts = segment.kinds[rows].tolist(), segment.parts[rows].tolist()
        items.append(tuple(item_of(profile, *row) for row in zip(parts, map(is_doubted, kinds), strict=True)))
    return items
