"""Mixed-integer linear programs, laid down row by row and solved by HiGHS (through SciPy).

HiGHS ends a search at an absolute gap of 1e-6; objectives are multiplied by 2²⁰ on the way in, so that what it takes
for the optimum is one to 1e-12 in our units.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack

SCALE = 2.0**20
PRECISE = {"dual_feasibility_tolerance": 1e-10, "primal_feasibility_tolerance": 1e-9}
OPTIMAL, LIMIT, INFEASIBLE = "optimal", "limit", "infeasible"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Solved:
    """What came of a program: `values` shape (n_variables,), None where none was found; `bound` on the objective.

    `status` is OPTIMAL, LIMIT (the time was up: `values` may be there) or INFEASIBLE.
    """

    status: str
    values: Floats | None
    bound: float

    def chosen(self, count: int) -> tuple[int, ...]:
        """The first `count` variables that are 1."""
        return () if self.values is None else tuple(int(at) for at in np.flatnonzero(self.values[:count] > 0.5))


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The optimum of a linear program: `values` and `profit` of its columns, `prices` of its rows.

    `profit` is what a column could add to the objective at these prices, at most; of those that are taken it is 0 or
    what their limit keeps them from adding.
    """

    bound: float
    values: Floats
    prices: Floats
    profit: Floats


def maximise(
    objective: Floats, matrix: csr_array, low: Floats, high: Floats, lower: Floats, upper: Floats
) -> Relaxed | None:
    """Maximise objective·x with low ≤ matrix·x ≤ high and lower ≤ x ≤ upper, ending in a vertex; None if impossible."""
    equal = low == high
    above, below = ~equal & (high < np.inf), ~equal & (low > -np.inf)
    found = linprog(
        -objective,
        A_ub=vstack([matrix[above], -matrix[below]], format="csr"),
        b_ub=np.concatenate([high[above], -low[below]]),
        A_eq=matrix[equal],
        b_eq=low[equal],
        bounds=np.column_stack([lower, upper]),
        method="highs-ds",
        options=PRECISE,
    )
    if found.status == 2:
        return None
    if found.status != 0:
        raise RuntimeError(f"HiGHS answered {found.status}: {found.message}")
    prices = np.zeros(len(low))
    split = int(above.sum())
    prices[equal] = found.eqlin.marginals
    prices[above] += found.ineqlin.marginals[:split]
    prices[below] -= found.ineqlin.marginals[split:]
    return Relaxed(-float(found.fun), found.x, prices, objective + matrix.T @ prices)


class Program:
    """Variables and rows of a program that maximises `worth`; columns are numbered in the order they are added."""

    def __init__(self) -> None:
        self.worth: list[float] = []
        self._low: list[float] = []
        self._high: list[float] = []
        self._integer: list[int] = []
        self._columns: list[int] = []
        self._weights: list[float] = []
        self._ends: list[int] = [0]
        self._rows_low: list[float] = []
        self._rows_high: list[float] = []

    def variables(self, worth: Iterable[float], *, low: float = 0.0, high: float = 1.0, integer: bool = True) -> range:
        """Add a variable for each worth; returns their columns."""
        start = len(self.worth)
        self.worth.extend(worth)
        count = len(self.worth) - start
        self._low += [low] * count
        self._high += [high] * count
        self._integer += [int(integer)] * count
        return range(start, start + count)

    def variable(self, worth: float = 0.0, *, low: float = 0.0, high: float = 1.0, integer: bool = True) -> int:
        """Add one variable; returns its column."""
        return self.variables((worth,), low=low, high=high, integer=integer)[0]

    def fix(self, column: int, value: float) -> None:
        """Let a variable be this value and no other."""
        self._low[column] = self._high[column] = value

    def row(
        self,
        columns: Sequence[int],
        weights: Sequence[float] | None = None,
        *,
        low: float = -math.inf,
        high: float = math.inf,
    ) -> None:
        """Ask for low ≤ Σ weight·variable ≤ high; weights are 1 unless given."""
        self._columns += columns
        self._weights += [1.0] * len(columns) if weights is None else weights
        self._ends.append(len(self._columns))
        self._rows_low.append(low)
        self._rows_high.append(high)

    def solve(self, time_limit: float | None = None, *, scale: float = SCALE) -> Solved:
        """Maximise; `time_limit` in seconds. Raises RuntimeError where HiGHS fails."""
        if self._impossible():
            return Solved(INFEASIBLE, None, -math.inf)
        options: dict[str, Any] = {"mip_rel_gap": 0.0}
        if time_limit is not None:
            options["time_limit"] = max(time_limit, 0.01)
        answer = milp(
            -scale * np.array(self.worth),
            integrality=np.array(self._integer),
            bounds=Bounds(np.array(self._low), np.array(self._high)),
            constraints=self._constraints(),
            options=options,
        )
        return _solved(answer, scale)

    def rows(self) -> tuple[csr_array, Floats, Floats]:
        """The rows as a matrix, shape (n_rows, n_variables), with their lower and upper bounds."""
        shape = (len(self._rows_low), len(self.worth))
        matrix = csr_array((np.array(self._weights), np.array(self._columns, dtype=np.int32), self._ends), shape=shape)
        return matrix, np.array(self._rows_low), np.array(self._rows_high)

    def relaxed(self) -> Relaxed | None:
        """The linear relaxation, which lets variables be fractions; None where not even it can be met."""
        if self._impossible():
            return None
        bounds = (np.array(self._low), np.array(self._high))
        return maximise(np.array(self.worth), *self.rows(), *bounds)

    def _constraints(self) -> tuple[LinearConstraint, ...]:
        return (LinearConstraint(*self.rows()),) if self._rows_low else ()

    def _impossible(self) -> bool:
        """Whether a row without variables cannot hold: HiGHS' presolve is spared the oddity."""
        return any(
            start == end and not self._rows_low[row] <= 0 <= self._rows_high[row]
            for row, (start, end) in enumerate(zip(self._ends, self._ends[1:], strict=False))
        )


def _solved(answer: Any, scale: float) -> Solved:
    if answer.status == 2 or (answer.status == 4 and "nfeasible" in answer.message):
        return Solved(INFEASIBLE, None, -math.inf)
    if answer.status not in (0, 1):
        raise RuntimeError(f"HiGHS answered {answer.status}: {answer.message}")
    bound = answer.get("mip_dual_bound")
    if bound is None:  # A program without integers has no tree; its optimum is its bound.
        bound = answer.fun if answer.status == 0 else -math.inf
    status = OPTIMAL if answer.status == 0 else LIMIT
    return Solved(status, answer.x, -bound / scale)
