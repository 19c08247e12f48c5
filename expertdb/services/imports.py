"""Taking over an existing roster: many experts from one JSON Lines file, all of them or none."""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb import strict_json
from expertdb.errors import Fault, InvalidInput
from expertdb.models.experts import Expert
from expertdb.schemas.experts import ExpertLine
from expertdb.schemas.faults import faults_of
from expertdb.services import audit, experts, organisations
from expertdb.services.actors import Actor
from expertdb.wording import Text

MAXIMUM_FAULTS = 1000
WRITTEN_AT_ONCE = 500


@dataclass(frozen=True)
class Report:
    """What an import found: rows read, experts entered (0 when there are faults), and every fault with its row."""

    dry_run: bool
    rows: int
    created: int
    faults: tuple[Fault, ...]


def take_over(
    session: Session,
    lines: Iterable[bytes],
    *,
    dry_run: bool,
    actor: Actor,
    now: datetime,
    progress: Callable[[int], None] = lambda row: None,
) -> Report:
    """Enter the experts of a JSON Lines file (the expert body with the source's `id`); all of them or none.

    Faults are reported for every bad row, with a pointer `/rows/<number>/...` that counts lines from 1. Unless
    `dry_run`, a file without faults is stored; the caller's transaction makes that all or nothing.
    """
    bodies, rows, faults = _read(lines)
    faults += [*_known_already(session, bodies), *_unknown_organisations(session, bodies)]
    if not rows:
        faults.append(Fault("/rows", Text("The file holds no rows.")))
    stores = not faults and not dry_run
    if stores:
        _enter(session, bodies, actor, now, progress)
    return Report(dry_run, rows, len(bodies) if stores else 0, _in_order(faults))


def _enter(
    session: Session, bodies: dict[int, dict[str, Any]], actor: Actor, now: datetime, progress: Callable[[int], None]
) -> None:
    """Store bodies that have been found faultless: each organisation is looked up once, experts are written in bulk."""
    named = dict.fromkeys(body["organisation"] for body in bodies.values() if body.get("organisation"))
    employers = {name: organisations.resolve(session, name, "/organisation", actor=actor, now=now) for name in named}
    for place, (number, body) in enumerate(bodies.items(), start=1):
        employer = employers.get(body.get("organisation") or "")
        expert = experts.new(body, employer, actor=actor, now=now, source="import")
        session.add(expert)
        audit.record(session, actor, "expert.imported", kind="expert", id=expert.id, status=expert.status)
        if place % WRITTEN_AT_ONCE == 0:
            session.flush()
        progress(number)
    session.flush()


def _read(lines: Iterable[bytes]) -> tuple[dict[int, dict[str, Any]], int, list[Fault]]:
    """The bodies by line number, how many lines held something, and the faults of those that cannot be read."""
    schema, bodies, faults, rows = ExpertLine(), {}, [], 0
    first_seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.removeprefix(BOM_UTF8).strip():
            continue
        rows += 1
        try:
            body = schema.load(strict_json.loads(line))
        except ValidationError as error:
            faults += faults_of(error.messages, f"/rows/{number}")
            continue
        except ValueError as error:
            faults.append(
                Fault(
                    f"/rows/{number}",
                    Text("This line cannot be read as JSON: {reason}.", reason=str(error)[:200]),
                )
            )
            continue
        body["source_id"] = body.pop("id", None)
        first = first_seen.setdefault(body["source_id"], number) if body["source_id"] else number
        if first != number:
            faults.append(Fault(f"/rows/{number}/id", Text("Row {first} has this id already.", first=first)))
        bodies[number] = body
    return bodies, rows, faults


def _known_already(session: Session, bodies: dict[int, dict[str, Any]]) -> list[Fault]:
    rows = {body["source_id"]: number for number, body in bodies.items() if body["source_id"]}
    known: dict[str, str] = {}
    wanted = list(rows)
    for start in range(0, len(wanted), 500):
        chunk = select(Expert.source_id, Expert.id).where(Expert.source_id.in_(wanted[start : start + 500]))
        known.update((source, expert) for source, expert in session.execute(chunk) if source)
    return [
        Fault(f"/rows/{rows[source]}/id", experts.known_source(expert, source))
        for source, expert in sorted(known.items())
    ]


def _unknown_organisations(session: Session, bodies: dict[int, dict[str, Any]]) -> list[Fault]:
    """The faults that entering these bodies would meet with their organisations, so that a dry run meets them too."""
    found: list[Fault] = []
    for number, body in bodies.items():
        try:
            if body.get("organisation"):
                organisations.check(session, body["organisation"], f"/rows/{number}/organisation")
        except InvalidInput as error:
            found += error.faults
    return found


def _in_order(faults: list[Fault]) -> tuple[Fault, ...]:
    """The faults by row; the last one says how many more there are where they are too many to list."""
    listed = sorted(faults, key=lambda fault: (_row(fault), fault.pointer))
    more = len(listed) - MAXIMUM_FAULTS
    if more <= 0:
        return tuple(listed)
    return (*listed[:MAXIMUM_FAULTS], Fault("/rows", Text("{count} more faults are not listed here.", count=more)))


def _row(fault: Fault) -> int:
    _, _, number, *_ = (*fault.pointer.split("/"), "0")
    return int(number)
