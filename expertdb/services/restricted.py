"""Restricted values: put in, opened with a reason and a trace, found again by hash, sealed anew under a new key."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from expertdb.code_words import all_called, called
from expertdb.errors import AlreadyExists, EditedMeanwhile, Fault, NotAllowed, RestrictedValueUnreadable
from expertdb.models.base import new_id
from expertdb.models.experts import Expert
from expertdb.models.restricted import HASHED, RestrictedValue, context
from expertdb.recognising import compared
from expertdb.sealing import IN_SESSION, Sealer, Unsealable
from expertdb.services import audit, number_keys, racing
from expertdb.services.actors import Actor
from expertdb.services.visibility import Stage, may_open
from expertdb.wording import Text

RESEALED_AT_ONCE = 500
NOTHING_STATED = object()


def sealer_of(session: Session) -> Sealer:
    """The sealer that the entry point handed to this session."""
    found: Sealer = session.info[IN_SESSION]
    return found


def put(session: Session, expert: Expert, values: Mapping[str, Any], now: datetime) -> None:
    """Replace the fields that `values` names: None or an empty list takes a value away.

    Raises AlreadyExists for the identity number of another expert, EditedMeanwhile when another edit gave one just now,
    KeysHaveChanged where newer keys hold than this process knows.
    """
    if not values:
        return
    number = values.get("id_number")
    if number is None:
        _replace(session, expert, values, now)
        return
    number_keys.hold(session)
    _refuse_number_of_another(session, expert.id, number)
    with racing.refused_by(session, partial(_refuse_raced, session, expert.id, number)):
        _replace(session, expert, values, now)


def changes(session: Session, expert: Expert, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that are not on record already. Nobody learns one so: whoever guesses wrong replaces it."""
    return {field: value for field, value in values.items() if (value or None) != _on_record(session, expert, field)}


def _on_record(session: Session, expert: Expert, field: str) -> Any:
    """The value of a field; something that nobody can state where its key is lost, so that it can be replaced."""
    try:
        return opened(sealer_of(session), [row for row in expert.restricted if row.field == field]).get(field)
    except RestrictedValueUnreadable:
        return NOTHING_STATED


def _refuse_raced(session: Session, expert_id: str, number: str) -> None:
    """Say who has the number since a moment ago: another expert, or this one, by another edit."""
    _refuse_number_of_another(session, expert_id, number)
    raise EditedMeanwhile


def _replace(session: Session, expert: Expert, values: Mapping[str, Any], now: datetime) -> None:
    """Lay the rows of these fields anew, over those that are there: the old hash would still stand beside the new."""
    there = {(row.field, row.position): row for row in expert.restricted}
    kept = [row for row in expert.restricted if row.field not in values]
    fresh = sealed(sealer_of(session), expert.id, values, now)
    expert.restricted = [*kept, *(_laid_over(there.get((row.field, row.position)), row) for row in fresh)]


def _laid_over(there: RestrictedValue | None, fresh: RestrictedValue) -> RestrictedValue:
    if there is None:
        return fresh
    for name in ("label", "sealed_by", "box", "digest", "updated_at"):
        setattr(there, name, getattr(fresh, name))
    return there


def _refuse_number_of_another(session: Session, expert_id: str, number: str) -> None:
    """Two experts with one identity number are one person, entered twice; imports find that out by the same hash."""
    same = select(RestrictedValue.expert_id).where(
        RestrictedValue.field == "id_number",
        RestrictedValue.digest.in_(sealer_of(session).digests(compared("id_number", number))),
        RestrictedValue.expert_id != expert_id,
    )
    with session.no_autoflush:
        known = session.scalar(same)
    if known is not None:
        detail = Text("The expert {id} has this identity number already; two experts cannot share it.", id=known)
        raise AlreadyExists(detail, (Fault("/restricted/id_number", detail),))


def sealed(sealer: Sealer, expert_id: str, values: Mapping[str, Any], now: datetime) -> list[RestrictedValue]:
    """The rows of these values, not yet in any session."""
    return [
        _row(sealer, expert_id, field, position, label, value, now)
        for field, stated in values.items()
        for position, (label, value) in enumerate(_single(field, stated))
    ]


def _single(field: str, stated: Any) -> Iterable[tuple[str | None, str]]:
    """The values of a field, each with its label."""
    if not stated:
        return []
    return [(one["licence"], one["number"]) for one in stated] if field == "licence_numbers" else [(None, stated)]


