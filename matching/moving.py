"""What moves the scores of everybody in a part besides words: likeness in meaning, and must-haves that are missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.asking import Prepared
from matching.parameters import Parameters
from matching.parts import Part, holding
from matching.segment import Mask
from matching.weights import Floats

_NONE = np.zeros(0)


class Moves(NamedTuple):
    """mask: who is asked for. added: to scores above 0, up to 1. factors: of what there is then. All of shape
    (n_experts,), the latter two of shape (0,) where they leave everybody as they are.
    """

    mask: Mask
    added: Floats = _NONE
    factors: Floats = _NONE


def moves(part: Part, mask: Mask, prepared: Prepared, must: Sequence[int], parameters: Parameters) -> Moves:
    """Return what moves those in a part; `must` are the numbers of the native terms of the must-haves."""
    factors = np.ones(len(mask)) if must else _NONE
    for term in must:
        factors *= np.where(holding(part, term), 1.0, parameters.missing_must_factor)
    return Moves(mask, _NONE if prepared.likeness is None else prepared.likeness.added(part.segment), factors)


def moved(scores: NDArray[Any], moves: Moves) -> NDArray[Any]:
    """Return the scores, in as many bits, as they are moved; the mask is not looked at."""
    if len(moves.added):
        raised = np.minimum(scores + moves.added.astype(scores.dtype), scores.dtype.type(1))
        scores = np.where(scores > 0, raised, scores)
    return scores * moves.factors.astype(scores.dtype) if len(moves.factors) else scores
