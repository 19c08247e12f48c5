"""What a batch asks for, and the same as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.assignment.coupling import Coupling, coupled
from matching.panel.candidates import PanelCandidate
from matching.panel.errors import BadPanelInput
from matching.panel.rules import Fairness, Forbidden, Forced, MaxLoad, MinAffinity, Rule
from matching.sentences import Sentence

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TOTAL, WORST = "total", "worst"
FAIRNESS = (TOTAL, WORST)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of a batch: seats, reserves, rules; `forced` experts sit whatever others would bring.

    `regulators` are the experts who count as the regulator's people in this request, though not in every one: those of
    the body that asks, say.
    """

    request: str
    seats: int
    reserves: int = 0
    rules: tuple[Rule, ...] = ()
    forced: tuple[str, ...] = ()
    regulators: frozenset[str] = frozenset()

    def sees(self, one: PanelCandidate) -> PanelCandidate:
        """An expert of the batch as the rules of this request see them."""
        return replace(one, regulator=True) if one.expert in self.regulators else one


@dataclass(frozen=True, slots=True)
class Problem:
    """A batch as arrays over requests and experts.

    - `worth`: affinity less what fairness rules take off, shape (n_requests, n_experts); -inf where an expert may not
      be seated. `affinities` are as they came in.
    - `seats`, shape (n_requests,). `capacity`, `minimum`: engagements an expert can and should take in this batch,
      shape (n_experts,).
    - `couplings`: rules that bind members together, None where a request has none; such a request is filled as a whole
      or not at all.
    - `forced`: for each request the places of the experts who must sit, sorted.
    """

    experts: tuple[PanelCandidate, ...]
    asks: tuple[Ask, ...]
    affinities: Floats
    worth: Floats
    seats: Ints
    capacity: Ints
    minimum: Ints
    couplings: tuple[Coupling | None, ...]
    forced: tuple[tuple[int, ...], ...]

    @property
    def shape(self) -> tuple[int, int]:
        """(n_requests, n_experts)."""
        return len(self.asks), len(self.experts)

    @property
    def whole(self) -> NDArray[np.bool_]:
        """Which requests are filled as a whole or not at all, shape (n_requests,)."""
        return np.array([one is not None for one in self.couplings], dtype=np.bool_)


def arrange(
    experts: Sequence[PanelCandidate],
    asks: Sequence[Ask],
    affinities: Floats,
    capacity: int | Sequence[int] | Ints,
    minimum: int | Sequence[int] | Ints,
) -> Problem:
    """The arrays of a batch; raises BadPanelInput where something does not fit together."""
    shape = (len(asks), len(experts))
    affinities = np.asarray(affinities, dtype=np.float64)
    if affinities.shape != shape:
        template = "There are affinities of shape {found} for {requests} requests and {experts} experts."
        raise BadPanelInput(Sentence(template, found=str(affinities.shape), requests=len(asks), experts=len(experts)))
    _check(experts, asks, affinities)
    places = {one.expert: place for place, one in enumerate(experts)}
    most, least = _loads(capacity, len(experts)), _loads(minimum, len(experts))
    if (least > most).any():
        name = experts[int(np.argmax(least > most))].expert
        raise BadPanelInput(Sentence("The minimum load of {expert} is above the maximum.", expert=name))
    forced = tuple(_forced(ask, places) for ask in asks)
    couplings = coupled(experts, asks)
    seats = np.array([ask.seats for ask in asks], dtype=np.int64)
    worth = _worth(experts, asks, affinities)
    worth[:, most == 0] = -np.inf
    return Problem(tuple(experts), tuple(asks), affinities, worth, seats, most, least, couplings, forced)


def _check(experts: Sequence[PanelCandidate], asks: Sequence[Ask], affinities: Floats) -> None:
    for kind, names in (("expert", [one.expert for one in experts]), ("request", [ask.request for ask in asks])):
        if len(set(names)) < len(names):
            twice = next(name for place, name in enumerate(names) if name in names[:place])
            raise BadPanelInput(Sentence("The {kind} {id} stands in the batch twice.", kind=Sentence(kind), id=twice))
    known = affinities[~np.isnan(affinities)]
    if known.size and not (known.min() >= 0 and known.max() <= 1):
        raise BadPanelInput(Sentence("Affinities must be from 0 to 1, or not a number where an expert may not sit."))
    for ask in asks:
        if ask.seats < 1 or ask.reserves < 0:
            template = "The request {id} asks for {seats} seats and {reserves} reserves; give 1 or more, 0 or more."
            raise BadPanelInput(Sentence(template, id=ask.request, seats=ask.seats, reserves=ask.reserves))


def _loads(stated: int | Sequence[int] | Ints, count: int) -> Ints:
    loads: Ints = np.broadcast_to(np.asarray(stated, dtype=np.int64), (count,))
    if count and loads.min() < 0:
        raise BadPanelInput(Sentence("Loads cannot be below 0."))
    return loads


def _forced(ask: Ask, places: dict[str, int]) -> tuple[int, ...]:
    names = [*ask.forced, *(one for rule in ask.rules if isinstance(rule, Forced) for one in rule.experts)]
    strangers = [name for name in names if name not in places]
    if strangers:
        template = "Experts forced into {id} are not in the batch: {experts}."
        raise BadPanelInput(Sentence(template, id=ask.request, experts=", ".join(strangers)))
    return tuple(sorted({places[name] for name in names}))


def _worth(experts: Sequence[PanelCandidate], asks: Sequence[Ask], affinities: Floats) -> Floats:
    worth = np.where(np.isnan(affinities), -np.inf, affinities)
    for place, ask in enumerate(asks):
        for rule in ask.rules:
            if isinstance(rule, MinAffinity):
                worth[place, ~(affinities[place] >= rule.limit)] = -np.inf
            elif isinstance(rule, Fairness):
                worth[place] -= np.array([rule.cost(one) for one in experts])
            elif isinstance(rule, MaxLoad):
                worth[place, [rule.is_full(one) for one in experts]] = -np.inf
            elif isinstance(rule, Forbidden):
                worth[place, [one.expert in rule.experts for one in experts]] = -np.inf
    return worth
