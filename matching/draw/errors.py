"""What is wrong with the input of a draw."""

from __future__ import annotations

from matching.sentences import Sentence


class BadDrawInput(ValueError):
    """A draw cannot be frozen or revealed like this; `detail` says what was found and what is needed.

    `pointer` is a JSON pointer to the field where it is one.
    """

    def __init__(self, detail: Sentence, pointer: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.pointer = pointer
