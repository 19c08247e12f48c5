"""Reserves: who steps in when a member drops out, in which order and for whom.

Each reserve in turn is the one who can take the place of the most members that no reserve before can (once all have
one, of the most members that have only one, and so on); of equals the one with the highest worth, then the first by id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as with_

import numpy as np
from numpy.typing import NDArray

from matching.panel.candidates import PanelCandidate
from matching.panel.checking import check
from matching.panel.panels import Reserve
from matching.panel.rules import Cover, Forced, Rule, worth

Bools = NDArray[np.bool_]


def reserves_for(
    pool: Sequence[PanelCandidate], members: Sequence[PanelCandidate], rules: Sequence[Rule], count: int
) -> tuple[tuple[Reserve, ...], tuple[str, ...]]:
    """Up to `count` reserves in order, and the members whom none of them can replace."""
    able = replacements(pool, members, rules)
    values = worth(pool, rules)
    served = np.zeros(len(members), dtype=np.int64)
    found: list[int] = []
    free = [place for place in range(len(pool)) if able[place].any()]
    while free and len(found) < count:
        layer = served.min()
        # The pool is in order of affinity and id, and max() keeps the first of equals.
        best = max(free, key=lambda place: (int((able[place] & (served == layer)).sum()), values[place]))
        served += able[best]
        found.append(best)
        free.remove(best)
    reserves = tuple(Reserve(pool[place], _names(members, able[place])) for place in found)
    return reserves, _names(members, served == 0)


def replacements(pool: Sequence[PanelCandidate], members: Sequence[PanelCandidate], rules: Sequence[Rule]) -> Bools:
    """Who can take whose place without a rule being broken, shape (n_candidates, n_members).

    A rule that forces a member does not bind their successor; members replace nobody.
    """
    places = {one.expert: place for place, one in enumerate(pool)}
    seated = np.array([places[one.expert] for one in members], dtype=np.int64)
    able = np.ones((len(pool), len(members)), dtype=np.bool_)
    able[seated] = False
    for rule in rules:
        if not isinstance(rule, Forced):
            _narrow(able, pool, seated, rule)
    for rule in rules:
        if isinstance(rule, Cover) and rule.at_least is not None:
            _narrow_by_checking(able, pool, members, rule)
    return able


def _narrow(able: Bools, pool: Sequence[PanelCandidate], seated: NDArray[np.int64], rule: Rule) -> None:
    """Strike out what a row of this rule forbids: row by row, the sum after every exchange at once."""
    for row in rule.rows(pool, len(seated)):
        weights = np.zeros(len(pool))
        weights[list(row.places)] = 1.0 if row.weights is None else row.weights
        after = weights[seated].sum() - weights[seated][None, :] + weights[:, None]
        able &= (after >= row.low) & (after <= row.high)


def _narrow_by_checking(
    able: Bools, pool: Sequence[PanelCandidate], members: Sequence[PanelCandidate], rule: Rule
) -> None:
    for place, leaving in np.argwhere(able):
        after = [one for at, one in enumerate(members) if at != leaving]
        able[place, leaving] = not check([*after, pool[place]], [rule])


def without_forcing(rules: Sequence[Rule], leaving: str) -> list[Rule]:
    """The rules, with nobody forcing the expert who leaves."""
    kept: list[Rule] = []
    for rule in rules:
        if isinstance(rule, Forced) and leaving in rule.experts:
            rest = tuple(one for one in rule.experts if one != leaving)
            if rest:
                kept.append(with_(rule, experts=rest))
        else:
            kept.append(rule)
    return kept


def _names(members: Sequence[PanelCandidate], which: Bools) -> tuple[str, ...]:
    return tuple(one.expert for one, is_meant in zip(members, which, strict=True) if is_meant)
