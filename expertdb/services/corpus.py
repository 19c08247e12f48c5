"""The one seam between rows and `matching/`: keeps the index up to date (`profiles` reads what goes into it).

The database is the truth. Before ranking, a process reads which state of the corpus its transaction sees and brings its
index to that very state, by what changed since one it knows (`models/corpus.py` numbers the changes). Where the
database does not hold that history (it was restored, or the log was pruned), every profile is compared instead. Only
active experts are in the index; whose term is over today, or whom a filter leaves out, is masked when ranking.
"""

import contextlib
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb import vocabularies
from expertdb.collecting import nothing_collected
from expertdb.errors import PoolIsMoving
from expertdb.models.corpus import CorpusVersion, Mark, is_changing, mark_of
from expertdb.services import profiles
from expertdb.services.analysers import analyser_for, default_analyser
from expertdb.services.history import is_merely_old, is_past
from expertdb.services.index_files import IndexFiles
from expertdb.services.pools import Pool, brought_to, compared, updated
from matching import Index, Parameters, ProfileMoved
from matching.qdrant import Engine, QdrantIndex


class Tending(Protocol):
    """What looks after the layout of the index, see `services/tending.py`."""

    def alone(self) -> contextlib.AbstractContextManager[None]: ...

    def look(self, pool: Pool) -> None: ...

    def tend(self, pool: Pool) -> None: ...


KEPT = 8  # Pools of the latest states: a transaction that began a moment ago still sees an older one.
ATTEMPTS = 5
T = TypeVar("T")


class Corpus:
    """This process's pools; `refresh` gives the one for the state that a session sees."""

    def __init__(self, parameters: Parameters, files: IndexFiles | None = None, engine: Engine | None = None) -> None:
        self.parameters = parameters
        self.files = files
        self.engine = engine
        self.tending: Tending | None = None
        self._lock = threading.Lock()
        self._pools: tuple[Pool, ...] = ()
        self._passed = Passed()
        self._engine_moves = False

    @property
    def version(self) -> int | None:
        """The version of the latest pool that this process has; None before it has any."""
        return self._pools[0].version if self._pools else None

    def refresh(self, session: Session) -> Pool:
        """The pool in the state that the session sees.

        What a transaction sees that has changed it is nobody else's, and is not kept. An engine has one state for all:
        raises RuntimeError there.
        """
        mark = mark_of(session)
        if is_changing(session):
            return self._own(session, mark)
        pool = self._known(mark)
        if pool is None:
            with self._lock:
                pool = self._known(mark) or self._made(session, mark)
                self._pools = (pool, *self._besides(pool))[:KEPT]
                self._engine_moves = False
        if self.tending is not None and pool is self._pools[0]:
            self.tending.look(pool)
        return pool

    def _own(self, session: Session, mark: Mark) -> Pool:
        if self.engine is not None:
            raise RuntimeError("a transaction that changes the pool ranks it: everybody would see what may be undone")
        with self._lock:
            return self._made(session, mark)

    def is_of_now(self, pool: Pool) -> bool:
        """Whether a pool still is what it was: an engine holds the latest state alone."""
        return self.engine is None or (pool is self._pools[0] and not self._engine_moves)

    def take(self, pool: Pool) -> None:
        """Put a pool with the same experts, laid out anew, in the place of the latest."""
        with self._lock:
            others = (one for one in self._besides(pool) if one.mark != pool.mark or one.edition is not pool.edition)
            self._pools = (pool, *others)[:KEPT]

    def _besides(self, pool: Pool) -> list[Pool]:
        """The pools to keep beside a new one: those of its edition, and one of another, which takes as much room.

        An engine holds one state, whose pool has none beside it.
        """
        if self.engine is not None:
            return []
        same = [one for one in self._pools if one.edition is pool.edition]
        return [*same, *[one for one in self._pools if one.edition is not pool.edition][:1]]

    def _known(self, mark: Mark) -> Pool | None:
        known = self._of_edition()
        if self.engine is not None and known and self._passed.holds(mark, known[0].mark):
            return known[0]  # Never back to an older state: others have seen the newer.
        return next((pool for pool in known if pool.mark == mark), None)

    def _of_edition(self) -> list[Pool]:
        """The pools read with the words that hold now: another edition finds other terms in the same texts."""
        return [pool for pool in self._pools if pool.edition is vocabularies.current()]

    def _made(self, session: Session, mark: Mark) -> Pool:
        if self.engine is not None:
            return self._in_engine(session, mark, self.engine)
        known = self._of_edition()
        for pool in sorted(known, key=lambda pool: -pool.version):
            if is_past(session, pool.mark, mark):
                return updated(pool, session, mark)
        if known:
            if is_merely_old(session, mark, known[0].mark):
                raise PoolIsMoving
            return compared(known[0], session, mark)
        with nothing_collected():  # Of the words of analysers.
            stored = self.files.opened(analyser_for(self.parameters), self.parameters) if self.files else None
        if stored is None:
            everybody, analyser = profiles.everybody(session), analyser_for(self.parameters)
            before = next((one.index for one in self._pools if isinstance(one.index, Index)), None)
            index = Index.build(everybody, analyser, self.parameters.max_items, known=before)
            return Pool(mark, index)
        return brought_to(Pool(Mark(stored.version, stored.stamp), stored.index), session, mark)

    def _in_engine(self, session: Session, mark: Mark, engine: Engine) -> Pool:
        self._engine_moves = True  # Until it is done: where it fails half-way, nobody's list is of one state.
        latest = next(iter(self._of_edition()), None)
        if latest is not None and is_past(session, latest.mark, mark):
            made = updated(latest, session, mark)
            self._passed.add(session, latest.version)
        else:
            made = Pool(mark, self._filled(session, engine))
            self._passed = Passed()
            self._passed.add(session, 0)
        return made

    def _filled(self, session: Session, engine: Engine) -> QdrantIndex:
        """The engine with everybody in it; where only the words changed, nobody is missing from it meanwhile."""
        everybody = profiles.everybody(session)
        if not self._pools:
            return QdrantIndex.build(everybody, default_analyser(), engine, self.parameters)
        index = self._pools[0].index
        assert isinstance(index, QdrantIndex)
        index.read_anew(everybody, default_analyser())
        return index


