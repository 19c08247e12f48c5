"""Scores with SciPy and NumPy, in 32 bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import _sparsetools, csr_array

from matching.asking import Counted, Known, Prepared
from matching.live import Live
from matching.moving import Moves, moved
from matching.parameters import Parameters
from matching.pooling import pooled
from matching.ranges import among, bounds, narrowed, ranges
from matching.scoring import counting
from matching.segment import Segment
from matching.weighing import exactly as exactly
from matching.weights import FIELDS, Field, Floats, Rows, sublinear, sublinear_table, weigh

_MANY = 2048  # Postings from which a term is worth a call of its own, without a copy.
_CHUNK = 128  # Scores, about, of which the greatest is looked at first.
_NEXT_TO_NOTHING = float(np.finfo(np.float32).smallest_subnormal)

Single = NDArray[np.float32]
NAME = "scipy"
_LANGUAGES = 4  # Ways of counting that are remembered of a segment: a request in each language is one.
_COUNTS: WeakKeyDictionary[Segment, dict[Any, tuple[Single, ...]]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False, slots=True)
class Inverse:
    """The postings of one field by term: rows and 1 + ln tf of term t stand from starts[t] to starts[t + 1], where t is
    its number or, in a small segment, its place among `terms` (`ranges.narrowed`).
    """

    terms: NDArray[np.int32]
    starts: NDArray[Any]
    rows: NDArray[Any]
    levels: Single

    def sizes(self, terms: Rows) -> Rows:
        """Return how many rows hold each term, by place; none where a term is not among them."""
        last = len(self.starts) - 1
        sizes = self.starts[np.minimum(terms + 1, last)] - self.starts[np.minimum(terms, last)]
        return np.asarray(sizes, dtype=np.int64)

    @staticmethod
    def error(largest: int) -> float:
        """Return by how much 1 + ln tf is rounded at most, relative to it, where no tf is above `largest`."""
        return 0.0

    def postings(self, terms: Rows) -> tuple[Rows, Floats, Rows]:
        """Return the rows that hold one of the terms, in no order, their 1 + ln tf, and the term's place in `terms`."""
        terms = among(self.terms, terms)
        sizes = self.sizes(terms)
        at = ranges(self.starts[np.where(sizes > 0, terms, 0)].astype(np.int64), sizes)
        return (
            self.rows[at].astype(np.int64),
            self.levels[at].astype(np.float64),
            np.repeat(np.arange(len(terms)), sizes),
        )

    def mend(self, norms: Single, terms: Rows, gains: Floats) -> None:
        """Add `gains`, times the square of 1 + ln tf, to the squares of the norms of the rows that hold the terms;
        `norms` are one over these.
        """
        rows, levels, term = self.postings(terms)
        touched, at = np.unique(rows, return_inverse=True)
        more = np.bincount(at, levels**2 * gains[term], minlength=len(touched))
        norms[touched] = 1.0 / np.sqrt(np.maximum(1.0 / norms[touched].astype(np.float64) ** 2 + more, 1e-30))


def invert(starts: Rows, columns: NDArray[np.int32], tfs: NDArray[Any], n_terms: int, rectangles: Rows) -> Inverse:
    """Return the postings of rows given one after the other."""
    levels = sublinear_table(int(tfs.max(initial=0))).astype(np.float32)[tfs]
    terms, columns, n_terms = narrowed(columns, n_terms)
    turned = csr_array((levels, columns, starts), shape=(len(starts) - 1, n_terms)).tocsc()
    kind = np.int32 if turned.nnz < 2**31 else np.int64
    return Inverse(terms, turned.indptr.astype(kind, copy=False), turned.indices.astype(kind, copy=False), turned.data)


def known(counted: Counted, rarities: Floats, boosts: Floats, numbers: Rows, live: Live) -> Known:
    """Return the terms that the pool holds, with their weights; `numbers` are those in the vocabularies, -1 if none."""
    halves = slice(counted.native), slice(counted.native, None)
    dfs = np.concatenate([live.df(field, numbers[own]) for field, own in zip(FIELDS, halves, strict=True)])
    held = (dfs > 0) & ((counted.tfs > 0) | (boosts > 0))
    native = int(np.count_nonzero(held[: counted.native]))
    places = np.flatnonzero(held)
    weights = [
        weigh(counted.tfs[own], rarities[own], boosts[own], dfs[own], live.items)
        for own in (places[:native], places[native:])
    ]
    return Known(places, numbers[places], dfs[places], np.concatenate(weights), native)


def candidates(
    pairs: Sequence[tuple[Segment, Moves]],
    prepared: Prepared,
    live: Live,
    parameters: Parameters,
    k: int,
    factor: float,
) -> list[Rows]:
    """Return, for each segment with what moves its scores, the places of those whose affinity (see `affinities`) is at
    least `factor` times the k-th greatest of all, and at times a few that are nearly as great.
    """
    return reaching([affinities(*pair, prepared, live, parameters) for pair in pairs], k, factor)


def affinities(segment: Segment, moves: Moves, prepared: Prepared, live: Live, parameters: Parameters) -> Single:
    """Return the affinity of every expert of a segment who is asked for, within the errors of postings and norms, and 0
    for all others; shape (n_experts,).
    """
    if segment.inverse is None:
        dots = {field: _dots_of_rows(segment, field, prepared, live) for field in FIELDS}
    else:
        dots = {
            field: _dots(
                segment.inverse[field],
                segment.n_rows,
                prepared.columns[field],
                prepared.weights[field].astype(np.float32),
            )
            for field in FIELDS
        }
    counts = _counts(segment, prepared.language, parameters)
    scores = moved(combine(dots, live.norms(segment), counts, segment.rectangles, parameters), moves)
    scores *= moves.mask
    return scores


