"""Aspects recognised in a request's words, to be suggested for confirmation; none is assumed."""

from __future__ import annotations

from dataclasses import dataclass

from matching.analysis import Analyser
from matching.asking import Asked, ask
from matching.profile import Query


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A vocabulary code that the request's words point to, and those words as they are spelt, each once."""

    code: str
    phrases: tuple[str, ...]


def suggest(analyser: Analyser, query: Query) -> tuple[Suggestion, ...]:
    """Return the codes found in the words of a request that it does not name as aspects, in order of appearance."""
    return suggested(ask(query, analyser))


def suggested(asked: Asked) -> tuple[Suggestion, ...]:
    """Return the same for a request that has been read."""
    named = set(asked.aspects)
    found: dict[str, dict[str, None]] = {}
    for span in asked.reading.spans():
        if span.code not in named:
            found.setdefault(span.code, {})[span.phrase] = None
    return tuple(Suggestion(code, tuple(phrases)) for code, phrases in found.items())
