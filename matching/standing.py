"""Where the words of a text stand, in little room: an expert's items are read once and marked for many lists."""

from __future__ import annotations

from array import array
from collections.abc import Sequence, Set
from operator import itemgetter

from matching.latin import Latin, latin, symbol
from matching.pivot import Cut
from matching.text import Piece

Place = tuple[str, str, int, int]  # Field, term, and where it starts and ends in the text.


class Words:
    """The words of a text in pieces, in which the pivot cuts Chinese so."""

    def __init__(self, found: Sequence[Piece], cut: Cut) -> None:
        self._latin: list[Latin] = []  # Those that give any term, and IPC symbols.
        self._starts = array("I")
        self._before = array("i")  # Which of these has the word that makes a pair with its first; -1 where none has.
        end, before = 0, -1
        for gap, han, ipc, word in found:
            start = end + len(gap)
            end = start + len(word or han or ipc or "")
            if not word:
                before = -1
            own = latin(word) if word else symbol(ipc) if ipc else None
            if own and own.keys:
                self._starts.append(start)
                self._before.append(before)
                if word and own.parts:
                    before = len(self._latin)
                self._latin.append(own)
        self._chinese: Sequence[tuple[str, ...]]  # The stems of each Chinese word.
        starts, ends, self._chinese = zip(*cut, strict=True) if cut else ((), (), ())
        self._chinese_starts, self._chinese_ends = array("I", starts), array("I", ends)

    def native(self, wanted: Set[str]) -> list[Place]:
        """Return the places of those of these native terms that Latin words and IPC symbols give."""
        here: list[Place] = []
        for number in self._giving({*wanted, *(term.rpartition(" ")[2] for term in wanted)}):  # Of pairs the second.
            own, start = self._latin[number], self._starts[number]
            previous, before = self._pair_with(number)
            for term, first, last in own.parts:
                if term in wanted:
                    here.append(("native", term, start + first, start + last))
                if previous and (pair := f"{previous} {term}") in wanted:
                    here.append(("native", pair, before, start + last))
                if own.is_word:
                    previous, before = term, start + first
            if own.joined in wanted:
                here.append(("native", own.joined, start, start + own.words[-1][2]))
        return here

    def pivot(self, wanted: Set[str]) -> list[Place]:
        """Return the places of those of these terms of the pivot that are in the text, from left to right."""
        here: list[Place] = []
        for number in self._giving(wanted):
            start = self._starts[number]
            words = self._latin[number].words
            here += [("pivot", stem, start + first, start + last) for stem, first, last in words if stem in wanted]
        none = wanted.isdisjoint
        for number in [number for number, stems in enumerate(self._chinese) if not none(stems)]:
            start, end = self._chinese_starts[number], self._chinese_ends[number]
            here += [("pivot", stem, start, end) for stem in self._chinese[number] if stem in wanted]
        return sorted(here, key=itemgetter(2))

    def _giving(self, wanted: Set[str]) -> list[int]:
        """Return which Latin words and symbols give one of these terms, native or pivot."""
        none = wanted.isdisjoint
        return [number for number, own in enumerate(self._latin) if not none(own.keys)]

    def _pair_with(self, number: int) -> tuple[str, int]:
        """Return the word that makes a pair with the first of another, "" for none, and where it starts."""
        before = self._before[number]
        if before < 0:
            return "", 0
        term, first, _ = self._latin[before].parts[-1]
        return term, self._starts[before] + first
