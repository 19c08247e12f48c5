"""Things laid aside in a temporary file and read back in order: how work on a large file stays small in memory."""

import pickle
import tempfile
from collections.abc import Iterator
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Spool(Generic[Thing]):
    """A file without a name, which is gone when it is closed; readable from the start again and again."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`.

    def add(self, thing: Thing) -> None:
        """Lay one thing aside."""
        pickle.dump(thing, self._file, pickle.HIGHEST_PROTOCOL)

    def __iter__(self) -> Iterator[Thing]:
        self._file.seek(0)
        while True:
            try:
                yield pickle.load(self._file)  # noqa: S301 - we wrote the file, and nobody else can open it.
            except EOFError:
                return

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
