"""Filling a list by coverage: each place goes to whoever adds most to what the list covers, affinity considered.

Greedy maximisation of a coverage function, which is within 1 − 1/e of the best list there is (Nemhauser, Wolsey &
Fisher, Mathematical Programming 14, 1978). The trade-off with affinity is that of maximal marginal relevance
(Carbonell & Goldstein, SIGIR 1998), with coverage of codes in the place of dissimilarity.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.asking import Asked, Prepared
from matching.weights import Floats


def worth_of(asked: Asked, prepared: Prepared) -> dict[str, float]:
    """Return what covering each code is worth: a named aspect as much as two that the request's words point to."""
    recognised = {span.code for span in asked.reading.spans()} - set(asked.aspects)
    return dict.fromkeys(sorted(recognised), 1.0) | dict.fromkeys(prepared.aspects, 2.0)


def fill(
    affinities: Floats, held: Sequence[NDArray[np.bool_]], weights: Sequence[float], k: int, share: float
) -> list[int]:
    """Return the places of `k` experts (of fewer, where fewer have an affinity above 0), in the order they were taken.

    affinities: shape (n_experts,), 0 to 1. held: for each wanted code, which experts hold it, shape (n_experts,).
    weights: what covering each code is worth, above 0. share: 0 takes by affinity alone, 1 by coverage alone as long as
    anything is left to cover. Of equals (to nine digits) who has the greater affinity is taken, then the first in the
    order of experts.
    """
    order = np.argsort(-affinities, kind="stable")
    order = order[affinities[order] > 0]
    if not len(order):
        return []
    near = affinities[order] / affinities[order[0]]
    gains = np.array([row[order] for row in held]).reshape(len(held), len(order)) * np.array(weights)[:, None]
    total = float(sum(weights)) or 1.0
    taken: list[int] = []
    for _ in range(min(k, len(order))):
        worth = (1 - share) * near + share * gains.sum(axis=0) / total
        worth[taken] = -1.0
        taken.append(int(np.argmax(np.round(worth, 9))))
        gains[gains[:, taken[-1]] > 0] = 0.0
    return [int(order[place]) for place in taken]
