"""How two values differ, word by word, as markup: what went is struck out, what came is underlined."""

import difflib
import re
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup, escape

# Chinese has no spaces between words: each character stands for itself, Latin words and numbers stay whole.
WORD = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
LONGEST = 1500


def changed(before: Any, after: Any) -> Markup:
    """What must be done to `before` to get `after`."""
    old, new = WORD.findall(_text(before)), WORD.findall(_text(after))
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    ends = (len(old) - tail, len(new) - tail)
    middle = _steps(old[head : ends[0]], new[head : ends[1]])
    return Markup().join([escape("".join(old[:head])), *middle, escape("".join(old[ends[0] :]))])


def _alike(first: list[str], second: list[str]) -> int:
    """How many words both begin with."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(first), len(second)))


def _steps(old: list[str], new: list[str]) -> Iterator[Markup]:
    if max(len(old), len(new)) > LONGEST:  # Comparing takes time that grows as the square.
        yield from (_marked("del", old), _marked("ins", new))
        return
    for what, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            yield escape("".join(old[a:b]))
        else:
            yield from (_marked("del", old[a:b]), _marked("ins", new[c:d]))


def _marked(tag: str, words: list[str]) -> Markup:
    return Markup(f"<{tag}>{{}}</{tag}>").format("".join(words)) if words else Markup()  # noqa: S704 - two fixed tags.


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return " · ".join(text for inner in value.values() if (text := _text(inner)))
    if isinstance(value, list):
        return "\n".join(_text(inner) for inner in value)
    return "" if value in (None, False) else str(value)
