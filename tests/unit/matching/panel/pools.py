"""Random candidates and rules for the tests of panels, and the brute force that they are compared with."""

import math
import random
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from matching.panel import PanelCandidate, Rule, check
from matching.panel.rules import worth

KINDS = ("K-LAW", "K-TECH", "K-ADM", "K-ACA")
CODES = ("GI", "TM", "PAT", "LG-INV")
SIDES = (None, "dissenting", "regulated")
REGIONS = ("350100", "350200", "350211", "350900", None)


def candidate(expert: str, affinity: float = 0.5, **known: Any) -> PanelCandidate:
    return PanelCandidate(expert, affinity, **known)


def pool(seed: int, count: int, *, coarse: bool = False) -> list[PanelCandidate]:
    """`count` candidates with everything a rule can look at; `coarse` affinities make ties likely."""
    chance = random.Random(seed)
    return [_random(chance, f"e{number:05}", coarse) for number in range(count)]


def _random(chance: random.Random, expert: str, coarse: bool) -> PanelCandidate:
    return PanelCandidate(
        expert,
        chance.randrange(5) / 4 if coarse else chance.random(),
        organisation=chance.choice([None, *(f"o{number}" for number in range(5))]),
        region=chance.choice(REGIONS),
        kind=chance.choice(KINDS),
        codes=frozenset(chance.sample(CODES, chance.randrange(3))),
        regulator=chance.random() < 0.3,
        side=chance.choice(SIDES),
        newcomer=chance.random() < 0.4,
        load=chance.randrange(8),
        capacity=chance.choice([None, 6, 8]),
    )


def stated(chance: random.Random, experts: Sequence[str]) -> list[dict[str, Any]]:
    """A few rules of any type, contradictory at times."""
    some = [
        {"type": "max_per_organisation", "limit": chance.choice([1, 2])},
        {"type": "max_per_city", "limit": chance.choice([1, 2])},
        {"type": "max_per", "by": "kind", "limit": chance.choice([1, 2])},
        {"type": "max_share", "share": chance.choice(["1/3", 0.25, 0.5]), "regulator": True},
        {"type": "max_share", "share": "1/2", "by": "side"},
        {"type": "min_share", "share": chance.choice(["1/4", "1/2"]), "newcomer": True},
        {"type": "at_least_one", "kinds": ["K-LAW"]},
        {"type": "at_least", "count": chance.choice([1, 2, 3]), "outside": ["350200"]},
        {"type": "at_least_one", "any_of": [{"sides": ["dissenting"]}, {"codes": ["GI"]}]},
        {"type": "at_most", "count": chance.choice([0, 1]), "kinds": ["K-ADM"]},
        {"type": "odd"},
        {"type": "keep_apart", "experts": chance.sample(list(experts), min(3, len(experts)))},
        {"type": "every_side", "sides": ["dissenting", "regulated"]},
        {"type": "cover", "codes": list(CODES[: chance.choice([2, 4])]), "each": chance.choice([1, 2])},
        {"type": "cover", "codes": list(CODES), "each": chance.choice([1, 2]), "at_least": 2},
        {"type": "forced", "experts": chance.sample(list(experts), chance.choice([1, 2]))},
        {"type": "forbidden", "experts": chance.sample(list(experts), chance.choice([1, 2]))},
        {"type": "max_load", "limit": chance.choice([5, 7])},
        {"type": "min_affinity", "limit": 0.2},
        {"type": "fairness", "weight": 0.3},
    ]
    return chance.sample(some, chance.randrange(7))


def lawful(
    candidates: Sequence[PanelCandidate], rules: Sequence[Rule], size: int
) -> Iterator[tuple[float, tuple[str, ...]]]:
    """Every lawful panel of this size with its objective, members by affinity and id."""
    order = sorted(candidates, key=lambda one: (-one.affinity, one.expert))
    for members in combinations(order, size):
        if not check(members, rules, size):
            yield math.fsum(worth(members, rules)), tuple(one.expert for one in members)


def best(
    candidates: Sequence[PanelCandidate], rules: Sequence[Rule], size: int
) -> tuple[float, tuple[str, ...]] | None:
    """The best lawful panel; of those within 1e-9 the first by the order of the candidates."""
    places = {
        one.expert: place for place, one in enumerate(sorted(candidates, key=lambda one: (-one.affinity, one.expert)))
    }
    found = list(lawful(candidates, rules, size))
    if not found:
        return None
    top = max(objective for objective, _ in found)
    equal = [(objective, members) for objective, members in found if objective >= top - 1e-9]
    return min(equal, key=lambda one: [places[expert] for expert in one[1]])
