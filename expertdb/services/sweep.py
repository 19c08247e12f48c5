"""What time moves by itself: terms end, leaves end, notices fall due. Whatever takes a decision waits for a person.

A step does a batch in the caller's transaction and says how many it did; fewer than a batch means that none are left.
Each finds what is to be done by its state, so a second run, or two at once, do nothing twice: rows are locked, and who
waited for them looks again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, tuple_
from sqlalchemy.orm import Session, lazyload

from expertdb.models.experts import SERVING, Expert
from expertdb.models.notices import Notice
from expertdb.models.tokens import IdempotentAnswer
from expertdb.services import audit, erasing, moves, silence, versions
from expertdb.services.actors import SWEEP
from expertdb.services.guards import Move
from expertdb.services.rules import Rules
from expertdb.workdays import local_day

BATCH = 200
ANSWERS_KEPT = timedelta(days=7)  # A call whose answer got lost is repeated within minutes.

Work = Callable[[Session, Rules, datetime, int], int]


@dataclass(frozen=True)
class Step:
    """One kind of thing that time does, up to `batch` at once; `name` is what the command prints before how many."""

    name: str
    work: Work
    batch: int = BATCH

    def carry_out(self, session: Session, rules: Rules, now: datetime) -> tuple[int, bool]:
        """Do the next batch; returns how many that were, and whether there may be more."""
        done = self.work(session, rules, now, self.batch)
        return done, done >= self.batch


def expire_terms(session: Session, rules: Rules, now: datetime, batch: int) -> int:
    """Whose term ended yesterday or before is expired, on leave or suspended too."""
    over = and_(Expert.status.in_(SERVING), Expert.term_end < local_day(now))
    return _moved(session, rules, now, _locked(session, over, batch), "expired", "term ended")


def end_leaves(session: Session, rules: Rules, now: datetime, batch: int) -> int:
    """Whose leave ended yesterday or before is active again; those whose term is over were expired before."""
    back = and_(Expert.status == "on_leave", Expert.leave_until < local_day(now))
    return _moved(session, rules, now, _locked(session, back, batch), "active", "leave ended")


def raise_term_notices(session: Session, rules: Rules, now: datetime, batch: int) -> int:
    """Whoever's term ends soon is to be told."""
    soon = local_day(now) + timedelta(days=rules.notice_days)
    ends = and_(Expert.status.in_(SERVING), Expert.term_end >= local_day(now), Expert.term_end <= soon)
    return _raised(session, now, "term_ends", ends, batch)


def raise_confirmation_notices(session: Session, rules: Rules, now: datetime, batch: int) -> int:
    """Whoever's yearly confirmation falls due soon is to be asked for it."""
    soon = local_day(now) + timedelta(days=rules.confirmation_notice_days)
    due = and_(Expert.status.in_(SERVING), Expert.confirmation_due <= soon)
    return _raised(session, now, "confirmation", due, batch)


def void_notices(session: Session, rules: Rules, now: datetime, batch: int) -> int:
    """A notice that was not sent is void once the expert left, was renewed or confirmed, or the term is over."""
    moot = or_(
        Expert.status.not_in(SERVING),
        and_(Notice.kind == "term_ends", or_(Expert.term_end != Notice.about, Notice.about < local_day(now))),
        and_(Notice.kind == "confirmation", Expert.confirmation_due != Notice.about),
    )
    wanted = select(Notice).join(Expert, Expert.id == Notice.expert_id).where(Notice.status == "due", moot)
    found = session.scalars(wanted.order_by(Notice.id).limit(batch).with_for_update(of=Notice)).all()
    for notice in found:
        notice.status = "void"
        audit.record(session, SWEEP, "notice.void", kind="expert", id=notice.expert_id, notice=notice.id)
    session.flush()
    return len(found)


