"""The life of the pool over HTTP: from a draft to the pool, through leave, suspension and expiry, and out.

Pinned here:
- every move is one that the state allows, by somebody who may make it, with a reason that is kept;
- whoever brought a candidate in does not decide on them, and a reviewer makes the moves of entry only;
- nobody is activated before the publicity period is over, nor with a term that is over;
- a move takes the details that belong to it and refuses others;
- of two people who move the same expert at once one wins and the other is told.
"""

from typing import Any

import pytest
from flask import Flask

from expertdb.services import lifecycle
from tests.api.people import at_once, candidate, expert, moved, pages, preview
from tests.callers import Caller, Clock
from tests.conftest import caller

REASON = "按程序办理"


def refused(who: Caller, path: str, to: str, status: int = 409, **details: Any) -> str:
    """Ask for a move that must be refused; returns what is said."""
    answer = who.post(f"{path}/transitions", {"to": to, "reason": REASON, **details}, etag="*")
    assert answer.status_code == status, answer.get_data(as_text=True)
    return str(answer.json["detail"] if not answer.json["errors"] else answer.json["errors"][0]["detail"])


def carried(who: Caller, path: str, to: str, **details: Any) -> dict[str, Any]:
    answer = who.post(f"{path}/transitions", {"to": to, "reason": REASON, **details}, etag="*")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json)


def test_candidate_enters_after_review_and_publicity_with_a_term_of_three_years(
    administrator: Caller, reviewer: Caller, clock: Clock
) -> None:
    path = candidate(administrator, reviewer, term={"start": "2020-01-01", "end": "2020-12-31"})
    assert administrator.get(path).json["publicity"] == {"start": "2026-11-23", "end": "2026-11-30"}
    clock.forward(days=8)
    assert carried(reviewer, path, "active")["term"] == {"start": "2026-12-01", "end": "2029-11-30"}


def test_nobody_is_active_before_the_publicity_period_is_over(
    administrator: Caller, reviewer: Caller, clock: Clock
) -> None:
    path = candidate(administrator, reviewer)
    for days in (0, 4, 3):
        clock.forward(days=days)
        assert "until 2026-11-30" in refused(reviewer, path, "active")
    clock.forward(hours=7)  # Midnight in China.
    assert carried(reviewer, path, "active")["status"] == "active"


def test_whoever_entered_or_submitted_a_candidate_does_not_decide_on_them(app: Flask, reviewer: Caller) -> None:
    one, other = caller(app, "administrator"), caller(app, "administrator")
    path = f"/experts/{expert(one, status='draft')['id']}"
    moved(other, path, "submitted")
    moved(reviewer, path, "under_review")
    for who in (one, other):
        assert "somebody else" in refused(who, path, "publicity", 403)
        assert "somebody else" in refused(who, path, "removed", 403)
    moved(caller(app, "administrator"), path, "publicity")
    for who in (one, other):
        for to in ("active", "under_review", "removed"):
            assert "somebody else" in refused(who, path, to, 403)


def test_whoever_entered_one_candidate_decides_on_another(app: Flask, reviewer: Caller) -> None:
    one, other = caller(app, "administrator"), caller(app, "administrator")
    first, second = (candidate(who, reviewer, "under_review") for who in (one, other))
    assert moved(one, second, "publicity")["status"] == moved(other, first, "publicity")["status"] == "publicity"


def test_whoever_submitted_a_candidate_takes_them_back_before_the_review(administrator: Caller) -> None:
    path = f"/experts/{expert(administrator, status='draft')['id']}"
    for to in ("submitted", "draft", "submitted", "under_review", "withdrawn"):
        assert moved(administrator, path, to)["status"] == to


