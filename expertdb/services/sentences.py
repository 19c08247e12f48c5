"""Sentences of the matching library, with the codes in them in words: the library knows codes only."""

from collections.abc import Callable
from typing import Any

from expertdb.code_words import all_called, at, called, labelled
from expertdb.wording import Text, Word

# What the group of a rule is a code of, by what the rule groups.
GROUPED = {"kind": "expert_kind", "region": "region", "city": "region", "title_level": "title_level"}
_WORDS: dict[str, Callable[[str], Word]] = {
    "code": labelled,
    "frozen_at": at,
    "not_before": at,
    "codes": lambda codes: Word.several(labelled(code) for code in codes.split(", ")),
    "side": lambda side: called("side", side),
    "sides": lambda sides: all_called("side", sides.split(", ")),
    "type": lambda type: called("rule", type),
}


def in_words(sentence: str) -> str:
    """The sentence with words where the library wrote codes; any other text as it is."""
    values: dict[str, Any] | None = getattr(sentence, "values", None)
    if not values:
        return sentence
    said = {name: _WORDS[name](value) if name in _WORDS else value for name, value in values.items()}
    if vocabulary := GROUPED.get(str(values.get("by", ""))):
        said["group"] = labelled(values["group"], vocabulary)
    return Text(sentence.template, **said)  # type: ignore[attr-defined]
