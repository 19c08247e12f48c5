"""The one seam between rows and `matching/`: keeps the index up to date (`profiles` reads what goes into it).

The database is the truth. Before ranking, a process reads which state of the corpus its transaction sees and brings its
index to that very state, by what changed since one it knows (`models/corpus.py` numbers the changes). Where the
database does not hold that history (it was restored, or the log was pruned), every profile is compared instead. Only
active experts are in the index; whose term is over today, or whom a filter leaves out, is masked when ranking.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb import vocabularies
from expertdb.errors import PoolIsMoving
from expertdb.models.corpus import CorpusChange, CorpusTouched, CorpusVersion, Mark, is_changing, mark_of
from expertdb.services import profiles
from expertdb.services.index_files import IndexFiles
from expertdb.vocabularies import Edition
from matching import Analyser, Concept, Concepts, Index, Parameters, Pivot, ProfileMoved, differences
from matching.meaning import load as load_meanings
from matching.qdrant import Engine, QdrantIndex


class Tending(Protocol):
    """What looks after the layout of the index, see `services/tending.py`."""

    def alone(self) -> contextlib.AbstractContextManager[None]: ...

    def look(self, pool: "Pool") -> None: ...

    def tend(self, pool: "Pool") -> None: ...


KEPT = 8  # Pools of the latest states: a transaction that began a moment ago still sees an older one.
CHUNK = 500
ATTEMPTS = 5
T = TypeVar("T")


@dataclass(frozen=True)
class Pool:
    """The active experts in one state of the corpus, read in one edition of the vocabularies.

    Never changed, so that threads may share it.
    """

    mark: Mark
    index: Index | QdrantIndex
    edition: Edition = field(default_factory=vocabularies.current)

    @property
    def version(self) -> int:
        """The corpus version."""
        return self.mark.version


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
        return self.engine is None or pool is self._pools[0]

    def take(self, pool: Pool) -> None:
        """Put a pool with the same experts, laid out anew, in the place of the latest."""
        with self._lock:
            others = (one for one in self._besides(pool) if one.mark != pool.mark or one.edition is not pool.edition)
            self._pools = (pool, *others)[:KEPT]

    def _besides(self, pool: Pool) -> list[Pool]:
        """The pools to keep beside a new one: those of its edition, and one of another, which takes as much room."""
        same = [one for one in self._pools if one.edition is pool.edition]
        return same if self.engine else [*same, *[one for one in self._pools if one.edition is not pool.edition][:1]]

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
        stored = self.files.opened(analyser_for(self.parameters), self.parameters) if self.files else None
        if stored is None:
            everybody, analyser = profiles.everybody(session), analyser_for(self.parameters)
            before = next((one.index for one in self._pools if isinstance(one.index, Index)), None)
            index = Index.build(everybody, analyser, self.parameters.max_items, known=before)
            return Pool(mark, index)
        pool = Pool(Mark(stored.version, stored.stamp), stored.index)
        return updated(pool, session, mark) if is_past(session, pool.mark, mark) else compared(pool, session, mark)

    def _in_engine(self, session: Session, mark: Mark, engine: Engine) -> Pool:
        latest = next(iter(self._of_edition()), None)
        if latest is not None and is_past(session, latest.mark, mark):
            made = updated(latest, session, mark)
            self._passed.add(session, latest.version)
        else:
            made = Pool(mark, self._filled(session, engine))
            self._passed = Passed()
            self._passed.add(session, 0)
        self._pools = ()
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


def is_merely_old(session: Session, mark: Mark, known: Mark) -> bool:
    """Whether a session sees an older state of the very history that this process has followed further.

    So many edits came since it began that no pool of then is kept. To go back by comparing everybody would hold up all
    who wait here until their sessions are as old, and each of them would go back again, without an end. A database
    that was restored is older, too, but then not even a new transaction finds our state in its history.
    """
    if mark.version > known.version:
        return False
    reading = session.connection()
    with (
        reading.engine.connect().execution_options(**reading.get_execution_options()) as connection,
        Session(connection) as another,
    ):
        return is_past(another, known, mark_of(another))


def is_past(session: Session, earlier: Mark, now: Mark) -> bool:
    """Whether a state is in the history that led to another, with all changes since on record."""
    if earlier.version > now.version:
        return False
    if earlier.version == now.version:
        return earlier.stamp == now.stamp and earlier.touched <= now.touched
    if not earlier.version:
        return True  # Everything is a change since nothing.
    return session.scalar(select(CorpusVersion.stamp).where(CorpusVersion.version == earlier.version)) == earlier.stamp


def updated(pool: Pool, session: Session, mark: Mark) -> Pool:
    """A pool brought to the state that the session sees, by what changed since."""
    changes = sorted(changed_since(session, pool.mark, mark))
    return Pool(mark, _read_anew(pool.index, session, changes), pool.edition)


def changed_since(session: Session, earlier: Mark, now: Mark) -> set[str]:
    """Whom the history between two states names, whatever their status."""
    found = set(session.scalars(select(CorpusChange.expert_id).where(CorpusChange.version > earlier.version)))
    if now.touched:
        found |= set(session.scalars(select(CorpusTouched.expert_id)))
    return found


def compared(pool: Pool, session: Session, mark: Mark) -> Pool:
    """A pool brought to the state that the session sees, by comparing every profile."""
    assert isinstance(pool.index, Index)
    found = differences(pool.index, profiles.everybody(session))
    return Pool(mark, _read_anew(pool.index, session, [*found.missing, *found.stale, *found.extra]), pool.edition)


def _read_anew(index: Index | QdrantIndex, session: Session, experts: Iterable[str]) -> Index | QdrantIndex:
    for chunk in _chunks(experts):
        active = profiles.of(session, chunk)
        index = index.apply(active.values(), set(chunk) - active.keys())
    return index


def _chunks(experts: Iterable[str]) -> Iterator[list[str]]:
    waiting = iter(experts)
    while chunk := list(islice(waiting, CHUNK)):
        yield chunk


def analyser_for(parameters: Parameters) -> Analyser:
    """The analyser that an index for these parameters takes; raises RuntimeError where an extra is not installed."""
    return default_analyser(with_meanings=parameters.semantic > 0)


@vocabularies.per_edition
def default_analyser(*, with_meanings: bool = False) -> Analyser:
    """The analyser with our vocabularies and lexicon, made once for each edition of the vocabularies."""
    return Analyser(concepts(), Pivot.load(), load_meanings() if with_meanings else None)


def concepts() -> Concepts:
    """The concepts of our vocabularies.

    Phrases are the aliases, not the labels: some labels ("Training", "规划") are too common to mean their code.
    """
    terms = (term for term in vocabularies.expertise_terms() if not term.deprecated)
    return Concepts(Concept(term.code, term.aliases) for term in terms)
