"""Cross terms: every text, translated term by term into English stems, so that texts in two languages share terms.

Chinese is cut by greedy longest match, first by a glossary of the field, then between its terms by a lexicon derived
from CC-CEDICT, which lacks 标准必要专利, 商业秘密 or 地理标志. English words are stemmed, stop words dropped. In
tests before this was written, on 180 invented experts, it raised nDCG@10 across languages from .46 (concepts alone)
to .77 without any model.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from matching.english import is_stop_word, stem
from matching.text import Token, pairs

DATA = Path(__file__).parent / "data"
_WORD = re.compile(r"[^\W_]+")


# Words of a token: the place in it, the word, and its stems.
Cut = Sequence[tuple[int, str, tuple[str, ...]]]


class Word(NamedTuple):
    """A word of the normalised text, where it starts, and the English stems that stand for it."""

    text: str
    start: int
    stems: tuple[str, ...]


class Lexicon:
    """Chinese headwords with glosses (separated by ";"), and the longest match at any place of a run."""

    def __init__(self, glosses: Mapping[str, str]) -> None:
        self.glosses = glosses
        # The longest headword that begins with each pair of characters: most pairs begin none, or a short one.
        self._longest: dict[str, int] = {}
        for headword in glosses:
            pair = headword[:2]
            if len(headword) > self._longest.get(pair, 1):
                self._longest[pair] = len(headword)

    def cut(self, run: str, ends: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
        """Return the headwords of a run from left to right, the longest at each place, and where they start.

        `ends` are words that are there already, with their starts, and last the end of the run with an empty word;
        they are passed over.
        """
        longest, glosses = self._longest.get, self.glosses
        found, place = [], 0
        for end, given in ends:
            while place < end:
                length = longest(run[place : place + 2], 1)
                if length > end - place:
                    length = end - place
                word = run[place : place + length]
                while word not in glosses and length > 1:
                    length -= 1
                    word = word[:-1]
                if word in glosses:
                    found.append((place, word))
                place += length
            place = end + len(given)
        return found

    def may_be_in(self, run: str) -> bool:
        """Tell whether a headword of two characters or more may begin somewhere in the run."""
        return not self._longest.keys().isdisjoint(pairs(run))


class Pivot:
    """Translates tokens into English stems. `glossary` has precedence over `lexicon`, wherever in a run it applies."""

    def __init__(self, glossary: Mapping[str, str], lexicon: Mapping[str, str] | None = None) -> None:
        self._glossary = Lexicon(glossary)
        self._lexicon = Lexicon(lexicon or {})

    @property
    def glosses(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Glossary and lexicon."""
        return self._glossary.glosses, self._lexicon.glosses

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls) -> Pivot:
        """Return the pivot made from the data files beside this module; they are read once, on the first call."""
        glossary, office = (_read((DATA / name).read_text("utf-8")) for name in ("glossary.tsv", "office_words.tsv"))
        return cls(glossary, _read(gzip.decompress((DATA / "cedict.tsv.gz").read_bytes()).decode()) | office)

    def words(self, found: Iterable[Token]) -> Iterator[Word]:
        """Yield the words of a text that have stems, in order."""
        for token, cut in self.cuts(found):
            for place, word, own in cut:
                yield Word(word, token.start + place, own)

    def cuts(self, found: Iterable[Token]) -> Iterator[tuple[Token, Cut]]:
        """Yield each token of a text that has words with stems, and these; a run that comes again is cut once."""
        known: dict[str, Cut] = {}
        for token in found:
            if token.kind == "han":
                cut = known.get(token.text)
                if cut is None:
                    cut = known[token.text] = self._cut(token.text)
                yield token, cut
            elif token.kind == "word":
                yield token, english_words(token.text)

    def _cut(self, run: str) -> list[tuple[int, str, tuple[str, ...]]]:
        """Return the glossary's terms in a run and, between them, the lexicon's words: place, word and stems."""
        end = [(len(run), "")]
        terms = self._glossary.cut(run, end) if self._glossary.may_be_in(run) else []
        lexicon, glossary = self._lexicon.glosses, self._glossary.glosses
        found = [(place, word, gloss_stems(lexicon[word])) for place, word in self._lexicon.cut(run, terms + end)]
        if terms:
            found += [(place, term, gloss_stems(glossary[term])) for place, term in terms]
            found.sort()
        return found


@lru_cache(maxsize=1 << 16)
def english_words(text: str) -> tuple[tuple[int, str, tuple[str, ...]], ...]:
    """Return the words of a Latin token with their places and stems: its parts and, with a hyphen, the parts joined."""
    place, parts, found = 0, text.split("-"), []
    for part in parts:
        if len(part) > 1 and not is_stop_word(part):
            found.append((place, part, (stem(part),)))
        place += len(part) + 1
    if len(parts) > 1:
        found.append((0, text, (stem("".join(parts)),)))
    return tuple(found)


@cache  # Bounded by the lexicon: no text of a user comes here.
def gloss_stems(glosses: str) -> tuple[str, ...]:
    """Return the stems of glosses separated by ";", each once."""
    words = (word for word in _WORD.findall(glosses) if len(word) > 1 and not is_stop_word(word))
    return tuple(dict.fromkeys(stem(word) for word in words))


def _read(table: str) -> dict[str, str]:
    """Return the pairs of a file of `Chinese<TAB>glosses` lines; lines that start with # are remarks."""
    pairs = (line.partition("\t") for line in table.splitlines() if not line.startswith("#"))
    return {headword: glosses for headword, _, glosses in pairs}
