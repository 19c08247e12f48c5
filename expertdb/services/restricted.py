"""Restricted values: put in, opened with a reason and a trace, found again by hash, sealed anew under a new key."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from expertdb.code_words import all_called, called
from expertdb.errors import AlreadyExists, Fault, NotAllowed, RestrictedValueUnreadable
from expertdb.models.base import new_id
from expertdb.models.experts import Expert
from expertdb.models.restricted import HASHED, RestrictedValue, context
from expertdb.recognising import compared
from expertdb.sealing import IN_SESSION, Sealer, Unsealable
from expertdb.services import audit
from expertdb.services.actors import Actor
from expertdb.services.visibility import Stage, may_open
from expertdb.wording import Text

RESEALED_AT_ONCE = 500


def sealer_of(session: Session) -> Sealer:
    """The sealer that the entry point handed to this session."""
    found: Sealer = session.info[IN_SESSION]
    return found


def put(session: Session, expert: Expert, values: Mapping[str, Any], now: datetime) -> None:
    """Replace the fields that `values` names: None or an empty list takes a value away.

    Raises AlreadyExists for the identity number of another expert.
    """
    if not values:
        return
    _refuse_number_of_another(session, expert, values.get("id_number"))
    kept = [row for row in expert.restricted if row.field not in values]
    expert.restricted = [*kept, *sealed(sealer_of(session), expert.id, values, now)]


def _refuse_number_of_another(session: Session, expert: Expert, number: str | None) -> None:
    """Two experts with one identity number are one person, entered twice; imports find that out by the same hash."""
    if number is None:
        return
    same = select(RestrictedValue.expert_id).where(
        RestrictedValue.field == "id_number",
        RestrictedValue.digest.in_(sealer_of(session).digests(compared("id_number", number))),
        RestrictedValue.expert_id != expert.id,
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
    Raises RestrictedValueUnreadable when a value's key is not at hand: nothing of this batch is changed then.
    """
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
        session.flush()
        audit.record(session, actor, "restricted.resealed", kind="key", id=sealer.current, count=len(rows))
    return len(rows)