class Passed:
    """The versions that led to the state of an engine, by their stamps."""

    def __init__(self) -> None:
        self._stamps: dict[int, str] = {}

    def add(self, session: Session, after: int) -> None:
        """Note the versions after this one that the session sees."""
        rows = session.execute(select(CorpusVersion.version, CorpusVersion.stamp).where(CorpusVersion.version > after))
        self._stamps.update((row.version, row.stamp) for row in rows)

    def holds(self, mark: Mark, latest: Mark) -> bool:
        """Whether a state is the latest, or led to it."""
        if mark.version == latest.version:
            return mark.stamp == latest.stamp and mark.touched <= latest.touched
        return self._stamps.get(mark.version) == mark.stamp


def ranked(session: Session, corpus: Corpus, rank: Callable[[Pool], T]) -> T:
    """What `rank` makes of the pool; once more where a profile changed between two of its reads.

    That happens only within a transaction that writes, on PostgreSQL: whoever only reads sees one state. On an engine,
    whose one state moves on while others rank, it happens to these, too; raises PoolIsMoving where only a new
    transaction can see what the engine holds.
    """
    for attempt in range(ATTEMPTS):
        with contextlib.suppress(ProfileMoved):
            pool = corpus.refresh(session)
            found = rank(pool)
            if corpus.is_of_now(pool) or attempt == ATTEMPTS - 1:
                return found
    raise PoolIsMoving


def again_while_moving(work: Callable[[], T]) -> T:
    """Do the work; again, in a transaction that sees the edits, where the pool was edited past the one it had."""
    for _ in range(ATTEMPTS - 1):
        with contextlib.suppress(PoolIsMoving):
            return work()
    return work()
