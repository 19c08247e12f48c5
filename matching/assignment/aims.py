"""What a program over a batch maximises, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.assignment.asking import Floats, Ints

Bools = NDArray[np.bool_]


def places(mask: Bools) -> list[int]:
    """Where a mask is set, shape (n,)."""
    found: list[int] = np.flatnonzero(mask).tolist()
    return found


@dataclass(frozen=True, slots=True)
class Aim:
    """What is maximised, and what is asked for besides.

    - `fill`: None where every seat is to be filled; else what one filled seat of each request is worth, shape
      (n_requests,): then affinities do not count, and requests with panel rules are filled as a whole or not at all.
    - `raise_floor`: maximise the lowest mean affinity of a request. `floor`: keep all of them at this or above.
    - `prize`: what one engagement towards a minimum load is worth.
    """

    fill: Floats | None = None
    raise_floor: bool = False
    floor: float | None = None
    prize: float = 0.0


@dataclass(frozen=True, slots=True)
class Relaxed:
    """The optimum of a linear relaxation over all pairs of request and expert.

    - `bound`: no assignment has a higher objective.
    - `requests`, `experts`, `values`: the pairs laid down and how much of each is taken, shape (n_pairs,).
    - `profit`: what any pair could add to the bound, shape (n_requests, n_experts); -inf where it is not allowed.
    - `missing`: seats that no assignment can fill. `whole`: whether all values are whole numbers.
    """

    bound: float
    requests: Ints
    experts: Ints
    values: Floats
    profit: Floats
    missing: float
    whole: bool
    rounds: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A whole-number solution: the pairs taken, shape (n_requests, n_experts), its objective, a bound on all others."""

    pairs: Bools
    objective: float
    bound: float
