"""Affinities, reckoned exactly: each is the sum of its terms' contributions and adjustments.

Every summand is rounded to a multiple of 2**-50, and the affinity *is* their sum. Such numbers, below 8, add
without any rounding, in any order, so that the lines of an explanation always sum to its total, to the last
digit. The same function reckons for a fresh shortlist and for one stored years ago; it reads neither index
nor vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.parameters import Parameters
from matching.ranges import bounds, ranges
from matching.reading import concept_code
from matching.scoring import pool_weights, shares, trust
from matching.weights import FIELDS, Field, Floats, QueryField, Rows, on_grid, sublinear

NOTHING = 1e-12  # What a baseline leaves of an affinity counts from here on: less could be rounding of a fast score.


@dataclass(frozen=True, eq=False, slots=True)
class Hits:
    """Where rows hold terms of the request: row, place of the term in its `QueryField`, and tf; shape (n_hits,)."""

    rows: Rows
    terms: Rows
    tfs: Rows

    def renumbered(self, new: Rows) -> Hits:
        """Return the hits with other numbers of the rows; those that have none (-1) are left out."""
        rows = new[self.rows]
        kept = rows >= 0
        return Hits(rows[kept], self.terms[kept], self.tfs[kept])


@dataclass(frozen=True, eq=False, slots=True)
class Evidence:
    """Experts' items as the reckoning needs them: those of expert i are the rows `starts[i]` to `starts[i + 1]`.

    kinds: language and doubt of each row (`records.kind_of`). norms: per field, shape (n_rows,).
    """

    starts: Rows
    kinds: NDArray[np.uint8]
    norms: Mapping[Field, Floats]
    hits: Mapping[Field, Hits]

    @property
    def owners(self) -> Rows:
        """The expert of every row, shape (n_rows,)."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def of(self, experts: Sequence[int]) -> Evidence:
        """Return the evidence of some of the experts, in this order."""
        rows, starts = _rows_of(self.starts, experts)
        new = np.full(self.starts[-1], -1)
        new[rows] = np.arange(len(rows))
        norms = {field: self.norms[field][rows] for field in FIELDS}
        return Evidence(starts, self.kinds[rows], norms, {field: self.hits[field].renumbered(new) for field in FIELDS})


class Shifts(NamedTuple):
    """What moves affinities besides words, multiples of 2**-50, shape (n_experts,) or None where nothing does.

    subtracted: see `matching.baseline`. added: see `matching.likeness`; to affinities above 0, up to 1.
    """

    subtracted: Floats | None = None
    added: Floats | None = None

    def of(self, order: Rows) -> Shifts:
        """Return the shifts of some of the experts, in this order."""
        return Shifts(*(None if own is None else own[order] for own in self))

    @property
    def is_nothing(self) -> bool:
        """Whether all affinities stay where they are."""
        return self.subtracted is None and self.added is None


UNMOVED = Shifts()


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


class Lines:
    """The lines of the sums for one request: (field, term), sorted; terms that are concepts share one for both fields.

    `of` has, per field, the line of each term of the request.
    """

    def __init__(self, fields: Mapping[Field, QueryField]) -> None:
        keys = {field: [_line(field, term) for term in fields[field].terms] for field in FIELDS}
        self.keys = sorted({*keys["native"], *keys["pivot"]})
        at = {key: number for number, key in enumerate(self.keys)}
        self.of = {field: np.array([at[key] for key in keys[field]], dtype=np.int64) for field in FIELDS}


def _line(field: Field, term: str) -> tuple[str, str]:
    return (field if concept_code(term) is None else "concept", term)


@dataclass(frozen=True, eq=False)
class Reckonings:
    """The reckonings of several experts.

    affinities: shape (n_experts,), 0 to 1. shares: of each row in its expert's affinity, shape (n_rows,). parts: per
    field, expert, term and contribution of every hit; summed up by `lines` and `contributions` when those are asked
    for.
    """

    fields: Mapping[Field, QueryField]
    affinities: Floats
    adjustments: Sequence[tuple[Adjustment, ...]]
    shares: Floats
    starts: Rows
    parts: Mapping[Field, tuple[Rows, Rows, Floats]]

    def __len__(self) -> int:
        return len(self.affinities)

    def of(self, experts: Sequence[int]) -> Reckonings:
        """Return the reckonings of some of the experts, in this order."""
        rows, starts = _rows_of(self.starts, experts)
        order = np.array(experts, dtype=np.int64)
        new = np.full(len(self), -1)
        new[order] = np.arange(len(order))
        parts = {field: _kept(new[owners], terms, values) for field, (owners, terms, values) in self.parts.items()}
        adjustments = [self.adjustments[expert] for expert in experts]
        return Reckonings(self.fields, self.affinities[order], adjustments, self.shares[rows], starts, parts)

    @cached_property
    def lines(self) -> Lines:
        """What the sums are made of."""
        return Lines(self.fields)

    @cached_property
    def contributions(self) -> Floats:
        """What each line adds to each affinity, shape (n_experts, n_lines)."""
        width = len(self.lines.keys)
        cells = [
            (owners * width + self.lines.of[field][terms], values)
            for field, (owners, terms, values) in self.parts.items()
        ]
        return _sums(cells, len(self) * width).reshape(len(self), width)

    @cached_property
    def all(self) -> list[Reckoning]:
        """Every expert's reckoning, its terms by contribution, the greatest first."""
        return [self._one(place) for place in range(len(self))]

    def _one(self, place: int) -> Reckoning:
        row = self.contributions[place]
        order = [line for line in np.argsort(-row, kind="stable").tolist() if row[line]]
        keys = self.lines.keys
        terms = tuple(Term(keys[line][0], keys[line][1], float(row[line])) for line in order)
        own = self.shares[self.starts[place] : self.starts[place + 1]]
        return Reckoning(float(self.affinities[place]), terms, self.adjustments[place], tuple(own.tolist()))


