"""Single items of evidence under an expert; an edit of one counts as an edit of the expert."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.errors import Fault, InvalidInput, NotFound
from expertdb.models.experts import Expert, ExpertItem
from expertdb.schemas.experts import MAXIMUM_ITEMS
from expertdb.services import audit, edits, evidence, experts, lifecycle, paging, revisions, versions
from expertdb.services.actors import Actor
from expertdb.services.revisions import State
from expertdb.wording import Text


def add(session: Session, expert_id: str, body: dict[str, Any], *, actor: Actor, now: datetime) -> ExpertItem:
    """Put one more item behind the others; raises NotFound, InvalidInput when there are too many."""
    expert = experts.get(session, expert_id)
    if len(expert.items) >= MAXIMUM_ITEMS:
        raise InvalidInput(Fault("/", Text("This expert has {maximum} items; no more fit.", maximum=MAXIMUM_ITEMS)))
    before = revisions.state(expert, ("items",))
    last = max((item.position for item in expert.items), default=-1)
    item = ExpertItem(position=last + 1, **body)
    expert.items.append(item)
    _touch(session, expert, before, actor, now)
    audit.record(session, actor, "item.added", kind="expert", id=expert.id, item=item.id)
    return item


def edit(
    session: Session,
    expert_id: str,
    item_id: str,
    body: dict[str, Any],
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> ExpertItem:
    """Change what `body` names, if it changes anything; `version` is the expert's. Raises NotFound, EditedMeanwhile.

    To verify an item again is a change: it is somebody else who stands for it, and another day.
    """
    expert = experts.get(session, expert_id)
    versions.check(expert.version, version)
    item = get(expert, item_id)
    there = {name: getattr(item, name) for name in body} | {"verified": item.verified and not body.get("verified")}
    body = edits.changes(body, there)
    if not body:
        return item
    before = revisions.state(expert, ("items",))
    evidence.edit(item, body)
    _touch(session, expert, before, actor, now)
    details = {"item": item.id, "fields": sorted(body), "verified": item.verified}
    audit.record(session, actor, "item.edited", kind="expert", id=expert.id, **details)
    return item


def delete(session: Session, expert_id: str, item_id: str, *, version: int | None, actor: Actor, now: datetime) -> None:
    """Take an item away; `version` is the expert's. Raises NotFound, EditedMeanwhile."""
    expert = experts.get(session, expert_id)
    versions.check(expert.version, version)
    before = revisions.state(expert, ("items",))
    expert.items.remove(get(expert, item_id))
    _touch(session, expert, before, actor, now)
    audit.record(session, actor, "item.deleted", kind="expert", id=expert.id, item=item_id)


def listed(session: Session, expert_id: str, query: Mapping[str, Any]) -> paging.Page:
    """The items of an expert in their order; raises NotFound."""
    experts.get(session, expert_id)
    statement = select(ExpertItem).where(ExpertItem.expert_id == expert_id)
    return paging.fetch(session, statement, (ExpertItem.position, ExpertItem.id), query["limit"], query.get("cursor"))


def get(expert: Expert, item_id: str) -> ExpertItem:
    """The expert's item with this id; raises NotFound."""
    for item in expert.items:
        if item.id == item_id:
            return item
    raise NotFound("item", item_id)


def _touch(session: Session, expert: Expert, before: State, actor: Actor, now: datetime) -> None:
    lifecycle.refuse_erased(expert.id, expert.status)
    evidence.stamp(expert, actor, now)
    experts.refresh_content(expert)
    revisions.keep(session, expert, before, actor=actor, now=now)
    versions.touch(expert, now)
    session.flush()
