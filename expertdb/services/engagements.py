"""Engagements: members of a confirmed panel are invited, answer, serve and deliver."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from expertdb.code_words import called
from expertdb.errors import Fault, InvalidInput, NotAllowed, NotFound, PanelIsNotConfirmed, PoolHasMoved
from expertdb.links import IN_SESSION, Opened
from expertdb.models.base import new_id
from expertdb.models.engagements import Engagement
from expertdb.models.experts import Expert
from expertdb.models.panels import Panel
from expertdb.models.requests import ConsultationRequest
from expertdb.models.restricted import CONTACT
from expertdb.services import audit, erasing, matters, paging, panels, requests, restricted, serving
from expertdb.services.actors import EXPERT, Actor
from expertdb.services.panel_snapshots import filters_of
from expertdb.services.rules import Rules
from expertdb.wording import Text

LIVE = ("invited", "accepted", "delivered")
INVITING = ("confirmed", "invited", "engaged")
LINK_DAYS = 400  # Long enough for the evaluation and the reply to it.


def invite(
    session: Session, panel_id: str, body: Mapping[str, Any], rules: Rules, *, actor: Actor, now: datetime
) -> list[Engagement]:
    """Invite every member of a confirmed panel who was not invited yet; the request moves to `invited`.

    Raises NotFound, PanelIsNotConfirmed, RequestIsNotOpen, PoolHasMoved where a member may not be chosen any more,
    InvalidInput for a deadline that has passed.
    """
    panel = panels.load(session, panel_id, actor=actor)
    consultation_request = requests.get(session, panel.request_id, actor=actor, lock=True)
    requests.refuse_unless(consultation_request, INVITING)
    if panel.status != "confirmed":
        raise PanelIsNotConfirmed(panel.status)
    respond_by = _deadline(body.get("respond_by"), rules, now)
    asked = set(session.scalars(select(Engagement.expert_id).where(Engagement.panel_id == panel.id)))
    fresh = [seat.expert_id for seat in panel.members if seat.expert_id not in asked]
    _refuse_unfit(session, consultation_request, panel, fresh, now)
    made = [engage(session, panel, expert, respond_by, actor=actor, now=now) for expert in fresh]
    if consultation_request.status == "confirmed":
        requests.record_move(session, consultation_request, "invited", f"panel {panel.id}", actor=actor, now=now)
    return made


def engage(
    session: Session,
    panel: Panel,
    expert: str,
    respond_by: datetime,
    *,
    actor: Actor,
    now: datetime,
    instead_of: Engagement | None = None,
) -> Engagement:
    """Note the invitation of one expert."""
    made = Engagement(
        id=new_id(),
        panel_id=panel.id,
        request_id=panel.request_id,
        expert_id=expert,
        status="invited",
        respond_by=respond_by,
        promoted_from=None if instead_of is None else instead_of.id,
        created_by=actor.id,
        created_at=now,
        updated_at=now,
    )
    session.add(made)
    session.flush()
    details = {"request": panel.request_id, "panel": panel.id, "expert": expert, "promoted_from": made.promoted_from}
    audit.record(session, actor, "engagement.invited", kind="engagement", id=made.id, **details)
    return made


def deadline_after(rules: Rules, now: datetime) -> datetime:
    """The end of the last working day on which an answer is awaited."""
    return rules.workdays.end_after(now, rules.respond_days)


def _deadline(stated: datetime | None, rules: Rules, now: datetime) -> datetime:
    if stated is not None and stated <= now:
        raise InvalidInput(Fault("/respond_by", Text("This moment has passed already.")))
    return stated or deadline_after(rules, now)


def _refuse_unfit(
    session: Session,
    consultation_request: ConsultationRequest,
    panel: Panel,
    experts: Sequence[str],
    now: datetime,
) -> None:
    """Raise PoolHasMoved where the function that decides for lists would not have one of these.

    They are kept from other invitations meanwhile, which could take up their loads unseen; an engagement only refers
    to them, and waits for nobody.
    """
    held = select(Expert.id).where(Expert.id.in_(experts)).order_by(Expert.id).with_for_update(key_share=True)
    session.execute(held)
    against = matters.not_to_be_chosen(session, consultation_request, experts, filters_of(panel), now)
    if against:
        places = {seat.expert_id: seat.place - 1 for seat in panel.members}
        faults = tuple(
            Fault(f"/members/{places[expert]}", serving.may_not(session, expert, reason))
            for expert, reason in against.items()
        )
        raise PoolHasMoved(panel.corpus_version, panel.corpus_version, faults)


def load(session: Session, engagement_id: str, *, actor: Actor, lock: bool = False) -> Engagement:
    """The engagement with this id; raises NotFound, also when it is another agency's or another expert's."""
    statement = _visible_to(actor).where(Engagement.id == engagement_id)
    engagement = session.scalar(statement.with_for_update(of=Engagement) if lock else statement)
    if engagement is None:
        raise NotFound("engagement", engagement_id)
    return engagement


def locked(
    session: Session, engagement_id: str, *, actor: Actor, enters: bool = False
) -> tuple[ConsultationRequest, Engagement]:
    """A request and one of its engagements, both kept from others; the request first, as everybody locks them.

    Whoever `enters` something on the expert keeps them too, before the engagement as an erasure does, and gets
    ExpertIsErased where there is nobody to enter it on.
    """
    found = load(session, engagement_id, actor=actor)
    request_id = found.request_id
    consultation_request = session.get(ConsultationRequest, request_id, with_for_update=True, populate_existing=True)
    assert consultation_request is not None
    if enters:
        erasing.hold_off(session, found.expert_id)
    engagement = load(session, engagement_id, actor=actor, lock=True)
    session.refresh(engagement)
    return consultation_request, engagement


def find(session: Session, query: Mapping[str, Any], *, actor: Actor) -> paging.Page:
    """The engagements the caller may see that meet every filter, newest first."""
    statement = _visible_to(actor)
    columns = {"request": "request_id", "panel": "panel_id", "expert": "expert_id", "status": "status"}
    for name, column in columns.items():
        if name in query:
            statement = statement.where(getattr(Engagement, column) == query[name])
    keys = (Engagement.created_at, Engagement.id)
    return paging.fetch(session, statement, keys, query["limit"], query.get("cursor"), newest_first=True)


def _visible_to(actor: Actor) -> Select[Engagement]:
    statement = select(Engagement)
    if actor.role == EXPERT:
        return statement.where(Engagement.id == actor.id)
    if actor.role == "agency":
        return statement.join(ConsultationRequest).where(requests.owned_by(actor))
    return statement


def contact(session: Session, engagement_id: str, reason: str, *, actor: Actor) -> dict[str, Any]:
    """How to reach an expert who has accepted; the audit log keeps who read it and why.

    Raises NotFound, NotAllowed before the expert accepted.
    """
    engagement = load(session, engagement_id, actor=actor)
    if engagement.status not in ("accepted", "delivered"):
        detail = 'Contact details are released once the expert has accepted; this one is "{status}".'
        raise NotAllowed(Text(detail, status=called("engagement_status", engagement.status)))
    return restricted.read(session, engagement.expert, CONTACT, reason, actor=actor, stage="accepted")


def issue_link(session: Session, engagement_id: str, *, actor: Actor, now: datetime) -> tuple[str, datetime]:
    """A fresh link for the expert, and when it ends; older ones open no more.

    Raises NotFound, NotAllowed, ExpertIsErased: a link for nobody would open nothing.
    """
    _, engagement = locked(session, engagement_id, actor=actor, enters=True)
    if engagement.status not in LIVE:
        detail = 'A link is issued for a live invitation; this one is "{status}".'
        raise NotAllowed(Text(detail, status=called("engagement_status", engagement.status)))
    engagement.link += 1
    session.flush()
    audit.record(session, actor, "engagement.link_issued", kind="engagement", id=engagement.id, issue=engagement.link)
    until = now + timedelta(days=LINK_DAYS)
    return session.info[IN_SESSION].issue(Opened(engagement.id, engagement.link, until)), until
