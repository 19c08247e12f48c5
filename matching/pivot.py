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
from matching.latin import latin
from matching.text import Token, pairs

DATA = Path(__file__).parent / "data"
_WORD = re.compile(r"[^\W_]+")


REMEMBERED = 1 << 16  # Words and pairs of characters, a few hundred bytes each.

# How long the headwords are that begin with two characters and are longer, the longest first; and the stems of the word
# itself, None where it is no headword.
_Known = tuple[tuple[int, ...], tuple[str, ...] | None]
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
        # How long the headwords are that begin with each pair of characters: most pairs begin none, or one length.
        lengths: dict[str, int] = {}
        for headword in glosses:
            if len(headword) > 1:
                pair = headword[:2]
                lengths[pair] = lengths.get(pair, 0) | 1 << len(headword)
        self._lengths = {pair: _descending(many) for pair, many in lengths.items()}
        self._known: dict[str, _Known] = {}

    def cut(self, run: str, given: Cut = ()) -> Cut:
        """Return the headwords of a run from left to right, the longest at each place.

        Words that are `given` are there already, and are passed over.
        """
        lengths, known, remember = self._lengths.get, self._known.get, self._remember
        found: list[tuple[int, str, tuple[str, ...]]] = []
        place = 0
        for end, passed_over, _ in (*given, (len(run), "", ())):
            while place < end:
                for length in lengths(run[place : place + 2], _ALONE):
                    word = run[place : place + length]
                    own = (known(word) or remember(word))[1] if length <= end - place else None
                    if own is not None:
                        found.append((place, word, own))
                        place += length
                        break
                else:
                    place += 1
            place = end + len(passed_over)
        return found

    def stems(self, run: str, neighbours: Sequence[str]) -> list[str]:
        """Return the stems of the headwords that `cut` finds in a whole run, in order; `neighbours` are its pairs."""
        known, remember = self._known.get, self._remember
        found: list[str] = []
        place, last = 0, len(run) - 1
        while place <= last:
            begun = neighbours[place] if place < last else run[place]
            longer, own = known(begun) or remember(begun)
            for length in longer:
                word = run[place : place + length]
                more = (known(word) or remember(word))[1]
                if more is not None:
                    found += more
                    place += length
                    break
            else:
                if own is None and place < last:
                    begun = run[place]
                    own = (known(begun) or remember(begun))[1]
                if own:
                    found += own
                place += len(begun)
        return found

    def _remember(self, word: str) -> _Known:
        """Return what is known of a word, and keep it: words that come again are mostly the same few thousand."""
        gloss = self.glosses.get(word)
        longer = self._lengths.get(word, _ALONE) if len(word) == 2 else ()
        found = tuple(one for one in longer if one > 2), None if gloss is None else gloss_stems(gloss)
        if len(self._known) >= REMEMBERED:
            self._known.clear()  # Other threads may be reading: they find nothing there, and look again.
        self._known[word] = found
        return found

    def may_be_in(self, neighbours: Iterable[str]) -> bool:
        """Tell whether a headword of two characters or more begins with one of these pairs of a run."""
        return not self._lengths.keys().isdisjoint(neighbours)


_ALONE = (1,)


@cache  # Few combinations of lengths occur.
def _descending(lengths: int) -> tuple[int, ...]:
    """Return the lengths whose bits are set, the longest first, and 1."""
    return (*(length for length in range(lengths.bit_length() - 1, 1, -1) if lengths >> length & 1), 1)


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
                yield token, latin(token.text).words

    def stems(self, run: str, neighbours: Sequence[str]) -> list[str]:
        """Return the stems of the words of a run, in order; `neighbours` are its pairs of characters."""
        if self._glossary.may_be_in(neighbours):
            return [stem for _, _, own in self._cut(run) for stem in own]
        return self._lexicon.stems(run, neighbours)

    def _cut(self, run: str) -> Cut:
        """Return the glossary's terms in a run and, between them, the lexicon's words."""
        terms = self._glossary.cut(run) if self._glossary.may_be_in(pairs(run)) else ()
        words = self._lexicon.cut(run, terms)
        return sorted((*words, *terms)) if terms else words


@cache  # Bounded by the lexicon: no text of a user comes here.
def gloss_stems(glosses: str) -> tuple[str, ...]:
    """Return the stems of glosses separated by ";", each once."""
    words = (word for word in _WORD.findall(glosses) if len(word) > 1 and not is_stop_word(word))
    return tuple(dict.fromkeys(stem(word) for word in words))


def _read(table: str) -> dict[str, str]:
    """Return the pairs of a file of `Chinese<TAB>glosses` lines; lines that start with # are remarks."""
    pairs = (line.partition("\t") for line in table.splitlines() if not line.startswith("#"))
    return {headword: glosses for headword, _, glosses in pairs}
