"""Rules of a draw as limits: lists of experts of whom only so many may be taken.

Only rules that set an upper limit can hold in a draw; what a panel must have at least is what strata are for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matching.draw.errors import BadDrawInput
from matching.panel.candidates import PanelCandidate
from matching.panel.parsing import type_of
from matching.panel.rules import AtMost, Forbidden, KeepApart, MaxLoad, MaxPer, MaxShare, MinAffinity, Odd, Rule
from matching.sentences import Sentence

LIMITING = (MaxPer, MaxShare, AtMost, KeepApart)
SHUTTING_OUT = (Forbidden, MaxLoad, MinAffinity)


def qualified(candidates: Sequence[PanelCandidate], rules: Sequence[Rule], size: int) -> list[PanelCandidate]:
    """Those whom no rule shuts out."""
    out = {
        candidates[row.places[0]].expert
        for rule in rules
        if isinstance(rule, SHUTTING_OUT)
        for row in rule.rows(candidates, size)
    }
    return [one for one in candidates if one.expert not in out]


def limits(candidates: Sequence[PanelCandidate], rules: Sequence[Rule], size: int) -> list[dict[str, Any]]:
    """The limits that the rules set for these candidates and this many seats; raises BadDrawInput."""
    found: list[dict[str, Any]] = []
    for place, rule in enumerate(rules):
        if isinstance(rule, LIMITING):
            found += [_limit(candidates, type_of(rule), row.places, row.high) for row in rule.rows(candidates, size)]
        elif isinstance(rule, Odd):
            _refuse_even(size)
        elif not isinstance(rule, SHUTTING_OUT):
            template = "The rule {type} cannot hold in a draw, which knows upper limits only; ask for it by a stratum."
            raise BadDrawInput(Sentence(template, type=type_of(rule)), f"/rules/{place}")
    return [limit for limit in found if limit["limit"] < min(size, len(limit["experts"]))]


def _limit(candidates: Sequence[PanelCandidate], name: str, places: Sequence[int], high: float) -> dict[str, Any]:
    return {"rule": name, "limit": math.floor(high), "experts": sorted(candidates[place].expert for place in places)}


def _refuse_even(size: int) -> None:
    if size % 2 == 0:
        raise BadDrawInput(
            Sentence("{size} is an even number of seats; the rule on an odd number asks for another.", size=size),
            "/size",
        )
