"""Text → terms of the two fields. `native` terms are the words as written; `pivot` terms are their English
stems.

Native Chinese terms are characters and pairs of characters: they beat dictionary segmentation on every
Chinese task we tested. Native Latin terms are words and pairs of neighbouring words. Concept terms
(`=LG-INV`) stand in both fields.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache

from matching.concepts import Concepts, Mentions, Span, spans
from matching.latin import latin, symbol
from matching.pivot import Pivot
from matching.standing import Place, Words
from matching.text import Piece, dominant, is_han, normalise_with_places, pairs, pieces, stretch

_NONE: Set[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Analysed:
    """The terms of one text, repeated as often as they occur: Latin words, Chinese ones, concepts, each in order."""

    language: str
    native: tuple[str, ...]
    pivot: tuple[str, ...]

    def with_codes(self, codes: Iterable[str]) -> Analysed:
        """Return these terms with the concept terms of curated codes added to both fields."""
        terms = tuple(concept_term(code) for code in sorted(codes))
        return Analysed(self.language, self.native + terms, self.pivot + terms)


def concept_term(code: str) -> str:
    """Return the term of a vocabulary code; no word contains "=", so it cannot be mistaken for one."""
    return f"={code}"


def concept_code(term: str) -> str | None:
    """Return the vocabulary code of a concept term, None for any other term."""
    return term[1:] if term.startswith("=") else None


def concepts_among(terms: Iterable[str]) -> frozenset[str]:
    """Return those of the terms that are concept terms."""
    return frozenset([term for term in terms if term[:1] == "="])


class Reading:
    """One text, read once: its tokens and, when first asked for, the concepts in it and places."""

    def __init__(self, text: str, concepts: Concepts, pivot: Pivot) -> None:
        self.text = text
        self._normalised, self._origin = normalise_with_places(text)
        self._concepts, self._pivot = concepts, pivot
        self._known_pieces: list[Piece] | None = None
        self._known_mentions: Mentions | None = None
        self._known_words: Words | None = None

    # No `cached_property`: until Python 3.12 its lock, one for all texts, would have every thread wait for a huge one.

    @property
    def _pieces(self) -> list[Piece]:
        found = self._known_pieces
        if found is None:
            found = self._known_pieces = pieces(self._normalised)
        return found

    @property
    def _mentions(self) -> Mentions:
        if self._known_mentions is None:
            self._known_mentions = self._concepts.find(self._pieces)
        return self._known_mentions

    @property
    def _words(self) -> Words:
        if self._known_words is None:
            self._known_words = Words(self._pieces, self._pivot.cut(self._normalised))
        return self._known_words

    def terms(self) -> Analysed:
        """Return the terms of the text."""
        native: list[str] = []
        words: list[str] = []
        stems: list[str] = []
        han_characters = latin_words = 0
        previous = ""
        for _, han, ipc, word in self._pieces:
            if word:
                terms, joined, own, counts, *_ = latin(word)
                latin_words += counts
                stems += own
                for term in terms:
                    words.append(term)
                    if previous:
                        words.append(f"{previous} {term}")
                    previous = term
                if joined:
                    words.append(joined)
                continue
            previous = ""
            if han:
                han_characters += len(han)
                native += han
                native += pairs(han)
            elif ipc:
                words += symbol(ipc).terms
        if han_characters:
            stems += [stem for _, _, own in self._pivot.cut(self._normalised) for stem in own]
        concepts = [concept_term(code) for code in self._mentions.codes]
        language = dominant(han_characters, latin_words)
        return Analysed(language, (*native, *words, *concepts), (*stems, *concepts))

    def places_of(self, wanted: Mapping[str, Set[str]]) -> list[Place]:
        """Return the places of the terms that are wanted of each field ("native", "pivot" or "concept"), in whatever
        order, but those of one term from left to right.

        What takes most of the time is looked for where some of it is wanted, and kept.
        """
        native, pivot, concept = (wanted.get(field, _NONE) for field in ("native", "pivot", "concept"))
        here: list[Place] = []
        found, latin_terms = self._normalised.find, set()
        for term in native:
            if not is_han_term(term):
                latin_terms.add(term)
                continue
            at = found(term)  # Neighbouring Han characters are always of one run.
            while at >= 0:
                here.append(("native", term, at, at + len(term)))
                at = found(term, at + 1)
        if latin_terms:
            here += self._words.native(latin_terms)
        if pivot:
            here += self._words.pivot(pivot)
        for hit in self._mentions.hits() if concept else ():
            terms = map(concept_term, hit.codes)
            here += [("concept", term, hit.start, hit.end) for term in terms if term in concept]
        self._known_pieces = None  # They take more room than all that was found in them, and are soon made again.
        return self._in_text(here)

    @property
    def is_plain(self) -> bool:
        """Whether each character of the text stands for itself: no `㊙` or `㈱` is among them."""
        return isinstance(self._origin, range)

    def _in_text(self, here: list[Place]) -> list[Place]:
        """Return places in the normalised text as places in the original."""
        if self.is_plain:
            return here
        return [(field, term, *stretch(self._origin, start, end)) for field, term, start, end in here]

    def words_of_terms(self) -> dict[str, str]:
        """Return, per native Chinese term of the text, the word of the pivot in which it begins where it first occurs.

        A person reads 外观设计, not 外, 观设 and 计. Words are spelt as in the text.
        """
        words: dict[str, str] = {}
        text = self._normalised
        for start, end, _ in reversed(self._pivot.cut(text)):  # So that what comes first is written last.
            run = text[start : end + 1]  # With what is beside it: a pair of characters may leave a word, but not a run.
            words |= dict.fromkeys(
                (*text[start:end], *pairs(run if is_han(run[-1]) else run[:-1])), self._spelt(start, end)
            )
        return words

    def _spelt(self, start: int, end: int) -> str:
        """Return the original of a stretch of the normalised text."""
        return self.text[start:end] if self.is_plain else self.text[slice(*stretch(self._origin, start, end))]

    def gloss_shares(self) -> dict[str, float]:
        """Return what a mention of a pivot's term counts on average, where that is less than 1.

        The stems that a dictionary gives for one Chinese word share its weight; a word written in English has its own.
        """
        glossed = Counter(own for _, _, own in self._pivot.cut(self._normalised))
        written = Counter(stem for _, _, _, word in self._pieces if word for stem in latin(word).stems)
        worth: dict[str, float] = {}
        mentions: dict[str, int] = {}
        for own, times in glossed.items():
            for stem in own:
                worth[stem] = worth.get(stem, 0.0) + times / len(own)
                mentions[stem] = mentions.get(stem, 0) + times
        shares = {stem: (worth[stem] + written[stem]) / (mentions[stem] + written[stem]) for stem in worth}
        return {stem: share for stem, share in shares.items() if share < 1.0}

    def spans(self) -> list[Span]:
        """Return the vocabulary concepts in the text: what to suggest as aspects or codes."""
        return spans(self._mentions.hits(), self.text, self._origin)


@lru_cache(maxsize=1 << 16)
def is_han_term(term: str) -> bool:
    """Tell whether a native term is one of Han characters."""
    return is_han(term[0])
