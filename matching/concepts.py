"""Vocabulary concepts in free text: the bridge on which Chinese and English meet.

An alias of a vocabulary code, in any language, stands for the code: `无效宣告` and `invalidity` both give the
term `=LG-INV`. Matching is leftmost-longest over *units*: a Han character, a Latin word in its folded form,
or a break (punctuation that ends a phrase). So Han phrases match as substrings and Latin phrases on word
borders, hyphens or not. An IPC symbol is its own concept: `H04W 4/00` gives `=H04W` without any vocabulary.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress, count
from operator import add
from typing import NamedTuple

from matching.english import acronym, singular
from matching.text import Piece, Token, normalise, normalise_with_places, pieces, placed, stretch

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
    found = [(hit, *stretch(places, hit.start, hit.end)) for hit in hits]
    return [Span(code, start, end, text[start:end]) for hit, start, end in found for code in hit.codes]


@dataclass(slots=True)
class _Units:
    """The units of a text (one of 200,000 characters has as many).

    `looser` has, for acronyms, the keys that match as well as the one in `keys`, which matches capitals only;
    `symbols` has the places that hold an IPC symbol, and its subclass. `firsts` has the first unit of every token.
    """

    keys: list[str] = field(default_factory=list)
    looser: dict[int, tuple[str, ...]] = field(default_factory=dict)
    symbols: dict[int, str] = field(default_factory=dict)
    firsts: list[int] = field(default_factory=list)


class Mentions:
    """The concepts of a text, in order. Where they stand is worked out when it is asked for: terms have no places."""

    def __init__(
        self, found: Sequence[Piece], firsts: Sequence[int], mentions: Sequence[tuple[tuple[str, ...], int, int]]
    ) -> None:
        self._found, self._firsts, self._mentions = (found, firsts, mentions) if mentions else ((), (), ())
        self._hits: list[Hit] | None = None

    @property
    def codes(self) -> list[str]:
        """The code or codes of each."""
        return [code for codes, _, _ in self._mentions for code in codes]

    def hits(self) -> list[Hit]:
        """Return each with its place in the normalised text; kept, since a text may be read for many lists."""
        found = self._found  # Before they are looked for: another thread empties it once it has them.
        if self._hits is None:
            here = list(placed(found))
            self._hits = [
                Hit(codes, self._place(here, first)[0], self._place(here, last)[1])
                for codes, first, last in self._mentions
            ]
            self._found = ()
        return self._hits

    def _place(self, here: Sequence[Token], unit: int) -> tuple[int, int]:
        """Return start and end of a unit; a break is where the next token starts."""
        number = bisect_right(self._firsts, unit) - 1
        if number >= 0:
            kind, text, start = here[number]
            within = unit - self._firsts[number]
            if kind == "ipc" and not within:
                return start, start + len(text)
            if kind == "han" and within < len(text):
                return start + within, start + within + 1
            if kind == "word" and within < len(ends := _word_units(text).ends):
                return start + ends[within][0], start + ends[within][1]
        start = here[number + 1].start
        return start, start


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
        # The phrases of one unit, and the first two units of the others, one after the other.
        begins = self._root.children.items()
        self._alone = frozenset(key for key, node in begins if node.codes)
        self._pairs = frozenset(key + following for key, node in begins for following in node.children)

    def find(self, found: Sequence[Piece]) -> Mentions:
        """Return the concepts in a text of these pieces, leftmost-longest."""
        units, mentions, end = _units(found), [], 0
        for place in self._beginnings(units):
            if place >= end:
                length, codes = self._longest(units, place)
                if codes:
                    end = place + length
                    mentions.append((codes, place, end - 1))
        return Mentions(found, units.firsts, mentions)

    def _beginnings(self, units: _Units) -> list[int]:
        """Return the units at which a phrase may begin, by a look at them and the next: most begin none."""
        keys = units.keys
        found = {
            *compress(count(), map(self._pairs.__contains__, map(add, keys, keys[1:]))),
            *compress(count(), map(self._alone.__contains__, keys)),
        }
        if loose := units.looser.keys() | units.symbols.keys():
            found |= {*loose, *(place - 1 for place in loose if place)}
        return sorted(found)

    def spans(self, text: str) -> list[Span]:
        """Return where concepts stand in `text`, one span per code, in order: for highlighting and suggestions."""
        normalised, places = normalise_with_places(text)
        return spans(self.find(pieces(normalised)).hits(), text, places)

    def _add(self, code: str, phrase: str) -> None:
        normalised = normalise(phrase)
        # A remark in brackets is not part of the name: 著作权（版权）, Patents (parent).
        for variant in {normalised, _BRACKETS.sub(" ", normalised)}:
            node = self._root
            keys = _units(pieces(variant)).keys
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


def _units(found: Iterable[Piece]) -> _Units:
    """Return the units of a text of these pieces."""
    units = _Units()
    keys, firsts = units.keys, units.firsts
    for gap, han, ipc, word in found:
        if gap and gap != " " and (between := _between(gap)) and (firsts or between == "and"):
            keys.append(between)
        firsts.append(len(keys))
        if word:
            own = _word_units(word)
            for place, looser in own.looser:
                units.looser[len(keys) + place] = looser
            keys += own.keys
        elif han:
            keys += han
        elif ipc:
            units.symbols[len(keys)] = ipc[:4]
            keys.append(f"ipc {ipc[:4]}")
    return units


def _between(gap: str) -> str:
    """Return the unit that stands for what is between two tokens, "" for none."""
    if "&" in gap:
        return "and"
    return "|" if _BREAK.search(gap) else ""


class _Word(NamedTuple):
    """The units of a hyphenated word: their keys, the looser keys of acronyms with their place among them, and where
    each starts and ends in the word.
    """

    keys: tuple[str, ...]
    looser: tuple[tuple[int, tuple[str, ...]], ...]
    ends: tuple[tuple[int, int], ...]


@lru_cache(maxsize=1 << 16)
def _word_units(word: str) -> _Word:
    """Return the units of a word."""
    keys: list[str] = []
    looser, ends, place = [], [], 0
    for part in word.split("-"):
        key, capitals = singular(part.casefold()), acronym(part)
        if capitals:
            looser.append((len(keys), tuple(dict.fromkeys((key, singular(capitals.casefold()))))))
        keys.append(f"^{capitals}" if capitals else key)
        ends.append((place, place + len(part)))
        place += len(part) + 1
    return _Word(tuple(keys), tuple(looser), tuple(ends))
