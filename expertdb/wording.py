"""Sentences for people, kept apart from their language.

A `Text` is the English sentence and remembers the template and the values it was made from, so that the edge
(problem+json, console, command line) can say the same in Chinese. Templates are the keys of
`data/messages_zh.json`; a test fails when one has no entry there.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "zh")


class Text(str):
    """A sentence with its template and values; it behaves as the English string."""

    __slots__ = ("template", "values")
    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, **values: Any) -> "Text":
        text = super().__new__(cls, template.format(**values))
        text.template, text.values = template, values
        return text


@cache
def _chinese() -> dict[str, str]:
    messages: dict[str, str] = json.loads(files("expertdb").joinpath("data/messages_zh.json").read_text("utf-8"))
    return messages


def say(text: str, language: str) -> str:
    """The sentence in `language` ("en" or "zh"); an untranslated one stays English rather than being lost.

    A value that is a `Text` itself (a noun in a sentence) is said in that language too.
    """
    if language != "zh":
        return str(text)
    # A `Text`, or a `Sentence` of the matching library, which has the same two attributes.
    template, values = getattr(text, "template", text), getattr(text, "values", None)
    if values is None:
        return _chinese().get(text, text)
    said = {name: say(value, language) if hasattr(value, "template") else value for name, value in values.items()}
    return _chinese().get(template, template).format(**said)