def test_whoever_entered_a_candidate_sends_them_back_from_review_and_is_told_who_decides(
    administrator: Caller,
) -> None:
    path = f"/experts/{expert(administrator, status='draft')['id']}"
    for to in ("submitted", "under_review"):
        moved(administrator, path, to)
    said = refused(administrator, path, "publicity", 403)
    assert "another administrator or a reviewer, whose account an administrator makes" in said
    for to in ("draft", "submitted", "under_review"):
        assert moved(administrator, path, to)["status"] == to
    refused(administrator, path, "publicity", 403)


def test_unit_that_nominated_does_not_decide(app: Flask, administrator: Caller) -> None:
    unit = "漳州食品工业园商标品牌指导站"
    endorsement = {"reference": "漳指〔2026〕7号", "date": "2026-11-02"}
    entry = {"source": "nomination", "unit": unit, "endorsement": endorsement}
    path = candidate(administrator, caller(app, "reviewer"), "under_review", entry=entry)
    of_unit = caller(app, "reviewer", unit)
    assert "unit that nominated" in refused(of_unit, path, "publicity", 403)
    assert moved(of_unit, path, "draft")["status"] == "draft"
    moved(administrator, path, "submitted")
    moved(caller(app, "reviewer"), path, "under_review")
    assert carried(caller(app, "reviewer", "另一指导站"), path, "publicity")["status"] == "publicity"


@pytest.mark.parametrize(
    ("status", "to"),
    [
        ("submitted", "under_review"),
        ("submitted", "draft"),
        ("under_review", "publicity"),
        ("under_review", "draft"),
        ("under_review", "removed"),
        ("publicity", "active"),
        ("publicity", "under_review"),
        ("publicity", "removed"),
    ],
)
def test_reviewer_makes_every_move_of_entry(
    administrator: Caller, reviewer: Caller, clock: Clock, status: str, to: str
) -> None:
    if status == "submitted":
        path = f"/experts/{expert(administrator, status='draft')['id']}"
        moved(administrator, path, "submitted")
    else:
        path = candidate(administrator, reviewer, status)
    clock.forward(days=8)
    assert carried(reviewer, path, to)["status"] == to


def test_reviewer_makes_the_moves_of_entry_only(administrator: Caller, reviewer: Caller) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    for to in ("suspended", "on_leave", "removed", "withdrawn"):
        assert "entry only" in refused(reviewer, path, to, 403)
    draft = f"/experts/{expert(administrator, status='draft')['id']}"
    refused(reviewer, draft, "submitted", 403)


def test_nomination_is_submitted_with_the_endorsement_of_its_unit(administrator: Caller) -> None:
    entry = {"source": "nomination", "unit": "漳州食品工业园商标品牌指导站"}
    path = f"/experts/{expert(administrator, status='draft', entry=entry)['id']}"
    assert "endorsement" in refused(administrator, path, "submitted")
    entry["endorsement"] = {"reference": "漳指〔2026〕7号", "date": "2026-11-02"}
    assert administrator.patch(path, {"entry": entry}, etag="*").status_code == 200
    stored = carried(administrator, path, "submitted")["entry"]
    assert (stored["source"], stored["endorsement"]) == ("nomination", entry["endorsement"])
    assert stored["unit"]["name"] == {"zh": "漳州食品工业园商标品牌指导站"}
    late = administrator.patch(path, {"entry": {"source": "application"}}, etag="*")
    assert (late.status_code, late.json["errors"][0]["pointer"]) == (422, "/entry")


def test_nomination_without_unit_is_refused(administrator: Caller) -> None:
    answer = administrator.post("/experts", {"name": {"zh": "林岚"}, "kind": "K-PA", "entry": {"source": "nomination"}})
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["/entry/unit"]


def test_source_of_entry_is_kept(administrator: Caller) -> None:
    sources = {"draft": "application", "active": "take_over", "expired": "take_over"}
    for status, source in sources.items():
        assert expert(administrator, status=status)["entry"] == {"source": source, "unit": None, "endorsement": None}


