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
    """The limits that the rules set for these candidates and this many seats."""
    found: list[dict[str, Any]] = []
    for rule in rules:
        if isinstance(rule, LIMITING):
            found += [_limit(candidates, type_of(rule), row.places, row.high) for row in rule.rows(candidates, size)]
    return [limit for limit in found if limit["limit"] < min(size, len(limit["experts"]))]


def unfit(rules: Sequence[Rule], size: int | None) -> list[BadDrawInput]:
    """What is wrong with rules that cannot hold in a draw, or not with this many seats (None: not known)."""
    template = "The rule {type} cannot hold in a draw, which knows upper limits only; ask for it by a stratum."
    found = [
        BadDrawInput(Sentence(template, type=type_of(rule)), f"/rules/{place}")
        for place, rule in enumerate(rules)
        if not isinstance(rule, (*LIMITING, *SHUTTING_OUT, Odd))
    ]
    if size is not None and size % 2 == 0 and any(isinstance(rule, Odd) for rule in rules):
        template = "{size} is an even number of seats; the rule on an odd number asks for another."
        found.append(BadDrawInput(Sentence(template, size=size), "/size"))
    return found


def _limit(candidates: Sequence[PanelCandidate], name: str, places: Sequence[int], high: float) -> dict[str, Any]:
    return {"rule": name, "limit": math.floor(high), "experts": sorted(candidates[place].expert for place in places)}
