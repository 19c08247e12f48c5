"""What must hold of a pool at any moment, checked from its rows alone; each rule answers with who breaks it."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from expertdb.models.experts import APPOINTED, SERVING, Expert, ExpertTransition
from expertdb.models.notices import Notice
from expertdb.models.objections import Objection
from expertdb.models.sanctions import IN_FORCE, Sanction
from expertdb.services.lifecycle import EXPERT_WAYS
from expertdb.workdays import local_day

# Stated again, not read from the guards that are on trial here.
DECISIONS = (
    ("under_review", "publicity"),
    ("under_review", "removed"),
    ("publicity", "active"),
    ("publicity", "under_review"),
    ("publicity", "removed"),
)


@dataclass
class Records:
    """All that is kept of some experts: themselves, their transitions in order, objections, sanctions and notices."""

    today: date
    experts: list[Expert]
    histories: dict[str, list[ExpertTransition]] = field(default_factory=lambda: defaultdict(list))
    objections: dict[str, list[Objection]] = field(default_factory=lambda: defaultdict(list))
    sanctions: dict[str, list[Sanction]] = field(default_factory=lambda: defaultdict(list))
    notices: dict[str, list[Notice]] = field(default_factory=lambda: defaultdict(list))


def read(session: Session, among: Collection[str], today: date) -> Records:
    """The records of these experts."""
    found = Records(today, list(session.scalars(select(Expert).where(Expert.id.in_(among)))))
    for model, kept in (
        (ExpertTransition, found.histories),
        (Objection, found.objections),
        (Sanction, found.sanctions),
        (Notice, found.notices),
    ):
        for row in session.scalars(select(model).where(model.expert_id.in_(among)).order_by(model.id)):
            kept[row.expert_id].append(row)  # type: ignore[attr-defined]
    return found


Rule = Callable[[Records, Expert], bool]


def every_move_is_a_way_there_is(records: Records, expert: Expert) -> bool:
    rows = records.histories[expert.id]
    chained = all(one.to_status == after.from_status for one, after in pairwise(rows))
    lawful = all(row.to_status in EXPERT_WAYS[row.from_status] for row in rows[1:] if row.from_status is not None)
    return chained and lawful and rows[0].from_status is None and rows[-1].to_status == expert.status


def nobody_decides_on_whom_they_brought_in(records: Records, expert: Expert) -> bool:
    brought_in: set[str] = set()
    for row in records.histories[expert.id]:
        if (row.from_status, row.to_status) in DECISIONS and row.person in brought_in:
            return False
        if row.from_status is None or row.to_status == "submitted":
            brought_in.add(row.person)
    return not any(one.decided_by in brought_in for one in records.objections[expert.id])


def nobody_is_activated_within_the_publicity_period(records: Records, expert: Expert) -> bool:
    until = ""
    for row in records.histories[expert.id]:
        if row.to_status == "publicity":
            until = row.details["until"]
        if row.from_status == "publicity" and row.to_status == "active" and str(local_day(row.at)) <= until:
            return False
    return True


def nobody_is_activated_over_an_open_objection(records: Records, expert: Expert) -> bool:
    entries = [
        row.at for row in records.histories[expert.id] if (row.from_status, row.to_status) == ("publicity", "active")
    ]
    return not any(
        one.recorded_at <= at and (one.decided_at is None or one.decided_at > at)
        for one in records.objections[expert.id]
        for at in entries
    )


def open_objections_are_to_candidates(records: Records, expert: Expert) -> bool:
    is_open = any(one.status == "open" for one in records.objections[expert.id])
    return not is_open or expert.status in ("publicity", "under_review", "draft", "submitted")


def whoever_is_active_has_a_term(records: Records, expert: Expert) -> bool:
    return expert.status != "active" or (expert.term_start is not None and expert.term_end is not None)


def suspensions_are_in_force_where_they_should_be(records: Records, expert: Expert) -> bool:
    """A suspended expert has one, whoever serves otherwise none, and nobody two."""
    held = [one for one in records.sanctions[expert.id] if one.kind == "suspension" and one.status in IN_FORCE]
    if expert.status in ("active", "on_leave", "renewed"):
        return not held
    return len(held) == 1 if expert.status == "suspended" else len(held) <= 1


def removal_is_undone_by_an_upheld_appeal_only(records: Records, expert: Expert) -> bool:
    removals = [one for one in records.sanctions[expert.id] if one.kind == "removal"]
    returns = [
        row for row in records.histories[expert.id] if row.from_status == "removed" and row.to_status != "erased"
    ]
    return len(returns) == sum(one.status == "upheld" for one in removals)


def appeals_are_decided_by_somebody_else(records: Records, expert: Expert) -> bool:
    decided = [one for one in records.sanctions[expert.id] if one.status in ("upheld", "dismissed")]
    return all(one.decided_by != one.imposed_by and one.appealed_on is not None for one in decided)


def decisions_have_a_reason_and_somebody_who_made_them(records: Records, expert: Expert) -> bool:
    decided = [one for one in records.objections[expert.id] if one.status in ("upheld", "dismissed")]
    return all(one.reason and one.decided_by and one.decided_at for one in decided)


def terms_last_at_most_five_years(records: Records, expert: Expert) -> bool:
    if expert.term_start is None or expert.term_end is None:
        return expert.term_start is expert.term_end
    return timedelta(0) <= expert.term_end - expert.term_start < timedelta(days=5 * 366)


def whoever_is_appointed_is_asked_to_confirm(records: Records, expert: Expert) -> bool:
    return expert.status not in APPOINTED or expert.confirmation_due is not None


def nobody_has_two_notices_about_the_same_day(records: Records, expert: Expert) -> bool:
    about = [(one.kind, one.about) for one in records.notices[expert.id]]
    return len(about) == len(set(about))


def what_is_searched_is_what_was_stated(records: Records, expert: Expert) -> bool:
    unwanted = expert.availability.get("not_wanted", {})
    stated = {("not_code", code) for code in unwanted.get("codes", ())}
    stated |= {("not_kind", kind) for kind in unwanted.get("kinds", ())}
    stated |= {("away", period["start"]) for period in expert.availability.get("away", ())}
    return {(row.kind, row.value) for row in expert.preferences} == stated


def notices_wait_for_those_who_serve_only(records: Records, expert: Expert) -> bool:
    return expert.status in SERVING or not any(one.status == "due" for one in records.notices[expert.id])


def nobody_serves_beyond_their_term(records: Records, expert: Expert) -> bool:
    return expert.status not in SERVING or expert.term_end is None or expert.term_end >= records.today


def nobody_is_on_leave_beyond_its_end(records: Records, expert: Expert) -> bool:
    return expert.status != "on_leave" or expert.leave_until is None or expert.leave_until >= records.today


ALWAYS: tuple[Rule, ...] = (
    every_move_is_a_way_there_is,
    nobody_decides_on_whom_they_brought_in,
    nobody_is_activated_within_the_publicity_period,
    nobody_is_activated_over_an_open_objection,
    open_objections_are_to_candidates,
    whoever_is_active_has_a_term,
    suspensions_are_in_force_where_they_should_be,
    removal_is_undone_by_an_upheld_appeal_only,
    appeals_are_decided_by_somebody_else,
    decisions_have_a_reason_and_somebody_who_made_them,
    terms_last_at_most_five_years,
    whoever_is_appointed_is_asked_to_confirm,
    nobody_has_two_notices_about_the_same_day,
    what_is_searched_is_what_was_stated,
)
# What a sweep sees to.
AFTER_A_SWEEP: tuple[Rule, ...] = (
    nobody_serves_beyond_their_term,
    nobody_is_on_leave_beyond_its_end,
    notices_wait_for_those_who_serve_only,
)


def may_be_asked(expert: Expert, kind: str, code: str, today: date) -> bool:
    """Whether somebody belongs on a list of today for a matter of this kind and code, read naively."""
    if expert.status != "active" or expert.term_start is None or expert.term_end is None:
        return False
    stated, day = expert.availability, today.isoformat()
    unwanted = stated.get("not_wanted", {})
    away = any(period["start"] <= day <= period["end"] for period in stated.get("away", ()))
    unwilling = kind in unwanted.get("kinds", ()) or code in unwanted.get("codes", ())
    in_term = expert.term_start <= today <= expert.term_end
    return in_term and expert.unreachable_since is None and not away and not unwilling


def broken(records: Records, *, swept: bool) -> dict[str, list[str]]:
    """The rules that do not hold, and for whom."""
    rules = ALWAYS + (AFTER_A_SWEEP if swept else ())
    found = {rule.__name__: [one.id for one in records.experts if not rule(records, one)] for rule in rules}
    return {name: experts for name, experts in found.items() if experts}