def test_history_says_who_when_and_why(administrator: Caller, reviewer: Caller) -> None:
    path = candidate(administrator, reviewer)
    (rows,) = pages(administrator, f"{path}/transitions")
    assert [row["to"] for row in rows] == ["draft", "submitted", "under_review", "publicity"]
    assert [row["before"] for row in rows] == [None, "draft", "submitted", "under_review"]
    assert len({row["person"] for row in rows[:2]}) == len({row["person"] for row in rows[2:]}) == 1
    assert rows[-1]["details"] == {"until": "2026-11-30"}
    assert rows[-1]["reason"] == "按规定办理"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_state_that_leads_nowhere_there_says_where_it_leads(administrator: Caller, reviewer: Caller) -> None:
    path = candidate(administrator, reviewer, "under_review")
    for to in set(lifecycle.EXPERT_WAYS) - set(lifecycle.EXPERT_WAYS["under_review"]):
        assert "allowed: publicity, draft, removed, withdrawn" in refused(administrator, path, to)


def standing(administrator: Caller, reviewer: Caller, status: str) -> str:
    """The path of somebody who has come to this status."""
    if status in ("under_review", "publicity"):
        return candidate(administrator, reviewer, status)
    entered = {"submitted": "draft", "renewed": "expired"}.get(status, status)
    path = f"/experts/{expert(administrator, status=entered)['id']}"
    if entered != status:
        moved(administrator, path, status)
    return path


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "status",
    ["draft", "submitted", "under_review", "publicity", "active", "on_leave", "suspended", "expired", "renewed"],
)
def test_whoever_is_in_the_pool_or_on_the_way_there_can_withdraw(
    administrator: Caller, reviewer: Caller, status: str
) -> None:
    assert carried(administrator, standing(administrator, reviewer, status), "withdrawn")["status"] == "withdrawn"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("to", "statuses"),
    [
        ("suspended", ("active", "on_leave")),
        ("expired", ("active", "on_leave", "suspended", "renewed")),
        ("removed", ("active", "on_leave", "suspended", "expired", "renewed")),
    ],
)
def test_appointed_expert_can_be_suspended_ended_and_removed_wherever_they_stand(
    administrator: Caller, reviewer: Caller, to: str, statuses: tuple[str, ...]
) -> None:
    for status in statuses:
        assert carried(administrator, standing(administrator, reviewer, status), to)["status"] == to, status


def test_leave_has_a_last_day(administrator: Caller) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    assert "passed" in refused(administrator, path, "on_leave", 422, until="2026-11-22")
    assert carried(administrator, path, "on_leave", until="2027-02-28")["leave_until"] == "2027-02-28"
    back = carried(administrator, path, "active")
    assert (back["status"], back["leave_until"]) == ("active", None)


def test_nobody_comes_back_on_a_term_that_is_over(administrator: Caller) -> None:
    over = {"start": "2023-11-01", "end": "2026-10-31"}
    for status in ("on_leave", "suspended"):
        path = f"/experts/{expert(administrator, status=status, term=over)['id']}"
        assert "2026-10-31" in refused(administrator, path, "active")


def test_renewed_expert_is_not_appointed_on_a_term_that_ran_out_meanwhile(administrator: Caller, clock: Clock) -> None:
    over = {"start": "2023-11-01", "end": "2026-10-31"}
    path = f"/experts/{expert(administrator, status='expired', term=over)['id']}"
    end = carried(administrator, path, "renewed")["term"]["end"]
    clock.forward(days=3 * 366)
    assert end in refused(administrator, path, "active")


def test_somebody_comes_back_on_the_last_day_of_the_term(administrator: Caller) -> None:
    term = {"start": "2023-11-24", "end": "2026-11-23"}
    for status in ("on_leave", "suspended"):
        path = f"/experts/{expert(administrator, status=status, term=term)['id']}"
        assert carried(administrator, path, "active")["status"] == "active"


