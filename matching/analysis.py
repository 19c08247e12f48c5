"""Text → terms of the two fields. `native` terms are the words as written; `pivot` terms are their English
stems.

Native Chinese terms are characters and pairs of characters: they beat dictionary segmentation on every
Chinese task we tested. Native Latin terms are words and pairs of neighbouring words. Concept terms
(`=LG-INV`) stand in both fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from matching.concepts import Concepts, Span
from matching.english import is_stop_word
from matching.pivot import Pivot
from matching.text import Token, language, normalise, normalise_with_places, pairs, tokens


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


class Analyser:
    """Turns texts into terms, by a vocabulary and a pivot. Immutable, so threads may share it."""

    def __init__(self, concepts: Concepts, pivot: Pivot) -> None:
        self._concepts = concepts
        self._pivot = pivot

    def analyse(self, text: str) -> Analysed:
        """Return the terms of `text`, any text at all; linear in its length but for long runs of combining marks."""
        normalised = normalise(text)
        found = list(tokens(normalised))
        concepts = [concept_term(code) for hit in self._concepts.find(normalised, found) for code in hit.codes]
        native: list[str] = []
        for token in found:
            if token.kind == "han":
                native += token.text
                native += pairs(token.text)
        native += [term for term, _, _ in latin_terms(found)]
        return Analysed(language(found), (*native, *concepts), (*self._pivot.stems(found), *concepts))

    def places(self, text: str) -> list[Place]:
        """Return where each term of `text` stands in it, for marking; slower than `analyse`."""
        normalised, origin = normalise_with_places(text)
        found = list(tokens(normalised))
        here = [("native", term, start, end) for term, start, end in native_terms(found)]
        for word in self._pivot.words(found):
            here += [("pivot", stem, word.start, word.start + len(word.text)) for stem in word.stems]
        for hit in self._concepts.find(normalised, found):
            here += [("concept", concept_term(code), hit.start, hit.end) for code in hit.codes]
        return [Place(field, term, origin[start], origin[end]) for field, term, start, end in here]

    def spans(self, text: str) -> list[Span]:
        """Return the vocabulary concepts in `text`: what to suggest as aspects or codes."""
        return self._concepts.spans(text)


def native_terms(found: Iterable[Token]) -> Iterator[tuple[str, int, int]]:
    """Yield the native terms with their start and end in the normalised text; `analyse` makes the same."""
    for token in found:
        if token.kind == "han":
            start = token.start
            yield from ((character, start + place, start + place + 1) for place, character in enumerate(token.text))
            yield from ((pair, start + place, start + place + 2) for place, pair in enumerate(pairs(token.text)))
    yield from latin_terms(found)


def latin_terms(found: Iterable[Token]) -> Iterator[tuple[str, int, int]]:
    """Yield the native terms of words and IPC symbols with their start and end in the normalised text."""
    previous = ""  # The last Latin word, unless Han or the text's beginning stands between.
    before = 0
    for kind, text, start in found:
        if kind == "word":
            for word, first, last in _parts(text):
                yield word, start + first, start + last
                if previous:
                    yield f"{previous} {word}", before, start + last
                previous, before = word, start + first
            if "-" in text:
                yield text.replace("-", "").casefold(), start, start + len(text)
        else:
            previous = ""
            if kind == "ipc":
                yield text[:4].casefold(), start, start + 4
                if len(text) > 4:
                    yield "".join(text.split()).casefold(), start, start + len(text)


@lru_cache(maxsize=1 << 16)
def _parts(word: str) -> tuple[tuple[str, int, int], ...]:
    """Return the parts of a hyphenated word that are worth a term, and where each starts and ends in it."""
    place, found = 0, []
    for part in word.split("-"):
        if len(part) > 1 and not is_stop_word(part):
            found.append((part.casefold(), place, place + len(part)))
        place += len(part) + 1
    return tuple(found)
