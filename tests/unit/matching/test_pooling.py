"""Experts' scores from their items': the mean over all and the mean of the best, in either way of finding them."""

import numpy as np
import pytest

from matching import Parameters, pooling
from matching.pooling import pooled


def naive(scores, parameters):
    """The formula of `matching.scoring` for one expert, the straightforward way."""
    best = sorted(scores, reverse=True)[: parameters.best]
    share = parameters.mean_weight
    return share * sum(scores) / len(scores) + (1 - share) * sum(best) / parameters.best


@pytest.mark.parametrize("wide", [0, 10**9], ids=["column by column", "by partition"])
@pytest.mark.parametrize("best", [1, 2, 3, 5, 6])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pooled_scores_are_those_of_the_formula(monkeypatch, wide, best, dtype):
    monkeypatch.setattr(pooling, "_WIDE", wide)
    parameters = Parameters(best=best, mean_weight=0.3)
    scores = np.random.default_rng(best).integers(0, 999, 3 * 2 + 300 * 5).astype(dtype) / 8  # Equals are many.
    rectangles = np.array([(0, 0, 0, 4), (0, 3, 4, 2), (6, 300, 6, 5)])  # First row, items, first expert, experts.
    tables = scores[:6].reshape(3, 2).T, scores[6:].reshape(300, 5).T
    expected = [0.0] * 4 + [naive(own.tolist(), parameters) for table in tables for own in table]
    found = pooled(scores, rectangles, parameters)
    assert found.dtype == dtype
    assert found == pytest.approx(expected, rel=1e-5)


def test_finding_the_best_leaves_the_scores_as_they_are(monkeypatch):
    monkeypatch.setattr(pooling, "_WIDE", 0)
    scores = np.array([0.1, 0.4, 0.2, 0.5, 0.3])
    pooled(scores, np.array([(0, 5, 0, 1)]), Parameters())
    assert scores.tolist() == [0.1, 0.4, 0.2, 0.5, 0.3]
