"""Shortlists: rank the pool for a request, keep the list with its reasons, and read it again as each role may."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from expertdb import metrics, vocabularies
from expertdb.errors import NotFound
from expertdb.models.base import new_id
from expertdb.models.requests import ConsultationRequest
from expertdb.models.shortlists import Shortlist, ShortlistAspect, ShortlistEntry
from expertdb.services import audit, exclusions, lifecycle, matters, paging, recusals, requests
from expertdb.services.actors import Actor
from expertdb.services.conflicts import unknown
from expertdb.services.corpus import Corpus, Pool, ranked
from expertdb.services.eligibility import Eligible, is_held_outside, sift
from expertdb.services.profiles import fetching
from expertdb.services.reasons import as_stored
from expertdb.services.recusals import NOBODY_RECUSED, Recusals
from expertdb.services.shown import (
    HELD_BY_LEFT_OUT,
    HELD_BY_NOBODY,
    HELD_OUTSIDE_FILTERS,
    AnyList,
    Preview,
    PreviewedEntry,
    Shown,
    as_seen,
    names,
    reference,
)
from expertdb.vocabularies import written_as
from expertdb.workdays import local_day
from matching import Analyser, Aspect, Parameters, Query, Ranking, gaps, places, rank, snapshot, suggested

SHORTLISTED = "shortlisted"


@dataclass(frozen=True)
class Proposal:
    """A list that is ranked but not stored, what was asked for in which matter, and who was recused from it."""

    matter: Query
    asked: Mapping[str, Any]
    recused: Recusals
    shortlist: AnyList


def propose(
    session: Session,
    corpus: Corpus,
    request_id: str,
    body: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    kept: bool = True,
) -> Proposal:
    """Rank the pool for a request, in a transaction that only reads: ranking may take long, and writers must not wait.

    Raises NotFound, TransitionNotAllowed.
    """
    consultation_request = requests.get(session, request_id, actor=actor)
    _refuse_unless_open(consultation_request)
    matter, asked = matters.matter_of(consultation_request), _asked(consultation_request, body)
    recused = recusals.of(session, consultation_request, local_day(now))
    return Proposal(matter, asked, recused, _ranked(session, corpus, matter, asked, now, recused, kept=kept))


def rehearse(
    session: Session, corpus: Corpus, request_id: str, body: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Shown:
    """The list that `draw_up` would store now, as the caller may see it; raises NotFound, TransitionNotAllowed."""
    proposal = propose(session, corpus, request_id, body, actor=actor, now=now, kept=False)
    return as_seen([proposal.shortlist], session, actor)[0]


def draw_up(
    session: Session,
    corpus: Corpus,
    request_id: str,
    body: Mapping[str, Any],
    proposal: Proposal,
    *,
    actor: Actor,
    now: datetime,
) -> Shown:
    """Store the list proposed for a request; raises NotFound, TransitionNotAllowed.

    A request whose matter was edited meanwhile, or from which others are recused by now, is ranked anew. The first list
    moves the request to `shortlisted`; later ones are kept beside it.
    """
    # Locked, or of two lists drawn up at once the second would fail at moving the request on.
    consultation_request = requests.get(session, request_id, actor=actor, lock=True)
    _refuse_unless_open(consultation_request)
    matter, asked = matters.matter_of(consultation_request), _asked(consultation_request, body)
    recused = recusals.of(session, consultation_request, local_day(now))
    shortlist = proposal.shortlist
    if (proposal.matter, proposal.asked, proposal.recused) != (matter, asked, recused):
        shortlist = _ranked(session, corpus, matter, asked, now, recused)
    assert isinstance(shortlist, Shortlist)
    shortlist.id, shortlist.request_id, shortlist.created_by = new_id(), consultation_request.id, actor.id
    session.add(shortlist)
    if consultation_request.status != SHORTLISTED:
        requests.record_move(
            session, consultation_request, SHORTLISTED, f"shortlist {shortlist.id}", actor=actor, now=now
        )
    session.flush()
    audit.record(session, actor, "shortlist.drawn_up", kind="shortlist", id=shortlist.id, request=request_id)
    return as_seen([shortlist], session, actor)[0]


def is_open(consultation_request: ConsultationRequest) -> bool:
    """Whether a list may be drawn up for the request as it stands."""
    status = consultation_request.status
    return status == SHORTLISTED or SHORTLISTED in lifecycle.REQUEST_WAYS[status]


def _refuse_unless_open(consultation_request: ConsultationRequest) -> None:
    if consultation_request.status != SHORTLISTED:
        lifecycle.check("request", lifecycle.REQUEST_WAYS, consultation_request.status, SHORTLISTED)


def _asked(consultation_request: ConsultationRequest, body: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked of the list, with what the request says of it: its id, its kind, and the mode of the work."""
    filters = matters.filters_of(consultation_request, body["filters"])
    return {**body, "request": consultation_request.id, "kind": consultation_request.kind, "filters": filters}


