"""What the matcher reads of a request, and who may be ranked for it now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from expertdb.models.experts import Expert
from expertdb.models.requests import ConsultationRequest
from expertdb.services import exclusions, loads, preferences, recusals
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
        return exclusions.reason_today(expert, self.day) or self.eligible.held_back.get(expert.id)

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
) -> dict[str, str]:
    """Everybody who is not to be asked in a matter of this kind now, though active, and the gravest reason for each.

    A conflict first, then what the expert said or is (unreachable, away, unwilling), then their load, in which what
    they do in the request `besides` does not count; `busy` holds that already where somebody has read it.
    """
    busy = loads.held_back(session, now, besides=besides) if busy is None else busy
    unwilling = preferences.against(session, kind, [aspect.code for aspect in matter.aspects], local_day(now))
    return {**busy, **unwilling, **recused.reasons}


def unwilling(
    session: Session, consultation_request: ConsultationRequest, among: Collection[str], now: datetime
) -> dict[str, str]:
    """Which of these experts are unreachable, away, or do not want the work of this request, and why."""
    codes = [aspect.code for aspect in matter_of(consultation_request).aspects]
    return preferences.against(session, consultation_request.kind, codes, local_day(now), among=among)
