"""Aspects recognised in a request's words, to be suggested for confirmation; none is assumed."""

from __future__ import annotations

from dataclasses import dataclass

from matching.analysis import Analyser
from matching.asking import query_text
from matching.profile import Query, aspect_codes


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A vocabulary code that the request's words point to, and those words as they are spelt, each once."""

    code: str
    phrases: tuple[str, ...]


def suggest(analyser: Analyser, query: Query) -> tuple[Suggestion, ...]:
    """Return the codes found in the words of a request that it does not name as aspects, in order of appearance."""
    named = set(aspect_codes(query.aspects))
    found: dict[str, dict[str, None]] = {}
    for span in analyser.spans(query_text(query)):
        if span.code not in named:
            found.setdefault(span.code, {})[span.phrase] = None
    return tuple(Suggestion(code, tuple(phrases)) for code, phrases in found.items())
