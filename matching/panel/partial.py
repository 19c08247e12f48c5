"""The best partial panel where none is complete.

As many seats as possible are filled so that no limit is broken and the vacant seats can still bring what is missing: a
demand that the members do not meet needs a vacant seat, and whoever takes it may meet several demands at once, except
that nobody can be two people or on two sides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from matching.panel.candidates import PanelCandidate
from matching.panel.checking import check
from matching.panel.panels import Partial
from matching.panel.rules import Cover, EverySide, Forced, Odd, Row, Rule, covering, worth
from matching.programs import Program
from matching.sentences import Sentence

EXCLUSIVE = (EverySide, Forced)


def fill_so_far(pool: Sequence[PanelCandidate], rules: Sequence[Rule], size: int, time_limit: float | None) -> Partial:
    """The largest part of a panel that suitable others could complete, of equals the one with the highest objective."""
    values = worth(pool, rules)
    program = Program()
    # A seat filled is worth more than any exchange of members can bring.
    bonus = 1.0 + size * (max(values, default=0.0) - min([0.0, *values]))
    seats = program.variables([value + bonus for value in values])
    vacant = program.variable(high=size)
    program.row([*seats, vacant], low=size, high=size)
    for rule in rules:
        _lay(program, pool, rule, size, vacant)
    places = program.solve(time_limit).chosen(len(pool))
    members = tuple(pool[place] for place in places)
    return Partial(members, size - len(members), _wanted(members, rules), math.fsum(worth(members, rules)))


def _lay(program: Program, pool: Sequence[PanelCandidate], rule: Rule, size: int, vacant: int) -> None:
    if isinstance(rule, Odd):
        return
    if isinstance(rule, Cover) and rule.at_least is not None:
        rows = [Row(covering(pool, code), low=rule.each) for code in rule.codes]
        met = program.variables([0.0] * len(rows))
        program.row(met, low=min(rule.at_least, len(rows)))
        for row, column in zip(rows, met, strict=True):
            _lay_demand(program, row, size, vacant, unless=column)
        return
    rows = rule.rows(pool, size)
    missing = []
    for row in rows:
        if row.high < math.inf:
            program.row(row.places, low=-math.inf, high=row.high)
        else:
            missing.append(_lay_demand(program, row, size, vacant))
    if missing and isinstance(rule, EXCLUSIVE):
        program.row([*missing, vacant], [1.0] * len(missing) + [-1.0], high=max(0, len(missing) - size))


def _lay_demand(program: Program, row: Row, size: int, vacant: int, unless: int | None = None) -> int:
    """What is missing of a demand, as a column that the vacant seats bound."""
    needed = min(row.low, size)
    missing = program.variable(high=size)
    if unless is None:
        program.row([*row.places, missing], low=needed)
    else:
        program.row([*row.places, missing, unless], [1.0] * (len(row.places) + 1) + [-needed], low=0)
    program.row((missing, vacant), (1.0, -1.0), high=0)
    return missing


def _wanted(members: Sequence[PanelCandidate], rules: Sequence[Rule]) -> tuple[Sentence, ...]:
    return tuple(broken.detail for broken in check(members, rules) if not broken.experts and broken.type != "odd")
