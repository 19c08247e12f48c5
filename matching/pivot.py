"""Cross terms: every text, translated term by term into English stems, so that texts in two languages share terms.

Chinese is cut by leftmost-longest match, first by a glossary of the field, then between its terms by a lexicon derived
from CC-CEDICT, which lacks 标准必要专利, 商业秘密 or 地理标志. English words are stemmed, stop words dropped. In
tests before this was written, on 180 invented experts, it raised nDCG@10 across languages from .46 (concepts alone)
to .77 without any model.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from ahocorasick_rs import AhoCorasick, MatchKind

from matching.english import is_stop_word, stem

DATA = Path(__file__).parent / "data"
_WORD = re.compile(r"[^\W_]+")

# The Chinese words of a normalised text, from left to right: where each starts and ends, and the English stems for it.
Cut = list[tuple[int, int, tuple[str, ...]]]


class Lexicon:
    """Chinese headwords, of Han characters alone, with glosses (separated by ";")."""

    def __init__(self, glosses: Mapping[str, str]) -> None:
        self.glosses = glosses
        self._finder = AhoCorasick(list(glosses), matchkind=MatchKind.LeftmostLongest, store_patterns=False)
        self._stems = _Stems(glosses.values())

    def cut(self, text: str) -> Cut:
        """Return the headwords of a normalised text, at each place the longest."""
        stems = self._stems
        return [(start, end, stems[number]) for number, start, end in self._finder.find_matches_as_indexes(text)]


class _Stems(dict[int, tuple[str, ...]]):
    """The stems of each headword by its number, worked out when it is first met: most never are."""

    def __init__(self, glosses: Iterable[str]) -> None:
        super().__init__()
        self._glosses = tuple(glosses)

    def __missing__(self, number: int) -> tuple[str, ...]:
        found = self[number] = gloss_stems(self._glosses[number])
        return found


class Pivot:
    """Translates Chinese words into English stems. `glossary` has precedence over `lexicon`, wherever it applies."""

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

    def cut(self, text: str) -> Cut:
        """Return the glossary's terms in a normalised text and, between them, the lexicon's words."""
        terms = self._glossary.cut(text)
        return sorted(terms + self._lexicon.cut(_without(terms, text))) if terms else self._lexicon.cut(text)


def _without(terms: Cut, text: str) -> str:
    """Return the text with spaces in place of these terms."""
    kept: list[str] = []
    end = 0
    for start, after, _ in terms:
        kept += (text[end:start], " " * (after - start))
        end = after
    return "".join((*kept, text[end:]))


def gloss_stems(glosses: str) -> tuple[str, ...]:
    """Return the stems of glosses separated by ";", each once."""
    words = (word for word in _WORD.findall(glosses) if len(word) > 1 and not is_stop_word(word))
    return tuple(dict.fromkeys(stem(word) for word in words))


def _read(table: str) -> dict[str, str]:
    """Return the pairs of a file of `Chinese<TAB>glosses` lines; lines that start with # are remarks."""
    pairs = (line.partition("\t") for line in table.splitlines() if not line.startswith("#"))
    return {headword: glosses for headword, _, glosses in pairs}
