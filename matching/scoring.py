"""The formula, as a kernel reads it.

Item score: request and item in one language, native_weight·cos(native) + (1 - native_weight)·cos(pivot);
otherwise cos(pivot) alone. A text without a language (codes only) goes with any. An item known to be unverified counts
`unverified_factor` as much. Expert affinity: mean_weight·(mean over the items) + (1 - mean_weight)·(mean of the best
items, of which an absent one counts nothing), times a factor per missing must-have.

`reckoning` computes the same exactly, for a few.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from matching.parameters import Parameters
from matching.records import LANGUAGES
from matching.weights import FIELDS, Field, Floats


def shares(language: str, parameters: Parameters) -> Mapping[Field, Floats]:
    """Return what a row's cosine in each field counts for a request in this language, by the row's kind; shape (6,).

    A row's kind is its language and whether it is doubted, see `records.kind_of`.
    """
    same = np.array([language in ("", one) or not one for one in LANGUAGES])
    native = np.tile(np.where(same, parameters.native_weight, 0.0), 2)
    return {"native": native, "pivot": 1.0 - native}


def trust(parameters: Parameters) -> Floats:
    """Return what a row's score is multiplied by, by its kind; shape (6,)."""
    return np.repeat([1.0, parameters.unverified_factor], len(LANGUAGES))


def counting(language: str, parameters: Parameters) -> Floats:
    """Return `shares` in both fields and `trust`, shape (3, 6); callers must not write to it."""
    return _counting(language, parameters.native_weight, parameters.unverified_factor)


@lru_cache(maxsize=64)
def _counting(language: str, native_weight: float, unverified_factor: float) -> Floats:
    parameters = Parameters(native_weight=native_weight, unverified_factor=unverified_factor)
    own = shares(language, parameters)
    return np.stack([*(own[field] for field in FIELDS), trust(parameters)])


def pool_weights(items: int, parameters: Parameters) -> tuple[float, float]:
    """Return the weight of each of an expert's items, and what each of the best has besides."""
    # Whoever has fewer than the best three has nothing for the rest: one line must not weigh like three.
    return parameters.mean_weight / items, (1.0 - parameters.mean_weight) / parameters.best
