"""Reserves step in: the next in order who may, whenever a member declines, is silent or leaves."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from expertdb.models.engagements import Engagement
from expertdb.models.panels import Panel, PanelSeat
from expertdb.models.requests import ConsultationRequest
from expertdb.services import drawn_panels, engagements, erasing, matters
from expertdb.services.actors import Actor
from expertdb.services.candidate_facts import as_candidate
from expertdb.services.panel_snapshots import filters_of
from expertdb.services.rule_facts import RuleFacts
from expertdb.services.rules import Rules
from matching.panel import PanelCandidate, check, parse

LIMITS = (
    *("max_per", "max_per_organisation", "max_per_region", "max_per_city", "at_most", "keep_apart"),
    *("forbidden", "max_load", "min_affinity"),
)


def promote(
    session: Session,
    consultation_request: ConsultationRequest,
    left: Engagement,
    rules: Rules,
    *,
    actor: Actor,
    now: datetime,
) -> Engagement | None:
    """Invite the first reserve who may serve, can be asked now and breaks no rule in the place of whoever left.

    None where nobody can. What rules read of people is read as it is now, by `matters` and here alike. A panel that
    another took the place of asks nobody any more.
    """
    panel = session.get_one(Panel, left.panel_id)
    if panel.status != "confirmed":
        return None
    rows = list(session.scalars(select(Engagement).where(Engagement.panel_id == panel.id)))
    asked = {one.expert_id for one in rows}
    waiting = [one for one in drawn_panels.in_line(session, panel, left.expert_id) if one not in asked]
    erased = erasing.held_off(session, waiting)
    waiting = [one for one in waiting if one not in erased]
    against = matters.not_to_be_chosen(session, consultation_request, waiting, filters_of(panel), now)
    team = [one.expert_id for one in rows if one.status in engagements.LIVE]
    known = {one["expert"]: one for one in panel.snapshot["candidates"]}
    facts = RuleFacts(session, consultation_request, [*team, *waiting], now)
    anew = facts.anew((known[id] for id in (*team, *waiting)), team)
    people = {one["expert"]: as_candidate(one) for one in anew}
    for expert in waiting:
        if expert not in against and _keeps_the_rules(panel, [people[one] for one in (*team, expert)]):
            respond_by = engagements.deadline_after(rules, now)
            return engagements.engage(session, panel, expert, respond_by, actor=actor, now=now, instead_of=left)
    return None


def _keeps_the_rules(panel: Panel, team: Sequence[PanelCandidate]) -> bool:
    """Whether this team breaks no rule of the panel.

    One that is not complete yet is held only to what limits it; whoever was forced and left is forced no more.
    """
    broken, complete = check(team, parse(panel.rules)), len(team) >= len(panel.members)
    return not any(one.type in LIMITS or (complete and one.type != "forced") for one in broken)


def seats_of(session: Session, panel_id: str) -> int:
    """How many members a panel has."""
    members = (PanelSeat.panel_id == panel_id) & (PanelSeat.role == "member")
    return session.scalar(select(func.count()).select_from(PanelSeat).where(members)) or 0
