"""Interests that an expert declares before an invitation is accepted, and what of the matter they may read when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from expertdb.code_words import called
from expertdb.errors import Fault, InvalidInput, NotAllowed
from expertdb.models.engagements import Engagement
from expertdb.models.panels import Panel
from expertdb.models.requests import ConsultationRequest
from expertdb.schemas.shared import named
from expertdb.services import answers, audit, engagements, seating, ties, versions
from expertdb.services.actors import EXPERT, Actor
from expertdb.wording import Text

# What of a request is shown before acceptance, so that interests can be declared; secret matters show less.
SEALED = ("trade_secret", "sensitive")


def declare(
    session: Session, engagement_id: str, body: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Engagement:
    """Note the interests of an expert, as ties that count from now on.

    An office takes down what an expert says by telephone or sends on paper. Raises NotFound, NotAllowed once the
    invitation is answered, InvalidInput for a tie that cannot be, and without the promise of confidentiality.
    """
    _, engagement = engagements.locked(session, engagement_id, actor=actor)
    if engagement.status != "invited":
        detail = 'Interests are declared while an answer is awaited; this one is "{status}".'
        raise NotAllowed(Text(detail, status=called("engagement_status", engagement.status)))
    _check(body, actor)
    for place, one in enumerate(body["interests"]):
        _keep(session, engagement, one, place, actor, now)
    engagement.declaration = {
        "types": [one["type"] for one in body["interests"]],
        "by": "expert" if actor.role == EXPERT else "office",
        "how": body.get("how"),
        "confidential": True,
    }
    engagement.declared_at = now
    versions.touch(engagement, now)
    session.flush()
    details = {"types": engagement.declaration["types"], "request": engagement.request_id}
    if body.get("how"):
        details["how"] = body["how"]
    audit.record(session, actor, "engagement.declared", kind="engagement", id=engagement.id, **details)
    return engagement


def _check(body: Mapping[str, Any], actor: Actor) -> None:
    if actor.role == EXPERT and body.get("how"):
        raise InvalidInput(Fault("/how", Text("How it was given is said by an office that takes it down.")))
    faults = []
    if not body["confidential"]:
        faults.append(Fault("/confidential", Text("Without the promise of confidentiality nothing is released.")))
    if body["none"] == bool(body["interests"]):
        faults.append(Fault("/none", Text("Declare interests, or that there are none; one of the two.")))
    if faults:
        raise InvalidInput(*faults)


def _keep(
    session: Session, engagement: Engagement, one: Mapping[str, Any], place: int, actor: Actor, now: datetime
) -> None:
    """Keep an interest as a tie; one in this very matter counts in it whoever the other side is."""
    stated = {name: value for name, value in one.items() if name != "in_this_matter"}
    request = engagement.request_id if one["in_this_matter"] else None
    try:
        body = {**stated, "request": request}
        ties.add(session, engagement.expert_id, body, source="declared", actor=actor, now=now)
    except InvalidInput as error:
        faults = [Fault(f"/interests/{place}{fault.pointer}", fault.detail) for fault in error.faults]
        raise InvalidInput(*faults) from error


def matter(session: Session, engagement_id: str, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """What the expert may read of the matter: whom it touches at once, all of it after acceptance. Raises NotFound."""
    engagement = engagements.load(session, engagement_id, actor=actor)
    consultation_request = session.get_one(ConsultationRequest, engagement.request_id)
    released = engagement.status in ("accepted", "delivered")
    sealed = consultation_request.secrecy in SEALED and not released
    asks = consultation_request.requester
    return {
        "engagement": engagement.id,
        "status": engagement.status,
        "respond_by": engagement.respond_by,
        "declared": engagement.declaration is not None,
        "recused": answers.is_recused(session, engagement, now),
        "released": released,
        "kind": consultation_request.kind,
        "secrecy": consultation_request.secrecy,
        "mode": consultation_request.mode,
        "due": consultation_request.due,
        "title": None if sealed else consultation_request.title,
        "requester": None if asks is None else named(asks.name_zh, asks.name_en),
        "parties": [{"name": one.name, "role": one.role} for one in consultation_request.parties],
        "related_organisations": [
            {"name": one.name, "relation": one.relation} for one in consultation_request.related_organisations
        ],
        "text": consultation_request.text if released else None,
        "questions": consultation_request.questions if released else [],
        "panel": _fellows(session, engagement) if released else [],
    }


def _fellows(session: Session, engagement: Engagement) -> list[dict[str, str]]:
    """The names of those who sit on the panel now, reserves who stepped in included."""
    panel = session.get_one(Panel, engagement.panel_id)
    return [panel.names["experts"].get(expert, {}) for expert in seating.holders(session, panel)]
