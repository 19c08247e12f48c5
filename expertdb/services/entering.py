"""Staging what an import decided: new experts with all that belongs to them, and merges into those there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from expertdb.errors import Fault
from expertdb.models.base import Base
from expertdb.models.experts import Expert, ExpertCode, ExpertItem, ExpertTransition
from expertdb.models.preferences import ExpertPreference
from expertdb.models.restricted import RestrictedValue
from expertdb.services import entry, evidence, experts, organisations, restricted, revisions
from expertdb.services.actors import Actor
from expertdb.services.decisions import Choices, Outcome
from expertdb.services.merging import Bodies, Merge, merge
from expertdb.services.staging import Gone, Staged
from expertdb.wording import Text

MERGED_AT_ONCE = 200
Body = dict[str, Any]


@dataclass
class Entering:
    """Stages bodies one by one; call `finish` after the last."""

    session: Session
    actor: Actor
    now: datetime
    choices: Choices
    organisations: Mapping[str, str]
    staged: Staged
    stages: bool = True
    counts: dict[str, int] = field(default_factory=lambda: {"created": 0, "merged": 0, "unchanged": 0})
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    merges: dict[int, Merge] = field(default_factory=dict)
    _waiting: list[tuple[int, Body, str]] = field(default_factory=list)
    _new: dict[str, str] = field(default_factory=dict)

    def take(self, row: int, body: Body, outcome: Outcome) -> None:
        """Stage what becomes of a row."""
        if outcome.do == "new":
            self._enter(body)
        elif outcome.do == "merge" and outcome.into is not None:
            self._waiting.append((row, body, outcome.into))
            if len(self._waiting) == MERGED_AT_ONCE:
                self._merge_waiting()

    def finish(self) -> None:
        """Stage what still waits."""
        self._merge_waiting()
        self.staged.lay_aside()

    def _enter(self, body: Body) -> None:
        self.counts["created"] += 1
        if not self.stages:
            return
        expert = experts.new(body, None, actor=self.actor, now=self.now, source="import")
        expert.organisation_id = self._organisation(body.get("organisation"))
        if "entry" in body:
            entry.put(expert, body["entry"])
            expert.nominated_by_id = self._organisation(body["entry"].get("unit"))
        sealed = restricted.sealed(restricted.sealer_of(self.session), expert.id, body.get("restricted", {}), self.now)
        below = _owned(expert, (*expert.items, *expert.expert_codes, *expert.preferences, *expert.transitions))
        self.staged.insert((expert, *below, *sealed))

    def _organisation(self, name: str | None) -> str | None:
        """The id of the organisation that a body names so; one that nobody knows yet is staged once."""
        if not name:
            return None
        known = self.organisations.get(name) or self._new.get(name)
        if known is None:
            made = organisations.unsaved(name, self.now)
            known = self._new.setdefault(made.names[0].key, made.id)
            self._new[name] = known
            if known == made.id:
                made.names[0].organisation_id = made.id
                self.staged.insert((made, *made.names))
        return known

    def _merge_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        known = {expert.id: expert for expert in self._loaded({into for _, _, into in waiting})}
        for row, body, into in waiting:
            if into in known:
                self._merge(row, body, known[into])
            else:
                detail = Text("There is no {noun} with the id {id}.", noun=Text("expert"), id=into)
                self.faults.append(Fault(f"/decisions/{row}", detail))

    def _loaded(self, ids: Iterable[str]) -> Iterable[Expert]:
        """The experts of these ids, out of the session, so that what is tried on them is not written."""
        wanted = select(Expert).where(Expert.id.in_(ids), Expert.status != "erased")
        wanted = wanted.options(selectinload(Expert.restricted), selectinload(Expert.preferences))
        for expert in self.session.scalars(wanted):
            self.session.expunge(expert)
            yield expert

    def _merge(self, row: int, body: Body, expert: Expert) -> None:
        sealer = restricted.sealer_of(self.session)
        named = Bodies(self._organisation(body.get("organisation")), self._unit(body, expert))
        found = merge(expert, named, body, self.choices.prefer, sealer)
        self.merges[row] = found
        if found.noted is not None:
            self.notes.append(Fault(f"/rows/{row}/entry", found.noted))
        if found.refused is not None:
            self.faults.append(Fault(f"/rows/{row}", found.refused))
        elif found.changes:
            self.counts["merged"] += 1
            if self.stages:
                self._stage_merge(expert, dict(found.changes))
        else:
            self.counts["unchanged"] += 1

    def _unit(self, body: Body, expert: Expert) -> str | None:
        """The id of the unit that nominates; one that nobody knows is entered for a draft only, which can have it."""
        name = body.get("entry", {}).get("unit")
        return self._organisation(name) if entry.may_change(expert) else self.organisations.get(name or "", name)

    def _stage_merge(self, expert: Expert, changes: Body) -> None:
        there = {id(row) for row in (*expert.items, *expert.expert_codes)}
        before, parts = revisions.state(expert), _parts(changes)
        sealed, gone = self._resealed(expert, changes.pop("restricted", {}))
        for item in changes.pop("more_items", []):
            expert.items.append(ExpertItem(position=len(expert.items), **item))
        for plain in {"source_id", "organisation_id"} & set(changes):
            setattr(expert, plain, changes.pop(plain))
        if "entry" in changes:
            entry.put(expert, changes["entry"])
            expert.nominated_by_id = changes.pop("entry")["unit"]
        experts.fill(expert, changes)
        evidence.stamp(expert, self.actor, self.now)
        version, expert.version, expert.updated_at = expert.version, expert.version + 1, self.now
        fresh = [row for row in _owned(expert, (*expert.items, *expert.expert_codes)) if id(row) not in there]
        if "availability" in changes:
            gone["expert_preferences.expert_id"] = [expert.id]
            fresh += _owned(expert, expert.preferences)
        kept = revisions.replaced(expert.id, before, parts, self.actor, self.now)
        self.staged.update(expert, version, gone, (*fresh, *sealed, *([kept] if kept else [])))

    def _resealed(self, expert: Expert, values: Mapping[str, Any]) -> tuple[list[RestrictedValue], Gone]:
        """The rows that come and those that go when restricted values change."""
        gone = {"restricted_values.id": [row.id for row in expert.restricted if row.field in values]}
        return restricted.sealed(restricted.sealer_of(self.session), expert.id, values, self.now), gone


def _parts(changes: Mapping[str, Any]) -> set[str]:
    """The parts of a profile that a merge changes, as its versions call them."""
    called = {"organisation_id": "organisation", "more_items": "items"}
    return {called.get(name, name) for name in changes}


def _owned(expert: Expert, rows: Iterable[ExpertItem | ExpertCode | ExpertPreference | ExpertTransition]) -> list[Base]:
    """These rows, with the expert they belong to: no session will tell them."""
    owned: list[Base] = []
    for row in rows:
        row.expert_id = expert.id
        owned.append(row)
    return owned
