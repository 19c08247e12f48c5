"""Who holds the seats of a panel now, as members left and reserves stepped in; and what follows a new panel."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.models.engagements import Engagement
from expertdb.models.panels import Panel
from expertdb.services import audit, versions
from expertdb.services.actors import Actor

LEFT = ("declined", "silent", "withdrawn")
LIVE = ("invited", "accepted", "delivered")


def holders(session: Session, panel: Panel) -> list[str]:
    """The expert who holds each seat, in the order of the seats: whoever was asked last; somebody who left where no
    reserve was asked instead."""
    rows = _engagements(session, panel)
    by_expert = {one.expert_id: one for one in rows.values()}
    instead = {one.promoted_from: one for one in rows.values() if one.promoted_from is not None}
    found = []
    for seat in panel.members:
        holder = by_expert.get(seat.expert_id)
        while holder is not None and holder.id in instead:
            holder = instead[holder.id]
        found.append(seat.expert_id if holder is None else holder.expert_id)
    return found


def gone(session: Session, panel: Panel) -> set[str]:
    """Who was asked for this panel and said no, was silent or left."""
    return {one.expert_id for one in _engagements(session, panel).values() if one.status in LEFT}


def serving(session: Session, request_id: str) -> set[str]:
    """Who is invited to a request, has accepted or delivered."""
    live = (Engagement.request_id == request_id) & Engagement.status.in_(LIVE)
    return set(session.scalars(select(Engagement.expert_id).where(live)))


def _engagements(session: Session, panel: Panel) -> Mapping[str, Engagement]:
    rows = session.scalars(select(Engagement).where(Engagement.panel_id == panel.id).order_by(Engagement.id))
    return {one.id: one for one in rows}


def carry_over(session: Session, before: Panel, after: Panel, *, actor: Actor, now: datetime) -> None:
    """Let those who serve on a panel serve on the one that takes its place; who is not on that one serves no more."""
    seated = {seat.expert_id for seat in after.members}
    for one in _engagements(session, before).values():
        if one.status not in LIVE:
            continue
        if one.expert_id in seated:
            one.panel_id, one.promoted_from = after.id, None
        else:
            one.status, one.reason, one.ended_at = "withdrawn", f"panel {after.id}", now
        versions.touch(one, now)
        details = {"panel": after.id, "status": one.status}
        audit.record(session, actor, "engagement.carried_over", kind="engagement", id=one.id, **details)
    session.flush()
