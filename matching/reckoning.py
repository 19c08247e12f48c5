"""The affinity of one expert, reckoned exactly: the sum of its terms' contributions and adjustments.

Every summand is rounded to a multiple of 2**-50, and the affinity *is* their sum. Such numbers, below 8, add
without any rounding, in any order, so that the lines of an explanation always sum to its total, to the last
digit. The same function reckons for a fresh shortlist and for one stored years ago; it reads neither index
nor vocabulary.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matching.analysis import concept_code
from matching.parameters import Parameters
from matching.profile import Item
from matching.weights import FIELDS, Field, QueryField, sublinear

_GRID = 2.0**50


@dataclass(frozen=True, slots=True)
class Evidence:
    """An item as the reckoning needs it: language, norm per field, and tf per field of the request's terms only."""

    item: Item
    language: str
    norms: Mapping[Field, float]
    tf: Mapping[Field, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A change of the affinity that no term explains, such as `missing_must` for the aspect `code`."""

    name: str
    value: float
    code: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A term that contributed; `field` is "native", "pivot" or, for both at once, "concept"."""

    field: str
    term: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Reckoning:
    """An affinity, 0 to 1, with all its summands and the share of each item, 0 to 1, summing to 1 or to 0."""

    affinity: float
    terms: tuple[Term, ...]
    adjustments: tuple[Adjustment, ...]
    shares: tuple[float, ...]


def reckon(
    fields: Mapping[Field, QueryField],
    language: str,
    items: Sequence[Evidence],
    missing_must: Sequence[str],
    parameters: Parameters,
) -> Reckoning:
    """Return the affinity of an expert with these items to a request with these terms in this language."""
    weights = {field: fields[field].weights() for field in FIELDS}
    parts = [_item_parts(weights, language, item, parameters) for item in items]
    scores = [math.fsum(part.values()) for part in parts]
    trust = [parameters.unverified_factor if item.item.verified is False else 1.0 for item in items]
    trusted = [score * factor for score, factor in zip(scores, trust, strict=True)]
    pool = _pooling_weights(trusted, parameters)
    terms = _terms(parts, pool)
    doubt = _on_grid(math.fsum(w * (t - s) for w, t, s in zip(pool, trusted, scores, strict=True)))
    adjustments = [Adjustment("unverified", doubt)] if doubt else []
    affinity = sum(term.contribution for term in terms) + doubt
    for code in missing_must:
        adjustments.append(
            Adjustment("missing_must", _on_grid(affinity * (parameters.missing_must_factor - 1.0)), code)
        )
        affinity += adjustments[-1].value
    total = math.fsum(w * t for w, t in zip(pool, trusted, strict=True))
    shares = tuple(w * t / total if total else 0.0 for w, t in zip(pool, trusted, strict=True))
    return Reckoning(affinity, terms, tuple(adjustments), shares)


def _item_parts(
    weights: Mapping[Field, Mapping[str, float]], language: str, item: Evidence, parameters: Parameters
) -> dict[tuple[str, str], float]:
    """Return what each term adds to the item's score, by field and term; concepts once for both fields."""
    same = language in ("", item.language) or not item.language
    native = parameters.native_weight if same else 0.0
    parts: dict[tuple[str, str], float] = {}
    shares: tuple[tuple[Field, float], ...] = (("native", native), ("pivot", 1.0 - native))
    for field, share in shares:
        for term, tf in item.tf[field].items() if share else ():
            key = (field if concept_code(term) is None else "concept", term)
            parts[key] = parts.get(key, 0.0) + share * weights[field][term] * sublinear(tf) / item.norms[field]
    return parts


def _pooling_weights(scores: Sequence[float], parameters: Parameters) -> list[float]:
    """Return the weight of each item in the mixture of the mean over all and the mean of the best."""
    if not scores:
        return []
    best = sorted(range(len(scores)), key=lambda place: (-scores[place], place))[: parameters.best]
    weights = [parameters.mean_weight / len(scores)] * len(scores)
    for place in best:
        weights[place] += (1.0 - parameters.mean_weight) / len(best)
    return weights


def _terms(parts: Sequence[Mapping[tuple[str, str], float]], pool: Sequence[float]) -> tuple[Term, ...]:
    """Return the contribution of every term, the greatest first."""
    summands: dict[tuple[str, str], list[float]] = {}
    for part, weight in zip(parts, pool, strict=True):
        for key, value in part.items():
            summands.setdefault(key, []).append(weight * value)
    found = (Term(*key, _on_grid(math.fsum(values))) for key, values in summands.items())
    return tuple(
        sorted(
            (term for term in found if term.contribution),
            key=lambda term: (-term.contribution, term.field, term.term),
        )
    )


def _on_grid(value: float) -> float:
    return round(value * _GRID) / _GRID