def test_expired_expert_is_renewed_for_three_years(administrator: Caller) -> None:
    over = {"start": "2023-11-01", "end": "2026-10-31"}
    path = f"/experts/{expert(administrator, status='expired', term=over)['id']}"
    assert carried(administrator, path, "renewed")["term"] == {"start": "2026-11-23", "end": "2029-11-22"}
    assert carried(administrator, path, "active")["term"]["end"] == "2029-11-22"


def test_term_is_renewed_early_in_its_last_days_only(administrator: Caller, clock: Clock) -> None:
    path = f"/experts/{expert(administrator, term={'start': '2024-01-01', 'end': '2026-12-31'})['id']}"
    assert carried(administrator, path, "renewed")["term"] == {"start": "2026-11-23", "end": "2029-12-31"}
    carried(administrator, path, "active")
    assert "60 days before" in refused(administrator, path, "renewed")


@pytest.mark.parametrize(("end", "status"), [("2027-01-22", 200), ("2027-01-23", 409)])
def test_term_is_renewed_from_sixty_days_before_its_end(administrator: Caller, end: str, status: int) -> None:
    path = f"/experts/{expert(administrator, term={'start': '2024-01-24', 'end': end})['id']}"
    asked = administrator.post(f"{path}/transitions", {"to": "renewed", "reason": "续聘"}, etag="*")
    assert asked.status_code == status


def test_term_that_somebody_states_is_kept_within_reason(administrator: Caller) -> None:
    path = f"/experts/{expert(administrator, status='expired')['id']}"
    too_long, gone = {"start": "2026-11-23", "end": "2031-11-23"}, {"start": "2020-01-01", "end": "2022-01-01"}
    assert "5 years" in refused(administrator, path, "renewed", 422, term=too_long)
    assert "passed" in refused(administrator, path, "renewed", 422, term=gone)
    term = {"start": "2026-11-23", "end": "2031-11-22"}
    assert carried(administrator, path, "renewed", term=term)["term"] == term


def test_term_ended_by_hand_ends_today(administrator: Caller) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    assert carried(administrator, path, "expired")["term"] == {"start": "2026-01-01", "end": "2026-11-23"}


@pytest.mark.parametrize(
    ("to", "details", "pointer"),
    [
        ("suspended", {"until": "2027-01-01"}, "/until"),
        ("on_leave", {"ground": "leak"}, "/ground"),
        ("expired", {"term": {"start": "2026-01-01", "end": "2027-01-01"}}, "/term"),
        ("suspended", {"ground": "boredom"}, "/ground"),
        ("suspended", {"notified_on": "2026-11-24"}, "/notified_on"),
        ("suspended", {"colour": "red"}, "/colour"),
        ("on_leave", {"until": "tomorrow"}, "/until"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_detail_that_a_move_does_not_take_is_refused(
    administrator: Caller, to: str, details: dict[str, Any], pointer: str
) -> None:
    made = expert(administrator)
    body = {"to": to, "reason": REASON, **details}
    answer = administrator.post(f"/experts/{made['id']}/transitions", body, etag="*")
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]
    assert administrator.get(f"/experts/{made['id']}").json == made


def test_only_the_active_are_ranked(administrator: Caller, office: Caller) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    for to in ("on_leave", "active", "suspended", "active", "expired", "renewed", "active", "withdrawn"):
        carried(administrator, path, to)
        assert bool(preview(office)["entries"]) == (to == "active"), to


def test_of_two_who_move_an_expert_at_once_one_wins_and_one_is_told(app: Flask, administrator: Caller) -> None:
    made = expert(administrator)
    other = caller(app, "administrator")
    body = {"to": "suspended", "reason": REASON}
    calls = [
        lambda who=who: who.post(f"/experts/{made['id']}/transitions", body, etag='"1"')  # type: ignore[misc]
        for who in (administrator, other)
    ]
    assert sorted(answer.status_code for answer in at_once(*calls)) == [200, 412]
    (sanctions,) = pages(administrator, f"/experts/{made['id']}/sanctions")
    assert len(sanctions) == 1
