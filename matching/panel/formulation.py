"""Candidates and rules as a mixed-integer program: which of the candidates are seated.

The first variables are the candidates in their order. With `giving`, rows can give way: `infeasible` asks for that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence

from matching.panel.candidates import PanelCandidate
from matching.panel.rules import Cover, Odd, Row, Rule, covering, worth
from matching.programs import Program

# Given a rule's place and a key, the column that gives way for rows of this key, or None where nothing does.
Giving = Callable[[int, str], int | None]


def formulate(
    candidates: Sequence[PanelCandidate],
    rules: Sequence[Rule],
    size: int | None,
    *,
    without: Collection[int] = (),
) -> Program:
    """The program whose optimum is the panel of `size` (None: of any size above 0) under all rules but `without`."""
    program = Program()
    seats = program.variables(worth(candidates, rules))
    program.row(seats, low=1 if size is None else size, high=math.inf if size is None else size)
    for place, rule in enumerate(rules):
        if place not in without:
            lay(program, candidates, place, rule, size)
    return program


def lay(
    program: Program,
    candidates: Sequence[PanelCandidate],
    place: int,
    rule: Rule,
    size: int | None,
    giving: Giving | None = None,
) -> None:
    """Lay the rows of one rule into the program."""
    for row in rule.rows(candidates, size):
        _lay_row(program, row, giving(place, row.key) if giving else None)
    if isinstance(rule, Cover) and rule.at_least is not None:
        _lay_cover(program, candidates, rule, giving(place, "") if giving else None)
    if isinstance(rule, Odd) and size is None:
        _lay_odd(program, len(candidates), giving(place, "") if giving else None)


def _lay_row(program: Program, row: Row, gives: int | None) -> None:
    columns, weights = list(row.places), list(row.weights or [1.0] * len(row.places))
    if gives is None:
        program.row(columns, weights, low=row.low, high=row.high)
        return
    if row.high < math.inf:
        program.row([*columns, gives], [*weights, -row.step], high=row.high)
    if row.low > -math.inf:
        program.row([*columns, gives], [*weights, row.step], low=row.low)


def _lay_cover(program: Program, candidates: Sequence[PanelCandidate], rule: Cover, gives: int | None) -> None:
    covered = program.variables([0.0] * len(rule.codes))
    for code, column in zip(rule.codes, covered, strict=True):
        places = covering(candidates, code)
        program.row([*places, column], [1.0] * len(places) + [-float(rule.each)], low=0)
    _lay_row(program, Row(tuple(covered), low=float(rule.at_least or 0)), gives)


def _lay_odd(program: Program, count: int, gives: int | None) -> None:
    half = program.variable(high=max(0, (count - 1) // 2))
    _lay_row(program, Row((*range(count), half), low=1, high=1, weights=(*[1.0] * count, -2.0)), gives)
