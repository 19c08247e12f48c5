"""Fast scores: the affinity of every expert at once, with NumPy. `reckoning` computes the same exactly, for a
few.

Item score: request and item in one language, native_weight·cos(native) + (1 - native_weight)·cos(pivot);
otherwise cos(pivot) alone. A text without a language (codes only) goes with any. Expert affinity:
mean_weight·(mean over the items) + (1 - mean_weight)·(mean of the best three), times a factor per missing
must-have.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matching.asking import Prepared
from matching.block import LANGUAGES, Block, Vocabulary
from matching.layout import Layout
from matching.parameters import Parameters
from matching.weights import Field, Floats


def cosines(
    field: Field, prepared: Prepared, vocabulary: Vocabulary, blocks: Sequence[Block], layout: Layout
) -> Floats:
    """Return the cosine of request and item for every row, shape (n_rows,), 0 to 1."""
    weights = prepared.fields[field].weights()
    terms = np.array([vocabulary[term] for term in weights], dtype=np.intp)
    values = np.array(list(weights.values()), dtype=np.float64)
    return np.concatenate([block.dots(field, terms, values) for block in blocks]) / layout.norms[field]


def item_scores(native: Floats, pivot: Floats, language: str, layout: Layout, parameters: Parameters) -> Floats:
    """Return the score of every row, shape (n_rows,), 0 to 1, from its cosines in the two fields."""
    same = (layout.languages == LANGUAGES.index(language)) | (layout.languages == 0) | (language == "")
    share = np.where(same, parameters.native_weight, 0.0)
    trust = np.where(layout.doubted, parameters.unverified_factor, 1.0)
    return np.asarray((share * native + (1.0 - share) * pivot) * trust)


def pooled(scores: Floats, layout: Layout, parameters: Parameters) -> Floats:
    """Return the affinity of every expert, shape (n_experts,), 0 to 1, from the scores of all rows."""
    affinities = np.zeros(layout.n_experts)
    for group in layout.rectangles:
        table = scores[group.rows]
        size = table.shape[1]
        best = (
            np.partition(table, size - parameters.best, axis=1)[:, -parameters.best :]
            if size > parameters.best
            else table
        )
        affinities[group.experts] = parameters.mean_weight * table.mean(axis=1) + (
            1.0 - parameters.mean_weight
        ) * best.mean(axis=1)
    return affinities
