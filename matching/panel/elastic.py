"""The smallest relaxation that lets a panel exist, as a program whose rows can give way at a price."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from matching.panel import rules as kinds
from matching.panel.candidates import PanelCandidate
from matching.panel.formulation import lay
from matching.panel.panels import Change, Relaxation
from matching.panel.parsing import type_of
from matching.panel.rules import Rule, worth
from matching.programs import Program, Solved
from matching.sentences import Sentence

LARGEST = 1000.0  # No rule can ask for more than this, so none needs to give way further.
SEATS = -1  # Stands for the number of seats among the places of rules.
MORE, FEWER = "more", "fewer"


class _Elastic:
    """The program with its slack columns: how far (rule, key) gives way, and whether the rule does at all."""

    def __init__(self, pool: Sequence[PanelCandidate], rules: Sequence[Rule], size: int) -> None:
        self.pool, self.rules, self.size = pool, rules, size
        self.program = Program()
        self.seats = self.program.variables([0.0] * len(pool))
        self.amounts: dict[tuple[int, str], int] = {}
        self.gives: dict[int, int] = {}
        self.program.row(self.seats, low=1)
        more, fewer = self.giving(SEATS, MORE), self.giving(SEATS, FEWER)
        self.program.row([*self.seats, more, fewer], [1.0] * len(pool) + [-1.0, 1.0], low=size, high=size)
        for place, rule in enumerate(rules):
            lay(self.program, pool, place, rule, None, None if rule.firm else self.giving)

    def giving(self, place: int, key: str) -> int:
        """The column of how far the rule at this place gives way for rows of this key."""
        if (place, key) not in self.amounts:
            if place not in self.gives:
                self.gives[place] = self.program.variable()
            column = self.amounts[place, key] = self.program.variable(high=LARGEST)
            self.program.row((column, self.gives[place]), (1.0, -LARGEST), high=0)
        return self.amounts[place, key]

    def least(self, columns: Sequence[int], time_limit: float | None) -> Solved:
        """Minimise the sum of these columns, and hold it at that from now on."""
        self.program.worth = [0.0] * len(self.program.worth)
        for column in columns:
            self.program.worth[column] = -1.0
        solved = self.program.solve(time_limit, scale=1.0)
        if solved.values is not None:
            self.program.row(columns, high=float(round(sum(solved.values[column] for column in columns))))
        return solved


def relax(
    pool: Sequence[PanelCandidate], rules: Sequence[Rule], size: int, time_limit: float | None
) -> Relaxation | None:
    """The fewest rules, then the smallest amounts that must give way; None where firm rules leave no way."""
    elastic = _Elastic(pool, rules, size)
    if elastic.least(list(elastic.gives.values()), time_limit).values is None:
        return None
    elastic.least(list(elastic.amounts.values()), time_limit)
    values = worth(pool, rules)
    elastic.program.worth = values + [0.0] * (len(elastic.program.worth) - len(values))
    solved = elastic.program.solve(time_limit)
    if solved.values is None:
        return None
    members = tuple(pool[place] for place in solved.chosen(len(pool)))
    amounts: dict[int, dict[str, int]] = {}
    for (place, key), column in elastic.amounts.items():
        amount = round(float(solved.values[column]))
        if amount:
            amounts.setdefault(place, {})[key] = amount
    changes = tuple(_change(rules, place, given, size) for place, given in sorted(amounts.items()))
    return Relaxation(changes, members, math.fsum(worth(members, rules)))


def _change(rules: Sequence[Rule], place: int, given: dict[str, int], size: int) -> Change:
    amount = sum(given.values())
    if place == SEATS:
        to = size + given.get(MORE, 0) - given.get(FEWER, 0)
        return Change(None, "size", amount, Sentence("Seat {to} members in place of {size}.", to=to, size=size))
    rule = rules[place]
    return Change(place, type_of(rule), amount, _DETAILS[type(rule)](rule, given))


def _limit(rule: Any, given: dict[str, int]) -> Sentence:
    return Sentence("Raise the limit from {limit} to {to}.", limit=rule.limit, to=rule.limit + sum(given.values()))


def _least(rule: kinds.AtLeast, given: dict[str, int]) -> Sentence:
    return Sentence("Ask for {to} in place of {count}.", count=rule.count, to=rule.count - sum(given.values()))


def _most(rule: kinds.AtMost, given: dict[str, int]) -> Sentence:
    return Sentence("Raise the limit from {limit} to {to}.", limit=rule.count, to=rule.count + sum(given.values()))


def _over(rule: Any, given: dict[str, int]) -> Sentence:
    return Sentence("Allow {count} more than the share {share}.", count=sum(given.values()), share=str(rule.share))


def _under(rule: Any, given: dict[str, int]) -> Sentence:
    return Sentence(
        "Be content with {count} fewer than the share {share}.", count=sum(given.values()), share=str(rule.share)
    )


def _even(rule: Any, given: dict[str, int]) -> Sentence:
    return Sentence("Allow an even number of members.")


def _together(rule: Any, given: dict[str, int]) -> Sentence:
    return Sentence(
        "Allow {count} of {experts} together.", count=1 + sum(given.values()), experts=", ".join(rule.experts)
    )


def _uncovered(rule: Any, given: dict[str, int]) -> Sentence:
    if list(given) == [""]:
        return Sentence("Be content with {count} codes covered.", count=rule.at_least - given[""])
    return Sentence("Do without full coverage of {codes}.", codes=", ".join(sorted(given)))


def _sides(rule: Any, given: dict[str, int]) -> Sentence:
    return Sentence("Do without full seats for {sides}.", sides=", ".join(sorted(given)))


def _absent(rule: Any, given: dict[str, int]) -> Sentence:
    return Sentence("Do without {experts}.", experts=", ".join(sorted(given)))


def _seated(rule: Any, given: dict[str, int]) -> Sentence:
    return Sentence("Seat {experts} all the same.", experts=", ".join(sorted(given)))


_DETAILS: dict[type[Rule], Callable[[Any, dict[str, int]], Sentence]] = {
    kinds.MaxPer: _limit,
    kinds.MaxShare: _over,
    kinds.MinShare: _under,
    kinds.AtLeast: _least,
    kinds.AtMost: _most,
    kinds.Odd: _even,
    kinds.KeepApart: _together,
    kinds.EverySide: _sides,
    kinds.Cover: _uncovered,
    kinds.Forced: _absent,
    kinds.Forbidden: _seated,
    kinds.MaxLoad: _seated,
    kinds.MinAffinity: _seated,
}
