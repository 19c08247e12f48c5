"""Reasons: why an expert stands where they stand, in words that a person can check.

Shown are the items that carried the affinity with the words to mark in them, the terms that contributed most, one
number for all others, and the adjustments. terms + rest + adjustments is the affinity, exactly (see `reckoning`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.analysis import Analyser
from matching.asking import Asked, Prepared
from matching.documents import item_text
from matching.parameters import Parameters
from matching.profile import Item
from matching.reading import concept_code
from matching.reckoning import Adjustment, Evidence, Reckonings, Term
from matching.records import LANGUAGES
from matching.text import is_han
from matching.weights import FIELDS, Field, Floats

_WORDS_SHOWN = 4
Shared = Mapping[Field, "_Shared"]
Places = Sequence[tuple[str, str, int, int]]  # Field, term, start and end in the text.
Spellings = Mapping[tuple[str, str], dict[str, None]]  # (field, term) -> how it is written, each spelling once


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
        orders = [_greatest(own) for own in sums]
        asked = self._spelt_in_request(labels[line] for own in orders for line in own[: self._parameters.shown_terms])
        shared = {field: _Shared(field, self._prepared, evidence) for field in FIELDS}
        told = asked, shared
        return [
            self._reasons(reckonings, place, evidence, items[place], covered[place], labels, sums[place], order, told)
            for place, order in enumerate(orders)
        ]

    def _spelt_in_request(self, lines: Iterable[tuple[str, str]]) -> Spellings:
        wanted: dict[str, set[str]] = {}
        for field, term in lines:
            wanted.setdefault(field, set()).add(term)
        return _spellings(self._reading.places_of(wanted), self._reading.text)

    def _reasons(
        self,
        reckonings: Reckonings,
        expert: int,
        evidence: Evidence,
        items: Sequence[Item],
        covered: Collection[str],
        labels: Sequence[tuple[str, str]],
        sums: Floats,
        order: Sequence[int],
        told: tuple[Spellings, Shared],
    ) -> Reasons:
        asked, shared = told
        shown_terms, shown_items = self._parameters.shown_terms, self._parameters.shown_items
        start, stop = reckonings.starts[expert : expert + 2].tolist()
        shares = reckonings.shares[start:stop]
        carrying = _greatest(shares)
        shown = {labels[line][1] for line in order[:shown_terms]}
        found: list[Spellings] = []
        reasons = []
        for row in carrying[:shown_items]:
            marks, spellings = self._marked(items[row], shared, start + row, shown)
            found.append(spellings)
            language = LANGUAGES[evidence.kinds[start + row] % len(LANGUAGES)]
            reasons.append(_item_reason(items[row], language, float(shares[row]), marks))
        lines = [Term(labels[line][0], labels[line][1], float(sums[line])) for line in order[:shown_terms]]
        return Reasons(
            items=tuple(reasons),
            items_left=len(carrying) - len(reasons),
            terms=tuple(_term_reason(line, [asked, *found]) for line in lines),
            rest=float(sums[order[shown_terms:]].sum()),
            rest_count=len(order[shown_terms:]),
            adjustments=reckonings.adjustments[expert],
            aspects_covered=tuple(code for code in self._prepared.aspects if code in covered),
            aspects_missing=tuple(code for code in self._prepared.aspects if code not in covered),
        )

    def _marked(
        self, item: Item, shared: Shared, row: int, shown: Collection[str]
    ) -> tuple[tuple[str, ...], Spellings]:
        """Return the words of an item that the request shares, and how it spells those of them that are `shown`.

        Lone Han characters are too common to mark, and are looked for only where one is shown.
        """
        text = item_text(item)
        native, pivot = shared["native"].of(row), shared["pivot"].of(row)
        if not text:  # An item of curated codes has no words to mark.
            return tuple(sorted(code for code in map(concept_code, native["concept"]) if code)), {}
        reading = self._analyser.remembered(text)
        own = native["native"]
        if reading.is_plain:
            own = {term for term in own if len(term) > 1 or term in shown}
        wanted = {"native": own, "pivot": pivot["pivot"], "concept": native["concept"] | pivot["concept"]}
        places = reading.places_of(wanted)
        return _marks(places, text), _spellings(places, text)


class _Shared:
    """The terms of one field that the request shares with each row of an evidence."""

    def __init__(self, field: Field, prepared: Prepared, evidence: Evidence) -> None:
        hits = evidence.hits[field]
        order = np.argsort(hits.rows, kind="stable")
        self._field = field
        self._names = prepared.fields[field].terms
        self._terms: list[int] = hits.terms[order].tolist()
        self._starts: list[int] = np.searchsorted(hits.rows[order], np.arange(evidence.starts[-1] + 1)).tolist()

    def of(self, row: int) -> dict[str, set[str]]:
        """Return those of a row by how they are found in a text: the field's own, and concepts."""
        names = {self._names[term] for term in self._terms[self._starts[row] : self._starts[row + 1]]}
        concepts = {name for name in names if concept_code(name)}
        return {self._field: names - concepts if concepts else names, "concept": concepts}


def _item_reason(item: Item, language: str, share: float, marks: tuple[str, ...]) -> ItemReason:
    return ItemReason(item.title, item.kind, item.year, language, item.verified, share, marks)


def _greatest(values: Floats) -> list[int]:
    """Return the places of the values that are not 0, the greatest first."""
    order = np.argsort(-values, kind="stable")
    greatest: list[int] = order[values[order] != 0].tolist()
    return greatest


def _in_words(reckonings: Reckonings, words: Mapping[str, str]) -> tuple[list[tuple[str, str]], Floats]:
    """Return the lines of all sums with those of one Chinese word added up, shape (n_experts, n_lines), and what they
    are. The sums stay the same, exactly.
    """
    keys = [(field, words.get(term, term) if field == "native" else term) for field, term in reckonings.lines.keys]
    labels = sorted(set(keys))
    at = {label: number for number, label in enumerate(labels)}
    sums = np.zeros((len(labels), len(reckonings)))
    np.add.at(sums, np.array([at[key] for key in keys], dtype=np.int64), reckonings.contributions.T)
    return labels, sums.T


def _term_reason(term: Term, texts: Iterable[Spellings]) -> TermReason:
    words = [word for spellings in texts for word in spellings.get((term.field, term.term), ())]
    label = concept_code(term.term) or term.term
    return TermReason(label, term.field, term.contribution, tuple(dict.fromkeys(words))[:_WORDS_SHOWN])


def _spellings(places: Places, text: str) -> Spellings:
    found: dict[tuple[str, str], dict[str, None]] = {}
    for field, term, start, end in places:
        found.setdefault((field, term), {})[text[start:end]] = None
    return found


def _marks(places: Places, text: str) -> tuple[str, ...]:
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
