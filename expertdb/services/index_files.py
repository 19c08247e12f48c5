"""The index on disk, for all processes of this machine to share; `matching.saving` says how it is kept whole.

A process that starts opens what is there and reads only what changed since. Once many edits have gathered in memory,
one process writes a new snapshot, in a thread of its own, and all change over to it. Nobody waits meanwhile.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from matching import Analyser, Index, Parameters, UnusableSnapshot, current_snapshot, load_snapshot, save_snapshot

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

    @contextmanager
    def building(self) -> Iterator[None]:
        """Hold the right to build what is to be written, for which others wait; raises OSError where nothing can be."""
        self.folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=self.folder).close()
        with self._locked("building", fcntl.LOCK_EX):
            yield

    def _current(self) -> str | None:
        try:
            return current_snapshot(self.folder)
        except UnusableSnapshot:
            return None

    @contextmanager
    def _locked(self, name: str = "lock", how: int = fcntl.LOCK_EX | fcntl.LOCK_NB) -> Iterator[bool]:
        """Hold one of the folder's locks, which end with the process; yields whether it was free."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, how)
        except BlockingIOError:
            yield False
        else:
            yield True
        finally:
            os.close(handle)
