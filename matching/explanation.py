"""Reasons: why an expert stands where they stand, in words that a person can check.

Shown are the items that carried the affinity with the words to mark in them, the terms that contributed most, one
number for all others, and the adjustments. terms + rest + adjustments is the affinity, exactly (see `reckoning`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.analysis import Analyser
from matching.asking import Asked, Prepared
from matching.documents import item_text
from matching.parameters import Parameters
from matching.profile import Item
from matching.reading import concept_code, concepts_among
from matching.reckoning import Adjustment, Evidence, Reckonings
from matching.records import LANGUAGES
from matching.standing import Place
from matching.text import is_han
from matching.weights import FIELDS, Field, Floats

WORDS_SHOWN = 4
Shared = Mapping[Field, "_Shared"]
Line = tuple[str, str]  # Field and term.
Terms = Mapping[str, Set[str]]  # Some terms of each field.
Spellings = Mapping[Line, dict[str, None]]  # How a line is written, each spelling once.


@dataclass(frozen=True, slots=True)
class ItemReason:
    """An item that carried a `share` (0 to 1) of the affinity, and the words of its text that the request shares."""

    title: str
    kind: str
    year: int | None
    language: str
    verified: bool | None
    share: float
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TermReason:
    """A line of the sum.

    field: "concept" (`label` is a vocabulary code), "native" (a Latin term, folded, or a Chinese word of the request
    with all its characters and pairs) or "pivot" (an English stem). words: the words of the request, then of the
    items, that gave the term, as they are spelt there.
    """

    label: str
    field: str
    contribution: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reasons:
    """Everything that explains one candidate.

    `rest` is the sum of the `rest_count` lines that are not listed in `terms`; `items_left` says how many more items
    had a share.
    """

    items: tuple[ItemReason, ...]
    items_left: int
    terms: tuple[TermReason, ...]
    rest: float
    rest_count: int
    adjustments: tuple[Adjustment, ...]
    aspects_covered: tuple[str, ...]
    aspects_missing: tuple[str, ...]


class Explainer:
    """Explains the candidates of one request; what the request itself says is worked out once for all of them."""

    def __init__(self, analyser: Analyser, asked: Asked, prepared: Prepared, parameters: Parameters) -> None:
        self._analyser = analyser
        self._prepared = prepared
        self._parameters = parameters
        self._reading = asked.reading
        self._words = asked.reading.words_of_terms()

    def explain(
        self,
        reckonings: Reckonings,
        evidence: Evidence,
        items: Sequence[Sequence[Item]],
        covered: Sequence[Collection[str]],
    ) -> list[Reasons]:
        """Return the reasons behind reckonings of this evidence, for experts who have these items and hold these
        aspects.
        """
        labels, sums = _in_words(reckonings, self._words)
        lines = _shown(labels, sums, self._parameters.shown_terms)
        wanted = _by_field(line for own in lines for line, _ in own.shown)
        asked = _spellings(self._reading.places_of(wanted), self._reading.text, wanted)
        shared = {field: _Shared(field, self._prepared, evidence) for field in FIELDS}
        starts = reckonings.starts.tolist()
        return [
            self._reasons(
                reckonings, place, evidence.kinds, starts[place], items[place], covered[place], own, asked, shared
            )
            for place, own in enumerate(lines)
        ]

    def _reasons(
        self,
        reckonings: Reckonings,
        expert: int,
        kinds: NDArray[np.uint8],
        start: int,
        items: Sequence[Item],
        covered: Collection[str],
        lines: _Lines,
        asked: Spellings,
        shared: Shared,
    ) -> Reasons:
        shares = reckonings.shares[start : reckonings.starts[expert + 1]].tolist()
        rows = carrying(shares)
        shown = _by_field(line for line, _ in lines.shown)
        found: list[Spellings] = []
        reasons = []
        for row in rows[: self._parameters.shown_items]:
            item = items[row]
            marks, spellings = self._marked(item, shared, start + row, shown)
            found.append(spellings)
            language = LANGUAGES[kinds[start + row] % len(LANGUAGES)]
            reasons.append(ItemReason(item.title, item.kind, item.year, language, item.verified, shares[row], marks))
        spelt = [asked, *found]
        return Reasons(
            items=tuple(reasons),
            items_left=len(rows) - len(reasons),
            terms=tuple([_term_reason(line, contribution, spelt) for line, contribution in lines.shown]),
            rest=lines.rest,
            rest_count=lines.rest_count,
            adjustments=reckonings.adjustments[expert],
            aspects_covered=tuple([code for code in self._prepared.aspects if code in covered]),
            aspects_missing=tuple([code for code in self._prepared.aspects if code not in covered]),
        )

    def _marked(self, item: Item, shared: Shared, row: int, shown: Terms) -> tuple[tuple[str, ...], Spellings]:
        """Return the words of an item that the request shares, and how it spells those of them that are `shown`.

        Lone Han characters are too common to mark, and are looked for only where one is shown.
        """
        text = item_text(item)
        (native, concepts), (pivot, more) = shared["native"].of(row), shared["pivot"].of(row)
        if not text:  # An item of curated codes has no words to mark.
            return tuple(sorted(concept[1:] for concept in concepts)), {}
        reading = self._analyser.remembered(text)
        if reading.is_plain:
            native = {term for term in native if len(term) > 1 or term in shown["native"]}
        places = reading.places_of({"native": native, "pivot": pivot, "concept": concepts | more})
        return _marks(places, text), _spellings(places, text, shown)


def carrying(shares: Sequence[float]) -> list[int]:
    """Return which of an expert's items have a share in the affinity, the greatest first."""
    return sorted((row for row, share in enumerate(shares) if share), key=lambda row: -shares[row])


