"""To which version of the privacy notice a person agreed, when and how, and when they took it back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.errors import Fault, InvalidInput, NotFound, TransitionNotAllowed
from expertdb.models.base import new_id
from expertdb.models.rights import Consent
from expertdb.services import audit, experts, lifecycle, paging, versions
from expertdb.services.actors import Actor
from expertdb.wording import Text
from expertdb.workdays import local_day


def record(session: Session, expert_id: str, body: Mapping[str, Any], *, actor: Actor, now: datetime) -> Consent:
    """Record a consent; raises NotFound, ExpertIsErased, InvalidInput for a day to come."""
    expert = experts.get(session, expert_id, lock=True)
    lifecycle.refuse_erased(expert.id, expert.status)
    if body["given_on"] > local_day(now):
        raise InvalidInput(Fault("/given_on", Text("This day is still to come.")))
    consent = Consent(id=new_id(), expert_id=expert.id, recorded_by=actor.person, recorded_at=now, **body)
    session.add(consent)
    session.flush()
    _audit(session, actor, "consent.recorded", consent, on=consent.given_on.isoformat(), form=consent.form)
    return consent


def find(session: Session, expert_id: str, query: Mapping[str, Any]) -> paging.Page:
    """The consents of an expert, the latest first; raises NotFound."""
    experts.get(session, expert_id)
    statement = select(Consent).where(Consent.expert_id == expert_id)
    keys = (Consent.given_on, Consent.id)
    return paging.fetch(session, statement, keys, query["limit"], query.get("cursor"), newest_first=True)


def get(session: Session, expert_id: str, consent_id: str) -> Consent:
    """One consent of this expert; raises NotFound."""
    consent = session.get(Consent, consent_id)
    if consent is None or consent.expert_id != expert_id:
        raise NotFound("consent", consent_id)
    return consent


def withdraw(
    session: Session,
    expert_id: str,
    consent_id: str,
    body: Mapping[str, Any],
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> Consent:
    """Note that a person took a consent back; raises NotFound, EditedMeanwhile, TransitionNotAllowed, InvalidInput."""
    experts.get(session, expert_id, lock=True)
    consent = get(session, expert_id, consent_id)
    versions.check(consent.version, version)
    if consent.withdrawn_on is not None:
        raise TransitionNotAllowed("consent", "withdrawn", body["to"], ())
    day = body.get("on") or local_day(now)
    if not consent.given_on <= day <= local_day(now):
        first = consent.given_on.isoformat()
        raise InvalidInput(Fault("/on", Text("This must be a day from {first} to today.", first=first)))
    consent.withdrawn_on, consent.reason = day, body["reason"]
    session.flush()
    _audit(session, actor, "consent.withdrawn", consent, on=day.isoformat(), reason=consent.reason)
    return consent


def _audit(session: Session, actor: Actor, action: str, consent: Consent, **details: Any) -> None:
    whose = {"kind": "expert", "id": consent.expert_id}
    audit.record(session, actor, action, **whose, consent=consent.id, notice=consent.notice, **details)
