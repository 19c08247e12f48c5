"""Latin words as texts hold them (hyphens included): the terms, stems and places that one gives, worked out once."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from matching.english import is_stop_word, stem


class Latin(NamedTuple):
    """What a word gives.

    parts: those worth a native term, folded, and where each starts and ends in the word. joined: the term of the parts
    of a hyphenated word as one. words: place, spelling and stems of each word of the pivot. terms, stems: the same
    without places. counts: 1, or 0 for a number, which is in no language.
    """

    parts: tuple[tuple[str, int, int], ...]
    joined: str
    words: tuple[tuple[int, str, tuple[str, ...]], ...]
    terms: tuple[str, ...]
    stems: tuple[str, ...]
    counts: int


@lru_cache(maxsize=1 << 16)
def latin(word: str) -> Latin:
    """Return what a word gives."""
    place, parts, words = 0, [], []
    spelt = word.split("-")
    for part in spelt:
        if len(part) > 1 and not is_stop_word(part):
            parts.append((part.casefold(), place, place + len(part)))
            words.append((place, part, (stem(part),)))
        place += len(part) + 1
    joined = ""
    if len(spelt) > 1:
        joined = "".join(spelt).casefold()
        words.append((0, word, (stem("".join(spelt)),)))
    return Latin(
        tuple(parts),
        joined,
        tuple(words),
        tuple(term for term, _, _ in parts),
        tuple(one for _, _, own in words for one in own),
        int(not word.isnumeric()),
    )
