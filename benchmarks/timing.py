"""Times things in turn, so that what else the machine does falls on all of them alike."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

FEWEST = 5  # Calls of whatever is slow.


@dataclass(frozen=True)
class Timing:
    """Milliseconds: the median, and the quarter and three quarters points; and the median of processor time.

    Processor time is that of this process with all its threads: it hardly moves when others want the machine, too.
    """

    median: float
    low: float
    high: float
    computed: float

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
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in measured}
    used = dict.fromkeys(measured, 0.0)
    allowed = budget / len(measured)
    for number in range(rounds * len(cases) + 1):
        case = cases[number % len(cases)]
        for name, run in measured.items():
            if used[name] < allowed or len(spent[name]) < FEWEST:
                start, before = time.perf_counter(), time.process_time()
                run(case[name])
                taken = time.perf_counter() - start, time.process_time() - before
                if number:
                    used[name] += taken[0]
                    spent[name].append(taken)
    return {name: _timing(taken) for name, taken in spent.items()}


def _timing(taken: Sequence[tuple[float, float]]) -> Timing:
    both = np.array(taken) * 1e3
    low, median, high = np.percentile(both[:, 0], [25, 50, 75]).tolist()
    return Timing(median, low, high, float(np.median(both[:, 1])))


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold the lock of the file that BENCH_LOCK names, if any, so that other work on the machine can wait."""
    name = os.environ.get("BENCH_LOCK")
    if not name:
        yield
        return
    with open(name, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
