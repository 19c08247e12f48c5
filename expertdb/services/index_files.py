"""The index on disk, for all processes of this machine to share; `matching.saving` says how it is kept whole.

A process that starts opens what is there and reads only what changed since. Once many edits have gathered in memory,
one process writes a new snapshot, in a thread of its own, and all change over to it. Nobody waits meanwhile.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from matching import (
    Analyser,
    Index,
    Parameters,
    UnusableSnapshot,
    current_snapshot,
    load_snapshot,
    save_snapshot,
    snapshot_fits,
)

log = structlog.get_logger()


@dataclass(frozen=True)
class Stored:
    """An index that was opened, and the corpus version and stamp that it holds."""

    index: Index
    version: int
    stamp: str


class IndexFiles:
    """The snapshots in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name: str | None = None  # Of the snapshot that this process has open, or has found unusable.
        self.fits = True  # Unless it was found unusable.

    @property
    def is_open(self) -> bool:
        """Whether this process has opened a snapshot of them."""
        return self.name is not None and self.fits

    def fitting(self, analyser: Analyser, parameters: Parameters) -> bool:
        """Whether the current snapshot says that `opened` can use it."""
        return snapshot_fits(self.folder, analyser, parameters.max_items)

    def opened(self, analyser: Analyser, parameters: Parameters) -> Stored | None:
        """The current index; None where there is none, or, with a line in the log, where it cannot be used."""
        self.name = self._current()
        self.fits = True
        if self.name is None:
            return None
        try:
            index, about = load_snapshot(self.folder, analyser, parameters.max_items)
            return Stored(index, int(about["version"]), str(about["stamp"]))
        except (UnusableSnapshot, KeyError, ValueError) as error:
            log.warning("index_not_opened", reason=str(error))
            self.fits = False
            return None

    def renewed(self) -> bool:
        """Whether another process has written a snapshot that this one has not opened."""
        found = self._current()
        return found is not None and found != self.name

    def write(self, index: Index, version: int, stamp: str) -> bool:
        """Write the current index; False when another process is just doing so, or the disk does not let us."""
        try:
            with self._locked() as mine:
                if mine:
                    name = save_snapshot(index, self.folder, {"version": version, "stamp": stamp})
                    log.info("index_written", snapshot=name, version=version)
                return mine
        except OSError as error:
            log.warning("index_not_written", folder=str(self.folder), error=str(error))
            return False

    def can_be_written(self) -> bool:
        """Whether this process could write a snapshot now."""
        try:
            with self._locked() as mine:
                return mine
        except OSError:
            return False

    def _current(self) -> str | None:
        try:
            return current_snapshot(self.folder)
        except UnusableSnapshot:
            return None

    @contextmanager
    def _locked(self) -> Iterator[bool]:
        """Hold the folder's lock, which ends with the process; yields whether it was free."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
        finally:
            os.close(handle)
