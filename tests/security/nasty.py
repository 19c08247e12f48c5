"""Strings that have broken programs: `nasty.json`, by what they are after."""

import json
from pathlib import Path

from tests.examples import SHARE

NASTY: dict[str, list[str]] = json.loads(Path(__file__).with_name("nasty.json").read_text("utf-8"))
STRINGS = [text for group in NASTY.values() for text in group]

STEP = round(1 / SHARE)


def third(group: str, first: int) -> list[str]:
    """Every third string of a group in `make test`, from the `first` on, and all of them in `make soak`.

    Tests that begin with different ones try all strings between them.
    """
    return NASTY[group][first % STEP :: STEP]


def storable(text: str) -> bool:
    """Whether a database can hold it at all."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
