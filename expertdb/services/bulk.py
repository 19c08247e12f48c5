"""Matching many requests at once: one state of the pool, and rows read for many lists together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from expertdb.schemas.reason_words import sayable
from expertdb.services import loads, matters, profiles, shown
from expertdb.services.corpus import Corpus, ranked
from expertdb.services.eligibility import Eligible, sift
from expertdb.services.pools import Pool
from expertdb.services.reasons import as_stored
from expertdb.workdays import local_day
from matching import Aspect, Query, Ranking, ask, explained, find_best, suggested

CHUNK = 64  # Requests whose candidates' rows are read together.


@dataclass(frozen=True)
class Asked:
    """A request of the batch: its id there, and the body that a preview takes."""

    id: str
    body: Mapping[str, Any]


def match(session: Session, corpus: Corpus, requests: Iterable[Asked], *, now: datetime) -> Iterator[dict[str, Any]]:
    """Answer the requests in order, each with its explained candidates; holds a few dozen at a time."""
    waiting = iter(requests)
    while chunk := list(islice(waiting, CHUNK)):
        yield from ranked(session, corpus, lambda pool, chunk=chunk: _matched(session, corpus, pool, chunk, now))  # type: ignore[misc]


def _matched(session: Session, corpus: Corpus, pool: Pool, chunk: list[Asked], now: datetime) -> list[dict[str, Any]]:
    eligible = _eligible(session, pool, chunk, now)
    rankings = _rankings(session, corpus, pool, chunk, eligible)
    names = shown.names(session, {one.expert for ranking in rankings for one in ranking.candidates})
    return [
        _answer(one, ranking, who, names, pool) for one, ranking, who in zip(chunk, rankings, eligible, strict=True)
    ]


def _eligible(session: Session, pool: Pool, chunk: list[Asked], now: datetime) -> list[Eligible]:
    """Who may be ranked for each; those whom the same filters and the same people concern are sifted together."""
    busy, sifted, found = loads.held_back(session, now), dict[Any, Eligible](), []
    for one in chunk:
        held_back = matters.not_to_be_asked(session, one.body["kind"], _query(one), now, busy=busy)
        key = _key(one), tuple(sorted(held_back.items()))
        if key not in sifted:
            sifted[key] = sift(session, pool, one.body["filters"], local_day(now), held_back)
        found.append(sifted[key])
    return found


def _query(one: Asked) -> Query:
    aspects = tuple(Aspect(aspect["code"], aspect["need"]) for aspect in one.body["aspects"])
    return Query(one.body["title"], one.body["text"], aspects)


def _rankings(
    session: Session, corpus: Corpus, pool: Pool, chunk: list[Asked], eligible: Sequence[Eligible]
) -> list[Ranking]:
    index, found = pool.index, []
    for one, who in zip(chunk, eligible, strict=True):
        asked = ask(_query(one), index.analyser)
        parameters = replace(corpus.parameters, diversify=one.body["diversify"])
        selected = index.select(who.allowed)
        found.append((find_best(index, asked, one.body["size"], parameters, selected), asked, parameters, selected))
    digests = {expert: state for best, *_ in found for expert, state in best.digests.items()}
    known = profiles.fetching(session, index)(digests)
    return [explained(index, best, asked, known, parameters, selected) for best, asked, parameters, selected in found]


def _answer(
    one: Asked, ranking: Ranking, eligible: Eligible, names: Mapping[str, dict[str, Any]], pool: Pool
) -> dict[str, Any]:
    entries = [
        {
            "rank": rank,
            "expert": names.get(candidate.expert, {"id": candidate.expert}),
            "affinity": candidate.affinity,
            "reasons": sayable(as_stored(candidate)),
        }
        for rank, candidate in enumerate(ranking.candidates, start=1)
    ]
    return {
        "id": one.id,
        "entries": entries,
        "gaps": list(ranking.gaps),
        "suggested_aspects": [asdict(suggestion) for suggestion in suggested(ranking.asked)],
        "left_out": eligible.left_out(len(entries), one.body["size"]),
        "corpus_version": pool.version,
    }


def _key(one: Asked) -> tuple[Any, ...]:
    return tuple(sorted((name, tuple(values)) for name, values in one.body["filters"].items()))
