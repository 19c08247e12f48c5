"""Whole numbers in texts from outside: cells, forms, addresses."""


def whole(text: str | None, digits: int = 9) -> int | None:
    """The number that a text of at most so many digits writes; None for any other text.

    Digits of every script count: a Chinese keyboard types full-width ones, and `int` reads them. Of more than 4,300
    digits it would raise, so that each caller says how many make sense.
    """
    return int(text) if text and len(text) <= digits and text.isdecimal() else None
