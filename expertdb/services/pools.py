"""A state of the corpus as an index of its active experts, and how one is brought to another state."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy.orm import Session

from expertdb import vocabularies
from expertdb.models.corpus import Mark
from expertdb.services import profiles
from expertdb.services.history import changed_since, is_past
from expertdb.vocabularies import Edition
from matching import Index, differences
from matching.qdrant import QdrantIndex

CHUNK = 500


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


def brought_to(pool: Pool, session: Session, mark: Mark) -> Pool:
    """A pool from anywhere brought to the state that the session sees.

    Its own history says what changed since; a pool of a history that is not this database's (it was restored, or the
    log was pruned) is compared profile by profile.
    """
    return updated(pool, session, mark) if is_past(session, pool.mark, mark) else compared(pool, session, mark)


def updated(pool: Pool, session: Session, mark: Mark) -> Pool:
    """A pool brought to the state that the session sees, by what changed since."""
    changes = sorted(changed_since(session, pool.mark, mark))
    return Pool(mark, _read_anew(pool.index, session, changes), pool.edition)


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
