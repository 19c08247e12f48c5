"""What the matcher reads of a request, and who may be ranked for it now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from expertdb.models.experts import Expert
from expertdb.models.requests import ConsultationRequest
from expertdb.services import exclusions, loads, recusals
from expertdb.services.corpus import Corpus, Pool
from expertdb.services.eligibility import OUTSIDE_FILTERS, Eligible, among, sift
from expertdb.services.recusals import Recusals
from expertdb.workdays import local_day
from matching import Aspect, Query


@dataclass(frozen=True)
class Field:
    """The pool and the day, the matter, who may be ranked for it, and who is recused from it."""

    pool: Pool
    day: date
    matter: Query
    eligible: Eligible
    recused: Recusals

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
    aspects = tuple(Aspect(row.code, row.need) for row in consultation_request.aspects)
    return Query(consultation_request.title, consultation_request.text, aspects)


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
    recused = recusals.of(session, consultation_request, local_day(now))
    held_back = {**loads.held_back(session, now, besides=consultation_request.id), **recused.reasons}
    eligible = sift(session, pool, filters, local_day(now), held_back)
    return Field(pool, local_day(now), matter_of(consultation_request), eligible, recused)
