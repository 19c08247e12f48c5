"""Text → terms of the two fields. `native` terms are the words as written; `pivot` terms are their English
stems.

Native Chinese terms are characters and pairs of characters: they beat dictionary segmentation on every
Chinese task we tested. Native Latin terms are words and pairs of neighbouring words. Concept terms
(`=LG-INV`) stand in both fields.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress
from typing import NamedTuple

from matching.concepts import Concepts, Mentions, Span, spans
from matching.latin import latin
from matching.pivot import Cut, Pivot
from matching.text import Piece, Token, dominant, is_han, normalise_with_places, pairs, pieces, placed, stretch


@dataclass(frozen=True, slots=True)
class Analysed:
    """The terms of one text, repeated as often as they occur."""

    language: str
    native: tuple[str, ...]
    pivot: tuple[str, ...]

    def with_codes(self, codes: Iterable[str]) -> Analysed:
        """Return these terms with the concept terms of curated codes added to both fields."""
        terms = tuple(concept_term(code) for code in sorted(codes))
        return Analysed(self.language, self.native + terms, self.pivot + terms)


class Place(NamedTuple):
    """A term and where it comes from: characters `start` to `end` of the original text. `field`: native or pivot."""

    field: str
    term: str
    start: int
    end: int


def concept_term(code: str) -> str:
    """Return the term of a vocabulary code; no word contains "=", so it cannot be mistaken for one."""
    return f"={code}"


def concept_code(term: str) -> str | None:
    """Return the vocabulary code of a concept term, None for any other term."""
    return term[1:] if term.startswith("=") else None


def concepts_among(terms: Iterable[str]) -> frozenset[str]:
    """Return those of the terms that are concept terms."""
    return frozenset([term for term in terms if term[:1] == "="])


class _Found(NamedTuple):
    """Terms of a text in the order they come, and where each starts and ends in the normalised text."""

    terms: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def of(cls, places: Iterable[tuple[str, int, int]]) -> _Found:
        terms, starts, ends = [], array("I"), array("I")
        for term, start, end in places:
            terms.append(term)
            starts.append(start)
            ends.append(end)
        return cls(terms, starts, ends)

    def among(self, wanted: Container[str], field: str) -> list[tuple[str, str, int, int]]:
        """Return those that are wanted as places of a field."""
        terms, starts, ends = self
        places = compress(range(len(terms)), map(wanted.__contains__, terms))
        return [(field, terms[place], starts[place], ends[place]) for place in places]


class Reading:
    """One text, read once: its tokens and, when first asked for, the concepts in it, the pivot's words, and places."""

    def __init__(self, text: str, concepts: Concepts, pivot: Pivot) -> None:
        self.text = text
        self._normalised, self._origin = normalise_with_places(text)
        self._concepts, self._pivot = concepts, pivot
        self._known_pieces: list[Piece] | None = None
        self._known_mentions: Mentions | None = None
        self._known_words: _Found | None = None
        self._known_cuts: list[tuple[Token, Cut]] | None = None
        self._known_stems: _Found | None = None

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
    def _words(self) -> _Found:
        """The native terms of Latin words and IPC symbols."""
        if self._known_words is None:
            self._known_words = _Found.of(latin_terms(placed(self._pieces)))
        return self._known_words

    @property
    def _cuts(self) -> list[tuple[Token, Cut]]:
        """The tokens that have words with stems, and these."""
        if self._known_cuts is None:
            self._known_cuts = list(self._pivot.cuts(placed(self._pieces)))
        return self._known_cuts

    @property
    def _stems(self) -> _Found:
        """The pivot's terms."""
        if self._known_stems is None:
            cuts = self._known_cuts or self._pivot.cuts(placed(self._pieces))  # Not kept: most texts need them once.
            self._known_stems = _Found.of(
                (stem, start + place, start + place + len(word))
                for (_, _, start), cut in cuts
                for place, word, stems in cut
                for stem in stems
            )
        return self._known_stems

    def terms(self, *, in_words: bool = False) -> Analysed:
        """Return the terms of the text. With `in_words` it is cut as `words_of_terms` needs it, once for both."""
        native: list[str] = []
        words: list[str] = []
        stems: list[str] = []
        cuts = self._cuts if in_words else ()
        known = {token.text: [stem for _, _, own in cut for stem in own] for token, cut in cuts if token.kind == "han"}
        han_characters = latin_words = 0
        previous = ""
        for _, han, ipc, word in self._pieces:
            if word:
                _, joined, _, terms, own, counts = latin(word)
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
                neighbours = list(pairs(han))
                native += han
                native += neighbours
                if han not in known:  # A run that comes again is cut once.
                    known[han] = self._pivot.stems(han, neighbours)
                stems += known[han]
            elif ipc:
                words += _symbol_terms(ipc)
        concepts = [concept_term(code) for code in self._mentions.codes]
        language = dominant(han_characters, latin_words)
        return Analysed(language, (*native, *words, *concepts), (*stems, *concepts))

    def places(self) -> list[Place]:
        """Return where each term stands in the text, for marking."""
        here: list[tuple[str, str, int, int]] = []
        for kind, text, start in placed(self._pieces):
            if kind == "han":
                here += [("native", one, at, at + 1) for at, one in enumerate(text, start)]
                here += [("native", one, at, at + 2) for at, one in enumerate(pairs(text), start)]
        here += [("native", *place) for place in zip(*self._words, strict=True)]
        here += [("pivot", *place) for place in zip(*self._stems, strict=True)]
        for hit in self._mentions.hits():
            here += [("concept", concept_term(code), hit.start, hit.end) for code in hit.codes]
        return [Place(*one) for one in self._in_text(here)]

    def places_of(self, wanted: Mapping[str, Collection[str]]) -> list[tuple[str, str, int, int]]:
        """Return the places of the terms that are wanted of each field, in whatever order, but those of one term from
        left to right.

        What takes most of the time is looked for where some of it is wanted, and kept.
        """
        native, pivot, concept = (wanted.get(field, ()) for field in ("native", "pivot", "concept"))
        here: list[tuple[str, str, int, int]] = []
        found, words = self._normalised.find, 0
        for term in native:
            if not is_han_term(term):
                words += 1
                continue
            at = found(term)  # Neighbouring Han characters are always of one run.
            while at >= 0:
                here.append(("native", term, at, at + len(term)))
                at = found(term, at + 1)
        if words:
            here += self._words.among(native, "native")
        if pivot:
            here += self._stems.among(pivot, "pivot")
        for hit in self._mentions.hits() if concept else ():
            terms = map(concept_term, hit.codes)
            here += [("concept", term, hit.start, hit.end) for term in terms if term in concept]
        self._known_pieces = None  # They take more room than all that was found in them, and are soon made again.
        return self._in_text(here)

    @property
    def is_plain(self) -> bool:
        """Whether each character of the text stands for itself: no `㊙` or `㈱` is among them."""
        return isinstance(self._origin, range)

    def _in_text(self, here: list[tuple[str, str, int, int]]) -> list[tuple[str, str, int, int]]:
        """Return places in the normalised text as places in the original."""
        if self.is_plain:
            return here
        return [(field, term, *stretch(self._origin, start, end)) for field, term, start, end in here]

    def words_of_terms(self) -> dict[str, str]:
        """Return, per native Chinese term of the text, the word of the pivot in which it begins where it first occurs.

        A person reads 外观设计, not 外, 观设 and 计. Words are spelt as in the text.
        """
        words: dict[str, str] = {}
        for (kind, text, start), cut in reversed(self._cuts):  # So that what comes first is written last.
            if kind == "han":
                for place, word, _ in reversed(cut):
                    end = place + len(word)
                    spelt = self._spelt(start + place, start + end)
                    for at in range(place, end):
                        words[text[at]] = words[text[at : at + 2]] = spelt
        return words

    def _spelt(self, start: int, end: int) -> str:
        """Return the original of a stretch of the normalised text."""
        return self.text[start:end] if self.is_plain else self.text[slice(*stretch(self._origin, start, end))]

    def gloss_shares(self) -> dict[str, float]:
        """Return what a mention of a pivot's term counts on average, where that is less than 1.

        The stems that a dictionary gives for one Chinese word share its weight; a word written in English has its own.
        """
        glossed = Counter(own for (kind, _, _), cut in self._cuts if kind == "han" for _, _, own in cut)
        written = Counter(
            stem for (kind, _, _), cut in self._cuts if kind == "word" for _, _, own in cut for stem in own
        )
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


def latin_terms(found: Iterable[Token]) -> Iterator[tuple[str, int, int]]:
    """Yield the native terms of words and IPC symbols with their start and end in the normalised text."""
    previous = ""  # The last Latin word, unless Han or the text's beginning stands between.
    before = 0
    for kind, text, start in found:
        if kind == "word":
            own = latin(text)
            for word, first, last in own.parts:
                yield word, start + first, start + last
                if previous:
                    yield f"{previous} {word}", before, start + last
                previous, before = word, start + first
            if own.joined:
                yield own.joined, start, start + len(text)
        else:
            previous = ""
            if kind == "ipc":
                for term, length in zip(_symbol_terms(text), (4, len(text)), strict=False):
                    yield term, start, start + length


def _symbol_terms(symbol: str) -> tuple[str, ...]:
    """Return the native terms of an IPC symbol: its subclass and, where it says more, all of it."""
    subclass = symbol[:4].casefold()
    return (subclass, "".join(symbol.split()).casefold()) if len(symbol) > 4 else (subclass,)
