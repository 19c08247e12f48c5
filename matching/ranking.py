"""Ranking: the best candidates for a request, in order, with reasons.

The index scores everybody fast; all who may be among the best are reckoned again exactly, and that affinity decides.
Experts whom nothing connects with the request (affinity 0) are not candidates. Ties: by expert id.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from matching.analysis import Analyser
from matching.asking import Asked, Prepared, ask
from matching.explanation import Explainer, Reasons
from matching.gathering import Place
from matching.live import Live
from matching.parameters import Parameters
from matching.profile import Filter, Item, Profile, Query, aspect_codes
from matching.reckoning import Evidence, Reckonings
from matching.records import digest, is_doubted, item_of
from matching.shifting import shifts
from matching.weighing import Held, Weighed

Allowed = Collection[str] | Filter | None
# The profiles of some experts, by id: a mapping that has them all, or what fetches those that are asked for by the
# digests of their states in the index.
Profiles = Mapping[str, Profile] | Callable[[Mapping[str, int]], Mapping[str, Profile]]


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


class Pool(Protocol):
    """What ranking asks of an index: `matching.Index`, or that on Qdrant."""

    analyser: Analyser
    kernel: Any

    def at_version(self) -> AbstractContextManager[Live]: ...

    def prepared(self, asked: Asked, parameters: Parameters, live: Live) -> Prepared: ...

    def count(self, allowed: Allowed) -> int:
        """Return how many are allowed."""
        ...

    def concepts(self, codes: Iterable[str]) -> list[int]: ...

    def select(self, allowed: Allowed) -> Any:
        """Return who is allowed, as `promising` and `uncovered` take it."""
        ...

    def promising(
        self, asked: Asked, prepared: Prepared, k: int, parameters: Parameters, selected: Any, live: Live
    ) -> list[Place]:
        """Return the places of those selected who may be among the best k, a few too many rather than one too few.

        With `parameters.diversify` they are exactly those of the list, in its order.
        """
        ...

    def uncovered(self, codes: Sequence[str], selected: Any) -> tuple[str, ...]:
        """Return the codes that nobody selected holds."""
        ...


def rank(
    index: Pool,
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
    selected = index.select(allowed)
    return explained(index, find_best(index, asked, k, parameters, selected), asked, profiles, parameters, selected)


def explained(
    index: Pool, found: Found, asked: Asked, profiles: Profiles, parameters: Parameters, selected: Any
) -> Ranking:
    """Return the ranking of experts who were found, with their reasons; raises ProfileMoved."""
    items = _items(found, profiles)
    evidence, reckonings, covered = found.reckoned()
    explainer = Explainer(index.analyser, asked, found.prepared, parameters)
    return Ranking(
        tuple(
            map(
                Candidate,
                found.experts,
                found.affinities,
                explainer.explain(reckonings, evidence, items, covered),
                items,
            )
        ),
        index.uncovered(asked.aspects, selected),
        asked,
        found.prepared,
        parameters,
        evidence,
    )


def best(
    index: Pool, query: Query, k: int, parameters: Parameters | None = None, allowed: Allowed = None
) -> list[tuple[str, float]]:
    """Return expert and affinity of the candidates that `rank` would give, without reasons: to choose panels from."""
    parameters = parameters or Parameters()
    found = find_best(index, ask(query, index.analyser), k, parameters, index.select(allowed))
    return list(zip(found.experts, found.affinities, strict=True))


def gaps(index: Pool, query: Query, allowed: Allowed = None) -> tuple[str, ...]:
    """Return the aspects of a request that no expert, or none of those allowed, covers, in the request's order."""
    return index.uncovered(aspect_codes(query.aspects), index.select(allowed))


@dataclass(frozen=True, slots=True)
class Found:
    """Experts in the order of the list, with their affinities; `reckoned` returns what explains them."""

    experts: tuple[str, ...]
    affinities: tuple[float, ...]
    places: tuple[Place, ...]
    prepared: Prepared
    reckoned: Callable[[], tuple[Evidence, Reckonings, list[Held]]]

    @property
    def digests(self) -> dict[str, int]:
        """The digest of each expert's profile, by id, as the index has it."""
        pairs = zip(self.experts, self.places, strict=True)
        return {expert: int(segment.digests[place]) for expert, (segment, place) in pairs}


def find_best(index: Pool, asked: Asked, k: int, parameters: Parameters, selected: Any) -> Found:
    """Return the best `k` of those selected; raises ValueError if k is negative or `parameters` do not fit."""
    if k < 0:
        raise ValueError(f"k is {k}; ask for 0 candidates or more")
    with index.at_version() as live:
        prepared = index.prepared(asked, parameters, live)
        places = index.promising(asked, prepared, k, parameters, selected, live)
        weighed: Weighed = index.kernel.exactly(
            places,
            prepared,
            index.concepts(prepared.aspects),
            live,
            parameters,
            shifts(index, places, prepared, parameters, live),
        )
    known: list[float] = weighed.affinities.tolist()
    order = _order(places, known, k, as_they_come=bool(parameters.diversify))
    return Found(
        tuple(order.values()),
        tuple(known[one] for one in order),
        tuple(places[one] for one in order),
        prepared,
        lambda: weighed.of(list(order)),
    )


def _order(places: Sequence[Place], affinities: list[float], k: int, *, as_they_come: bool) -> dict[int, str]:
    """Return the numbers of the best `k` of the places, and their ids: by affinity, then by id, or as they come."""
    # Ids are read of nobody who cannot be on the list: that would take longer than all else here.
    least = sorted(affinities)[-k] if 0 < k <= len(affinities) and not as_they_come else 0.0
    able = [one for one, affinity in enumerate(affinities) if affinity >= least and affinity > 0]
    ids = {one: places[one][0].names[places[one][1]] for one in able}
    if not as_they_come:
        able.sort(key=lambda one: (-affinities[one], ids[one]))
    return {one: ids[one] for one in able[:k]}


def _items(found: Found, profiles: Profiles) -> list[tuple[Item, ...]]:
    """Return the items that count of each expert; raises ProfileMoved if a profile is not the one that was indexed."""
    digests, items = found.digests, []
    known = profiles if isinstance(profiles, Mapping) else profiles(digests)
    for (expert, state), (segment, place) in zip(digests.items(), found.places, strict=True):
        profile = known.get(expert)
        if profile is None or digest(profile) != state:
            raise ProfileMoved(expert)
        rows = segment.rows_of(place)
        kinds, parts = segment.kinds[rows].tolist(), segment.parts[rows].tolist()
        items.append(tuple(item_of(profile, *row) for row in zip(parts, map(is_doubted, kinds), strict=True)))
    return items
