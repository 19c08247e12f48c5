"""Notices to experts: raised by the sweep, sent by people, void when what they were about has changed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.errors import Fault, InvalidInput, NotFound, TransitionNotAllowed
from expertdb.models.notices import Notice
from expertdb.services import audit, paging, versions
from expertdb.services.actors import Actor
from expertdb.wording import Text
from expertdb.workdays import local_day


def find(session: Session, query: dict[str, Any]) -> paging.Page:
    """The notices that meet every filter, oldest first."""
    statement = select(Notice)
    for name, column in (("status", Notice.status), ("kind", Notice.kind), ("expert", Notice.expert_id)):
        if name in query:
            statement = statement.where(column == query[name])
    return paging.fetch(session, statement, (Notice.id,), query["limit"], query.get("cursor"))


def get(session: Session, notice_id: str) -> Notice:
    """The notice with this id; raises NotFound."""
    notice = session.get(Notice, notice_id)
    if notice is None:
        raise NotFound("notice", notice_id)
    return notice


def move(
    session: Session, notice_id: str, body: dict[str, Any], *, version: int | None, actor: Actor, now: datetime
) -> Notice:
    """Note that a notice was sent; raises NotFound, EditedMeanwhile, TransitionNotAllowed, InvalidInput."""
    notice = get(session, notice_id)
    versions.check(notice.version, version)
    if notice.status != "due":
        raise TransitionNotAllowed("notice", notice.status, body["to"], ())
    day: date = body.get("on") or local_day(now)
    first = local_day(notice.raised_at)
    if not first <= day <= local_day(now):
        raise InvalidInput(Fault("/on", Text("This must be a day from {first} to today.", first=first.isoformat())))
    notice.status, notice.sent_on, notice.sent_by, notice.reason = body["to"], day, actor.person, body["reason"]
    session.flush()
    details = {"notice": notice.id, "about": notice.kind, "sent_on": day.isoformat()}
    audit.record(session, actor, "notice.sent", kind="expert", id=notice.expert_id, **details)
    return notice
