"""Shortlists: rank the pool for a request, keep the list with its reasons, and read it again as each role may."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from expertdb.errors import NotFound
from expertdb.models.base import new_id
from expertdb.models.requests import ConsultationRequest
from expertdb.models.shortlists import Shortlist, ShortlistAspect, ShortlistEntry
from expertdb.services import audit, erasing, exclusions, lifecycle, matters, paging, recusals, requests
from expertdb.services.actors import Actor
from expertdb.services.corpus import Corpus
from expertdb.services.ranked_lists import ranked_list
from expertdb.services.recusals import NOBODY_RECUSED, Recusals
from expertdb.services.shown import AnyList, Shown, as_seen, names, reference
from expertdb.vocabularies import written_as
from expertdb.workdays import local_day
from matching import Aspect, Query

SHORTLISTED = "shortlisted"
OFFERED = 20


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

    Raises NotFound, and for a list that is to be `kept` TransitionNotAllowed.
    """
    consultation_request = requests.get(session, request_id, actor=actor)
    if kept:
        _refuse_unless_open(consultation_request)
    matter, asked = matters.matter_of(consultation_request), _asked(consultation_request, body)
    recused = recusals.of(session, consultation_request, local_day(now))
    return Proposal(matter, asked, recused, ranked_list(session, corpus, matter, asked, now, recused, kept=kept))


def rehearse(
    session: Session, corpus: Corpus, request_id: str, body: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Shown:
    """The list as it would be drawn up now, as the caller may see it, whatever the request's state; raises NotFound."""
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

    A request whose matter was edited meanwhile, from which others are recused by now, or whose list names somebody who
    was erased, is ranked anew. The first list moves the request to `shortlisted`; later ones are kept beside it.
    """
    # Locked, or of two lists drawn up at once the second would fail at moving the request on.
    consultation_request = requests.get(session, request_id, actor=actor, lock=True)
    _refuse_unless_open(consultation_request)
    matter, asked = matters.matter_of(consultation_request), _asked(consultation_request, body)
    recused = recusals.of(session, consultation_request, local_day(now))
    shortlist = proposal.shortlist
    if (proposal.matter, proposal.asked, proposal.recused) != (matter, asked, recused):
        shortlist = ranked_list(session, corpus, matter, asked, now, recused)
    while erasing.held_off(session, _named_on(shortlist)):
        recused = recusals.of(session, consultation_request, local_day(now))
        shortlist = ranked_list(session, corpus, matter, asked, now, recused)
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


def _named_on(shortlist: AnyList) -> set[str]:
    """Of whom this list holds names or texts: who is on it, who has a conflict with the matter, and with whom."""
    evidence = [finding["evidence"] for one in shortlist.conflicts for finding in one.findings]
    others = {str(one["with"]["id"]) for one in evidence if "with" in one}
    return others | {one.expert_id for one in (*shortlist.entries, *shortlist.conflicts)}


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
    shortlist = ranked_list(session, corpus, query, body, now, NOBODY_RECUSED, kept=False)
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


def to_choose_from(session: Session, request_id: str, chosen: str | None, *, actor: Actor) -> list[Shortlist]:
    """The rows of the latest lists of a request, newest first, and behind them the one chosen where it is older."""
    own = _visible_to(actor).where(Shortlist.request_id == request_id)
    newest_first = own.order_by(Shortlist.created_at.desc(), Shortlist.id.desc())
    latest = list(session.scalars(newest_first.limit(OFFERED)))
    if chosen and chosen not in {one.id for one in latest}:
        latest += session.scalars(own.where(Shortlist.id == chosen))
    return latest


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
