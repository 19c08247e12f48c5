"""Panel rules that bind the members of a request together, as rows over all experts of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from matching.panel.candidates import PanelCandidate
from matching.panel.formulation import lay
from matching.panel.rules import Fairness, Forbidden, Forced, MaxLoad, MinAffinity, Rule
from matching.programs import Program

if TYPE_CHECKING:
    from matching.assignment.asking import Ask

# These say who may or must sit, one by one: they change the edges, not the rows.
SINGLE = (Fairness, Forbidden, Forced, MaxLoad, MinAffinity)


@dataclass(frozen=True, slots=True, eq=False)
class Coupling:
    """low ≤ experts·x + others·y ≤ high, for one request.

    experts: shape (n_rows, n_experts). others: shape (n_rows, n_others), variables of the rules' own, 0 or 1.
    """

    experts: csc_array
    others: csc_array
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def coupled(experts: Sequence[PanelCandidate], asks: Sequence[Ask]) -> tuple[Coupling | None, ...]:
    """The coupling of each request; those with the same rules, seats and people of the regulator share one."""
    made: dict[tuple[tuple[Rule, ...], int, frozenset[str]], Coupling] = {}
    found: list[Coupling | None] = []
    for ask in asks:
        rules = tuple(rule for rule in ask.rules if not isinstance(rule, SINGLE))
        alike = (rules, ask.seats, ask.regulators)
        if rules and alike not in made:
            made[alike] = _couple([ask.sees(one) for one in experts], rules, ask.seats)
        found.append(made[alike] if rules else None)
    return tuple(found)


def _couple(experts: Sequence[PanelCandidate], rules: Sequence[Rule], seats: int) -> Coupling:
    program = Program()
    program.variables([0.0] * len(experts))
    for place, rule in enumerate(rules):
        lay(program, experts, place, rule, seats)
    matrix, low, high = program.rows()
    by_column = csc_array(matrix)
    return Coupling(by_column[:, : len(experts)], by_column[:, len(experts) :], low, high)
