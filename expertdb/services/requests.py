"""Requests: submit, read, find and edit; `request_moves.py` moves them through the life cycle by hand."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from expertdb.errors import Fault, InvalidInput, NotFound, RequestIsClosedToEdits, RequestIsNotOpen
from expertdb.models.base import new_id
from expertdb.models.organisations import Organisation
from expertdb.models.requests import (
    ConsultationRequest,
    ExpertWish,
    RelatedOrganisation,
    RequestAspect,
    RequestParty,
    RequestTransition,
)
from expertdb.services import audit, edits, lifecycle, organisations, paging, panel_rules, versions
from expertdb.services.actors import Actor
from expertdb.wording import Text
from expertdb.workdays import local_day

PLAIN_FIELDS = (
    *("kind", "title", "text", "region", "experts_wanted", "due", "urgency", "secrecy", "stage", "mode"),
    *("legal_basis", "languages", "questions", "earlier_stages", "panel"),
)
ROWS = {
    "aspects": ("code", "need"),
    "parties": ("name", "role", "organisation"),
    "related_organisations": ("name", "relation", "organisation"),
    "suggested_experts": ("expert", "reason"),
    "excluded_experts": ("expert", "reason"),
}
EDITABLE = ("draft", "submitted", "returned")
# Which organisation a name means is the office's work, and what it finds must still be able to recuse somebody: until
# people are invited. What was asked stays as it was accepted.
IDENTIFIABLE = ("accepted", "shortlisted", "confirmed")
NAMED = {"parties": "role", "related_organisations": "relation"}


def submit(session: Session, body: dict[str, Any], *, actor: Actor, now: datetime) -> ConsultationRequest:
    """Store a new request; its requester is the caller's organisation unless an office names another.

    Raises InvalidInput when an agency names another organisation, for an unknown organisation or request id, for a
    deadline in the past, and for a stage where nothing is drafted.
    """
    consultation_request = ConsultationRequest(
        id=new_id(),
        status=body.get("status", "submitted"),
        requester_id=_requester(session, body.get("requester"), actor, now),
        created_by=actor.id,
        created_at=now,
        updated_at=now,
    )
    _fill(session, consultation_request, body, actor, now)
    _record(consultation_request, None, consultation_request.status, "entry", actor, now)
    session.add(consultation_request)
    session.flush()
    audit.record(
        session,
        actor,
        "request.submitted",
        kind="request",
        id=consultation_request.id,
        status=consultation_request.status,
    )
    return consultation_request


def get(session: Session, request_id: str, *, actor: Actor, lock: bool = False) -> ConsultationRequest:
    """The request with this id; raises NotFound, also when it is another agency's.

    With `lock`, nobody else changes it until the transaction ends, and a change under way is waited for.
    """
    consultation_request = session.get(ConsultationRequest, request_id, with_for_update=lock)
    if consultation_request is None or not may_see(consultation_request, actor):
        raise NotFound("request", request_id)
    return consultation_request


def refuse_unless(consultation_request: ConsultationRequest, statuses: tuple[str, ...]) -> None:
    """Raise RequestIsNotOpen unless the request is in one of these statuses."""
    if consultation_request.status not in statuses:
        raise RequestIsNotOpen(consultation_request.status, statuses)


def may_see(consultation_request: ConsultationRequest, actor: Actor) -> bool:
    """Whether the caller may know of this request: agencies know of their own only."""
    return actor.role != "agency" or actor.owns(consultation_request.created_by, consultation_request.requester_id)


def edit(
    session: Session,
    request_id: str,
    body: dict[str, Any],
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> ConsultationRequest:
    """Change what `body` names, if it changes anything.

    Once the request is accepted, an office may still say which organisations its parties are. Raises NotFound,
    EditedMeanwhile, RequestIsClosedToEdits, and InvalidInput as `submit` does.
    """
    consultation_request = get(session, request_id, actor=actor)
    versions.check(consultation_request.version, version)
    action = "request.edited" if consultation_request.status in EDITABLE else "request.parties_identified"
    if action != "request.edited" and not _identifies(consultation_request, body, actor):
        raise RequestIsClosedToEdits(consultation_request.status, EDITABLE, IDENTIFIABLE)
    body = edits.changes(body, _as_stated(consultation_request))
    if not body:
        return consultation_request
    _fill(session, consultation_request, body, actor, now)
    versions.touch(consultation_request, now)
    session.flush()
    meant = {
        field: [one.organisation for one in getattr(consultation_request, field)] for field in NAMED if field in body
    }
    audit.record(session, actor, action, kind="request", id=request_id, fields=sorted(body), **meant)
    return consultation_request


def _as_stated(row: ConsultationRequest) -> dict[str, Any]:
    """What a request says, in the shape it is stated in."""
    plain = {name: getattr(row, name) for name in PLAIN_FIELDS}
    rows = {name: _rows(getattr(row, name), parts) for name, parts in ROWS.items()}
    return plain | rows


def _rows(rows: Iterable[Any], parts: Iterable[str]) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in parts} for row in rows]


def _identifies(consultation_request: ConsultationRequest, body: dict[str, Any], actor: Actor) -> bool:
    """Whether an office says here which organisations those who are named are, and changes nothing else."""
    may = actor.role != "agency" and consultation_request.status in IDENTIFIABLE
    return (
        may
        and bool(body)
        and body.keys() <= NAMED.keys()
        and all(
            [(one.name, getattr(one, NAMED[field])) for one in getattr(consultation_request, field)]
            == [(one["name"], one[NAMED[field]]) for one in body[field]]
            for field in body
        )
    )


def record_move(
    session: Session, consultation_request: ConsultationRequest, to: str, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Change the status and keep who, when and why; raises TransitionNotAllowed."""
    lifecycle.check("request", lifecycle.REQUEST_WAYS, consultation_request.status, to)
    before, at = consultation_request.status, versions.moment(consultation_request, now)
    _record(consultation_request, before, to, reason, actor, at)
    consultation_request.status, consultation_request.updated_at = to, at
    session.flush()
    id = consultation_request.id
    audit.record(session, actor, "request.moved", kind="request", id=id, before=before, after=to, reason=reason)


