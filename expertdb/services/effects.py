"""What a move of an expert changes besides the status: periods, terms, suspensions and objections left behind.

Each effect returns what it set, for the record of the transition.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from expertdb.code_words import called
from expertdb.errors import Fault, InvalidInput
from expertdb.models.objections import Objection
from expertdb.models.sanctions import IN_FORCE, Sanction
from expertdb.services import erasing, terms
from expertdb.services.guards import Move
from expertdb.wording import Text, Word
from expertdb.workdays import local_day

Effect = Callable[[Move], dict[str, Any]]

# Which details a move takes; any other is refused rather than passed over in silence.
TAKES: dict[str, tuple[str, ...]] = {
    "active": ("term",),
    "renewed": ("term",),
    "on_leave": ("until",),
    "suspended": ("ground", "notified_on"),
    "removed": ("ground", "notified_on"),
    "withdrawn": ("ground",),
}
APPOINTS = (("publicity", "active"), ("expired", "renewed"), ("active", "renewed"))


def taken(move: Move) -> tuple[str, ...]:
    """The details that this move takes."""
    return tuple(name for name in TAKES.get(move.to, ()) if name != "term" or move.way in APPOINTS)


def check_details(move: Move) -> None:
    """Raise InvalidInput for details that this move does not take, and for days that make no sense."""
    faults = [
        Fault(f"/{name}", not_taken(called("expert_status", move.to), name))
        for name in move.details
        if name not in taken(move)
    ]
    until, notified, term = (move.details.get(name) for name in ("until", "notified_on", "term"))
    if until is not None and until < move.today:
        faults.append(Fault("/until", Text("This day has passed already.")))
    if notified is not None and notified > move.today:
        faults.append(Fault("/notified_on", Text("This day is still to come.")))
    if term is not None and term["end"] > terms.last_day(term["start"], terms.LONGEST_TERM_YEARS):
        faults.append(Fault("/term/end", Text("A term lasts at most {years} years.", years=terms.LONGEST_TERM_YEARS)))
    if term is not None and term["end"] < move.today:
        faults.append(Fault("/term/end", Text("This day has passed already.")))
    if faults:
        raise InvalidInput(*faults)


def not_taken(aim: Word, name: str) -> Text:
    """What to say of a detail that a move does not take."""
    return Text('A move to "{to}" does not take this: {name}.', to=aim, name=called("move_detail", name))


def apply(move: Move) -> dict[str, Any]:
    """Change what this move changes besides the status; returns what is kept of it beside the transition."""
    expert = move.expert
    found = {} if move.to not in EFFECTS else EFFECTS[move.to](move)
    if move.to != "on_leave":
        expert.leave_until = None
    if move.to in ("draft", "under_review"):
        expert.publicity_from = expert.publicity_until = None
    return found


def _publish(move: Move) -> dict[str, Any]:
    expert, days = move.expert, move.rules.workdays
    expert.publicity_from = move.today
    expert.publicity_until = days.after(move.today, move.rules.publicity_days)
    return {"until": expert.publicity_until.isoformat()}


def _activate(move: Move) -> dict[str, Any]:
    expert = move.expert
    if expert.status == "suspended":
        _lift(move)
    if expert.status in ("publicity", "renewed"):
        terms.confirm(expert, move.today)  # Whoever accepts an appointment stands by what it rests on.
    if move.way in APPOINTS or expert.term_start is None:
        return _appoint(move, move.today, terms.last_day(move.today))
    return {}


def _renew(move: Move) -> dict[str, Any]:
    """A new term from today; one that is renewed early ends as if it began when the old one ends."""
    old = move.expert.term_end
    start = move.today if old is None or old < move.today else old + timedelta(days=1)
    return _appoint(move, move.today, terms.last_day(start))


def _appoint(move: Move, start: date, end: date) -> dict[str, Any]:
    term = move.details.get("term") or {"start": start, "end": end}
    move.expert.term_start, move.expert.term_end = term["start"], term["end"]
    return {"term": {name: day.isoformat() for name, day in term.items()}}


def _expire(move: Move) -> dict[str, Any]:
    """End the term: today, when somebody ends it before its time."""
    expert = move.expert
    expert.term_start = min(expert.term_start or move.today, move.today)
    expert.term_end = min(expert.term_end or move.today, move.today)
    return {"term_end": expert.term_end.isoformat()}


def _leave(move: Move) -> dict[str, Any]:
    move.expert.leave_until = until = move.details.get("until")
    return {} if until is None else {"until": until.isoformat()}


def _suspend(move: Move) -> dict[str, Any]:
    if move.expert.status == "removed":
        return {}  # Back into the suspension that was in force before.
    return _impose(move, "suspension")


def _remove(move: Move) -> dict[str, Any]:
    _lapse(move)
    return _impose(move, "removal")


def _withdraw(move: Move) -> dict[str, Any]:
    _lapse(move)
    return {"ground": move.details.get("ground", "own_request")}


def _erase(move: Move) -> dict[str, Any]:
    return {"erased": erasing.erase(move.session, move.expert, local_day(move.now))}


def _impose(move: Move, kind: str) -> dict[str, Any]:
    ground = move.details.get("ground", "other")
    sanction = Sanction(
        expert_id=move.expert.id,
        kind=kind,
        ground=ground,
        reason=move.reason,
        imposed_by=move.actor.person,
        imposed_at=move.now,
        notified_on=move.details.get("notified_on"),
    )
    move.session.add(sanction)
    move.session.flush()
    return {"ground": ground, "sanction": sanction.id}


def _lift(move: Move) -> None:
    in_force = select(Sanction).where(
        Sanction.expert_id == move.expert.id, Sanction.kind == "suspension", Sanction.status.in_(IN_FORCE)
    )
    for sanction in move.session.scalars(in_force):
        sanction.status, sanction.decision = "lifted", move.reason
        sanction.decided_by, sanction.decided_at = move.actor.person, move.now


def _lapse(move: Move) -> None:
    still_open = select(Objection).where(Objection.expert_id == move.expert.id, Objection.status == "open")
    for objection in move.session.scalars(still_open):
        objection.status, objection.decided_at = "lapsed", move.now


EFFECTS: dict[str, Effect] = {
    "publicity": _publish,
    "active": _activate,
    "renewed": _renew,
    "expired": _expire,
    "on_leave": _leave,
    "suspended": _suspend,
    "removed": _remove,
    "withdrawn": _withdraw,
    "erased": _erase,
}
