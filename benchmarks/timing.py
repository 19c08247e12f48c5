"""Times things in turn, so that what else the machine does falls on all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Timing:
    """Milliseconds: the median, and the quarter and three quarters points."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3f} [{self.low:.3f}, {self.high:.3f}]"


def interleaved(
    measured: Mapping[str, Callable[[Any], Any]],
    cases: Sequence[Mapping[str, Any]],
    rounds: int = 3,
    budget: float = 600,
) -> dict[str, Timing]:
    """Run each of `measured` on its own form of every case, in turn; the slow ones on fewer cases within the budget.

    The first case warms everything up and is not counted.
    """
    spent: dict[str, list[float]] = {name: [] for name in measured}
    allowed = budget / len(measured)
    for number in range(rounds * len(cases) + 1):
        case = cases[number % len(cases)]
        for name, run in measured.items():
            if sum(spent[name]) < allowed:
                start = time.perf_counter()
                run(case[name])
                if number:
                    spent[name].append(time.perf_counter() - start)
    return {name: _timing(taken) for name, taken in spent.items()}


def _timing(taken: Sequence[float]) -> Timing:
    low, median, high = np.percentile(np.array(taken) * 1e3, [25, 50, 75]).tolist()
    return Timing(median, low, high)
