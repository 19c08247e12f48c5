"""The one seam between rows and `matching/`: turns experts into profiles and keeps the index up to date.

The database is the truth. Before ranking, a worker reads the corpus version and applies only what changed since the
version it knows (`models/corpus.py` numbers the changes). Only active experts are in the index; whose term is over
today, or whom a filter leaves out, is masked when ranking.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, defer, lazyload

from expertdb import vocabularies
from expertdb.models.corpus import CorpusChange, CorpusState
from expertdb.models.experts import Expert
from matching import Analyser, Concept, Concepts, Index, Item, Parameters, Pivot, Profile

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Facts:
    """What filters and eligibility ask of an active expert."""

    kind: str
    region: str | None
    languages: frozenset[str]
    codes: frozenset[str]
    term_start: date | None
    term_end: date | None

    def in_term(self, today: date) -> bool:
        """Whether the appointment holds today, both ends included."""
        return self.term_start is not None and self.term_end is not None and self.term_start <= today <= self.term_end


@dataclass(frozen=True)
class Pool:
    """The active experts as of one corpus version of one lineage; never changed, so that threads may share it."""

    lineage: str
    version: int
    index: Index
    facts: dict[str, Facts]


class Corpus:
    """This process's copy of the pool; `refresh` brings it up to the version that a session sees."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self._lock = threading.Lock()
        self._pool: Pool | None = None

    @property
    def version(self) -> int | None:
        """The version of the pool that this process has; None before it has any."""
        return None if self._pool is None else self._pool.version

    def refresh(self, session: Session) -> Pool:
        """The pool at the version the session sees, or a later one."""
        lineage, version = session.execute(select(CorpusState.lineage, CorpusState.version)).one()
        pool = self._pool
        if pool is not None and pool.lineage == lineage and pool.version >= version:
            return pool
        with self._lock:
            pool = self._pool
            if pool is None or pool.lineage != lineage:
                self._pool = self._build(session, lineage, version)
            elif pool.version < version:
                self._pool = _updated(pool, session, version)
            assert self._pool is not None
            return self._pool

    def _build(self, session: Session, lineage: str, version: int) -> Pool:
        active = list(session.scalars(_active()))
        index = Index.build(map(profile_of, active), default_analyser(), self.parameters.max_items)
        return Pool(lineage, version, index, {expert.id: _facts(expert) for expert in active})


def profile_of(expert: Expert) -> Profile:
    """What the index reads of an expert: expertise only, never employer, contact or address."""
    items = tuple(
        Item(title=item.title, text=item.text, kind=item.kind, year=item.year, verified=item.verified)
        for item in expert.items
    )
    return Profile(expert.id, expert.statement, items, frozenset({*expert.codes, expert.kind}))


def _updated(pool: Pool, session: Session, version: int) -> Pool:
    changed = set(session.scalars(select(CorpusChange.expert_id).where(CorpusChange.version > pool.version).distinct()))
    active = list(_active_among(session, sorted(changed)))
    index = pool.index.apply(map(profile_of, active), changed - {expert.id for expert in active})
    kept = {id: facts for id, facts in pool.facts.items() if id not in changed}
    return Pool(pool.lineage, version, index, kept | {expert.id: _facts(expert) for expert in active})


def _active() -> Select[Expert]:
    """The active experts, without what no profile holds: the employer, and texts laid out for searching."""
    organisations = (lazyload(Expert.organisation), lazyload(Expert.nominated_by))
    unread = (*organisations, defer(Expert.name_search), defer(Expert.content_search))
    return select(Expert).where(Expert.status == "active").options(*unread)


def _active_among(session: Session, ids: list[str]) -> Iterable[Expert]:
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        yield from session.scalars(_active().where(Expert.id.in_(chunk)))


def _facts(expert: Expert) -> Facts:
    return Facts(
        kind=expert.kind,
        region=expert.region,
        languages=frozenset(expert.languages),
        codes=frozenset({*expert.codes, expert.kind}),
        term_start=expert.term_start,
        term_end=expert.term_end,
    )


@cache
def default_analyser() -> Analyser:
    """The analyser with our vocabularies and lexicon, made once per process."""
    return Analyser(concepts(), Pivot.load())


def concepts() -> Concepts:
    """The concepts of our vocabularies.

    Phrases are the aliases, not the labels: some labels ("Training", "规划") are too common to mean their code.
    """
    terms = (term for term in vocabularies.expertise_terms() if not term.deprecated)
    return Concepts(Concept(term.code, term.aliases) for term in terms)
