"""What the matcher reads of a request, and who may be ranked for it now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.models.experts import Expert
from expertdb.models.requests import ConsultationRequest
from expertdb.services import eligibility, exclusions, loads, preferences, recusals
from expertdb.services.corpus import Corpus
from expertdb.services.eligibility import OUTSIDE_FILTERS, Eligible, among, sift, under
from expertdb.services.pools import Pool
from expertdb.services.recusals import NOBODY_RECUSED, Recusals
from expertdb.vocabularies import standing_for
from expertdb.workdays import local_day
from matching import Aspect, Filter, Query

ANY_MODE: Mapping[str, list[str]] = {"mode": []}  # Filters that take the request's mode of work for none.


@dataclass(frozen=True)
class Field:
    """The pool and the day, the matter, who may be ranked for it, and who is recused from it.

    `everybody` is who may be ranked whatever filters a caller states: under the request's own mode of work only.
    """

    pool: Pool
    day: date
    matter: Query
    eligible: Eligible
    recused: Recusals
    everybody: Filter

    def may(self, experts: Collection[str]) -> set[str]:
        """Those of these experts who may be ranked."""
        return set(among(self.pool, self.eligible.allowed, experts))

    def why_out(self, expert: Expert) -> str | None:
        """Why somebody cannot be ranked for this matter, whatever the filters; None for who can."""
        return _why_out(expert, self.day, self.eligible.held_back)

    def why_not(self, session: Session, id: str) -> str:
        """The reason code of somebody who may not be ranked."""
        expert = session.get(Expert, id)
        return "unknown" if expert is None else self.why_out(expert) or OUTSIDE_FILTERS


def matter_of(consultation_request: ConsultationRequest) -> Query:
    """What the matcher reads of a request."""
    # A code that was merged since is asked for as the one that stands for it.
    stated = [Aspect(standing_for(row.code), row.need) for row in consultation_request.aspects]
    musts = {one.code for one in stated if one.need == "must"}
    aspects = (Aspect(code, "must" if code in musts else "nice") for code in dict.fromkeys(one.code for one in stated))
    return Query(consultation_request.title, consultation_request.text, tuple(aspects))


def field(
    session: Session,
    corpus: Corpus,
    consultation_request: ConsultationRequest,
    filters: Mapping[str, list[str]],
    now: datetime,
) -> Field:
    """Who may be ranked for a request under these filters: active, within their term and load, not recused."""
    return field_of(session, corpus.refresh(session), consultation_request, filters, now)


def field_of(
    session: Session,
    pool: Pool,
    consultation_request: ConsultationRequest,
    filters: Mapping[str, list[str]],
    now: datetime,
) -> Field:
    """Who of this pool may be ranked for a request under these filters."""
    recused, matter = recusals.of(session, consultation_request, local_day(now)), matter_of(consultation_request)
    held_back = not_to_be_asked(
        session, consultation_request.kind, matter, now, recused=recused, besides=consultation_request.id
    )
    eligible = sift(session, pool, filters_of(consultation_request, filters), local_day(now), held_back)
    everybody = under(eligible.allowed, filters_of(consultation_request, {}))
    return Field(pool, local_day(now), matter, eligible, recused, everybody)


def filters_of(consultation_request: ConsultationRequest, stated: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The filters for a request: those stated, and its own mode of work unless they say something of modes."""
    own = {"mode": [consultation_request.mode]} if consultation_request.mode else {}
    return {**own, **stated}


def not_to_be_asked(
    session: Session,
    kind: str,
    matter: Query,
    now: datetime,
    *,
    recused: Recusals = NOBODY_RECUSED,
    besides: str = "",
    busy: Mapping[str, str] | None = None,
    among: Collection[str] | None = None,
) -> dict[str, str]:
    """Who (or who `among` these) is not to be asked in such a matter now, though active, and each one's gravest reason.

    A conflict first, then what the expert said or is (unreachable, away, unwilling), then their load, in which what
    they do in the request `besides` does not count; `busy` holds that already where somebody has read it.
    """
    busy = loads.held_back(session, now, besides=besides, among=among) if busy is None else busy
    codes = [aspect.code for aspect in matter.aspects]
    unwilling = preferences.against(session, kind, codes, local_day(now), among=among)
    return {**busy, **unwilling, **recused.reasons}


def not_to_be_chosen(
    session: Session,
    consultation_request: ConsultationRequest,
    experts: Collection[str],
    filters: Mapping[str, list[str]],
    now: datetime,
) -> dict[str, str]:
    """Which of these experts may not be ranked for a request under these filters, and why.

    What decides for a `field` decides here, by the rows: whoever asks has no index, or one that lags behind.
    """
    day, rows = local_day(now), session.scalars(select(Expert).where(Expert.id.in_(sorted(experts))))
    recused = recusals.of(session, consultation_request, day, among=experts)
    matter, besides = matter_of(consultation_request), consultation_request.id
    held_back = not_to_be_asked(
        session, consultation_request.kind, matter, now, recused=recused, besides=besides, among=experts
    )
    outside = dict.fromkeys(
        eligibility.outside(session, filters_of(consultation_request, filters), experts), OUTSIDE_FILTERS
    )
    found = {row.id: _why_out(row, day, {**outside, **held_back}) for row in rows}
    return {expert: reason for expert, reason in found.items() if reason is not None}


def _why_out(expert: Expert, day: date, held_back: Mapping[str, str]) -> str | None:
    return exclusions.reason_today(expert, day) or held_back.get(expert.id)
