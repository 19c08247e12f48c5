"""Leaving out candidates who cannot be in any best panel, so that large pools are solved as fast as small ones.

The linear relaxation puts a price on every rule. A panel with a candidate whose worth, less what their place costs at
these prices, is −p stays below the relaxation's bound by p at least. So once some panel within g of the bound is known,
only those with p ≤ g need to be looked at (reduced-cost fixing): nothing is lost, ties included.
"""

from __future__ import annotations

from collections.abc import Sequence

from matching.panel.candidates import PanelCandidate
from matching.panel.formulation import formulate
from matching.panel.rules import Forced, Rule
from matching.programs import OPTIMAL, Relaxed

ENOUGH = 300  # Up to this many candidates there is nothing to gain.
FIRST_WIDTH, WIDER = 0.02, 5.0
TIES = 1e-8


def promising(
    pool: Sequence[PanelCandidate], rules: Sequence[Rule], size: int, time_limit: float | None
) -> tuple[PanelCandidate, ...]:
    """The candidates, in their order, among whom the best panel is and all that equal it; in a small pool everybody."""
    if len(pool) <= ENOUGH:
        return tuple(pool)
    relaxed = formulate(pool, rules, size).relaxed()
    if relaxed is None:
        return tuple(pool)
    width = FIRST_WIDTH
    while True:
        near = _within(pool, rules, relaxed, width)
        if len(near) == len(pool):
            return near
        found = formulate(near, rules, size).solve(time_limit)
        if found.status == OPTIMAL and relaxed.bound - found.bound <= width:
            return _within(pool, rules, relaxed, relaxed.bound - found.bound)
        width = max(width * WIDER, relaxed.bound - found.bound if found.status == OPTIMAL else 0.0)


def _within(
    pool: Sequence[PanelCandidate], rules: Sequence[Rule], relaxed: Relaxed, width: float
) -> tuple[PanelCandidate, ...]:
    forced = {expert for rule in rules if isinstance(rule, Forced) for expert in rule.experts}
    kept = (relaxed.profit[: len(pool)] >= -width - TIES) | (relaxed.values[: len(pool)] > TIES)
    return tuple(one for one, is_near in zip(pool, kept.tolist(), strict=True) if is_near or one.expert in forced)
