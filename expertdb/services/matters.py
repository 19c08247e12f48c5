"""What the matcher reads of a request, and who may be ranked for it now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from expertdb.models.requests import ConsultationRequest
from expertdb.services import loads, recusals
from expertdb.services.corpus import Corpus, Pool
from expertdb.services.eligibility import Eligible, sift
from expertdb.services.recusals import Recusals
from expertdb.workdays import local_day
from matching import Aspect, Query


@dataclass(frozen=True)
class Field:
    """The pool, the matter, who may be ranked for it, and who is recused from it."""

    pool: Pool
    matter: Query
    eligible: Eligible
    recused: Recusals

    def may(self, experts: Collection[str]) -> set[str]:
        """Those of these experts who may be ranked."""
        index = self.pool.index
        pairs = zip(index.masks(self.eligible.allowed), index.masks(set(experts)), strict=True)
        return {expert for expert, _ in index.listed([allowed & named for allowed, named in pairs])}

    def why_not(self, expert: str) -> str:
        """The reason code of somebody who may not be ranked."""
        known = self.eligible.excluded.get(expert)
        return known or ("outside_filters" if expert in self.pool.index else "unknown")


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
    return Field(pool, matter_of(consultation_request), eligible, recused)
