"""Whether two records are of one person: by the source's id, by sealed numbers, or by name and employer.

Names are compared as their characters, simplified; where one side has only a Latin name, as pinyin in either order, so
that "Lan Lin" and 林岚 are one name, and 林岚 and 林兰 are two. Employers are compared by any of their names.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from expertdb.names import fold, fold_name, name_words, syllables
from expertdb.recognising import compared
from expertdb.sealing import Sealer

UMLAUT = re.compile("(?<=[ln])(?:ü|v|yu)(?![a-z]*[aeio])")  # lü, lv and lyu are typed for one syllable


@dataclass(frozen=True, slots=True)
class Person:
    """What a row says of who it is about; `numbers` has, by field, the keyed hashes under every key.

    `organisation` is what the row calls the employer: an id or a name.
    """

    row: int
    source_id: str | None
    zh: str
    latin: frozenset[str]
    organisation: str
    numbers: Mapping[str, tuple[tuple[str, ...], ...]]


def person(row: int, body: Mapping[str, Any], sealer: Sealer) -> Person:
    """Who the expert body of a row is about."""
    name, restricted = body.get("name", {}), body.get("restricted", {})
    stated = {"id_number": [restricted.get("id_number")]}
    stated["licence_numbers"] = [one["number"] for one in restricted.get("licence_numbers") or []]
    numbers = {
        field: tuple(tuple(sealer.digests(compared(field, value))) for value in values if value)
        for field, values in stated.items()
    }
    zh, en = name.get("zh"), name.get("en")
    return Person(
        row,
        body.get("source_id"),
        fold_name(zh) if zh else "",
        latin_forms(zh, en),
        body.get("organisation") or "",
        numbers,
    )


def latin_forms(zh: str | None, en: str | None) -> frozenset[str]:
    """The forms in which a name is compared in Latin letters: its words in one fixed order."""
    return frozenset({*(_latin(en) if en else ()), *(pinyin_forms(syllables(fold_name(zh))) if zh else ())})


def _latin(name: str) -> set[str]:
    words = fold(name).replace(",", " ").split()
    return {
        _ordered(part for word in words for part in name_words(word)),
        _ordered("".join(name_words(w)) for w in words),
    }


def pinyin_forms(spoken: list[str]) -> set[str]:
    """A Chinese name as it is written in pinyin: syllable by syllable, or surname (of one or two) and given name."""
    parted = (["".join(spoken[:surname]), "".join(spoken[surname:])] for surname in (1, 2))
    return {_ordered(spoken), *map(_ordered, parted)}


def _ordered(words: Iterable[str]) -> str:
    return " ".join(sorted(UMLAUT.sub("u", word) for word in words if word))


def are_namesakes(one_zh: str, one_latin: frozenset[str], other_zh: str, other_latin: frozenset[str]) -> bool:
    """Whether two names can be one person's: in Chinese where both have a Chinese name, or else in Latin letters."""
    if one_zh and other_zh:
        return one_zh == other_zh
    return not one_latin.isdisjoint(other_latin - {""})