def find(session: Session, query: dict[str, Any], *, actor: Actor) -> paging.Page:
    """The requests the caller may see that meet every filter, newest first."""
    statement = select(ConsultationRequest)
    for field in ("status", "kind"):
        if field in query:
            statement = statement.where(getattr(ConsultationRequest, field) == query[field])
    if "since" in query:
        statement = statement.where(ConsultationRequest.created_at >= query["since"])
    if "requester" in query:
        meant = organisations.meant_by(query["requester"])
        statement = statement.where(ConsultationRequest.requester.has(meant))
    if actor.role == "agency":
        statement = statement.where(owned_by(actor))
    keys = (ConsultationRequest.created_at, ConsultationRequest.id)
    return paging.fetch(session, statement, keys, query["limit"], query.get("cursor"), newest_first=True)


def owned_by(actor: Actor) -> ColumnElement[bool]:
    """The condition on requests that `Actor.owns` states of one."""
    own = ConsultationRequest.created_by == actor.id
    if actor.organisation_id is None:
        return own
    return or_(own, ConsultationRequest.requester_id == actor.organisation_id)


def _requester(session: Session, named: str | None, actor: Actor, now: datetime) -> str | None:
    if named is None:
        return actor.organisation_id
    if actor.role != "agency":
        return organisations.resolve(session, named, "/requester", actor=actor, now=now).id
    # An agency must not learn which organisations exist, nor act for another.
    meant = organisations.look_up(session, named)
    if meant is None or meant.id != actor.organisation_id:
        raise InvalidInput(
            Fault("/requester", Text("An agency can only ask for its own organisation; leave this out."))
        )
    return meant.id


def _fill(
    session: Session, consultation_request: ConsultationRequest, body: dict[str, Any], actor: Actor, now: datetime
) -> None:
    _refuse(session, consultation_request, body, actor, now)
    for field in PLAIN_FIELDS:
        if field in body:
            setattr(consultation_request, field, body[field])
    if "aspects" in body:
        _set_aspects(consultation_request, body["aspects"])
    if "parties" in body:
        consultation_request.parties = [RequestParty(position=at, **one) for at, one in enumerate(body["parties"])]
    if "related_organisations" in body:
        related = enumerate(body["related_organisations"])
        consultation_request.related_organisations = [RelatedOrganisation(position=at, **one) for at, one in related]
    for wish in ("suggested", "excluded"):
        if f"{wish}_experts" in body:
            kept = [one for one in consultation_request.wishes if one.wish != wish]
            fresh = enumerate(body[f"{wish}_experts"])
            consultation_request.wishes = [*kept, *(ExpertWish(wish=wish, position=at, **one) for at, one in fresh)]


def _refuse(
    session: Session, consultation_request: ConsultationRequest, body: dict[str, Any], actor: Actor, now: datetime
) -> None:
    """Raise InvalidInput that names every fault a schema cannot see."""
    faults = [*_unknown_organisations(session, body, actor), *_unknown_requests(session, body, actor)]
    if (due := body.get("due")) and due < local_day(now):
        faults.append(
            Fault("/due", Text("The deadline {due} has passed; today is {today}.", due=due, today=local_day(now)))
        )
    kind, stage = (body.get(field, getattr(consultation_request, field)) for field in ("kind", "stage"))
    if stage and kind != "policy_drafting":
        faults.append(Fault("/stage", Text("Only a request for policy drafting has a stage.")))
    faults += panel_rules.faults_of_wish(session, body.get("panel") or {}, "/panel")
    if faults:
        raise InvalidInput(*faults)


def _unknown_organisations(session: Session, body: dict[str, Any], actor: Actor) -> Iterator[Fault]:
    for field in NAMED:
        for place, one in enumerate(body.get(field, ())):
            id, pointer = one.get("organisation"), f"/{field}/{place}/organisation"
            if id and actor.role == "agency":
                # An agency must not learn which organisations exist.
                yield Fault(pointer, Text("An agency names organisations by name; leave this out."))
            elif id and session.get(Organisation, id) is None:
                yield Fault(pointer, Text("There is no organisation with the id {id}.", id=id))


def _unknown_requests(session: Session, body: dict[str, Any], actor: Actor) -> Iterator[Fault]:
    for place, id in enumerate(body.get("earlier_stages", ())):
        found = session.get(ConsultationRequest, id)
        if found is None or not may_see(found, actor):
            pointer = f"/earlier_stages/{place}"
            yield Fault(pointer, Text("There is no {noun} with the id {id}.", noun=Text("request"), id=id))


def _set_aspects(consultation_request: ConsultationRequest, aspects: list[dict[str, Any]]) -> None:
    kept = {row.code: row for row in consultation_request.aspects}
    rows = []
    for position, aspect in enumerate(aspects):
        row = kept.get(aspect["code"]) or RequestAspect(code=aspect["code"])
        row.need, row.position = aspect["need"], position
        rows.append(row)
    consultation_request.aspects = rows


def _record(
    consultation_request: ConsultationRequest, before: str | None, after: str, reason: str, actor: Actor, now: datetime
) -> None:
    consultation_request.transitions.append(
        RequestTransition(from_status=before, to_status=after, reason=reason, actor=actor.id, at=now)
    )
