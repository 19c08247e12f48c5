"""The columns that a roster may have (`data/roster.json`): what each heading means, and how its cells are read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Kind = Literal[
    "text", "code", "codes", "choice", "choices", "list", "day", "periods", "whole", "flag", "numbers", "items"
]
Words = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Column:
    """What a column of a roster may hold: `target` is the field of the expert body that its cells fill.

    `words` are what people write for the words of a fixed set.
    """

    target: str
    kind: Kind
    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()
    vocabularies: tuple[str, ...] = ()
    words: Words | None = None

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading that is known to mean this column."""
        return (*self.zh, *self.en)

    @property
    def several(self) -> bool:
        """Whether more than one column of a roster may fill it."""
        return self.kind in ("codes", "choices", "list", "periods", "numbers", "items")


@cache
def _roster() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("expertdb").joinpath("data/roster.json").read_text("utf-8"))
    return found


def words(name: str) -> Words:
    """What people write for each word of a fixed set: item, status, mode, request, entry or flag."""
    return {word: tuple(said) for word, said in _roster()["words"][name].items()}


def bank_headings() -> tuple[str, ...]:
    """Headings of columns that are refused whole: what stands in them may not be kept."""
    return tuple(_roster()["bank"])


def bank_words() -> tuple[str, ...]:
    """What makes a heading that nobody knows one of such a column: 开户行及账号, "Bank account no."."""
    return tuple(_roster()["bank_within"])


@cache
def columns() -> tuple[Column, ...]:
    """Every column that a roster may have, in the order of exports."""
    return tuple(
        Column(
            target=one["target"],
            kind=one["kind"],
            zh=tuple(one["zh"]),
            en=tuple(one["en"]),
            vocabularies=tuple(one.get("vocabularies", ())),
            words=words(one["words"]) if "words" in one else None,
        )
        for one in _roster()["columns"]
    )


@cache
def by_target() -> dict[str, Column]:
    """The columns by the field they fill."""
    return {column.target: column for column in columns()}
