"""Everybody who may sit in some request of a batch, with their affinities to all of them, as arrays."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from expertdb.errors import Fault, InvalidInput
from expertdb.models.experts import Expert, ExpertCode
from expertdb.models.organisations import Organisation
from expertdb.services import loads, matters
from expertdb.services.batch_asks import Stated
from expertdb.services.corpus import Corpus
from expertdb.services.loads import Load
from expertdb.services.matters import Field
from expertdb.services.pools import Pool
from expertdb.services.rule_facts import OFFICIALS, REGULATORS
from expertdb.wording import Text
from matching import Filter, Index, Parameters, best
from matching.assignment import Ask
from matching.panel import PanelCandidate

MOST_PAIRS = 20_000_000  # An array of this many affinities takes 160 MB, and solving several times that.


@dataclass(frozen=True)
class Everybody:
    """The batch as the library takes it. affinities: shape (n_asks, n_experts), not a number for who may not sit."""

    experts: list[PanelCandidate]
    asks: list[Ask]
    affinities: NDArray[np.float64]
    corpus_version: int

    def capacity(self, most: int) -> NDArray[np.int64]:
        """How many engagements each can take in this batch: `most`, or what is left of their own limit."""
        left = [most if one.capacity is None else min(most, one.capacity - one.load) for one in self.experts]
        return np.maximum(np.array(left, dtype=np.int64), 0)


def gather(
    session: Session, corpus: Corpus, stated: Sequence[Stated], now: datetime, step: Callable[[int], None]
) -> Everybody:
    """Rank the pool for each request, recusals and all; `step` is told how many are done.

    One state of the pool serves for all: a large batch outlives the states that a process keeps. Raises InvalidInput
    where requests and experts are too many for one batch.
    """
    pool = corpus.refresh(session)
    experts = pool.index.who(Filter(), Filter(only=frozenset()))
    if len(stated) * len(experts) > MOST_PAIRS:
        template = "{requests} requests and {experts} experts are too many for one batch; split it."
        raise InvalidInput(Fault("/requests", Text(template, requests=len(stated), experts=len(experts))))
    columns = {expert: column for column, expert in enumerate(experts)}
    affinities = np.full((len(stated), len(experts)), np.nan)
    for row, one in enumerate(stated):
        step(row)
        for expert, affinity in _affinities(session, pool, corpus.parameters, one, now):
            if expert in columns:  # An engine may have got somebody a moment ago; the next batch will see them.
                affinities[row, columns[expert]] = affinity
    # Who may sit nowhere need not be looked at, unless somebody is to be told that they were forced in vain.
    forced = {expert for one in stated for expert in one.ask.forced}
    wanted = ~np.isnan(affinities).all(axis=0) | np.array([expert in forced for expert in experts], dtype=np.bool_)
    kept = [expert for expert, is_wanted in zip(experts, wanted, strict=True) if is_wanted]
    people = [*kept, *sorted(forced - set(experts))]
    found = np.full((len(stated), len(people)), np.nan)
    found[:, : len(kept)] = affinities[:, wanted]
    candidates = _candidates(session, people, now)
    return Everybody(candidates, [one.ask for one in stated], found, pool.version)


def _affinities(
    session: Session, pool: Pool, parameters: Parameters, stated: Stated, now: datetime
) -> Iterator[tuple[str, float]]:
    """The affinity of everybody who may sit in this request; whom nothing connects with it sits only when forced."""
    field = matters.field_of(session, pool, stated.consultation_request, {}, now)
    forced = set(stated.ask.forced)
    for expert, affinity in _scores(field, parameters):
        if expert not in stated.forbidden and (affinity > 0 or expert in forced):
            yield expert, min(affinity, 1.0)


def _scores(field: Field, parameters: Parameters) -> Iterable[tuple[str, float]]:
    """The affinity of everybody allowed; an engine only names those who have one."""
    index, allowed = field.pool.index, field.eligible.allowed
    if isinstance(index, Index):
        scores = index.score(field.matter, parameters, allowed)
        return zip(scores.experts, scores.affinities.tolist(), strict=True)
    nothing = dict.fromkeys(index.who(allowed, Filter(only=frozenset())), 0.0)
    return (nothing | dict(best(index, field.matter, field.eligible.n_allowed, parameters, allowed))).items()


def _candidates(session: Session, experts: Sequence[str], now: datetime) -> list[PanelCandidate]:
    """What rules ask of these experts; who is active no more, and can only be here when forced, has nothing to show."""
    columns = (Expert.id, Expert.kind, Expert.region, Expert.languages, Expert.title_level, Expert.availability)
    employer = (Expert.organisation_id, Organisation.kind.label("employer"))
    statement = select(*columns, *employer).join(Organisation, Expert.organisation_id == Organisation.id, isouter=True)
    rows = {row.id: row for row in session.execute(statement.where(Expert.status == "active"))}
    codes: dict[str, set[str]] = {}
    held = select(ExpertCode.expert_id, ExpertCode.code).join(Expert).where(Expert.status == "active")
    for expert, code in session.execute(held):
        codes.setdefault(expert, set()).add(code)
    taken = loads.of(session, experts, now)
    return [
        _candidate(rows[one], codes.get(one, set()), taken.get(one, loads.NO_LOAD))
        if one in rows
        else PanelCandidate(one, 0.0)
        for one in experts
    ]


def _candidate(row: Row[Any], codes: Collection[str], load: Load) -> PanelCandidate:
    return PanelCandidate(
        row.id,
        0.0,
        organisation=row.organisation_id,
        region=row.region,
        kind=row.kind,
        codes=frozenset(codes),
        languages=frozenset(row.languages),
        title_level=row.title_level,
        regulator=row.kind in OFFICIALS and row.employer in REGULATORS,
        newcomer=not load.served,
        load=load.count,
        capacity=row.availability.get("max_load"),
    )
