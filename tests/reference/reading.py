"""Texts read the slow way: a match object for each token, an object for each unit, every length of a word tried.

This is how `matching` read texts before it was made faster; the terms must be the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from matching.concepts import _BRACKETS, _BREAK, Concepts
from matching.english import acronym, is_stop_word, singular, stem
from matching.pivot import Pivot, gloss_stems
from matching.reading import Analysed, concept_term
from matching.standing import Place
from matching.text import _LONGEST_WORD, _TOKENS, Token, language, normalise, normalise_with_places, pairs, stretch


def tokens(normalised: str) -> Iterator[Token]:
    for match in _TOKENS.finditer(normalised):
        if match.lastgroup == "han" or match.end() - match.start() <= _LONGEST_WORD:
            yield Token(match.lastgroup or "", match.group(), match.start())


class Units:
    """Keys and places of units; see `matching.concepts`."""

    def __init__(self, normalised: str) -> None:
        self.keys, self.starts, self.ends = [], [], []
        self.looser: dict[int, tuple[str, ...]] = {}
        self.symbols: dict[int, str] = {}
        end = 0
        for token in tokens(normalised):
            start = token.start
            gap = normalised[end:start]
            if "&" in gap:
                self.add("and", start, start)
            elif gap and end and _BREAK.search(gap):
                self.add("|", start, start)
            end = start + len(token.text)
            if token.kind == "han":
                for at, character in enumerate(token.text, start):
                    self.add(character, at, at + 1)
            elif token.kind == "ipc":
                self.symbols[len(self.keys)] = token.text[:4]
                self.add(f"ipc {token.text[:4]}", start, end)
            else:
                self.add_word(token)

    def add(self, key: str, start: int, end: int) -> None:
        self.keys.append(key)
        self.starts.append(start)
        self.ends.append(end)

    def add_word(self, token: Token) -> None:
        place = token.start
        for part in token.text.split("-"):
            key, capitals = singular(part.casefold()), acronym(part)
            if capitals:
                self.looser[len(self.keys)] = tuple(dict.fromkeys((key, singular(capitals.casefold()))))
            self.add(f"^{capitals}" if capitals else key, place, place + len(part))
            place += len(part) + 1


class SlowConcepts:
    """Finds phrases by trying each at each unit."""

    def __init__(self, concepts: Concepts) -> None:
        self.phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
        for concept in concepts.concepts:
            for phrase in concept.phrases:
                normalised = normalise(phrase)
                for variant in {normalised, _BRACKETS.sub(" ", normalised)}:
                    keys = tuple(Units(variant).keys)
                    if keys and concept.code not in self.phrases.get(keys, ()):
                        self.phrases[keys] = (*self.phrases.get(keys, ()), concept.code)
        self.begun = {keys[:length] for keys in self.phrases for length in range(1, len(keys) + 1)}

    def find(self, normalised: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
        units, end = Units(normalised), 0
        for place in range(len(units.keys)):
            length, codes = self.longest(units, place) if place >= end else (0, ())
            if codes:
                end = place + length
                yield codes, units.starts[place], units.ends[end - 1]

    def longest(self, units: Units, start: int) -> tuple[int, tuple[str, ...]]:
        symbol = units.symbols.get(start)
        best: tuple[int, tuple[str, ...]] = (1, (symbol,)) if symbol else (0, ())
        spelt: list[tuple[str, ...]] = [()]
        for place in range(start, len(units.keys)):
            keys = (units.keys[place], *units.looser.get(place, ()))
            spelt = [(*before, key) for before in spelt for key in keys if (*before, key) in self.begun]
            if not spelt:
                break
            codes = tuple(dict.fromkeys(code for one in spelt for code in self.phrases.get(one, ())))
            if codes:
                best = place - start + 1, tuple(dict.fromkeys((symbol, *codes))) if symbol else codes
        return best


class Headwords:
    """Headwords with glosses, every length tried at every place."""

    def __init__(self, glosses: Mapping[str, str]) -> None:
        self.glosses = glosses
        self.deepest = max(map(len, glosses), default=1)

    def cut(self, run: str, ends: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
        found, place = [], 0
        for end, given in ends:
            while place < end:
                length = min(self.deepest, end - place)
                while length > 1 and run[place : place + length] not in self.glosses:
                    length -= 1
                if run[place : place + length] in self.glosses:
                    found.append((place, run[place : place + length]))
                place += length
            place = end + len(given)
        return found


class SlowPivot:
    """The words of a run: the glossary's, and between them the lexicon's."""

    def __init__(self, pivot: Pivot) -> None:
        self.glossary, self.lexicon = map(Headwords, pivot.glosses)

    def cut(self, run: str) -> list[tuple[int, str, tuple[str, ...]]]:
        end = [(len(run), "")]
        terms = self.glossary.cut(run, end)
        words = self.lexicon.cut(run, terms + end)
        found = [(place, word, gloss_stems(self.lexicon.glosses[word])) for place, word in words]
        return sorted(found + [(place, term, gloss_stems(self.glossary.glosses[term])) for place, term in terms])


class SlowReading:
    """One text, read anew for every question."""

    def __init__(self, text: str, concepts: SlowConcepts, pivot: SlowPivot) -> None:
        self.normalised, self.origin = normalise_with_places(text)
        self.found = list(tokens(self.normalised))
        self.hits = list(concepts.find(self.normalised))
        self.pivot = pivot

    def terms(self) -> Analysed:
        concepts = [concept_term(code) for codes, _, _ in self.hits for code in codes]
        native: list[str] = []
        for token in self.found:
            if token.kind == "han":
                native += token.text
                native += pairs(token.text)
        native += [term for term, _, _ in latin_terms(self.found)]
        stems = [stem for _, _, own in self.words() for stem in own]
        return Analysed(language(self.found), (*native, *concepts), (*stems, *concepts))

    def places(self) -> list[Place]:
        here = []
        for kind, text, start in self.found:
            if kind == "han":
                here += [("native", one, at, at + 1) for at, one in enumerate(text, start)]
                here += [("native", one, at, at + 2) for at, one in enumerate(pairs(text), start)]
        here += [("native", *place) for place in latin_terms(self.found)]
        words = sorted(self.words(), key=lambda word: word[0])
        here += [("pivot", stem, at, at + len(word)) for at, word, stems in words for stem in stems]
        here += [("concept", concept_term(code), start, end) for codes, start, end in self.hits for code in codes]
        return [(field, term, *stretch(self.origin, start, end)) for field, term, start, end in here]

    def words(self) -> Iterator[tuple[int, str, tuple[str, ...]]]:
        """Those of Latin tokens, then the Chinese ones."""
        for kind, cut in (("word", english_words), ("han", self.pivot.cut)):
            for token in self.found:
                if token.kind == kind:
                    for place, word, stems in cut(token.text):
                        yield token.start + place, word, stems


def english_words(text: str) -> list[tuple[int, str, tuple[str, ...]]]:
    place, parts, found = 0, text.split("-"), []
    for part in parts:
        if len(part) > 1 and not is_stop_word(part):
            found.append((place, part, (stem(part),)))
        place += len(part) + 1
    if len(parts) > 1:
        found.append((0, text, (stem("".join(parts)),)))
    return found


def latin_terms(found: Iterable[Token]) -> Iterator[tuple[str, int, int]]:
    previous, before = "", 0
    for kind, text, start in found:
        if kind == "word":
            place = 0
            for part in text.split("-"):
                if len(part) > 1 and not is_stop_word(part):
                    word, first = part.casefold(), start + place
                    yield word, first, first + len(part)
                    if previous:
                        yield f"{previous} {word}", before, first + len(part)
                    previous, before = word, first
                place += len(part) + 1
            if "-" in text:
                yield text.replace("-", "").casefold(), start, start + len(text)
        else:
            previous = ""
            if kind == "ipc":
                yield text[:4].casefold(), start, start + 4
                if len(text) > 4:
                    yield "".join(text.split()).casefold(), start, start + len(text)
