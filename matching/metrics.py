"""Metrics of one ranked list (a *group*), and their means with bootstrap intervals.

A group holds everything that one request ranked (experts), or everything that one expert was scored for
(requests).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BOOTSTRAPS = 1000
SEED = 0


@dataclass(frozen=True, slots=True)
class Group:
    """A ranked list: `ranked` ids, best first; `scores` and `grades` (0 to 1000) of the judged; who is `relevant`."""

    ranked: tuple[str, ...]
    scores: Mapping[str, float]
    grades: Mapping[str, float]
    relevant: frozenset[str]


def least_relevant(grades: Iterable[float]) -> float:
    """Return the grade from which on somebody is relevant for a request that has these grades: 2 where one exceeds 1,
    else 1.
    """
    return 2.0 if max(grades, default=0.0) > 1.0 else 1.0


def ndcg(group: Group, depth: int = 10) -> float | None:
    """Return nDCG with gain 2^grade - 1 and discount log2(rank + 1), 0 to 1; None where no grade is above 0.

    The ideal list is that of the judged; who was not judged counts as grade 0. Järvelin & Kekäläinen, ACM
    TOIS 20(4), 2002; the exponential gain is Burges et al., ICML 2005.
    """
    ideal = _dcg(sorted(group.grades.values(), reverse=True)[:depth])
    if not ideal:
        return None
    return _dcg([group.grades.get(one, 0.0) for one in group.ranked[:depth]]) / ideal


def precision(group: Group, depth: int = 5) -> float | None:
    """Return the share of relevant among the first `depth`, 0 to 1; None where nothing is relevant.

    Manning, Raghavan & Schütze, Introduction to Information Retrieval, 2008, ch. 8. A list shorter than
    `depth` is divided by `depth` all the same.
    """
    return len(group.relevant & set(group.ranked[:depth])) / depth if group.relevant else None


def recall(group: Group, depth: int = 10) -> float | None:
    """Return the share of the relevant that is among the first `depth`, 0 to 1; None where nothing is
    relevant.

    Manning, Raghavan & Schütze, Introduction to Information Retrieval, 2008, ch. 8.
    """
    return len(group.relevant & set(group.ranked[:depth])) / len(group.relevant) if group.relevant else None


def reciprocal_rank(group: Group) -> float | None:
    """Return 1 / rank of the first relevant, in the whole list, 0 to 1; None where nothing is relevant.

    Voorhees, The TREC-8 Question Answering Track Report, 1999.
    """
    if not group.relevant:
        return None
    return next((1 / rank for rank, one in enumerate(group.ranked, 1) if one in group.relevant), 0.0)


def pairwise_loss(group: Group) -> tuple[float, float]:
    """Return the loss over pairs of judged with different grades, and the greatest loss there could be.

    A pair in the wrong order costs the difference of its grades, a tie half of it. Stelmakh, Wieting, Neubig
    & Shah, A Gold Standard Dataset for the Reviewer Assignment Problem, 2023, section 4.
    """
    judged = sorted(group.grades)
    grades = np.array([group.grades[one] for one in judged])
    scores = np.array([group.scores[one] for one in judged])
    better = np.maximum(grades[:, None] - grades[None, :], 0.0)  # Each pair once, from the side of the better.
    ahead = np.sign(scores[:, None] - scores[None, :])
    return float((better * (1 - ahead) / 2).sum()), float(better.sum())


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % bootstrap interval; all None where there are no data."""

    value: float | None
    low: float | None
    high: float | None


def mean_interval(values: Sequence[float | None]) -> Interval:
    """Return the mean of the values that are not None, with its interval."""
    known = [value for value in values if value is not None]
    return ratio_interval([(value, 1.0) for value in known])


def ratio_interval(parts: Sequence[tuple[float, float]]) -> Interval:
    """Return the sum of the first parts over the sum of the second, with its interval over groups.

    Percentile bootstrap (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13): 1,000 resamples
    of the groups, from a generator seeded with 0. Resamples that have nothing to divide by are left out.
    """
    table = np.array(parts, dtype=np.float64).reshape(-1, 2)
    if not table[:, 1].sum():
        return Interval(None, None, None)
    drawn = np.random.default_rng(SEED).integers(0, len(table), (BOOTSTRAPS, len(table)))
    sums: NDArray[np.float64] = table[drawn].sum(axis=1)
    sums = sums[sums[:, 1] > 0]
    low, high = np.percentile(sums[:, 0] / sums[:, 1], (2.5, 97.5))
    return Interval(float(table[:, 0].sum() / table[:, 1].sum()), float(low), float(high))


def _dcg(grades: Sequence[float]) -> float:
    return math.fsum((2.0**grade - 1.0) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))


GROUP_METRICS: Mapping[str, Callable[[Group], float | None]] = {
    "ndcg@10": ndcg,
    "precision@5": precision,
    "recall@10": recall,
    "mrr": reciprocal_rank,
}