def mark_unreachable(session: Session, rules: Rules, now: datetime, batch: int) -> int:
    """Who was asked to confirm long ago, and has let it fall overdue without an answer, counts as unreachable."""
    today = local_day(now)
    asked = exists().where(
        Notice.expert_id == Expert.id,
        Notice.kind == "confirmation",
        Notice.about == Expert.confirmation_due,
        Notice.sent_on <= today - timedelta(days=rules.unreachable_days),
    )
    silent = and_(
        Expert.status.in_(SERVING), Expert.confirmation_due < today, Expert.unreachable_since.is_(None), asked
    )
    found = _locked(session, silent, batch)
    for expert in found:
        expert.unreachable_since = today
        versions.touch(expert, now)
        audit.record(session, SWEEP, "expert.not_reached", kind="expert", id=expert.id, on=today.isoformat())
    session.flush()
    return len(found)


def forget_answers(session: Session, rules: Rules, now: datetime, batch: int) -> int:
    """What calls with an idempotency key were answered is not needed, nor kept, for ever: it may name people."""
    key = (IdempotentAnswer.token_id, IdempotentAnswer.key)
    old = select(*key).where(IdempotentAnswer.created_at < now - ANSWERS_KEPT).limit(batch)
    found = [tuple(row) for row in session.execute(old)]
    if found:
        session.execute(delete(IdempotentAnswer).where(tuple_(*key).in_(found)))
    return len(found)


def forget_late_answers(session: Session, rules: Rules, now: datetime, batch: int) -> int:
    """An answer that was being stored while somebody was erased is seen by no erasure, and is forgotten here."""
    return erasing.forget_late_answers(session, now - ANSWERS_KEPT)


STEPS = (
    Step("terms ended", expire_terms),
    Step("leaves ended", end_leaves),
    Step("notices void", void_notices),
    Step("notices of terms that end", raise_term_notices),
    Step("notices to confirm", raise_confirmation_notices),
    Step("marked unreachable", mark_unreachable),
    # Fewer at once: each may ask a reserve, and keeps its request from others until the batch is done.
    Step("invitations unanswered", silence.fall_silent, batch=50),
    Step("answers forgotten", forget_answers),
    Step("answers about the erased forgotten", forget_late_answers),
)


def record_run(session: Session, done: dict[str, int]) -> None:
    """Keep that the sweep ran and what it did: an auditor sees that the timer works."""
    audit.record(session, SWEEP, "sweep.ran", kind="sweep", id="sweep", done={k: n for k, n in done.items() if n})


def _locked(session: Session, condition: ColumnElement[bool], batch: int) -> list[Expert]:
    """The next experts of this kind, kept from others; nothing below them is read."""
    wanted = select(Expert).where(condition).options(lazyload("*")).order_by(Expert.id).limit(batch)
    return list(session.scalars(wanted.with_for_update()))


def _moved(session: Session, rules: Rules, now: datetime, found: list[Expert], to: str, reason: str) -> int:
    for expert in found:
        moves.carry_out(Move(session, expert, to, reason, SWEEP, now, rules))
    return len(found)


def _raised(session: Session, now: datetime, kind: str, condition: ColumnElement[bool], batch: int) -> int:
    """Raise the notices of a kind that are not there yet."""
    about = Expert.term_end if kind == "term_ends" else Expert.confirmation_due
    known = exists().where(Notice.expert_id == Expert.id, Notice.kind == kind, Notice.about == about)
    found = _locked(session, and_(condition, ~known), batch)
    # Asked again under the locks: another sweep may have raised them while this one waited, and touched no expert.
    there = select(Notice.expert_id, Notice.about).where(
        Notice.kind == kind, Notice.expert_id.in_([expert.id for expert in found])
    )
    raised = {(row.expert_id, row.about) for row in session.execute(there)}
    for expert in found:
        day = expert.term_end if kind == "term_ends" else expert.confirmation_due
        if (expert.id, day) not in raised:
            session.add(Notice(expert_id=expert.id, kind=kind, about=day, raised_at=now))
            audit.record(session, SWEEP, "notice.raised", kind="expert", id=expert.id, about=kind, day=str(day))
    session.flush()
    return len(found)
