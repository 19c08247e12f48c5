"""Vocabulary concepts in free text: the bridge on which Chinese and English meet.

An alias of a vocabulary code, in any language, stands for the code: `无效宣告` and `invalidity` both give the
term `=LG-INV`. Matching is leftmost-longest over *units*: a Han character, a Latin word in its folded form,
or a break (punctuation that ends a phrase). So Han phrases match as substrings and Latin phrases on word
borders, hyphens or not. An IPC symbol is its own concept: `H04W 4/00` gives `=H04W` without any vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from matching.english import acronym, singular
from matching.text import Token, normalise, normalise_with_places, tokens

_BREAK = re.compile(r"[.,;:!?\n。，、；：！？…|]")
_BRACKETS = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Concept:
    """A vocabulary code and everything it is called: labels and aliases, in any language."""

    code: str
    phrases: tuple[str, ...]


class Span(NamedTuple):
    """Where a concept stands: characters `start` to `end` of the text as given, which read `phrase`."""

    code: str
    start: int
    end: int
    phrase: str


class Hit(NamedTuple):
    """A concept's place in the normalised text."""

    codes: tuple[str, ...]
    start: int
    end: int


def spans(hits: Iterable[Hit], text: str, places: Sequence[int]) -> list[Span]:
    """Return hits in a normalised text as spans of the text it came from, one per code."""
    return [
        Span(code, places[hit.start], places[hit.end], text[places[hit.start] : places[hit.end]])
        for hit in hits
        for code in hit.codes
    ]


@dataclass(slots=True)
class _Units:
    """The units of a text, in parallel lists (a text of 200,000 characters has as many units).

    `looser` has, for acronyms, the keys that match as well as the one in `keys`, which matches capitals only;
    `symbols` has the places that hold an IPC symbol, and its subclass.
    """

    keys: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    looser: dict[int, tuple[str, ...]] = field(default_factory=dict)
    symbols: dict[int, str] = field(default_factory=dict)

    def add(self, key: str, start: int, end: int) -> None:
        self.keys.append(key)
        self.starts.append(start)
        self.ends.append(end)


class _Node:
    """A node of the phrase trie; `codes` are those of the phrases that end here."""

    __slots__ = ("children", "codes")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.codes: tuple[str, ...] = ()


class Concepts:
    """Finds concepts in texts. Immutable after construction, so threads may share it."""

    def __init__(self, concepts: Iterable[Concept] = ()) -> None:
        self.concepts = tuple(concepts)
        self._root = _Node()
        self._deepest = 0  # Units in the longest phrase.
        for concept in self.concepts:
            for phrase in concept.phrases:
                self._add(concept.code, phrase)

    def find(self, normalised: str, found: list[Token]) -> Iterator[Hit]:
        """Yield the concepts in a normalised text with the given tokens, leftmost-longest."""
        units = _units(normalised, found)
        end = 0
        for place in self._beginnings(units):
            if place >= end:
                length, codes = self._longest(units, place)
                if codes:
                    end = place + length
                    yield Hit(codes, units.starts[place], units.ends[end - 1])

    def _beginnings(self, units: _Units) -> list[int]:
        """Return the units at which a phrase may begin, by a look at them and the next: most begin none."""
        keys, begins = units.keys, self._root.children
        found = [
            place
            for place, (key, after) in enumerate(zip_longest(keys, keys[1:]))
            if key in begins and (after in begins[key].children or begins[key].codes)
        ]
        if loose := units.looser.keys() | units.symbols.keys():
            found = sorted({*found, *loose, *(place - 1 for place in loose if place)})
        return found

    def spans(self, text: str) -> list[Span]:
        """Return where concepts stand in `text`, one span per code, in order: for highlighting and suggestions."""
        normalised, places = normalise_with_places(text)
        return spans(self.find(normalised, list(tokens(normalised))), text, places)

    def _add(self, code: str, phrase: str) -> None:
        normalised = normalise(phrase)
        # A remark in brackets is not part of the name: 著作权（版权）, Patents (parent).
        for variant in {normalised, _BRACKETS.sub(" ", normalised)}:
            node = self._root
            keys = _units(variant, list(tokens(variant))).keys
            self._deepest = max(self._deepest, len(keys))
            for key in keys:
                node = node.children.setdefault(key, _Node())
            if node is not self._root and code not in node.codes:
                node.codes = (*node.codes, code)

    def _longest(self, units: _Units, start: int) -> tuple[int, tuple[str, ...]]:
        """Return the length in units and the codes of the longest phrase that begins at unit `start`."""
        if not units.looser and start not in units.symbols:
            return self._longest_plain(units.keys, start)
        symbol = units.symbols.get(start)
        best: tuple[int, tuple[str, ...]] = (1, (symbol,)) if symbol else (0, ())
        # An acronym may continue a phrase as itself and as a word, hence a list; it holds one node or two.
        nodes = [self._root]
        for place in range(start, len(units.keys)):
            keys = (units.keys[place], *units.looser.get(place, ()))
            nodes = [node.children[key] for node in nodes for key in keys if key in node.children]
            if not nodes:
                break
            codes = tuple(dict.fromkeys(code for node in nodes for code in node.codes))
            if codes:
                best = (place - start + 1, tuple(dict.fromkeys((symbol, *codes))) if symbol else codes)
        return best

    def _longest_plain(self, keys: list[str], start: int) -> tuple[int, tuple[str, ...]]:
        """Do the same where every unit has one key: nearly always, and five times as fast."""
        best: tuple[int, tuple[str, ...]] = (0, ())
        node: _Node = self._root
        for length, key in enumerate(keys[start : start + self._deepest], 1):
            if key not in node.children:
                break
            node = node.children[key]
            if node.codes:
                best = length, node.codes
        return best


def _units(normalised: str, found: list[Token]) -> _Units:
    """Return the units of a normalised text."""
    units, end = _Units(), 0
    for token in found:
        start = token.start
        gap = normalised[end:start]
        if "&" in gap:
            units.add("and", start, start)
        elif gap and end and _BREAK.search(gap):
            units.add("|", start, start)
        end = start + len(token.text)
        if token.kind == "han":
            units.keys.extend(token.text)
            units.starts.extend(range(start, end))
            units.ends.extend(range(start + 1, end + 1))
        elif token.kind == "ipc":
            units.symbols[len(units.keys)] = token.text[:4]
            units.add(f"ipc {token.text[:4]}", start, end)
        else:
            for key, capitals, first, last in _word_units(token.text):
                if capitals:
                    units.looser[len(units.keys)] = capitals
                units.add(key, start + first, start + last)
    return units


@lru_cache(maxsize=1 << 16)
def _word_units(word: str) -> tuple[tuple[str, tuple[str, ...], int, int], ...]:
    """Return the units of a hyphenated word: key, looser keys of an acronym, and where each starts and ends in it."""
    place, found = 0, []
    for part in word.split("-"):
        key, capitals = singular(part.casefold()), acronym(part)
        looser = tuple(dict.fromkeys((key, singular(capitals.casefold())))) if capitals else ()
        found.append((f"^{capitals}" if capitals else key, looser, place, place + len(part)))
        place += len(part) + 1
    return tuple(found)
