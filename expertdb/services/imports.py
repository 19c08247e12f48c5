"""Importing a roster: read and checked outside any lock, decided row by row, stored whole or not at all.

    plan = imports.examine(session, upload, options, dry_run=…, actor=…, now=…)   # in a transaction that only reads
    imports.store(session, plan, actor=…, now=…)                                  # in a short one that writes

A console asks `layout` first: the headings of a file and what they are taken for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from marshmallow import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from expertdb.errors import EditedMeanwhile, Fault, InvalidInput, RowFault
from expertdb.models.base import new_id
from expertdb.models.corpus import Mark, mark_of, touch
from expertdb.numerals import whole
from expertdb.schemas.experts import ExpertLine
from expertdb.schemas.faults import faults_of
from expertdb.services import audit, duplicates, number_keys, organisations, rosters
from expertdb.services.actors import Actor
from expertdb.services.decisions import Choices, Outcome, outcome, twice, unknown_rows
from expertdb.services.duplicates import Match
from expertdb.services.entering import Entering
from expertdb.services.merging import Merge
from expertdb.services.people import Person, person
from expertdb.services.restricted import sealer_of
from expertdb.services.rosters import Roster, Upload
from expertdb.services.rows import Read
from expertdb.services.shown import names
from expertdb.services.spool import Spool
from expertdb.services.staging import Staged
from expertdb.wording import Text

MAXIMUM_ROWS = 100_000
MAXIMUM_FAULTS = 50_000
STORING = 0x726F73746572  # the lock of whoever stores a roster
Phase = Literal["reading", "checking", "writing"]
Progress = Callable[[Phase, int], None]


def silent(phase: Phase, done: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Options:
    """How to import: what the headings mean, which sheet, and what becomes of duplicates."""

    mapping: Mapping[str, str | None] = field(default_factory=dict)
    sheet: str | None = None
    choices: Choices = field(default_factory=Choices)


@dataclass(frozen=True)
class Duplicate:
    """A row about somebody who is in the pool or in an earlier row, and what becomes of it."""

    match: Match
    expert: dict[str, Any] | None
    decision: str | None
    merge: Merge = field(default_factory=Merge)


@dataclass(frozen=True)
class Report:
    """What an import found and did; `planned` counts what a real run would do, the other counts what was done."""

    dry_run: bool
    rows: int
    planned: Mapping[str, int]
    faults: tuple[Fault, ...]
    notes: tuple[Fault, ...]
    duplicates: tuple[Duplicate, ...]
    roster: Roster
    done: Mapping[str, int] = field(default_factory=dict)


@dataclass
class Plan:
    """An import that was examined at one state of the pool, and can be stored as long as nobody new has come."""

    report: Report
    staged: Staged
    mark: Mark
    people: list[Person]
    matches: dict[int, list[Match]]

    def close(self) -> None:
        """Let go of what was staged."""
        self.staged.close()


def examine(
    session: Session,
    upload: Upload,
    options: Options,
    *,
    dry_run: bool,
    actor: Actor,
    now: datetime,
    progress: Progress = silent,
) -> Plan:
    """Read, check, decide and stage a file, storing nothing; a dry run, or a file with faults, is not staged.

    Raises InvalidInput for a file that cannot be read at all.
    """
    mark = mark_of(session)
    roster = rosters.opened(upload, options.mapping, options.sheet)
    reading = _Reading(session, options.choices, roster)
    reading.read(progress)
    known = _named_organisations(session, reading)
    matches = duplicates.find(session, reading.people, known)
    outcomes = _decide(reading, matches, options.choices)
    stages = not (dry_run or roster.faults or reading.faults)
    entering = Entering(session, actor, now, options.choices, known, Staged(session.get_bind().dialect), stages)
    for done, (row, body) in enumerate(reading.bodies, start=1):
        entering.take(row, body, outcomes.get(row, Outcome("skip")))
        progress("checking", done)
    entering.finish()
    reading.bodies.close()
    reading.faults += map(reading.placed, entering.faults)
    skipped = sum(one.do == "skip" for one in outcomes.values()) + reading.skipped
    report = Report(
        dry_run=dry_run,
        rows=reading.rows,
        planned=entering.counts | {"skipped": skipped},
        faults=_in_order([*roster.faults, *reading.faults]),
        notes=(*roster.notes(), *map(reading.placed, entering.notes)),
        duplicates=_duplicates(session, matches, outcomes, entering.merges),
        roster=roster,
    )
    return Plan(report, entering.staged, mark, reading.people, matches)


def store(session: Session, plan: Plan, *, actor: Actor, now: datetime, progress: Progress = silent) -> Report:
    """Write what was staged, all of it, and nothing else, so that others wait for a moment only.

    Raises InvalidInput with every fault when there are any, EditedMeanwhile when the pool has changed since in a way
    that concerns this file, KeysHaveChanged.
    """
    if plan.report.faults:
        raise InvalidInput(*plan.report.faults)
    _wait_for_others(session)
    number_keys.hold(session)
    if mark_of(session) != plan.mark:
        _refuse_new_matches(session, plan)
    plan.staged.write(session, lambda done: progress("writing", done))
    touch(session, [])  # The rows that were written past the session are noted by triggers.
    _record(session, plan, actor)
    return replace(plan.report, done=plan.report.planned)


def _wait_for_others(session: Session) -> None:
    """Let one import be stored after the other: each looks for what the one before it entered.

    SQLite has one writer at a time anyway. Editors do not wait: whom they enter, the unique indexes know.
    """
    if session.connection().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(STORING)))


def _refuse_new_matches(session: Session, plan: Plan) -> None:
    employers = organisations.ids_of(session, {one.organisation for one in plan.people if one.organisation})
    if duplicates.find(session, plan.people, employers) != plan.matches:
        raise EditedMeanwhile


def _record(session: Session, plan: Plan, actor: Actor) -> None:
    run = new_id()
    for id, status in plan.staged.entered.items():
        audit.record(session, actor, "expert.imported", kind="expert", id=id, status=status, run=run)
    for id in plan.staged.merged:
        audit.record(session, actor, "expert.merged", kind="expert", id=id, run=run)
    audit.record(
        session, actor, "experts.imported", kind="import", id=run, rows=plan.report.rows, **plan.report.planned
    )


class _Reading:
    """Reads a roster once: sound bodies go into a spool, of each only who it is about stays in memory."""

    def __init__(self, session: Session, choices: Choices, roster: Roster) -> None:
        self.bodies: Spool[tuple[int, dict[str, Any]]] = Spool()
        self.people: list[Person] = []
        self.units: dict[int, str] = {}  # which unit a row says to nominate
        self.faults: list[Fault] = []
        self.rows = self.skipped = 0
        self._sealer = sealer_of(session)
        self._choices, self._roster, self._schema = choices, roster, ExpertLine()

    def read(self, progress: Progress) -> None:
        seen: set[int] = set()
        for read in self._roster.lines():
            self.rows += 1
            seen.add(read.number)
            if self.rows > MAXIMUM_ROWS:
                detail = Text("The file has more than {maximum} rows; split it.", maximum=MAXIMUM_ROWS)
                raise InvalidInput(Fault("/rows", detail))
            self._take(read)
            progress("reading", self.rows)
        self.faults += unknown_rows(self._choices, seen)
        if not self.rows:
            self.faults.append(Fault("/rows", Text("The file holds no rows.")))

    def _take(self, read: Read) -> None:
        decided = self._choices.rows.get(read.number)
        if decided is not None and decided.do == "skip":
            self.skipped += 1
            return
        faults: list[Fault] = [*read.faults]
        try:
            body = self._schema.load(read.body)
        except ValidationError as error:
            stated = {fault.pointer for fault in faults}
            found = map(read.fault, faults_of(error.messages))
            faults += [fault for fault in found if not _is_within(fault.pointer, stated)]
        if faults:
            self.faults += faults
            return
        body["source_id"] = body.pop("id", None)
        self.people.append(person(read.number, body, self._sealer))
        if unit := body.get("entry", {}).get("unit"):
            self.units[read.number] = unit
        self.bodies.add((read.number, body))

    def placed(self, fault: Fault) -> Fault:
        """A fault of a row with the column that it concerns."""
        _, _, stated, *parts = fault.pointer.split("/")
        row = whole(stated)
        if row is None:
            return fault
        return RowFault(fault.pointer, fault.detail, row, self._roster.column_of(f"/{'/'.join(parts)}"))


def _is_within(pointer: str, stated: set[str]) -> bool:
    """Whether something was said already of this place or of the whole that it is part of."""
    return any(pointer == one or pointer.startswith(f"{one}/") for one in stated)


def _decide(reading: _Reading, matches: dict[int, list[Match]], choices: Choices) -> dict[int, Outcome]:
    """What becomes of each sound row; faults of those that want a decision are added to the reading's."""
    found: dict[int, Outcome] = {}
    merged: dict[str, int] = {}
    for one in reading.people:
        matched = matches.get(one.row, [])
        decided = outcome(one.row, one.source_id, matched, choices)
        if isinstance(decided, Outcome) and decided.into is not None:
            other = merged.setdefault(decided.into, one.row)
            decided = decided if other == one.row else twice(one.row, matched, other)
        if isinstance(decided, Outcome):
            found[one.row] = decided
        else:
            reading.faults.append(reading.placed(decided))
    return found


