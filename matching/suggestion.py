"""Aspects recognised in a request's words, to be suggested for confirmation; none is assumed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from matching.analysis import Analyser
from matching.asking import Asked, ask
from matching.profile import Query

# What a request says before that which is not its matter, in the same clause and few words before it. A bare "not" may
# deny anything ("do not know how"), what it lacks (no, without, 没有) is often what it asks for, and 除…外 is as often
# "besides": none of them is here.
_OUTSIDE = re.compile(
    r"(?:不涉及|不包括|不包含|不含|不需要|[无無][需须須])[^，。；：！？,.;:!?\n的而但]{0,8}$"
    r"|\bnot (?:about|concern|cover|include|involve|need)(?: (?:any|a|an|the))? $"
    r"|\b(?:excluding|except|other than)(?! (?:if|that|when|where) )(?: [\w-]+){0,3} $",
    re.IGNORECASE,
)
_REACH = 60  # Characters before a mention that are looked at: enough for the longest of these.


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A vocabulary code that the request's words point to, and those words as they are spelt, each once."""

    code: str
    phrases: tuple[str, ...]


def suggest(analyser: Analyser, query: Query) -> tuple[Suggestion, ...]:
    """Return the codes found in the words of a request that it does not name as aspects, in order of appearance.

    Words that the request puts outside its matter ("excluding trademarks", 不涉及商标) are passed over.
    """
    return suggested(ask(query, analyser))


def suggested(asked: Asked) -> tuple[Suggestion, ...]:
    """Return the same for a request that has been read."""
    named = set(asked.aspects)
    found: dict[str, dict[str, None]] = {}
    text = asked.reading.text
    for span in asked.reading.spans():
        if span.code not in named and not _OUTSIDE.search(text[max(0, span.start - _REACH) : span.start]):
            found.setdefault(span.code, {})[span.phrase] = None
    return tuple(Suggestion(code, tuple(phrases)) for code, phrases in found.items())
