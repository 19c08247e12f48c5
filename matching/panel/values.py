"""Values of rule parameters, read from JSON as strictly as JSON Schema would."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from matching.sentences import Sentence

LARGEST = 1000
LONGEST = 100
_SHARE = re.compile(r"[0-9]{1,4}(/[0-9]{1,4}|\.[0-9]{1,9})?")
FINEST = 1000  # Shares are fractions with denominators up to this: 0.3333 is meant as 1/3.


class Wrong(ValueError):
    """A value that cannot be read; `detail` says what it must be."""

    def __init__(self, detail: Sentence) -> None:
        super().__init__(detail)
        self.detail = detail


def whole(value: Any) -> int:
    """A whole number from 0 to 1000; 3.0 is one, true is none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
        raise Wrong(Sentence("This must be a whole number from {low} to {high}.", low=0, high=LARGEST))
    return value


def positive(value: Any) -> int:
    """A whole number from 1 to 1000."""
    found = whole(value)
    if found < 1:
        raise Wrong(Sentence("This must be a whole number from {low} to {high}.", low=1, high=LARGEST))
    return found


def number(value: Any) -> float:
    """A number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise Wrong(Sentence("This must be a number from 0 to 1."))
    return float(value)


def share(value: Any) -> Fraction:
    """A share from 0 to 1, as a number or as a fraction in words ("1/3")."""
    wrong = Wrong(Sentence('This must be a share from 0 to 1, such as 0.25 or "1/3".'))
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise wrong
    if isinstance(value, str) and not _SHARE.fullmatch(value):
        raise wrong  # Fraction itself would also read "1e999999999", and take for ever over it.
    if isinstance(value, float) and not math.isfinite(value):
        raise wrong
    try:
        found = Fraction(value).limit_denominator(FINEST)
    except (ValueError, ZeroDivisionError):
        raise wrong from None
    if not 0 <= found <= 1:
        raise wrong
    return found


def flag(value: Any) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise Wrong(Sentence("This must be true or false."))
    return value


def text(value: Any) -> str:
    """A text of up to 100 characters."""
    if not isinstance(value, str) or len(value) > LONGEST or "\x00" in value:
        raise Wrong(Sentence("This must be a text of at most {maximum} characters.", maximum=LONGEST))
    return value


def names(value: Any) -> tuple[str, ...]:
    """A list of 1 to 1000 ids or codes, each once."""
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    if not is_list or not 1 <= len(value) <= LARGEST or not all(_is_name(one) for one in value):
        raise Wrong(Sentence("This must be a list of 1 to {maximum} ids or codes.", maximum=LARGEST))
    return tuple(dict.fromkeys(value))


def one_of(value: Any, choices: Sequence[str]) -> str:
    """One of the words."""
    if not isinstance(value, str) or value not in choices:
        raise Wrong(Sentence("Choose from: {choices}.", choices=", ".join(choices)))
    return value


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= LONGEST
