"""Ties of experts to organisations and people: declared by them, entered by an office, or recorded by the service."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.errors import Fault, InvalidInput, NotFound
from expertdb.models.base import new_id
from expertdb.models.conflicts import ExpertTie
from expertdb.models.experts import Expert
from expertdb.models.organisations import Organisation
from expertdb.models.requests import ConsultationRequest
from expertdb.names import organisation_key
from expertdb.organisation_names import core_of
from expertdb.services import audit, edits, erasing, namesakes, paging, requests, versions
from expertdb.services.actors import Actor
from expertdb.wording import Text
from expertdb.workdays import local_day

Source = Literal["entered", "declared", "recorded"]
PLAIN_FIELDS = ("type", "since", "until", "note")


def add(
    session: Session,
    expert_id: str,
    body: dict[str, Any],
    *,
    source: Source = "entered",
    actor: Actor,
    now: datetime,
) -> ExpertTie:
    """Enter a tie of an expert.

    Raises NotFound, ExpertIsErased, InvalidInput for a tie with oneself, unknown ids and reversed days.
    """
    erasing.hold_off(session, expert_id)
    expert = _expert(session, expert_id)
    tie = ExpertTie(
        id=new_id(), expert_id=expert.id, source=source, created_by=actor.id, created_at=now, updated_at=now
    )
    _fill(session, tie, expert, body, actor)
    session.add(tie)
    session.flush()
    audit.record(session, actor, "tie.added", kind="expert", id=expert_id, tie=tie.id, type=tie.type, source=source)
    return tie


def get(session: Session, expert_id: str, tie_id: str) -> ExpertTie:
    """The tie with this id of this expert; raises NotFound."""
    tie = session.get(ExpertTie, tie_id)
    if tie is None or tie.expert_id != expert_id:
        raise NotFound("tie", tie_id)
    return tie


def edit(
    session: Session,
    expert_id: str,
    tie_id: str,
    body: dict[str, Any],
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> ExpertTie:
    """Change what `body` names, if it changes anything; raises NotFound, EditedMeanwhile, and ExpertIsErased and
    InvalidInput as `add` does.
    """
    tie = get(session, expert_id, tie_id)
    erasing.hold_off(session, expert_id)
    versions.check(tie.version, version)
    expert = _expert(session, expert_id)
    body = _changes(session, tie, expert, body)
    if not body:
        return tie
    _fill(session, tie, expert, body, actor)
    versions.touch(tie, now)
    session.flush()
    audit.record(session, actor, "tie.edited", kind="expert", id=expert_id, tie=tie_id, fields=sorted(body))
    return tie


def _changes(session: Session, tie: ExpertTie, expert: Expert, body: dict[str, Any]) -> dict[str, Any]:
    """What the body says that is not so already; the other side by any of its names, or its id."""
    there = {name: getattr(tie, name) for name in PLAIN_FIELDS} | {"request": tie.request_id}
    if "counterpart" in body:
        other = _other_side(session, expert, body["counterpart"])
        same = all(getattr(tie, name) == value for name, value in other.items())
        there["counterpart"] = body["counterpart"] if same else None
    return edits.changes(body, there)


def delete(session: Session, expert_id: str, tie_id: str, *, version: int | None, actor: Actor) -> None:
    """Take a tie away that should not have been entered; one that ended gets its last day instead."""
    tie = get(session, expert_id, tie_id)
    versions.check(tie.version, version)
    session.delete(tie)
    session.flush()
    audit.record(session, actor, "tie.deleted", kind="expert", id=expert_id, tie=tie_id, type=tie.type)


def find(session: Session, expert_id: str, query: dict[str, Any]) -> paging.Page:
    """The ties of an expert, in the order they were entered; raises NotFound."""
    _expert(session, expert_id)
    statement = select(ExpertTie).where(ExpertTie.expert_id == expert_id)
    return paging.fetch(session, statement, (ExpertTie.id,), query["limit"], query.get("cursor"))


def record_former_employer(
    session: Session, expert: Expert, employer: Organisation, *, actor: Actor, now: datetime
) -> None:
    """Remember an employer whom an expert leaves, so that the years after it count."""
    body = {"type": "employment", "counterpart": employer.name_zh or employer.name_en, "until": local_day(now)}
    add(session, expert.id, body, source="recorded", actor=actor, now=now)


def _expert(session: Session, expert_id: str) -> Expert:
    """The expert; looked up here, since `experts` itself records ties."""
    expert = session.get(Expert, expert_id)
    if expert is None:
        raise NotFound("expert", expert_id)
    return expert


def _fill(session: Session, tie: ExpertTie, expert: Expert, body: dict[str, Any], actor: Actor) -> None:
    """Set what `body` names, all at once: a query between two settings would flush, and count a version of its own."""
    values = {field: body[field] for field in PLAIN_FIELDS if field in body}
    if "counterpart" in body:
        values |= _other_side(session, expert, body["counterpart"])
    if "request" in body:
        values["request_id"] = _request(session, body["request"], actor)
    since, until = (values.get(field, getattr(tie, field)) for field in ("since", "until"))
    if since is not None and until is not None and until < since:
        raise InvalidInput(Fault("/until", Text("The tie ends before it begins.")))
    for field, value in values.items():
        setattr(tie, field, value)


def _request(session: Session, request_id: str | None, actor: Actor) -> str | None:
    """The id of the one request in which a tie counts; raises InvalidInput for an unknown one."""
    if request_id is None:
        return None
    found = session.get(ConsultationRequest, request_id)
    if found is None or not requests.may_see(found, actor):
        detail = Text("There is no {noun} with the id {id}.", noun=Text("request"), id=request_id)
        raise InvalidInput(Fault("/request", detail))
    return request_id


def _other_side(session: Session, expert: Expert, named: str) -> dict[str, Any]:
    """The other side in the forms that are compared; ids of an organisation or an expert become names."""
    organisation = session.get(Organisation, named)
    meant = [] if organisation is not None else namesakes.meant_by(session, [named])[named]
    if meant == [expert.id]:
        raise InvalidInput(
            Fault("/counterpart", Text("An expert has no tie with themself; say who the other side is."))
        )
    known: Organisation | Expert | None = organisation
    if meant == [named]:
        known = _expert(session, named)
    name = named if known is None else known.name_zh or known.name_en or named
    if not organisation_key(name):
        raise InvalidInput(Fault("/counterpart", Text("A name needs at least one letter or digit.")))
    other = meant[0] if len(meant) == 1 else None
    return {"name": name, "key": organisation_key(name), "core": core_of(name).core, "other_expert_id": other}