def _kept(owners: Rows, terms: Rows, values: Floats) -> tuple[Rows, Rows, Floats]:
    """Return the hits of those who have a place."""
    kept = np.flatnonzero(owners >= 0)
    return owners[kept], terms[kept], values[kept]


def reckon(
    fields: Mapping[Field, QueryField],
    language: str,
    evidence: Evidence,
    missing_must: Sequence[Sequence[str]],
    parameters: Parameters,
    shifts: Shifts = UNMOVED,
) -> Reckonings:
    """Return the affinity of experts with these items to a request with these terms in this language.

    `shifts` is what moves each of them besides.
    """
    owners, hits = evidence.owners, evidence.hits
    n_experts = len(evidence.starts) - 1
    values = {field: _values(fields[field], field, language, evidence, parameters) for field in FIELDS}
    scores = _sums([(hits[field].rows, values[field]) for field in FIELDS], len(owners))
    trusted = scores * trust(parameters)[evidence.kinds]
    pool = _pooling_weights(trusted, evidence.starts, owners, parameters)
    parts = {
        field: (owners[hits[field].rows], hits[field].terms, on_grid(pool[hits[field].rows] * values[field]))
        for field in FIELDS
    }
    sums = _sums([(of, added) for of, _, added in parts.values()], n_experts)
    doubts = _sums([(owners, on_grid(pool * (trusted - scores)))], n_experts)
    adjustments, affinities = adjusted(sums + doubts, doubts, shifts, missing_must, parameters)
    totals = np.bincount(owners, pool * trusted, minlength=n_experts)[owners]
    own = np.divide(pool * trusted, totals, out=np.zeros(len(owners)), where=totals > 0)
    return Reckonings(fields, affinities, adjustments, own, evidence.starts, parts)


def _rows_of(starts: Rows, experts: Sequence[int]) -> tuple[Rows, Rows]:
    """Return the rows of these experts, and where the rows of each begin among them."""
    order = np.array(experts, dtype=np.int64)
    sizes = starts[order + 1] - starts[order]
    return ranges(starts[order], sizes), bounds(sizes)


def _values(asked: QueryField, field: Field, language: str, evidence: Evidence, parameters: Parameters) -> Floats:
    """Return what each hit adds to the score of its row, shape (n_hits,)."""
    hits = evidence.hits[field]
    share = shares(language, parameters)[field][evidence.kinds]
    weighted = share[hits.rows] * asked.weights[hits.terms] * sublinear(hits.tfs)
    return on_grid(weighted / evidence.norms[field][hits.rows])


def _pooling_weights(scores: Floats, starts: Rows, owners: Rows, parameters: Parameters) -> Floats:
    """Return the weight of each item in the mixture of the mean over all and the mean of the best; of equals, the first
    are best.
    """
    weights = [pool_weights(items, parameters) if items else (0.0, 0.0) for items in np.diff(starts).tolist()]
    each, more = np.array(weights).reshape(-1, 2)[owners].T
    order = np.lexsort((-scores, owners))
    best = np.zeros(len(scores), dtype=np.bool_)
    best[order] = np.arange(len(scores)) - starts[:-1][owners] < parameters.best
    return np.asarray(each + np.where(best, more, 0.0))


def adjusted(
    affinities: Floats,
    doubts: Floats,
    shifts: Shifts,
    missing_must: Sequence[Sequence[str]],
    parameters: Parameters,
) -> tuple[list[tuple[Adjustment, ...]], Floats]:
    """Return the adjustments of every expert, and the affinities after them."""
    subtracted, added = shifts
    adjusted = affinities.copy()
    found: list[tuple[Adjustment, ...]] = []
    for place, missing in enumerate(missing_must):
        own = [Adjustment("unverified", float(doubts[place]))] if doubts[place] else []
        if subtracted is not None and (taken := _taken(float(adjusted[place]), float(subtracted[place]))):
            own.append(Adjustment("baseline", -taken))
            adjusted[place] -= taken
        if added is not None and adjusted[place] > 0 and (given := min(float(added[place]), 1.0 - adjusted[place])):
            own.append(Adjustment("semantic", float(given)))
            adjusted[place] += given
        for code in missing:
            discount = float(on_grid(adjusted[place] * (parameters.missing_must_factor - 1.0)))
            own.append(Adjustment("missing_must", discount, code))
            adjusted[place] += discount
        found.append(tuple(own))
    return found, adjusted


def _taken(affinity: float, baseline: float) -> float:
    """Return the baseline, or all of an affinity of which it would leave nothing."""
    return baseline if affinity - baseline > NOTHING else affinity


def _sums(parts: Sequence[tuple[Rows, Floats]], length: int) -> Floats:
    """Return the sums of values on the grid by cell, shape (length,): exact, so that their order does not matter."""
    cells = np.concatenate([cells for cells, _ in parts])
    values = np.concatenate([np.zeros(0), *(values for _, values in parts)])
    return np.asarray(np.bincount(cells, values, minlength=length), dtype=np.float64)
