"""Matching many requests at once: one state of the pool, and rows read for many lists together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from expertdb.services import loads, profiles, shown
from expertdb.services.corpus import Corpus, Pool, ranked
from expertdb.services.eligibility import Eligible, sift
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
    today, held_back = local_day(now), loads.held_back(session, now)
    eligible = {_key(one): sift(session, pool, one.body["filters"], today, held_back) for one in _distinct(chunk)}
    rankings = _rankings(session, corpus, pool, chunk, eligible)
    names = shown.names(session, {one.expert for ranking in rankings for one in ranking.candidates})
    return [
        _answer(one, ranking, eligible[_key(one)], names, pool) for one, ranking in zip(chunk, rankings, strict=True)
    ]


def _rankings(
    session: Session, corpus: Corpus, pool: Pool, chunk: list[Asked], eligible: Mapping[Any, Eligible]
) -> list[Ranking]:
    index, found = pool.index, []
    for one in chunk:
        aspects = tuple(Aspect(aspect["code"], aspect["need"]) for aspect in one.body["aspects"])
        asked = ask(Query(one.body["title"], one.body["text"], aspects), index.analyser)
        parameters = replace(corpus.parameters, diversify=one.body["diversify"])
        selected = index.select(eligible[_key(one)].allowed)
        found.append((find_best(index, asked, one.body["size"], parameters, selected), asked, parameters, selected))
    known = profiles.of(session, sorted({expert for best, *_ in found for expert in best.experts}))
    return [explained(index, best, asked, known, parameters, selected) for best, asked, parameters, selected in found]


def _answer(
    one: Asked, ranking: Ranking, eligible: Eligible, names: Mapping[str, dict[str, Any]], pool: Pool
) -> dict[str, Any]:
    entries = [
        {
            "rank": rank,
            "expert": names.get(candidate.expert, {"id": candidate.expert}),
            "affinity": candidate.affinity,
            "reasons": as_stored(candidate),
        }
        for rank, candidate in enumerate(ranking.candidates, start=1)
    ]
    lower = eligible.n_allowed - len(entries)
    return {
        "id": one.id,
        "entries": entries,
        "gaps": list(ranking.gaps),
        "suggested_aspects": [asdict(suggestion) for suggestion in suggested(ranking.asked)],
        "left_out": dict(eligible.counts) | ({"lower_rank": lower} if lower else {}),
        "corpus_version": pool.version,
    }


def _key(one: Asked) -> tuple[Any, ...]:
    return tuple(sorted((name, tuple(values)) for name, values in one.body["filters"].items()))


def _distinct(chunk: list[Asked]) -> Iterable[Asked]:
    """One request for each set of filters."""
    return {_key(one): one for one in chunk}.values()