def _counts(segment: Segment, language: str, parameters: Parameters) -> Sequence[Single]:
    """Return `counts_of` the rows of a segment; to look a number up for every row takes longer than most of a list."""
    remembered = _COUNTS.setdefault(segment, {})
    key = language, parameters.native_weight, parameters.unverified_factor
    found = remembered.get(key)
    if found is None:
        if len(remembered) >= _LANGUAGES:
            remembered.clear()
        found = tuple(one.astype(np.float32) for one in counts_of(segment.kinds, counting(language, parameters)))
        remembered[key] = found
    return found


def counts_of(kinds: NDArray[np.uint8], shares: Floats) -> Sequence[Floats]:
    """Return what the cosine of each row counts in each field, shape (n_rows,); `shares`: see `scoring.counting`."""
    return [share[kinds] for share in shares[:2] * shares[2]]


def combine(
    dots: Mapping[Field, NDArray[Any]],
    norms: Mapping[Field, NDArray[Any]],
    counts: Sequence[NDArray[Any]],
    rectangles: Rows,
    parameters: Parameters,
) -> NDArray[Any]:
    """Return the affinity of every expert from the dot products of every row, which it overwrites, one over the norms
    and what each row counts in each field; in as many bits as these have.
    """
    native, pivot = (dots[field] for field in FIELDS)
    for field, part, count in zip(FIELDS, (native, pivot), counts, strict=True):
        part *= norms[field]
        part *= count
    native += pivot
    return pooled(native, rectangles, parameters)


def _dots(inverse: Inverse, n_rows: int, terms: Rows, weights: Single) -> Single:
    """Return the sum of weight·(1 + ln tf) over the terms in every row, shape (n_rows,); reads only their postings."""
    sums = np.zeros(n_rows, dtype=np.float32)
    terms = among(inverse.terms, terms)
    sizes = inverse.sizes(terms)
    for place in np.flatnonzero(sizes >= _MANY).tolist():
        term = int(terms[place])
        span = inverse.starts[term : term + 2]
        _sparsetools.csc_matvec(n_rows, 1, span, inverse.rows, inverse.levels, weights[place : place + 1], sums)
    few = np.flatnonzero((sizes > 0) & (sizes < _MANY))
    if len(few):
        kind = inverse.rows.dtype
        chosen, limits = terms[few].astype(kind), bounds(sizes[few]).astype(kind)
        rows, levels = np.empty(limits[-1], dtype=kind), np.empty(limits[-1], dtype=np.float32)
        _sparsetools.csr_row_index(len(few), chosen, inverse.starts, inverse.rows, inverse.levels, rows, levels)
        _sparsetools.csc_matvec(n_rows, len(few), limits, rows, levels, weights[few], sums)
    return sums


def _dots_of_rows(segment: Segment, field: Field, prepared: Prepared, live: Live) -> Single:
    """Return the same of a small segment without postings: that of the latest edits, made anew by every edit."""
    rows = segment.fields[field]
    held = live.spread(field, prepared.columns[field], prepared.weights[field], rows.terms())
    owners = np.repeat(np.arange(segment.n_rows), np.diff(rows.starts))
    return np.bincount(owners, held * sublinear(rows.tfs()), minlength=segment.n_rows).astype(np.float32)


def reaching(scores: Sequence[Single], k: int, factor: float) -> list[Rows]:
    """Return, for each part, the places of scores above 0 that are at least `factor` times the k-th greatest of all."""
    # The k-th greatest of the chunks' maxima is no greater than that of all: no other chunk need be looked at.
    maxima = [_maxima(own) for own in scores]
    least = _kth(maxima, k) * factor
    places = [_of_chunks(most >= least, len(own)) for own, most in zip(scores, maxima, strict=True)]
    left = [own[at] for own, at in zip(scores, places, strict=True)]
    line = max(_kth(left, k) * factor, _NEXT_TO_NOTHING)
    return [np.sort(at[own >= line]) for own, at in zip(left, places, strict=True)]


def _maxima(scores: Single) -> Single:
    """Return the greatest of each chunk. A chunk is a column of the scores written in rows, the last of them shorter:
    so the maxima of all are found in a few passes over neighbours.
    """
    width = -(-len(scores) // _CHUNK)
    whole = len(scores) // max(width, 1) * width
    rest = scores[whole:]
    found: Single = scores[:whole].reshape(-1, max(width, 1)).max(axis=0, initial=-np.inf)[:width]
    np.maximum(found[: len(rest)], rest, out=found[: len(rest)])
    return found


def _kth(parts: Sequence[Single], k: int) -> float:
    """Return the k-th greatest of all values, 0 where there are not so many."""
    values = np.concatenate(parts)
    return float(np.partition(values, len(values) - k)[len(values) - k]) if k <= len(values) else 0.0


def _of_chunks(chosen: NDArray[np.bool_], length: int) -> Rows:
    """Return the places in these chunks, of so many in all, in no order."""
    places = (np.arange(0, max(length, 1), max(len(chosen), 1))[:, None] + np.flatnonzero(chosen)).ravel()
    return places[places < length]
