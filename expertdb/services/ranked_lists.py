"""A list as the pool ranks for a matter: who may be ranked, with which reasons, who was left out, and why."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from expertdb import metrics, vocabularies
from expertdb.models.shortlists import Shortlist, ShortlistAspect, ShortlistEntry
from expertdb.services import exclusions, matters, recusals
from expertdb.services.conflicts import unknown
from expertdb.services.corpus import Corpus, ranked
from expertdb.services.eligibility import Eligible, is_held_outside, sift
from expertdb.services.pools import Pool
from expertdb.services.profiles import fetching
from expertdb.services.reasons import as_stored
from expertdb.services.recusals import Recusals
from expertdb.services.shown import (
    HELD_BY_LEFT_OUT,
    HELD_BY_NOBODY,
    HELD_OUTSIDE_FILTERS,
    AnyList,
    Preview,
    PreviewedEntry,
)
from expertdb.workdays import local_day
from matching import Analyser, Parameters, Query, Ranking, gaps, places, rank, snapshot, suggested


def ranked_list(
    session: Session,
    corpus: Corpus,
    query: Query,
    body: Mapping[str, Any],
    now: datetime,
    recused: Recusals,
    *,
    kept: bool = True,
) -> AnyList:
    """A shortlist that is not yet stored; `kept` says whether it is going to be."""
    configured = corpus.parameters
    with metrics.ranking():
        return ranked(
            session, corpus, lambda pool: _of_pool(session, pool, configured, query, body, now, recused, kept)
        )


def _of_pool(
    session: Session,
    pool: Pool,
    configured: Parameters,
    query: Query,
    body: Mapping[str, Any],
    now: datetime,
    recused: Recusals,
    kept: bool,
) -> AnyList:
    held_back = matters.not_to_be_asked(
        session, body["kind"], query, now, recused=recused, besides=body.get("request", "")
    )
    eligible = sift(session, pool, body["filters"], local_day(now), held_back)
    parameters = replace(configured, diversify=body["diversify"])
    ranking = rank(pool.index, query, body["size"], fetching(session, pool.index), parameters, eligible.allowed)
    metrics.index_is_at(pool.version)
    stated: dict[str, Any] = {
        "size": body["size"],
        "filters": dict(body["filters"]),
        "corpus_version": pool.version,
        "vocabulary_versions": vocabularies.versions(),
        "parameters": _parameters(parameters, pool.index.analyser),
        "gaps": _gaps(pool, query, ranking, eligible),
        "suggested_aspects": [{"code": one.code, "phrases": one.phrases} for one in suggested(ranking.asked)],
        # A list that is stored names only those held back from this matter: see `exclusions` for the others.
        "excluded": _named(eligible.held_back if kept else exclusions.today(session, pool, local_day(now), eligible)),
        "left_out": eligible.left_out(len(ranking.candidates), body["size"]),
        "unresolved": unknown(recused.parties),
        "conflicts": recusals.rows(session, recused, _would_hold(pool, query, parameters, eligible, recused)),
        "created_at": now,
    }
    if not kept:
        return Preview(**stated, entries=[PreviewedEntry(**one) for one in _entries(ranking)])
    return Shortlist(
        **stated,
        snapshot=snapshot(ranking),
        entries=[ShortlistEntry(**one) for one in _entries(ranking)],
        aspects=[ShortlistAspect(code=code) for code in dict.fromkeys(aspect.code for aspect in query.aspects)],
    )


def _named(excluded: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"expert": expert, "reason": reason} for expert, reason in excluded.items()]


def _would_hold(
    pool: Pool, query: Query, parameters: Parameters, eligible: Eligible, recused: Recusals
) -> dict[str, tuple[int, float]]:
    """The rank and affinity that each of the recused would have had among those who may be ranked."""
    out = [expert for expert, reason in recused.reasons.items() if eligible.held_back.get(expert) == reason]
    if not out:
        return {}
    found = places(pool.index, query, out, parameters, eligible.allowed, counted=False)
    return {expert: (rank, found.affinities[expert]) for expert, rank in found.ranks.items()}


def _gaps(pool: Pool, query: Query, ranking: Ranking, eligible: Eligible) -> list[dict[str, str]]:
    """The aspects that nobody who may be ranked covers, and who does."""
    nobody = set(gaps(pool.index, query)) if ranking.gaps else set()

    def holders(code: str) -> str:
        if code in nobody:
            return HELD_BY_NOBODY
        return HELD_OUTSIDE_FILTERS if is_held_outside(pool, eligible, code) else HELD_BY_LEFT_OUT

    return [{"code": code, "reason": holders(code)} for code in ranking.gaps]


def _parameters(parameters: Parameters, analyser: Analyser) -> dict[str, Any]:
    """What the list was made with, and by which encoder where meaning counts."""
    encoder = {"encoder": analyser.meanings.name} if parameters.semantic and analyser.meanings else {}
    return {**_stated(parameters), **encoder}


@lru_cache(maxsize=64)
def _stated(parameters: Parameters) -> Mapping[str, Any]:
    return {**asdict(parameters), "fingerprint": parameters.fingerprint()}


def _entries(ranking: Ranking) -> list[dict[str, Any]]:
    return [
        {
            "rank": place,
            "expert_id": candidate.expert,
            "affinity": candidate.affinity,
            "reasons": as_stored(candidate),
        }
        for place, candidate in enumerate(ranking.candidates, start=1)
    ]
