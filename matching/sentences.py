"""Sentences that the library says about panels and draws, kept apart from their language.

Whoever shows one can say it in another language: the template is the key, the values are data.
"""

from __future__ import annotations

from typing import Any


class Sentence(str):
    """An English sentence that remembers the template and the values it was made from."""

    __slots__ = ("template", "values")
    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, **values: Any) -> Sentence:
        sentence = super().__new__(cls, template.format(**values))
        sentence.template, sentence.values = template, values
        return sentence
