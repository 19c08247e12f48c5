"""What a change of a profile replaced, kept with who made it and when; `profile_versions.py` reads it again.

Whoever changes a profile takes its `state` before and calls `keep` after. Only what was replaced is stored: entering or
importing costs nothing, and an earlier version is today's with everything put back that was replaced since.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from expertdb.models.base import new_id
from expertdb.models.experts import Expert, ExpertItem
from expertdb.models.revisions import ExpertRevision
from expertdb.schemas.shared import named, reference
from expertdb.services.actors import Actor

OF_ITEMS = ("kind", "title", "text", "year", "source", "verified")


@dataclass(frozen=True)
class State:
    """Parts of a profile, by field, as one version has them."""

    version: int
    values: dict[str, Any]


def _term(expert: Expert) -> dict[str, str] | None:
    if expert.term_start is None or expert.term_end is None:
        return None
    return {"start": expert.term_start.isoformat(), "end": expert.term_end.isoformat()}


def _item(item: ExpertItem) -> dict[str, Any]:
    stated = {name: getattr(item, name) for name in OF_ITEMS}
    return {name: value for name, value in stated.items() if value not in (None, "", False)}


# How each part is read from a row; restricted values are no part of any version.
READ: dict[str, Callable[[Expert], Any]] = {
    "name": lambda expert: named(expert.name_zh, expert.name_en),
    "kind": lambda expert: expert.kind,
    "organisation": lambda expert: reference(expert.organisation),
    "position": lambda expert: expert.position,
    "region": lambda expert: expert.region,
    "title_level": lambda expert: expert.title_level,
    "languages": lambda expert: list(expert.languages),
    "licences": lambda expert: list(expert.licences),
    "availability": lambda expert: dict(expert.availability),
    "statement": lambda expert: expert.statement,
    "codes": lambda expert: list(expert.codes),
    "items": lambda expert: [_item(item) for item in expert.items],
    "term": _term,
}


def state(expert: Expert, parts: Collection[str] = tuple(READ)) -> State:
    """The profile as it stands, or some of its parts: a part that is not loaded costs a statement."""
    return State(expert.version, {name: READ[name](expert) for name in parts})


def keep(session: Session, expert: Expert, before: State, *, actor: Actor, now: datetime) -> None:
    """Keep what a change replaced, if it replaced anything; `before` is the state that it found."""
    now_there = state(expert, before.values).values
    row = replaced(
        expert.id, before, {name for name in now_there if now_there[name] != before.values[name]}, actor, now
    )
    if row is not None:
        session.add(row)


def replaced(
    expert_id: str, before: State, changed: Collection[str], actor: Actor, now: datetime
) -> ExpertRevision | None:
    """The row of a change of these parts, in no session; None when none of them changed."""
    gone = {name: value for name, value in before.values.items() if name in changed}
    if not gone:
        return None
    return ExpertRevision(
        id=new_id(),
        expert_id=expert_id,
        version=before.version,
        before=gone,
        actor=actor.id,
        person=actor.person,
        at=now,
    )
