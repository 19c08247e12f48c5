"""Replacing one member with the least change to the panel."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matching.panel.candidates import PanelCandidate, ordered
from matching.panel.checking import check
from matching.panel.errors import BadPanelInput
from matching.panel.formulation import formulate
from matching.panel.infeasible import explain
from matching.panel.panels import FEASIBLE, INFEASIBLE, OPTIMAL, UNKNOWN, Infeasibility
from matching.panel.reserves import without_forcing
from matching.panel.rules import Rule, worth
from matching.programs import INFEASIBLE as NO_PANEL
from matching.programs import OPTIMAL as PROVEN
from matching.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Replacement:
    """The panel after somebody left it.

    `came` and `left` say what changed; `reserve` whether the one who came is the first reserve who could. Without a
    lawful way `members` is empty and `infeasibility` says why. `status` is feasible where the time limit left open
    whether fewer could change or the objective be higher, and unknown where it came before any way was found.
    """

    status: str
    members: tuple[PanelCandidate, ...]
    came: tuple[str, ...]
    left: tuple[str, ...]
    objective: float
    reserve: bool = False
    infeasibility: Infeasibility | None = None


def replace(
    candidates: Iterable[PanelCandidate],
    members: Sequence[str],
    leaving: str,
    rules: Sequence[Rule],
    *,
    reserves: Sequence[str] = (),
    time_limit: float | None = None,
) -> Replacement:
    """The panel with `leaving` gone and their place taken.

    The first of `reserves` who can step in without a rule being broken does. Otherwise as few of the others as possible
    change, and then the objective is the highest there is; candidates at equal worth are taken by affinity and id.
    `time_limit`, in seconds, holds for each program.

    Raises BadPanelInput where `leaving` is no member, or a member or reserve is no candidate.
    """
    pool = ordered(candidates)
    known = {one.expert: one for one in pool}
    _refuse_strangers(known, members, reserves, leaving)
    bound = without_forcing(rules, leaving)
    staying = [known[one] for one in members if one != leaving]
    for expert in reserves:
        after = [*staying, known[expert]]
        if expert not in members and not check(after, bound, len(members)):
            return _replaced(OPTIMAL, ordered(after), members, rules, reserve=True)
    open_to = tuple(one for one in pool if one.expert != leaving)
    status, found = _nearest(open_to, {one.expert for one in staying}, bound, len(members), time_limit)
    if found:
        return _replaced(status, found, members, rules)
    why = explain(open_to, bound, len(members), time_limit) if status == INFEASIBLE else None
    return Replacement(status, (), (), (leaving,), 0.0, infeasibility=why)


def _nearest(
    pool: Sequence[PanelCandidate], staying: set[str], rules: Sequence[Rule], size: int, time_limit: float | None
) -> tuple[str, tuple[PanelCandidate, ...]]:
    """The lawful panel that keeps the most of those who stay, of equals the best, and how far that is proven."""
    program = formulate(pool, rules, size)
    values = program.worth
    program.worth = [float(one.expert in staying) for one in pool] + [0.0] * (len(values) - len(pool))
    most = program.solve(time_limit, scale=1.0)
    kept = most.chosen(len(pool))
    if not kept:
        return (INFEASIBLE if most.status == NO_PANEL else UNKNOWN), ()
    count = sum(pool[place].expert in staying for place in kept)
    program.row([place for place, one in enumerate(pool) if one.expert in staying], low=count)
    program.worth = values
    best = program.solve(time_limit)
    status = OPTIMAL if most.status == best.status == PROVEN else FEASIBLE
    return status, tuple(pool[place] for place in best.chosen(len(pool)) or kept)


def _replaced(
    status: str,
    after: Sequence[PanelCandidate],
    members: Sequence[str],
    rules: Sequence[Rule],
    *,
    reserve: bool = False,
) -> Replacement:
    names = {one.expert for one in after}
    came = tuple(one.expert for one in after if one.expert not in members)
    left = tuple(one for one in members if one not in names)
    return Replacement(status, tuple(after), came, left, math.fsum(worth(after, rules)), reserve)


def _refuse_strangers(
    known: dict[str, PanelCandidate], members: Sequence[str], reserves: Sequence[str], leaving: str
) -> None:
    if leaving not in members:
        raise BadPanelInput(Sentence("{expert} is no member of this panel.", expert=leaving))
    strangers = [one for one in (*members, *reserves) if one not in known]
    if strangers:
        raise BadPanelInput(Sentence("These are no candidates: {experts}.", experts=", ".join(strangers)))
