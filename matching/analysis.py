"""Text → terms of the two fields. `native` terms are the words as written; `pivot` terms are their English
stems.

Native Chinese terms are characters and pairs of characters: they beat dictionary segmentation on every
Chinese task we tested. Native Latin terms are words and pairs of neighbouring words. Concept terms
(`=LG-INV`) stand in both fields.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from matching.concepts import Concepts, Hit, Span, spans
from matching.english import is_stop_word
from matching.pivot import Cut, Pivot
from matching.text import Token, language, normalise_with_places, pairs, tokens

_CODE = ("analysis", "concepts", "documents", "english", "pivot", "text")
_LIBRARIES = tuple((name, version(name)) for name in ("opencc", "snowballstemmer"))
REMEMBERED = 1024  # Texts, some ten kilobytes each.


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


class Reading:
    """One text, read once: its tokens and, when first asked for, the concepts in it and the pivot's words."""

    def __init__(self, text: str, concepts: Concepts, pivot: Pivot) -> None:
        self.text = text
        self._normalised, self._origin = normalise_with_places(text)
        self._found = list(tokens(self._normalised))
        self._concepts, self._pivot = concepts, pivot
        self._known_hits: list[Hit] | None = None
        self._known_cuts: list[tuple[Token, Cut]] | None = None

    # No `cached_property`: until Python 3.12 its lock, one for all texts, would have every thread wait for a huge one.

    @property
    def _hits(self) -> list[Hit]:
        if self._known_hits is None:
            self._known_hits = list(self._concepts.find(self._normalised, self._found))
        return self._known_hits

    @property
    def _cuts(self) -> list[tuple[Token, Cut]]:
        if self._known_cuts is None:
            self._known_cuts = list(self._pivot.cuts(self._found))
        return self._known_cuts

    def terms(self) -> Analysed:
        """Return the terms of the text."""
        concepts = [concept_term(code) for hit in self._hits for code in hit.codes]
        native: list[str] = []
        for token in self._found:
            if token.kind == "han":
                native += token.text
                native += pairs(token.text)
        native += [term for term, _, _ in latin_terms(self._found)]
        stems = [stem for _, cut in self._cuts for _, _, own in cut for stem in own]
        return Analysed(language(self._found), (*native, *concepts), (*stems, *concepts))

    def places(self, wanted: Mapping[str, Container[str]] | None = None) -> list[Place]:
        """Return where terms stand in the text, for marking: all of them, or those that are wanted of each field.

        Concepts and the pivot's words take most of the time, and are looked for where some of theirs are wanted.
        """
        origin = self._origin
        native, pivot, concept = (wanted.get(field, ()) if wanted else _ALL for field in ("native", "pivot", "concept"))
        here = []
        for kind, text, start in self._found:
            if kind == "han":
                here += [("native", one, at, at + 1) for at, one in enumerate(text, start) if one in native]
                here += [("native", one, at, at + 2) for at, one in enumerate(pairs(text), start) if one in native]
        here += [("native", *place) for place in latin_terms(self._found) if place[0] in native]
        for token, cut in self._cuts if pivot else ():
            for place, word, stems in cut:
                for stem in stems:
                    if stem in pivot:
                        start = token.start + place
                        here.append(("pivot", stem, start, start + len(word)))
        for hit in self._hits if concept else ():
            terms = map(concept_term, hit.codes)
            here += [("concept", term, hit.start, hit.end) for term in terms if term in concept]
        return [Place(field, term, origin[start], origin[end]) for field, term, start, end in here]

    def words_of_terms(self) -> dict[str, str]:
        """Return, per native Chinese term of the text, the word of the pivot in which it begins where it first occurs.

        A person reads 外观设计, not 外, 观设 and 计. Words are spelt as in the text.
        """
        words: dict[str, str] = {}
        seen: set[str] = set()  # A run that comes again has the same terms.
        for (kind, text, start), cut in self._cuts:
            if kind != "han" or text in seen:
                continue
            seen.add(text)
            for place, word, _ in cut:
                spelt = None
                for at in range(place, place + len(word)):
                    for term in {text[at], text[at : at + 2]}:
                        if term not in words:
                            spelt = spelt or self._spelt(start + place, start + place + len(word))
                            words[term] = spelt
        return words

    def _spelt(self, start: int, end: int) -> str:
        """Return the original of a stretch of the normalised text."""
        return self.text[self._origin[start] : self._origin[end]]

    def spans(self) -> list[Span]:
        """Return the vocabulary concepts in the text: what to suggest as aspects or codes."""
        return spans(self._hits, self.text, self._origin)


class Analyser:
    """Turns texts into terms, by a vocabulary and a pivot. Immutable, so threads may share it."""

    def __init__(self, concepts: Concepts, pivot: Pivot) -> None:
        self._concepts = concepts
        self._pivot = pivot
        # Good experts are on many lists, and their items are read for each.
        self.remembered = lru_cache(maxsize=REMEMBERED)(self.read)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all that decides which terms a text has: this code, its libraries and data."""
        hashed = hashlib.sha256(repr((self._concepts.concepts, self._pivot.glosses, _LIBRARIES)).encode())
        for module in _CODE:
            hashed.update(Path(__file__).with_name(f"{module}.py").read_bytes())
        return hashed.hexdigest()

    def read(self, text: str) -> Reading:
        """Read a text, any text at all; linear in its length but for long runs of combining marks."""
        return Reading(text, self._concepts, self._pivot)

    def analyse(self, text: str) -> Analysed:
        """Return the terms of a text."""
        return self.read(text).terms()

    def places(self, text: str) -> list[Place]:
        """Return where each term of a text stands in it."""
        return self.read(text).places()

    def spans(self, text: str) -> list[Span]:
        """Return the vocabulary concepts in a text."""
        return self.read(text).spans()


class _Everything:
    """Contains whatever it is asked for."""

    def __contains__(self, term: object) -> bool:
        return True


_ALL = _Everything()


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
