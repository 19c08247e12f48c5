"""Rarity in requests: words that stand in most requests say little of what one of them asks for.

Every office writes "please", "experts", "draft" and "within three weeks". In a pool of profiles such words may be rare,
so that idf takes them for what matters. With `request_rarity` a term of a request counts by how rare it is among
requests, too: with d of N requests of a background in the same language holding it, its 1 + ln tf is multiplied by

    r = ((1 + ln((1 + N) / (1 + d))) / (1 + ln(1 + N))) ^ request_rarity

which is 1 for a term that no request of the background holds, and .2 for one that all of fifty hold. Vocabulary codes
count in full, recognised or confirmed: they are what is asked for, however many ask for it. Where there is no
background in a language, every r is 1.

The background is `data/requests.tsv`: invented requests on matters of all kinds, written by somebody who had seen
neither the judged requests nor any figure (docs/quality.md has what it is worth). It is fixed, so that a list does not
depend on what others have asked.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files

from matching.reading import Analysed, concept_code
from matching.weights import FIELDS, Field


@cache
def requests() -> tuple[tuple[str, str], ...]:
    """Return language and text of the requests that stand for how requests are worded."""
    lines = files("matching").joinpath("data/requests.tsv").read_text("utf-8").splitlines()
    split = (line.split("\t") for line in lines if not line.startswith("#"))
    return tuple((language, f"{title}\n{text}") for language, title, text in split)


class Rarities:
    """The r of terms, for a `request_rarity` of 1, by language and field."""

    def __init__(self, analyse: Callable[[str], Analysed]) -> None:
        read = [(language, analyse(text)) for language, text in requests()]
        self._known = {
            (language, field): _by_term([set(getattr(terms, field)) for own, terms in read if own == language])
            for language in {language for language, _ in read}
            for field in FIELDS
        }

    def of(self, language: str, field: Field, terms: Iterable[str]) -> list[float]:
        """Return the r of the terms of a request in this language, each above 0 and at most 1."""
        known = self._known.get((language, field), {})
        return [known.get(term, 1.0) for term in terms]


def _by_term(held: list[set[str]]) -> Mapping[str, float]:
    """Return the r of every word that stands in some of the requests."""
    whole = 1.0 + math.log(1 + len(held))
    dfs = Counter(term for terms in held for term in terms if concept_code(term) is None)
    return {term: (whole - math.log(1 + df)) / whole for term, df in dfs.items()}
