"""What is wrong with the input of a draw."""

from __future__ import annotations

from collections.abc import Sequence

from matching.sentences import Sentence


class BadDrawInput(ValueError):
    """A draw cannot be frozen or revealed like this; `detail` says what was found and what is needed.

    `pointer` is a JSON pointer to the field where it is one. `all` are this error and those that were found with it.
    """

    def __init__(self, detail: Sentence, pointer: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.pointer = pointer
        self.all: tuple[BadDrawInput, ...] = (self,)


def raise_together(found: Sequence[BadDrawInput]) -> None:
    """Raise the first of these errors with the others in `all`; nothing where there are none."""
    if found:
        found[0].all = tuple(found)
        raise found[0]
