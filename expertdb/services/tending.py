"""Keeping the index laid out well, behind the back of those who rank.

Edits gather in memory, in every process by itself. Once they are many, one process writes the whole pool as a new
snapshot, and every process changes over to it: what changed since is applied first, so that nothing is forgotten, and
those who rank meanwhile go on with what they have.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import structlog
from sqlalchemy.orm import Session

from expertdb.models.corpus import Mark, mark_of
from expertdb.services.analysers import analyser_for
from expertdb.services.corpus import Corpus
from expertdb.services.index_files import IndexFiles
from expertdb.services.pools import Pool, brought_to
from expertdb.vocabularies import Edition
from matching import Index

log = structlog.get_logger()
SMALL = 2048  # Items outside the snapshot that are not worth a new one.
SHARE = 32  # Nor is less than this part of the pool.

Reading = Callable[[], AbstractContextManager[Session]]


class Tending:
    """Looks after one process's corpus; `look` is cheap, and starts a thread when there is something to do."""

    def __init__(self, corpus: Corpus, files: IndexFiles, reading: Reading) -> None:
        self._corpus, self._files, self._reading = corpus, files, reading
        self._busy = threading.Lock()
        self._written: Edition | None = None  # Which a snapshot was written for in place of one of another edition.

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let `look` start no thread meanwhile: a fork would leave it out, and might keep what it holds locked."""
        with self._busy:
            yield

    def look(self, pool: Pool) -> None:
        """Change over to a new snapshot, or write one, in a thread, if it is time."""
        if (is_due(pool) or self._is_of_other_words(pool) or self._files.renewed()) and self._busy.acquire(
            blocking=False
        ):
            threading.Thread(target=self._work, args=(pool,), daemon=True).start()

    def _work(self, pool: Pool) -> None:
        try:
            self.tend(pool)
        except Exception as error:
            # Nothing depends on it: whoever ranks goes on with what is in memory.
            log.error("index_not_tended", error=repr(error))
        finally:
            self._busy.release()

    def tend(self, pool: Pool) -> None:
        """Write a snapshot if it is time and no newer one is there, and change over to the current one."""
        assert isinstance(pool.index, Index)  # There are no files with an engine.
        if not self._files.renewed() and not self._files.write(pool.index, pool.version, pool.mark.stamp):
            return
        self._written = pool.edition
        self.change_over()

    def _is_of_other_words(self, pool: Pool) -> bool:
        """Whether the snapshot was written with other vocabularies, by an older program, or is damaged.

        It is replaced once: a program of another release that runs beside this one may think the same of ours.
        """
        return not self._files.fits and pool.edition is not self._written and pool.index.n_experts > 0

    def change_over(self) -> None:
        """Open the current snapshot, bring it up to date and use it."""
        with self._reading() as session:  # It takes up the edition of the vocabularies, too.
            stored = self._files.opened(analyser_for(self._corpus.parameters), self._corpus.parameters)
            if stored is not None:
                pool = Pool(Mark(stored.version, stored.stamp), stored.index)
                self._corpus.take(brought_to(pool, session, mark_of(session)))


def is_due(pool: Pool) -> bool:
    """Whether so much of the pool is outside its first part that a new snapshot is worth its while."""
    assert isinstance(pool.index, Index)
    rows = [part.segment.n_rows for part in pool.index.parts]
    return bool(rows) and sum(rows[1:]) > max(SMALL, rows[0] // SHARE)
