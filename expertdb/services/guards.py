"""What stands in the way of a move of an expert, though the state leads there: who may make it, and what must be so.

`lifecycle.py` says which moves there are. A guard answers with the sentence that says what is wrong and what to do
next, or with None.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from expertdb.code_words import called
from expertdb.errors import NotAllowed
from expertdb.models.engagements import Engagement
from expertdb.models.experts import Expert, ExpertTransition
from expertdb.models.objections import Objection
from expertdb.models.sanctions import IN_FORCE, Sanction
from expertdb.services.actors import Actor
from expertdb.services.rules import Rules
from expertdb.wording import Text
from expertdb.workdays import local_day


@dataclass(frozen=True)
class Move:
    """One move that somebody asks for; `details` are what the body says besides `to` and `reason`."""

    session: Session
    expert: Expert
    to: str
    reason: str
    actor: Actor
    now: datetime
    rules: Rules
    details: Mapping[str, Any] = field(default_factory=dict)

    def towards(self, to: str) -> "Move":
        """The same move to another status."""
        return replace(self, to=to)

    @property
    def way(self) -> tuple[str, str]:
        """From where to where."""
        return self.expert.status, self.to

    @property
    def today(self) -> date:
        """The day on which the move is made."""
        return local_day(self.now)


Guard = Callable[[Move], Text | None]

# Decisions on entry: whoever brought the candidate in may not make them, whatever their role. Taking papers back, for
# correction during the review too, or up for review, and a candidate's own withdrawal, decide nothing.
DECISIONS = (
    ("under_review", "publicity"),
    ("under_review", "removed"),
    ("publicity", "active"),
    ("publicity", "under_review"),
    ("publicity", "removed"),
)
# What a reviewer may do; an administrator may make every move, and is bound by the same guards.
REVIEWERS_WAYS = (
    *DECISIONS,
    ("submitted", "under_review"),
    ("submitted", "draft"),
    ("under_review", "draft"),
)


def check_who(move: Move) -> None:
    """Raise NotAllowed when the role may not make this move, or the person may not decide on this candidate."""
    before, to = move.way
    if move.actor.role == "reviewer" and move.way not in REVIEWERS_WAYS:
        raise NotAllowed(
            Text(
                'A reviewer decides on entry only; from "{before}" to "{to}" it is an administrator\'s move.',
                before=called("expert_status", before),
                to=called("expert_status", to),
            )
        )
    if move.way in DECISIONS:
        refuse_nominator(move.session, move.expert, move.actor)


def refuse_nominator(session: Session, expert: Expert, actor: Actor) -> None:
    """Raise NotAllowed when the caller brought this candidate in, or acts for the unit that did."""
    brought_in = or_(ExpertTransition.from_status.is_(None), ExpertTransition.to_status == "submitted")
    own = exists().where(ExpertTransition.expert_id == expert.id, ExpertTransition.person == actor.person, brought_in)
    if session.scalar(select(own)):
        raise NotAllowed(
            Text(
                "Whoever entered or submitted a candidate does not decide on them; somebody else must: another"
                " administrator or a reviewer, whose account an administrator makes."
            )
        )
    if actor.organisation_id is not None and actor.organisation_id == expert.nominated_by_id:
        raise NotAllowed(
            Text(
                "The unit that nominated a candidate does not decide on them; somebody else must: an administrator or"
                " reviewer who does not act for it."
            )
        )


def why_undecided(session: Session, expert: Expert, actor: Actor) -> Text | None:
    """Why the caller may not make the decision that this candidate waits for; None where there is none, or they may."""
    if expert.status not in {before for before, _ in DECISIONS}:
        return None
    try:
        refuse_nominator(session, expert, actor)
    except NotAllowed as error:
        return error.detail
    return None


def hindrances(move: Move) -> list[Text]:
    """Everything that stands in the way of this move, one sentence each."""
    found = (guard(move) for guard in GUARDS.get(move.way, ()))
    return [said for said in found if said is not None]


def _endorsed(move: Move) -> Text | None:
    expert = move.expert
    if expert.entry_source != "nomination" or (expert.endorsement and expert.endorsed_on):
        return None
    return Text("A nomination needs the endorsement of its unit: its reference and date.")


def _period_is_over(move: Move) -> Text | None:
    until = move.expert.publicity_until
    if until is None or move.today > until:
        return None
    return Text("The publicity period lasts until {until}; activate from the day after.", until=until.isoformat())


def _no_open_objection(move: Move) -> Text | None:
    of_expert = Objection.expert_id == move.expert.id
    count = move.session.scalar(select(func.count()).where(of_expert, Objection.status == "open"))
    return Text("{count} objection(s) are open; decide them first.", count=count) if count else None


def _term_is_current(move: Move) -> Text | None:
    end = move.expert.term_end
    if end is not None and end < move.today:
        return Text("The term ended on {end}; end it, then renew it.", end=end.isoformat())
    return None


def _term_ends_soon(move: Move) -> Text | None:
    end = move.expert.term_end
    days = move.rules.notice_days
    if end is None or end <= move.today + timedelta(days=days):
        return None
    return Text(
        "The term lasts until {end}; it can be renewed in the {days} days before.", end=end.isoformat(), days=days
    )


def _not_suspended(move: Move) -> Text | None:
    if _has_sanction(move, IN_FORCE, "suspension"):
        return Text("A suspension is still in force; lift it or decide its appeal first.")
    return None


def _no_open_appeal(move: Move) -> Text | None:
    return Text("An appeal is open; decide it first.") if _has_sanction(move, ("appealed",)) else None


def _not_at_work(move: Move) -> Text | None:
    of_expert = Engagement.expert_id == move.expert.id
    running = select(func.count()).where(of_expert, Engagement.status.in_(("invited", "accepted")))
    count = move.session.scalar(running)
    return Text("{count} engagement(s) are not over; end or finish them first.", count=count) if count else None


def _by_appeal_only(move: Move) -> Text | None:
    return Text("Only an upheld appeal brings an expert back after removal.")


def _has_sanction(move: Move, states: tuple[str, ...], *kinds: str) -> bool:
    found = exists().where(Sanction.expert_id == move.expert.id, Sanction.status.in_(states))
    return bool(move.session.scalar(select(found.where(Sanction.kind.in_(kinds)) if kinds else found)))


GUARDS: dict[tuple[str, str], tuple[Guard, ...]] = {
    ("draft", "submitted"): (_endorsed,),
    ("publicity", "active"): (_period_is_over, _no_open_objection),
    ("active", "renewed"): (_term_ends_soon,),
    ("on_leave", "active"): (_term_is_current,),
    ("suspended", "active"): (_no_open_appeal, _term_is_current),
    ("expired", "renewed"): (_not_suspended,),
    ("renewed", "active"): (_term_is_current,),
    ("removed", "under_review"): (_by_appeal_only,),
    ("removed", "active"): (_by_appeal_only,),
    ("removed", "suspended"): (_by_appeal_only,),
    ("removed", "expired"): (_by_appeal_only,),
    ("removed", "erased"): (_no_open_appeal, _not_at_work),
    ("withdrawn", "erased"): (_no_open_appeal, _not_at_work),
}
