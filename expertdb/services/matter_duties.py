"""What waits for somebody in requests, panels and engagements: one entry for each thing to be done, soonest due first.

Each kind is read by one statement; the names of the experts by another.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from expertdb import conflict_types
from expertdb.models.base import rows_of
from expertdb.models.conflicts import Waiver
from expertdb.models.engagements import Engagement
from expertdb.models.evaluations import Evaluation
from expertdb.models.opinions import Opinion
from expertdb.models.panels import Panel
from expertdb.models.requests import ConsultationRequest
from expertdb.services import missing_opinions, panels, requests, shown
from expertdb.services.actors import Actor
from expertdb.services.rules import Rules

OFFICES = ("administrator", "policy_office")
KINDS = (
    "interest_declared",
    "link_to_issue",
    "panel_to_confirm",
    "opinion_missing",
    "opinion_to_answer",
    "to_evaluate",
)
MOST = 200  # of one kind
END = datetime.max.replace(tzinfo=UTC)
STANDS_IN_THE_WAY = (conflict_types.EXCLUDE, conflict_types.UNLESS_WAIVED)


@dataclass(frozen=True)
class Waiting:
    """One thing to be done about a panel, engagement or opinion `id`; `due` is the moment that ends it, if any."""

    kind: str
    id: str
    request: str
    title: str
    expert: dict[str, Any] | None
    due: datetime | None


def of(session: Session, rules: Rules, *, actor: Actor, now: datetime, request: str | None = None) -> list[Waiting]:
    """All that waits for the caller, in one request or in all: of an agency in its own requests."""
    read = partial(_rows, session, request)
    found = [*_opinions(read, actor), *_unrated(read, rules, actor, now)]
    if actor.role in OFFICES:
        found += [*_panels(read), *_links(read), *_interests(read), *_missing(read)]
    names = shown.names(session, {row[3] for _, row, _ in found if row[3]})
    listed = [
        Waiting(kind, id, request, title, expert and shown.reference(names, expert), due)
        for kind, (id, request, title, expert, *_), due in found
    ]
    return sorted(listed, key=lambda one: (one.due or END, one.id))


Found = Iterable[tuple[str, Any, datetime | None]]
Read = Callable[[Select[*tuple[Any, ...]]], Any]
_TITLED = (ConsultationRequest.id, ConsultationRequest.title)
_IS_OPEN = ConsultationRequest.status.not_in(("closed", "cancelled"))


def _rows(session: Session, request: str | None, statement: Select[*tuple[Any, ...]]) -> Any:
    within = statement if request is None else statement.where(ConsultationRequest.id == request)
    return rows_of(session, within.limit(MOST))


def _panels(read: Read) -> Found:
    """Panels that are proposed and that nobody has decided on."""
    statement = select(Panel.id, *_TITLED).join(ConsultationRequest)
    waiting = statement.where(Panel.status == "proposed", ConsultationRequest.status.in_(panels.OPEN))
    for id, request, title in read(waiting.order_by(Panel.created_at.desc())):
        yield "panel_to_confirm", (id, request, title, None), None


def _invited() -> Select[*tuple[Any, ...]]:
    entries = (Engagement.id, *_TITLED, Engagement.expert_id, Engagement.respond_by, Engagement.declaration)
    statement = select(*entries).join(ConsultationRequest, ConsultationRequest.id == Engagement.request_id)
    return statement.where(Engagement.status == "invited").order_by(Engagement.respond_by)


def _links(read: Read) -> Found:
    """Invitations to which no link was issued while the time to answer runs: also of a reserve who stepped in."""
    for row in read(_invited().where(Engagement.link == 0, Engagement.declared_at.is_(None))):
        yield "link_to_issue", row, row.respond_by


def _interests(read: Read) -> Found:
    """Invitations whose expert declared an interest that keeps them out, unless it is set aside already."""
    set_aside = select(Waiver.id).where(
        Waiver.request_id == Engagement.request_id,
        Waiver.expert_id == Engagement.expert_id,
        Waiver.revoked_at.is_(None),
    )
    grave = {code for code, one in conflict_types.types().items() if one.effect in STANDS_IN_THE_WAY}
    for row in read(_invited().where(Engagement.declared_at.is_not(None), ~set_aside.exists())):
        if not grave.isdisjoint(row.declaration["types"]):
            yield "interest_declared", row, row.respond_by


def _missing(read: Read) -> Found:
    """Engagements of policies that were delivered without a signed opinion and without a reason why there is none."""
    statement = select(Engagement.id, *_TITLED, Engagement.expert_id)
    statement = statement.join(ConsultationRequest, ConsultationRequest.id == Engagement.request_id)
    waiting = statement.where(*missing_opinions.CONDITIONS, Engagement.status == "delivered", _IS_OPEN)
    for row in read(waiting.order_by(Engagement.ended_at)):
        yield "opinion_missing", row, None


def _opinions(read: Read, actor: Actor) -> Found:
    """Last opinions of experts that nobody has answered, in requests that are not closed."""
    later = aliased(Opinion)
    statement = (
        select(Opinion.id, *_TITLED, Opinion.expert_id)
        .join(ConsultationRequest)
        .where(
            Opinion.adoption.is_(None),
            ~select(later.id).where(later.follows_id == Opinion.id).exists(),
            _IS_OPEN,
        )
    )
    for row in read(_own(statement, actor).order_by(Opinion.created_at)):
        yield "opinion_to_answer", row, None


def _unrated(read: Read, rules: Rules, actor: Actor, now: datetime) -> Found:
    """Engagements that were delivered, that the caller's side has not rated and for which there is still time."""
    rated = select(Evaluation.id).where(Evaluation.engagement_id == Engagement.id, Evaluation.evaluator == actor.role)
    statement = select(Engagement.id, *_TITLED, Engagement.expert_id, Engagement.ended_at)
    statement = statement.join(ConsultationRequest, ConsultationRequest.id == Engagement.request_id)
    # The time is in working days: of those that ended long before, none has any left.
    recent = Engagement.ended_at > now - timedelta(days=2 * rules.evaluation_days + 30)
    statement = statement.where(Engagement.status == "delivered", recent, ~rated.exists())
    for row in read(_own(statement, actor).order_by(Engagement.ended_at)):
        due = rules.workdays.end_after(row.ended_at, rules.evaluation_days)
        if due >= now:
            yield "to_evaluate", row, due


def _own(statement: Select[*tuple[Any, ...]], actor: Actor) -> Select[*tuple[Any, ...]]:
    return statement.where(requests.owned_by(actor)) if actor.role == "agency" else statement