class _Shared:
    """The terms of one field that the request shares with each row of an evidence."""

    def __init__(self, field: Field, prepared: Prepared, evidence: Evidence) -> None:
        hits = evidence.hits[field]
        order = np.argsort(hits.rows, kind="stable")
        self._name = prepared.fields[field].terms.__getitem__
        self._concepts = concepts_among(prepared.fields[field].terms)
        self._terms: list[int] = hits.terms[order].tolist()
        self._starts: list[int] = np.searchsorted(hits.rows[order], np.arange(evidence.starts[-1] + 1)).tolist()

    def of(self, row: int) -> tuple[set[str], set[str]]:
        """Return the field's own terms of a row, and its concepts: these are looked for in another way."""
        names = set(map(self._name, self._terms[self._starts[row] : self._starts[row + 1]]))
        concepts = names & self._concepts
        return names - concepts, concepts


class _Lines(NamedTuple):
    """The lines of one expert that are shown, with their contributions; the sum and the number of the others."""

    shown: list[tuple[Line, float]]
    rest: float
    rest_count: int


def _in_words(reckonings: Reckonings, words: Mapping[str, str]) -> tuple[list[Line], Floats]:
    """Return the lines of all sums that somebody has, those of one Chinese word added up, and what they are.

    The sums, shape (n_experts, n_lines), stay the same, exactly: all summands are on the grid of `reckoning`.
    """
    keys: dict[Field, dict[int, Line]] = {}
    for field, (_, terms, _) in reckonings.parts.items():
        names = reckonings.fields[field].terms
        keys[field] = {term: _line(field, names[term], words) for term in np.flatnonzero(np.bincount(terms)).tolist()}
    labels = sorted({line for own in keys.values() for line in own.values()})
    at = {label: number for number, label in enumerate(labels)}
    cells, values = [], []
    for field, (experts, terms, added) in reckonings.parts.items():
        numbers = np.zeros(len(reckonings.fields[field].terms), dtype=np.int64)
        numbers[list(keys[field])] = [at[line] for line in keys[field].values()]
        cells.append(experts * len(labels) + numbers[terms])
        values.append(added)
    size = len(reckonings) * len(labels)
    sums = np.asarray(np.bincount(np.concatenate(cells), np.concatenate(values), size), dtype=np.float64)
    return labels, sums.reshape(len(reckonings), len(labels))


def _line(field: Field, term: str, words: Mapping[str, str]) -> Line:
    if concept_code(term) is not None:
        return "concept", term
    return field, words.get(term, term) if field == "native" else term


def _shown(labels: Sequence[Line], sums: Floats, most: int) -> list[_Lines]:
    """Return the greatest lines of each expert, of equal ones the first, and what is left of the others."""
    order = np.argsort(-sums, axis=1, kind="stable")[:, :most]
    greatest = np.take_along_axis(sums, order, axis=1)
    counts = np.count_nonzero(sums, axis=1).tolist()
    rests = (sums.sum(axis=1) - greatest.sum(axis=1)).tolist()  # Without rounding, whatever the order.
    return [
        _Lines(
            [(labels[line], value) for line, value in zip(own, values, strict=True) if value],
            rest,
            max(0, count - most),
        )
        for own, values, rest, count in zip(order.tolist(), greatest.tolist(), rests, counts, strict=True)
    ]


def _term_reason(line: Line, contribution: float, texts: Iterable[Spellings]) -> TermReason:
    words: dict[str, None] = {}
    for spellings in texts:
        if line in spellings:
            words |= spellings[line]
    field, term = line
    return TermReason(concept_code(term) or term, field, contribution, tuple(words)[:WORDS_SHOWN])


def _by_field(lines: Iterable[Line]) -> Terms:
    wanted: dict[str, set[str]] = {"native": set(), "pivot": set(), "concept": set()}
    for field, term in lines:
        wanted[field].add(term)
    return wanted


def _spellings(places: Sequence[Place], text: str, wanted: Terms) -> Spellings:
    """Return how those of the wanted lines that stand at these places are spelt there."""
    found: dict[Line, dict[str, None]] = {}
    for field, term, start, end in places:
        if term in wanted[field]:
            found.setdefault((field, term), {})[text[start:end]] = None
    return found


def _marks(places: Sequence[Place], text: str) -> tuple[str, ...]:
    """Return the stretches of text that the places cover; lone Han characters are too common to mark."""
    spans = sorted({(start, end) for _, _, start, end in places})
    marks: dict[str, None] = {}
    start = end = 0
    for left, right in [*spans, (len(text), len(text))]:
        if right - left == 1 and is_han(text[left]):
            continue
        if left >= end:  # A gap: what was collected so far is complete. Neighbours that merely touch stay apart.
            marks[text[start:end]] = None
            start = left
        end = max(end, right)
    marks.pop("", None)
    return tuple(marks)