def preview(session: Session, corpus: Corpus, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Shown:
    """Rank the pool for a matter without storing anything."""
    aspects = tuple(Aspect(aspect["code"], aspect["need"]) for aspect in body["aspects"])
    query = Query(body["title"], body["text"], aspects)
    shortlist = _ranked(session, corpus, query, body, now, NOBODY_RECUSED, kept=False)
    return as_seen([shortlist], session, actor)[0]


def get(session: Session, shortlist_id: str, *, actor: Actor) -> Shown:
    """The stored shortlist with this id, as the caller may see it; raises NotFound."""
    return as_seen([load(session, shortlist_id, actor=actor)], session, actor)[0]


def load(session: Session, shortlist_id: str, *, actor: Actor) -> Shortlist:
    """The row of a stored shortlist; raises NotFound, also when it is another agency's."""
    shortlist = session.scalar(_visible_to(actor).where(Shortlist.id == shortlist_id))
    if shortlist is None:
        raise NotFound("shortlist", shortlist_id)
    return shortlist


def find(session: Session, query: Mapping[str, Any], *, actor: Actor) -> paging.Page:
    """The shortlists the caller may see that meet every filter, newest first."""
    statement = _visible_to(actor)
    if "request" in query:
        statement = statement.where(Shortlist.request_id == query["request"])
    if "expert" in query:
        statement = statement.where(Shortlist.entries.any(ShortlistEntry.expert_id == query["expert"]))
    if "aspect" in query:
        statement = statement.where(Shortlist.aspects.any(ShortlistAspect.code.in_(written_as(query["aspect"]))))
    if "since" in query:
        statement = statement.where(Shortlist.created_at >= query["since"])
    keys = (Shortlist.created_at, Shortlist.id)
    page = paging.fetch(session, statement, keys, query["limit"], query.get("cursor"), newest_first=True)
    return paging.Page(as_seen(page.items, session, actor), page.next_cursor)


def exclusions_of(session: Session, shortlist_id: str, query: Mapping[str, Any], *, actor: Actor) -> paging.Page:
    """Everybody who could not be ranked when a list was drawn up, by id; raises NotFound."""
    shortlist = load(session, shortlist_id, actor=actor)
    held_back = {one["expert"]: one["reason"] for one in shortlist.excluded}
    day = local_day(shortlist.created_at)
    page = exclusions.page(session, shortlist.corpus_version, day, held_back, query)
    known = names(session, {row.expert_id for row in page.items})
    items = [
        {
            "expert": reference(known, row.expert_id),
            "reason": held_back.get(row.expert_id) or exclusions.reason_of(row.status),
        }
        for row in page.items
    ]
    return paging.Page(items, page.next_cursor)


def _visible_to(actor: Actor) -> Select[Shortlist]:
    """The shortlists of the requests that the caller may know of."""
    statement = select(Shortlist)
    if actor.role != "agency":
        return statement
    return statement.join(ConsultationRequest).where(requests.owned_by(actor))


def _ranked(
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
        "left_out": _left_out(eligible.counts, eligible.n_allowed, ranking),
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


def _left_out(counts: Mapping[str, int], allowed: int, ranking: Ranking) -> dict[str, int]:
    not_listed = allowed - len(ranking.candidates)
    return dict(counts) | ({"lower_rank": not_listed} if not_listed else {})


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
