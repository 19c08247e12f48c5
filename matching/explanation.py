"""Reasons: why an expert stands where they stand, in words that a person can check.

Shown are the items that carried the affinity with the words to mark in them, the terms that contributed most, one
number for all others, and the adjustments. terms + rest + adjustments is the affinity, exactly (see `reckoning`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.analysis import Analyser, Place, concept_code
from matching.asking import Asked, Prepared
from matching.documents import item_text
from matching.parameters import Parameters
from matching.profile import Item
from matching.reckoning import Adjustment, Evidence, Hits, Reckonings, Term
from matching.records import LANGUAGES
from matching.text import is_han
from matching.weights import FIELDS, Field, Floats

_WORDS_SHOWN = 4
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
        shown = [_greatest(own)[: self._parameters.shown_terms] for own in sums]
        asked = self._spelt_in_request(labels[line] for own in shown for line in own)
        return [
            self._reasons(reckonings, place, evidence, items[place], covered[place], labels, sums[place], asked)
            for place in range(len(reckonings))
        ]

    def _spelt_in_request(self, lines: Iterable[tuple[str, str]]) -> Spellings:
        wanted: dict[str, set[str]] = {}
        for field, term in lines:
            wanted.setdefault(field, set()).add(term)
        return _spellings(self._reading.places(wanted), self._reading.text)

    def _reasons(
        self,
        reckonings: Reckonings,
        expert: int,
        evidence: Evidence,
        items: Sequence[Item],
        covered: Collection[str],
        labels: Sequence[tuple[str, str]],
        sums: Floats,
        asked: Spellings,
    ) -> Reasons:
        shown_terms, shown_items = self._parameters.shown_terms, self._parameters.shown_items
        start, stop = reckonings.starts[expert : expert + 2].tolist()
        shares = reckonings.shares[start:stop]
        carrying = [row for row in np.argsort(-shares, kind="stable").tolist() if shares[row]]
        order = _greatest(sums)
        found: list[Spellings] = []
        reasons = []
        for row in carrying[:shown_items]:
            marks, spellings = self._marked(items[row], evidence, start + row)
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

    def _marked(self, item: Item, evidence: Evidence, row: int) -> tuple[tuple[str, ...], Spellings]:
        """Return the words of an item that the request shares, and how it spells the request's terms."""
        text = item_text(item)
        if not text:
            return self._codes(evidence.hits["native"], row), {}
        places = self._analyser.remembered(text).places(self._shared(evidence, row))
        return _marks(places, text), _spellings(places, text)

    def _shared(self, evidence: Evidence, row: int) -> dict[str, set[str]]:
        """Return the terms that the request shares with an item, by how they are found in a text."""
        shared: dict[str, set[str]] = {"native": set(), "pivot": set(), "concept": set()}
        for field in FIELDS:
            for term in self._hit(field, evidence.hits[field], row):
                shared["concept" if concept_code(term) else field].add(term)
        return shared

    def _codes(self, hits: Hits, row: int) -> tuple[str, ...]:
        """Return the codes that the request shares with an item of curated codes, which has no words to mark."""
        codes = map(concept_code, self._hit("native", hits, row))
        return tuple(sorted(code for code in codes if code))

    def _hit(self, field: Field, hits: Hits, row: int) -> list[str]:
        terms = self._prepared.fields[field].terms
        return [terms[term] for term in hits.terms[hits.rows == row].tolist()]


def _item_reason(item: Item, language: str, share: float, marks: tuple[str, ...]) -> ItemReason:
    return ItemReason(item.title, item.kind, item.year, language, item.verified, share, marks)


def _greatest(values: Floats) -> list[int]:
    """Return the places of the values that are not 0, the greatest first."""
    return [place for place in np.argsort(-values, kind="stable").tolist() if values[place]]


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


def _spellings(places: Iterable[Place], text: str) -> Spellings:
    found: dict[tuple[str, str], dict[str, None]] = {}
    for place in places:
        found.setdefault((place.field, place.term), {})[text[place.start : place.end]] = None
    return found


def _marks(places: Iterable[Place], text: str) -> tuple[str, ...]:
    """Return the stretches of text that the places cover; lone Han characters are too common to mark."""
    spans = sorted((place.start, place.end) for place in places)
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
