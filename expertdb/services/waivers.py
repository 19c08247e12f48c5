"""Waivers: an office sets a conflict aside that may be set aside, with its reason, for one matter."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.code_words import conflict
from expertdb.errors import ConflictCannotBeWaived, Fault, InvalidInput, NotFound, NothingToWaive
from expertdb.models.base import new_id
from expertdb.models.conflicts import Waiver
from expertdb.models.experts import Expert
from expertdb.models.requests import ConsultationRequest
from expertdb.names import organisation_key
from expertdb.services import audit, paging, recusals, requests, versions
from expertdb.services.actors import Actor
from expertdb.wording import Text
from expertdb.workdays import local_day


def grant(session: Session, body: dict[str, Any], *, actor: Actor, now: datetime) -> Waiver:
    """Waive a conflict of an expert in a request.

    Raises InvalidInput for unknown ids and a last day that has passed, NothingToWaive where the expert has no such
    conflict, ConflictCannotBeWaived where it excludes in any case.
    """
    consultation_request = _checked(session, body, actor, now)
    _refuse_unless_waivable(session, consultation_request, body, now)
    waiver = Waiver(
        id=new_id(),
        request_id=body["request"],
        expert_id=body["expert"],
        type=body["type"],
        party=body["party"],
        reason=body["reason"],
        until=body.get("until"),
        granted_by=actor.person,
        created_at=now,
    )
    session.add(waiver)
    session.flush()
    details = {"request": waiver.request_id, "expert": waiver.expert_id, "type": waiver.type, "reason": waiver.reason}
    audit.record(session, actor, "waiver.granted", kind="waiver", id=waiver.id, **details)
    return waiver


def get(session: Session, waiver_id: str) -> Waiver:
    """The waiver with this id; raises NotFound."""
    waiver = session.get(Waiver, waiver_id)
    if waiver is None:
        raise NotFound("waiver", waiver_id)
    return waiver


def revoke(session: Session, waiver_id: str, *, version: int | None, actor: Actor, now: datetime) -> None:
    """End a waiver; it is kept, and ending it again changes nothing. Raises NotFound, EditedMeanwhile."""
    waiver = get(session, waiver_id)
    versions.check(waiver.version, version)
    if waiver.revoked_at is None:
        waiver.revoked_at, waiver.revoked_by = now, actor.person
    session.flush()
    audit.record(session, actor, "waiver.revoked", kind="waiver", id=waiver_id, request=waiver.request_id)


def find(session: Session, query: dict[str, Any]) -> paging.Page:
    """The waivers that meet every filter, newest first."""
    statement = select(Waiver)
    for name, column in (("request", Waiver.request_id), ("expert", Waiver.expert_id)):
        if name in query:
            statement = statement.where(column == query[name])
    keys = (Waiver.created_at, Waiver.id)
    return paging.fetch(session, statement, keys, query["limit"], query.get("cursor"), newest_first=True)


def _checked(session: Session, body: dict[str, Any], actor: Actor, now: datetime) -> ConsultationRequest:
    faults = []
    if session.get(Expert, body["expert"]) is None:
        faults.append(Fault("/expert", NotFound("expert", body["expert"]).detail))
    if session.get(ConsultationRequest, body["request"]) is None:
        faults.append(Fault("/request", NotFound("request", body["request"]).detail))
    if (until := body.get("until")) and until < local_day(now):
        faults.append(Fault("/until", Text("This day has passed already.")))
    if faults:
        raise InvalidInput(*faults)
    return requests.get(session, body["request"], actor=actor)


def _refuse_unless_waivable(
    session: Session, consultation_request: ConsultationRequest, body: dict[str, Any], now: datetime
) -> None:
    expert, kind, party = body["expert"], body["type"], organisation_key(body["party"])
    found = recusals.of(session, consultation_request, local_day(now), among=[expert])
    mine = [
        one
        for one in found.recused.get(expert, ())
        if one.finding.type == kind and (not party or organisation_key(recusals.party_of(found, one) or "") == party)
    ]
    if not mine:
        detail = 'No conflict of the type "{type}" keeps this expert out here; there is nothing to waive.'
        raise NothingToWaive(Text(detail, type=conflict(kind)))
    if not any(one.waivable for one in mine):
        detail = 'A conflict of the type "{type}" cannot be waived when it is certain; the expert stays out.'
        raise ConflictCannotBeWaived(Text(detail, type=conflict(kind)))
