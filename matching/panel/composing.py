"""Choosing the members of a panel.

The problem: seat exactly `size` of the candidates so that every rule holds and the sum of their worths (affinity, less
what fairness takes off) is as high as can be. Solved exactly as a mixed-integer program. Of panels whose sums differ by
no more than 1e-9 the one is taken whose members, listed by affinity and id, stand first in the list of candidates
(compared member by member).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace as with_

from matching.panel.candidates import PanelCandidate, ordered
from matching.panel.checking import check, slack
from matching.panel.errors import BadPanelInput
from matching.panel.formulation import formulate
from matching.panel.infeasible import explain
from matching.panel.panels import FEASIBLE, INFEASIBLE, OPTIMAL, UNKNOWN, Composition, RuleState, Sizes
from matching.panel.parsing import type_of
from matching.panel.pruning import promising
from matching.panel.reserves import reserves_for
from matching.panel.rules import Forced, Rule, worth
from matching.panel.ties import TOLERANCE, first_of_equals
from matching.programs import INFEASIBLE as NO_PANEL
from matching.programs import OPTIMAL as PROVEN
from matching.sentences import Sentence


def compose(
    candidates: Iterable[PanelCandidate],
    rules: Sequence[Rule],
    size: int | Sizes,
    reserves: int = 0,
    *,
    prices: bool = True,
    time_limit: float | None = None,
) -> Composition:
    """The best lawful panel of this size, or why there is none.

    `prices` finds out what each rule costs (one more program a rule). `time_limit`, in seconds, holds for each program:
    without one the answer is optimal or infeasible.

    Raises BadPanelInput where the size is below 1 or above the number of candidates, where reserves are below 0, where
    an expert stands twice or has an affinity outside 0 to 1, and where a forced expert is no candidate.
    """
    pool = ordered(candidates)
    sizes = _sizes(pool, rules, size, reserves)
    for one in sizes:
        found = _best(pool, rules, one, time_limit)
        if found.status != INFEASIBLE:
            break
    else:
        found = _blank(sizes[0], INFEASIBLE)
        return with_(found, infeasibility=explain(pool, rules, sizes[0], time_limit))
    if found.status == UNKNOWN:
        return found
    found = with_(found, rules=_states(pool, rules, found, time_limit, prices))
    chosen, unreplaceable = reserves_for(pool, found.members, rules, reserves)
    return with_(found, reserves=chosen, unreplaceable=unreplaceable)


def _best(pool: Sequence[PanelCandidate], rules: Sequence[Rule], size: int, time_limit: float | None) -> Composition:
    pool = promising(pool, rules, size, time_limit)
    solved = formulate(pool, rules, size).solve(time_limit)
    if solved.status == NO_PANEL:
        return _blank(size, INFEASIBLE)
    if solved.values is None:
        return _blank(size, UNKNOWN)
    places, unique = solved.chosen(len(pool)), None
    if solved.status == PROVEN:
        places, unique = first_of_equals(pool, rules, places, time_limit)
    members = tuple(pool[place] for place in places)
    broken = check(members, rules, size)
    if broken:
        raise RuntimeError(f"the solver's panel breaks a rule: {broken[0].detail}")
    objective = math.fsum(worth(members, rules))
    bound = max(solved.bound, objective)
    status = OPTIMAL if solved.status == PROVEN else FEASIBLE
    gap = bound - objective
    return Composition(status, size, members, (), objective, bound, gap, unique, ())


def _blank(size: int, status: str) -> Composition:
    return Composition(status, size, (), (), 0.0, math.inf if status == UNKNOWN else 0.0, 0.0, None, ())


def _sizes(pool: Sequence[PanelCandidate], rules: Sequence[Rule], size: int | Sizes, reserves: int) -> tuple[int, ...]:
    sizes = size.in_order() if isinstance(size, Sizes) else (size,)
    if not sizes or min(sizes) < 1:
        raise BadPanelInput(
            Sentence("A panel has at least one seat; {size} were asked for.", size=min(sizes, default=0))
        )
    if reserves < 0:
        raise BadPanelInput(Sentence("There cannot be {count} reserves.", count=reserves))
    if min(sizes) > len(pool):
        template = "A panel of {size} cannot be chosen from {count} candidates."
        raise BadPanelInput(Sentence(template, size=min(sizes), count=len(pool)))
    known = {one.expert for one in pool}
    for rule in rules:
        if isinstance(rule, Forced) and not known.issuperset(rule.experts):
            absent = ", ".join(one for one in rule.experts if one not in known)
            raise BadPanelInput(
                Sentence("Forced members must be candidates; these are none: {experts}.", experts=absent)
            )
    return tuple(one for one in sizes if one <= len(pool))


def _states(
    pool: Sequence[PanelCandidate],
    rules: Sequence[Rule],
    found: Composition,
    time_limit: float | None,
    prices: bool,
) -> tuple[RuleState, ...]:
    states = []
    for place, rule in enumerate(rules):
        left = slack(found.members, rule)
        price = _price(pool, rules, place, found, time_limit) if prices else None
        states.append(RuleState(place, type_of(rule), rule.name, left is None or left >= 0, left, price))
    return tuple(states)


def _price(
    pool: Sequence[PanelCandidate], rules: Sequence[Rule], place: int, found: Composition, time_limit: float | None
) -> float | None:
    """How much higher the objective would be without this rule; a fairness rule is priced by its own measure."""
    rest = [rule for at, rule in enumerate(rules) if at != place]
    pool = promising(pool, rest, found.size, time_limit)
    solved = formulate(pool, rest, found.size).solve(time_limit)
    if solved.status != PROVEN:
        return None
    free = math.fsum(worth([pool[at] for at in solved.chosen(len(pool))], rest))
    lost = free - math.fsum(worth(found.members, rest))
    return 0.0 if lost <= TOLERANCE else lost