def _named_organisations(session: Session, reading: _Reading) -> dict[str, str]:
    """The ids of the organisations that there are, by what rows call them; names that none can have become faults."""
    named = [(one.row, "organisation", one.organisation) for one in reading.people if one.organisation]
    named += [(row, "entry/unit", unit) for row, unit in reading.units.items()]
    called = {name for _, _, name in named}
    bad = organisations.faults_of(session, called)
    reading.faults += [RowFault(f"/rows/{row}/{place}", bad[name], row) for row, place, name in named if name in bad]
    return organisations.ids_of(session, called)


def _duplicates(
    session: Session, matches: dict[int, list[Match]], outcomes: dict[int, Outcome], merges: dict[int, Merge]
) -> tuple[Duplicate, ...]:
    known = names(session, {match.expert for ones in matches.values() for match in ones if match.expert})
    found = []
    for row, ones in sorted(matches.items()):
        decided = outcomes.get(row)
        for match in ones:
            merged = merges.get(row) if decided and decided.into == match.expert else None
            expert = known.get(match.expert) if match.expert else None
            found.append(Duplicate(match, expert, decided.do if decided else None, merged or Merge()))
    return tuple(found)


def _in_order(faults: list[Fault]) -> tuple[Fault, ...]:
    """The faults by row; the last one says how many more there are where they are too many to list."""
    listed = sorted(faults, key=lambda fault: (_row(fault), fault.pointer))
    more = len(listed) - MAXIMUM_FAULTS
    if more <= 0:
        return tuple(listed)
    return (*listed[:MAXIMUM_FAULTS], Fault("/rows", Text("{count} more faults are not listed here.", count=more)))


def _row(fault: Fault) -> int:
    _, _, number, *_ = (*fault.pointer.split("/"), "0", "0")
    return whole(number) or 0
