"""Profiles and requests with the word frequencies of real text, in Chinese and English.

Words come from `wordfreq` (frequencies of large corpora of each language), and a quarter of a text's words repeat one
that it has used before, as real texts do: a flat Zipf curve touches far fewer postings and flatters every engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import wordfreq

from matching import Item, Profile, Query

WORDS = 100_000  # of each language
REPEATS = 0.25
PHRASE = 8  # words between two marks of punctuation
MARKS = {"zh": "，", "en": ", "}
SPACES = {"zh": "", "en": " "}


@cache
def _words(language: str) -> tuple[list[str], np.ndarray]:
    known = wordfreq.get_frequency_dict(language)
    words = sorted(known, key=lambda word: (-known[word], word))[:WORDS]
    frequencies = np.array([known[word] for word in words])
    return words, np.cumsum(frequencies / frequencies.sum())


def text(random: np.random.Generator, language: str, length: int) -> str:
    """Return a text of so many words."""
    words, cumulated = _words(language)
    chosen = np.searchsorted(cumulated, random.random(length))
    for place in np.flatnonzero(random.random(length) < REPEATS).tolist():
        chosen[place] = chosen[random.integers(place + 1)]
    spelled = [words[min(number, WORDS - 1)] for number in chosen.tolist()]
    phrases = (spelled[start : start + PHRASE] for start in range(0, length, PHRASE))
    return MARKS[language].join(SPACES[language].join(phrase) for phrase in phrases)


def _language(random: np.random.Generator) -> str:
    return "zh" if random.random() < 0.7 else "en"


def profiles(n: int, *, items: int = 0, words: int = 60, seed: int = 0) -> Iterator[Profile]:
    """Yield `n` experts with a statement, or with so many items instead, of about so many words each; 70 % Chinese."""
    random = np.random.default_rng(seed)
    for number in range(n):
        language = _language(random)
        lengths = np.maximum(3, random.lognormal(np.log(words), 0.5, max(items, 1))).astype(int).tolist()
        texts = [text(random, language, length) for length in lengths]
        expert, region = f"e{number:07}", f"region:{random.integers(10)}"
        if items:
            yield Profile(expert, "", tuple(Item("", one) for one in texts), tags=frozenset({region}))
        else:
            yield Profile(expert, texts[0], tags=frozenset({region}))


def requests(n: int, *, seed: int = 1) -> list[Query]:
    """Return `n` requests of 15 to 150 words."""
    random = np.random.default_rng(seed)
    return [Query("", text(random, _language(random), int(random.integers(15, 150)))) for _ in range(n)]
