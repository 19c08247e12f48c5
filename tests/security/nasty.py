"""Strings that have broken programs: `nasty.json`, by what they are after."""

import json
from pathlib import Path

NASTY: dict[str, list[str]] = json.loads(Path(__file__).with_name("nasty.json").read_text("utf-8"))
STRINGS = [text for group in NASTY.values() for text in group]


def storable(text: str) -> bool:
    """Whether a database can hold it at all."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
