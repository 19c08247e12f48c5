"""Reasons: why an expert stands where they stand, in words that a person can check.

Shown are the items that carried the affinity with the words to mark in them, the terms that contributed most, one
number for all others, and the adjustments. terms + rest + adjustments is the affinity, exactly (see `reckoning`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from matching.analysis import Analyser, Place, concept_code
from matching.asking import Prepared, query_text
from matching.documents import item_text
from matching.parameters import Parameters
from matching.reckoning import Adjustment, Evidence, Reckoning, Term
from matching.text import is_han

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
    """Explains candidates of one request; analyses the request's own words once for all of them."""

    def __init__(self, analyser: Analyser, prepared: Prepared, parameters: Parameters) -> None:
        self._analyser = analyser
        self._aspects = prepared.aspects
        self._parameters = parameters
        text = query_text(prepared.query)
        places = analyser.places(text)
        self._said = _spellings(places, text)
        self._words = _words_of_pairs(places, text)

    def explain(self, reckoning: Reckoning, evidence: Sequence[Evidence], covered: Collection[str]) -> Reasons:
        """Return the reasons behind a reckoning of this evidence; `covered` are the aspects the expert holds."""
        parameters, shares = self._parameters, reckoning.shares
        carrying = sorted((place for place, share in enumerate(shares) if share), key=lambda place: -shares[place])
        lines = _in_words(reckoning.terms, self._words)
        shown, rest = lines[: parameters.shown_terms], lines[parameters.shown_terms :]
        items, found = [], []
        for place in carrying[: parameters.shown_items]:
            text = item_text(evidence[place].item)
            places = [one for one in self._analyser.places(text) if (one.field, one.term) in self._said]
            found.append(_spellings(places, text))
            marks = _marks(places, text) if text else _codes(evidence[place])
            items.append(_item_reason(evidence[place], shares[place], marks))
        return Reasons(
            items=tuple(items),
            items_left=len(carrying) - len(items),
            terms=tuple(_term_reason(term, [self._said, *found]) for term in shown),
            rest=sum(term.contribution for term in rest),
            rest_count=len(rest),
            adjustments=reckoning.adjustments,
            aspects_covered=tuple(code for code in self._aspects if code in covered),
            aspects_missing=tuple(code for code in self._aspects if code not in covered),
        )


def _item_reason(evidence: Evidence, share: float, marks: tuple[str, ...]) -> ItemReason:
    item = evidence.item
    return ItemReason(item.title, item.kind, item.year, evidence.language, item.verified, share, marks)


def _codes(evidence: Evidence) -> tuple[str, ...]:
    """Return the codes that the request shares with an item of curated codes, which has no words to mark."""
    codes = (concept_code(term) for term in evidence.tf["native"])
    return tuple(code for code in codes if code)


def _words_of_pairs(places: Iterable[Place], text: str) -> dict[str, str]:
    """Return, per native Chinese term of a text, the word in which it begins where it first occurs.

    A person reads 外观设计, not 外, 观设 and 计. The words are those that the pivot found.
    """
    word_at: dict[int, str] = {}
    words: dict[str, str] = {}
    for place in sorted(places, key=lambda place: place.field == "native"):
        if is_han(text[place.start]):
            if place.field == "pivot":
                word_at.update(dict.fromkeys(range(place.start, place.end), text[place.start : place.end]))
            elif place.field == "native" and place.start in word_at:
                words.setdefault(place.term, word_at[place.start])
    return words


def _in_words(terms: Iterable[Term], words: Mapping[str, str]) -> list[Term]:
    """Return the terms with those of one Chinese word added up, the greatest first. The sum stays the same, exactly."""
    sums: dict[tuple[str, str], float] = {}
    for term in terms:
        key = (term.field, words.get(term.term, term.term) if term.field == "native" else term.term)
        sums[key] = sums.get(key, 0.0) + term.contribution
    return sorted((Term(*key, value) for key, value in sums.items()), key=lambda term: -term.contribution)


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
