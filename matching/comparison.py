"""Why A stands before B: the two reckonings line by line. The differences sum to that of the affinities, exactly.

A line stands for a term; people read words. `wording` reads the texts of a stored ranking anew, so that lines can be
named as the request and the items spell them, as in the reasons of an entry (see `explanation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from matching.analysis import Analyser
from matching.asking import query_text
from matching.documents import item_text
from matching.explanation import WORDS_SHOWN, carrying
from matching.profile import Item, Query
from matching.reading import Reading, concept_code
from matching.reckoning import Reckoning


@dataclass(frozen=True, slots=True)
class Difference:
    """A term or adjustment and what it gave each of two candidates; `first - second` is what it decides.

    `field` is "concept" (`label` is a code), "native" (a Latin term, or a Chinese word of the request with all its
    characters and pairs), "pivot" or "adjustment" (`label` is its name). `words` are how the texts spell a term.
    """

    field: str
    label: str
    first: float
    second: float
    words: tuple[str, ...] = ()

    @property
    def value(self) -> float:
        """How far the line puts the first before the second; negative where it puts the second before."""
        return self.first - self.second


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts that two candidates were compared by: the request's, and those of their items."""

    request: Reading
    items: tuple[Reading, ...]

    def spelt(self, lines: Iterable[Difference]) -> list[Difference]:
        """Return the lines with the words that the request, then the items spell them by, each once."""
        lines = list(lines)
        wanted: dict[str, set[str]] = {}
        for line in lines:
            wanted.setdefault(line.field, set()).add(line.label)
        found: dict[tuple[str, str], dict[str, None]] = {}
        for reading in (self.request, *self.items):
            for field, term, start, end in reading.places_of(wanted):
                found.setdefault((field, term), {})[reading.text[start:end]] = None
        return [replace(one, words=tuple(found.get((one.field, one.label), ()))[:WORDS_SHOWN]) for one in lines]


def wording(stored: Mapping[str, Any], candidates: Mapping[str, Reckoning], analyser: Analyser) -> Wording:
    """Return the request of a stored ranking, and the items that its reasons showed of some of its candidates, read.

    By the words that `analyser` knows today: where its lexicons have moved on, a line may keep the name of its term.
    """
    query, shown = stored["query"], stored["parameters"]["shown_items"]
    items: list[Reading] = []
    for entry in stored["entries"]:
        if entry["expert"] in candidates:
            rows = carrying(candidates[entry["expert"]].shares)
            for item in (entry["items"][row]["item"] for row in rows[:shown]):
                items.append(analyser.read(item_text(Item(item["title"], item["text"]))))
    return Wording(analyser.read(query_text(Query(query["title"], query["text"]))), tuple(items))


def compare(first: Reckoning, second: Reckoning, said: Wording | None = None) -> tuple[Difference, ...]:
    """Return every line in which two candidates for one request differ, the most decisive first.

    Chinese terms are put together to the words of the request, where its wording is `said`. All lines are multiples of
    2**-50, so the differences add up to that of the affinities in any order.
    """
    words = said.request.words_of_terms() if said else {}
    ours, theirs = _lines(first, words), _lines(second, words)
    keys = sorted({*ours, *theirs})
    lines = (Difference(*key, ours.get(key, 0.0), theirs.get(key, 0.0)) for key in keys)
    return tuple(sorted((line for line in lines if line.value), key=lambda line: -abs(line.value)))


def _lines(reckoning: Reckoning, words: Mapping[str, str]) -> dict[tuple[str, str], float]:
    lines: dict[tuple[str, str], float] = {}
    for term in reckoning.terms:
        code = concept_code(term.term)
        key = (term.field, code or (words.get(term.term, term.term) if term.field == "native" else term.term))
        lines[key] = lines.get(key, 0.0) + term.contribution
    for one in reckoning.adjustments:
        key = ("adjustment", f"{one.name} {one.code}".strip())
        lines[key] = lines.get(key, 0.0) + one.value
    return lines