def _row(
    sealer: Sealer, expert_id: str, field: str, position: int, label: str | None, value: str, now: datetime
) -> RestrictedValue:
    made = sealer.seal(value, context(expert_id, field))
    return RestrictedValue(
        id=new_id(),
        expert_id=expert_id,
        field=field,
        position=position,
        label=label,
        sealed_by=made.key,
        box=made.box,
        digest=sealer.digest(compared(field, value)) if field in HASHED else None,
        updated_at=now,
    )


def read(
    session: Session, expert: Expert, fields: Iterable[str], reason: str, *, actor: Actor, stage: Stage = "none"
) -> dict[str, Any]:
    """The values of these fields in plain text; the audit log keeps who read which of them and why.

    Raises NotAllowed for a field that the caller may not open at this stage, RestrictedValueUnreadable.
    """
    wanted, allowed = list(dict.fromkeys(fields)), may_open(actor, stage)
    refused = [field for field in wanted if field not in allowed]
    if refused:
        template = 'The role "{role}" may not read {fields} of an expert here; it may read: {allowed}.'
        names, others = all_called("restricted", refused), all_called("restricted", allowed)
        raise NotAllowed(Text(template, role=called("role", actor.role), fields=names, allowed=others))
    audit.record(session, actor, "restricted.read", kind="expert", id=expert.id, fields=wanted, reason=reason)
    return opened(sealer_of(session), [row for row in expert.restricted if row.field in wanted])


def opened(sealer: Sealer, rows: Iterable[RestrictedValue]) -> dict[str, Any]:
    """Rows of one expert in the shape they came in; whoever calls this leaves a trace.

    Raises RestrictedValueUnreadable.
    """
    found: dict[str, Any] = {}
    for row in rows:
        try:
            value = row.opened(sealer)
        except Unsealable as error:
            raise RestrictedValueUnreadable(row.field, row.sealed_by) from error
        if row.field == "licence_numbers":
            found.setdefault(row.field, []).append({"licence": row.label, "number": value})
        else:
            found[row.field] = value
    return found


def by_key(session: Session) -> dict[str, int]:
    """How many values each key seals."""
    counted = select(RestrictedValue.sealed_by, func.count()).group_by(RestrictedValue.sealed_by)
    return {row[0]: row[1] for row in session.execute(counted)}


def reseal(session: Session, *, actor: Actor) -> int:
    """Seal the next values that another key than the current one sealed anew; returns how many, 0 when none is left.

    A few hundred at a time, so that nobody waits for a lock; interrupted, it goes on where it stopped.
    Raises RestrictedValueUnreadable when a value's key is not at hand: nothing of this batch is changed then;
    KeysHaveChanged.
    """
    number_keys.hold(session)
    sealer = sealer_of(session)
    others = select(RestrictedValue).where(RestrictedValue.sealed_by != sealer.current)
    rows = list(session.scalars(others.order_by(RestrictedValue.id).limit(RESEALED_AT_ONCE).with_for_update()))
    for row in rows:
        try:
            value = row.opened(sealer)
        except Unsealable as error:
            raise RestrictedValueUnreadable(row.field, row.sealed_by) from error
        made = sealer.seal(value, context(row.expert_id, row.field))
        row.sealed_by, row.box = made.key, made.box
        row.digest = sealer.digest(compared(row.field, value)) if row.digest else None
    if rows:
        _set_shared_aside(session, rows)
        session.flush()
        audit.record(session, actor, "restricted.resealed", kind="key", id=sealer.current, count=len(rows))
    return len(rows)


def _set_shared_aside(session: Session, rows: Iterable[RestrictedValue]) -> None:
    """Move identity numbers that turn out to be another expert's from where the unique index looks.

    Numbers of 15 and of 18 digits were hashed as two, once: only under the new key do they have one hash.
    """
    numbers = {row.id: row for row in rows if row.field == "id_number" and row.position == 0}
    digests = {row.digest for row in numbers.values()}
    column = RestrictedValue.digest
    sole = column.in_(digests), RestrictedValue.field == "id_number", RestrictedValue.position == 0
    with session.no_autoflush:
        holders = {row[0]: row[1] for row in session.execute(select(column, RestrictedValue.id).where(*sole))}
    for row in numbers.values():
        if holders.setdefault(row.digest, row.id) != row.id:
            row.position = 1
