"""Latin words as texts hold them (hyphens included), and IPC symbols: what one gives, worked out once."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from matching.english import is_stop_word, stem


class Latin(NamedTuple):
    """What a word or a symbol gives.

    terms: the native terms of its parts, folded. joined: the term of the parts of a hyphenated word as one. stems: the
    pivot's terms. counts: 1, or 0 for a number, which is in no language. parts, words: terms and stems with the places
    where each starts and ends in the word. keys: all of them. is_word: whether its parts make pairs with the words
    before and after.
    """

    terms: tuple[str, ...] = ()
    joined: str = ""
    stems: tuple[str, ...] = ()
    counts: int = 0
    parts: tuple[tuple[str, int, int], ...] = ()
    words: tuple[tuple[str, int, int], ...] = ()
    keys: frozenset[str] = frozenset()
    is_word: bool = False


@lru_cache(maxsize=1 << 16)
def latin(word: str) -> Latin:
    """Return what a word gives."""
    place, parts, words = 0, [], []
    spelt = word.split("-")
    for part in spelt:
        end = place + len(part)
        if len(part) > 1 and not is_stop_word(part):
            parts.append((part.casefold(), place, end))
            words.append((stem(part), place, end))
        place = end + 1
    joined = ""
    if len(spelt) > 1:
        joined = "".join(spelt).casefold()
        words.append((stem("".join(spelt)), 0, len(word)))
    terms, stems = tuple(term for term, _, _ in parts), tuple(stem for stem, _, _ in words)
    keys = frozenset({*terms, *stems, *filter(None, (joined,))})
    counts = int(not word.isnumeric())
    return Latin(terms, joined, stems, counts, tuple(parts), tuple(words), keys, is_word=True)


@lru_cache(maxsize=1 << 12)
def symbol(text: str) -> Latin:
    """Return what an IPC symbol gives: the terms of its subclass and, where it says more, of all of it."""
    subclass = text[:4].casefold()
    terms = (subclass, "".join(text.split()).casefold()) if len(text) > 4 else (subclass,)
    parts = tuple((term, 0, length) for term, length in zip(terms, (4, len(text)), strict=False))
    return Latin(terms, parts=parts, keys=frozenset(terms))
