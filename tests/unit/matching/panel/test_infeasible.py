"""Where no panel fits: blocking rules are a smallest set, the relaxation the least, the partial panel lawful."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import pytest

from matching.panel import Infeasibility, PanelCandidate, Rule, check, compose, parse
from tests.unit.matching.panel.pools import candidate, lawful, pool, stated


@dataclass(frozen=True)
class Case:
    """Random rules that no panel of this size meets, by brute force, and what is said of it."""

    candidates: tuple[PanelCandidate, ...]
    rules: tuple[Rule, ...]
    size: int

    @cached_property
    def explained(self) -> Infeasibility:
        found = compose(self.candidates, self.rules, self.size)
        assert found.status == "infeasible"
        assert found.infeasibility is not None
        return found.infeasibility

    def can_be_met(self, blocking: Sequence[int | None]) -> bool:
        kept = [self.rules[place] for place in blocking if place is not None]
        sizes = [self.size] if None in blocking else range(1, len(self.candidates) + 1)
        return any(next(lawful(self.candidates, kept, size), None) for size in sizes)

    def broken(self, members: Sequence[PanelCandidate]) -> set[int | None]:
        return {one.rule for one in check(members, self.rules, self.size)}

    def ways(self) -> Iterator[int]:
        """How many rules each group of people breaks, of those that break no firm one."""
        for count in range(1, len(self.candidates) + 1):
            for members in combinations(self.candidates, count):
                broken = self.broken(members)
                if not any(place is not None and self.rules[place].firm for place in broken):
                    yield len(broken)


def infeasible() -> Iterator[Any]:
    for seed in range(60):
        chance = random.Random(seed)
        candidates = pool(seed, chance.randrange(3, 9))
        rules = parse(stated(chance, [one.expert for one in candidates]))
        size = chance.randrange(1, len(candidates) + 1)
        if next(lawful(candidates, rules, size), None) is None:
            yield pytest.param(Case(tuple(candidates), rules, size), id=str(seed))


cases = pytest.mark.parametrize("case", list(infeasible()))


@cases
def test_blocking_rules_are_a_smallest_conflict(case: Case) -> None:
    blocking = case.explained.blocking
    assert blocking
    assert not case.can_be_met(blocking)
    for one in blocking:
        assert case.can_be_met([other for other in blocking if other != one])


@cases
def test_relaxation_changes_as_few_rules_as_possible(case: Case) -> None:
    relaxation = case.explained.relaxation
    fewest = min(case.ways(), default=None)
    assert (None if relaxation is None else len(relaxation.changes)) == fewest
    if relaxation:
        assert case.broken(relaxation.members) == {change.rule for change in relaxation.changes}


LIMITS = (
    "max_per",
    "max_per_organisation",
    "max_per_city",
    "at_most",
    "keep_apart",
    "forbidden",
    "max_load",
    "min_affinity",
)


@cases
def test_partial_panel_breaks_no_limit(case: Case) -> None:
    partial = case.explained.partial
    assert len(partial.members) + partial.vacancies == case.size
    assert not [one for one in check(partial.members, case.rules) if one.type in LIMITS]
    assert bool(partial.wanted) <= bool(partial.vacancies)


def blocked(rules: list[dict[str, object]], size: int, candidates: Sequence[PanelCandidate]) -> Infeasibility:
    return Case(tuple(candidates), parse(rules), size).explained


def test_missing_voice_is_named_with_a_seat_kept_for_it() -> None:
    candidates = [candidate(f"t{number}", 0.5 + number / 10, kind="K-TECH") for number in range(5)]
    found = blocked([{"type": "odd"}, {"type": "at_least_one", "kinds": ["K-LAW"], "name": "law"}], 3, candidates)
    assert found.blocking == (1,)
    assert found.relaxation is not None
    assert [change.detail for change in found.relaxation.changes] == ["Ask for 0 in place of 1."]
    assert [one.expert for one in found.partial.members] == ["t4", "t3"]
    assert found.partial.vacancies == 1
    assert found.partial.wanted == ("0 members are such as this asks for; at least 1 must be.",)


def test_forced_and_forbidden_block_each_other() -> None:
    candidates = [candidate(f"e{number}") for number in range(4)]
    rules: list[dict[str, object]] = [
        {"type": "max_per_organisation"},
        {"type": "forced", "experts": ["e1"]},
        {"type": "forbidden", "experts": ["e1"]},
    ]
    found = blocked(rules, 2, candidates)
    assert found.blocking == (1, 2)
    assert found.relaxation is not None
    assert [(change.type, change.detail) for change in found.relaxation.changes] == [("forced", "Do without e1.")]


def test_more_forced_than_seats_blocks_with_the_number_of_seats() -> None:
    candidates = [candidate(f"e{number}") for number in range(5)]
    found = blocked([{"type": "forced", "experts": ["e0", "e1", "e2"]}], 2, candidates)
    assert found.blocking == (None, 0)
    assert found.relaxation is not None
    assert len(found.relaxation.changes) == 1


def test_firm_rules_are_never_relaxed() -> None:
    candidates = [candidate("a", organisation="o"), candidate("b", organisation="o")]
    rules: list[dict[str, object]] = [
        {"type": "max_per_organisation", "firm": True},
        {"type": "forced", "experts": ["a", "b"], "firm": True},
    ]
    found = blocked(rules, 2, candidates)
    assert found.blocking == (0, 1)
    assert found.relaxation is None


def test_even_size_and_odd_rule() -> None:
    candidates = [candidate(f"e{number}") for number in range(5)]
    found = blocked([{"type": "odd"}], 4, candidates)
    assert found.blocking == (None, 0)
    assert found.relaxation is not None
    assert found.relaxation.changes[0].detail in ("Seat 5 members in place of 4.", "Allow an even number of members.")


def test_an_even_number_of_members_is_one_change_by_one() -> None:
    found = blocked([{"type": "odd"}], 4, [candidate(f"e{number}") for number in range(4)])
    assert found.relaxation is not None
    (change,) = found.relaxation.changes
    assert (change.rule, change.type, change.amount) == (0, "odd", 1)
    assert change.detail == "Allow an even number of members."
