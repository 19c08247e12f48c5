"""The rules a panel can be under, as data. `matching.panel.parsing` reads them from JSON.

Each says what it asks as linear rows over "is seated" variables. `checking` judges a finished panel without them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from matching.panel.candidates import PanelCandidate, Who

Candidates = Sequence[PanelCandidate]
ANYBODY = Who()


@dataclass(frozen=True, slots=True)
class Row:
    """low ≤ Σ weight·x ≤ high over the candidates at `places`.

    Rows of a rule that share a `key` give way together when the rule is relaxed; one unit of that moves the row's
    bounds by `step`.
    """

    places: tuple[int, ...]
    low: float = -math.inf
    high: float = math.inf
    key: str = ""
    weights: tuple[float, ...] | None = None
    step: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What all rules have: a name to show, and whether a relaxation may touch them (`firm`: it may not)."""

    name: str = ""
    firm: bool = False

    def rows(self, candidates: Candidates, size: int | None) -> list[Row]:
        """What this rule asks of a panel of `size` seats; with None the number of members is open."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxPer(Rule):
    """At most `limit` members from one group; `by` is one of GROUPINGS."""

    by: str
    limit: int = 1

    def rows(self, candidates: Candidates, size: int | None) -> list[Row]:
        return [Row(places, high=self.limit) for places in grouped(candidates, self.by) if len(places) > self.limit]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxShare(Rule):
    """At most this share of the seats for the people meant; with `by`, for each group."""

    share: Fraction
    who: Who = ANYBODY
    by: str | None = None

    def rows(self, candidates: Candidates, size: int | None) -> list[Row]:
        groups = grouped(candidates, self.by) if self.by else [meant(candidates, self.who)]
        return [_at_most(candidates, places, self.share, size) for places in groups]


@dataclass(frozen=True, slots=True, kw_only=True)
class MinShare(Rule):
    """At least this share of the seats for the people meant."""

    share: Fraction
    who: Who

    def rows(self, candidates: Candidates, size: int | None) -> list[Row]:
        places = meant(candidates, self.who)
        if size is not None:
            return [Row(places, low=math.ceil(self.share * size))]
        weights = _balance(candidates, places, self.share)
        return [Row(tuple(range(len(candidates))), low=0, weights=weights, step=float(self.share.denominator))]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast(Rule):
    """At least `count` of the people meant."""

    count: int = 1
    who: Who

    def rows(self, candidates: Candidates, size: int | None) -> list[Row]:
        return [Row(meant(candidates, self.who), low=self.count)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMost(Rule):
    """At most `count` of the people meant."""

    count: int
    who: Who

    def rows(self, candidates: Candidates, size: int | None) -> list[Row]:
        return [Row(meant(candidates, self.who), high=self.count)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd(Rule):
    """An odd number of members. Where the number of seats is open, the formulation adds a variable for it."""

    def rows(self, candidates: Candidates, size: int | None) -> list[Row]:
        return [Row((), low=1)] if size is not None and size % 2 == 0 else []


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepApart(Rule):
    """At most one of these experts."""

    experts: tuple[str, ...]

    def rows(self, candidates: Candidates, size: int | None) -> list[Row]:
        return [Row(meant(candidates, Who(experts=self.experts)), high=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class EverySide(Rule):
    """At least `each` members of every side named."""

    sides: tuple[str, ...]
    each: int = 1

    def rows(self, candidates: Candidates, size: int | None) -> list[Row]:
        return [Row(meant(candidates, Who(sides=(side,))), low=self.each, key=side) for side in self.sides]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover(Rule):
    """Each code covered by at least `each` members; with `at_least`, so many of the codes.

    With `at_least`, the formulation adds a variable for each code.
    """

    codes: tuple[str, ...]
    each: int = 1
    at_least: int | None = None

    def rows(self, candidates: Candidates, size: int | None) -> list[Row]:
        if self.at_least is not None:
            return []
        return [Row(covering(candidates, code), low=self.each, key=code) for code in self.codes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forced(Rule):
    """These experts are members."""

    experts: tuple[str, ...]

    def rows(self, candidates: Candidates, size: int | None) -> list[Row]:
        return [Row((place,), low=1, key=candidates[place].expert) for place in named(candidates, self.experts)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden(Rule):
    """These experts are not members. Firm unless said otherwise: it may stand for a recusal."""

    experts: tuple[str, ...]
    firm: bool = True

    def rows(self, candidates: Candidates, size: int | None) -> list[Row]:
        return barred(candidates, named(candidates, self.experts))


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxLoad(Rule):
    """Nobody whose engagements would exceed `limit`, or their own capacity where that is less."""

    limit: int | None = None

    def rows(self, candidates: Candidates, size: int | None) -> list[Row]:
        return barred(candidates, [place for place, one in enumerate(candidates) if self.is_full(one)])

    def is_full(self, one: PanelCandidate) -> bool:
        """Whether one engagement more is too many for this expert."""
        limits = [limit for limit in (self.limit, one.capacity) if limit is not None]
        return bool(limits) and one.load + 1 > min(limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class MinAffinity(Rule):
    """Nobody whose affinity is below `limit`."""

    limit: float

    def rows(self, candidates: Candidates, size: int | None) -> list[Row]:
        return barred(candidates, [place for place, one in enumerate(candidates) if one.affinity < self.limit])


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness(Rule):
    """A wish, not a limit: each member costs `weight` × load ÷ `full` (12 engagements a year unless said)."""

    weight: float
    full: int = 12

    def rows(self, candidates: Candidates, size: int | None) -> list[Row]:
        return []

    def cost(self, one: PanelCandidate) -> float:
        """What seating this expert takes off the objective."""
        return self.weight * one.load / self.full


def worth(candidates: Candidates, rules: Sequence[Rule]) -> list[float]:
    """What each candidate adds to the objective: the affinity less what fairness takes off."""
    wishes = [rule for rule in rules if isinstance(rule, Fairness)]
    return [one.affinity - sum(wish.cost(one) for wish in wishes) for one in candidates]


def meant(candidates: Candidates, who: Who) -> tuple[int, ...]:
    """The places of the candidates meant."""
    return tuple(place for place, one in enumerate(candidates) if who.meets(one))


def covering(candidates: Candidates, code: str) -> tuple[int, ...]:
    """The places of the candidates that cover the code."""
    return tuple(place for place, one in enumerate(candidates) if one.covers(code))


def named(candidates: Candidates, experts: Sequence[str]) -> tuple[int, ...]:
    """The places of these experts, as far as they are candidates."""
    wanted = set(experts)
    return tuple(place for place, one in enumerate(candidates) if one.expert in wanted)


def barred(candidates: Candidates, places: Sequence[int]) -> list[Row]:
    """A row for each place that nobody may be seated from."""
    return [Row((place,), high=0, key=candidates[place].expert) for place in places]


def grouped(candidates: Candidates, by: str) -> list[tuple[int, ...]]:
    """The places of each group, in order of the first; who is in no known group stands in none."""
    groups: dict[str, list[int]] = {}
    for place, one in enumerate(candidates):
        group = one.group(by)
        if group is not None:
            groups.setdefault(group, []).append(place)
    return [tuple(places) for places in groups.values()]


def _at_most(candidates: Candidates, places: tuple[int, ...], share: Fraction, size: int | None) -> Row:
    if size is not None:
        return Row(places, high=math.floor(share * size))
    weights = _balance(candidates, places, share)
    return Row(tuple(range(len(candidates))), high=0, weights=weights, step=float(share.denominator))


def _balance(candidates: Candidates, places: tuple[int, ...], share: Fraction) -> tuple[float, ...]:
    """Weights whose sum over the members is (members meant − share × members) × the share's denominator."""
    weights = [-float(share.numerator)] * len(candidates)
    for place in places:
        weights[place] += share.denominator
    return tuple(weights)
