"""What time moves, on both engines.

Pinned: terms and leaves end on the day after their last, whoever is on leave or suspended too; notices are raised once
for each day they are about, and void when it changes; nothing that takes a decision is decided; a second run does
nothing, and of two at once none does what the other did.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from tests.api.people import candidate, expert, moved, pages
from tests.callers import Caller, Clock
from tests.integration.sweeping import swept

TERM = {"start": "2024-01-01", "end": "2026-12-31"}
NOTICE_TERM, NOTICE_CONFIRM = "notices of terms that end", "notices to confirm"


def status(who: Caller, path: str) -> str:
    return str(who.get(path).json["status"])


def notices(who: Caller, **filters: str) -> list[tuple[str, str, str]]:
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    rows = [row for page in pages(who, f"/notices?{query}") for row in page]
    return [(row["kind"], row["about"], row["status"]) for row in rows]


def duties(who: Caller) -> dict[str, int]:
    return {one["kind"]: one["count"] for one in who.get("/duties").json["items"] if one["count"]}


def three_at_once(app: Flask, batch: int) -> None:
    """Sweep in three threads at the same time; a failure of one fails the test."""
    with ThreadPoolExecutor(3) as pool:
        for sweeping in [pool.submit(swept, app, batch) for _ in range(3)]:
            sweeping.result()


def test_term_ends_on_the_day_after_its_last(app: Flask, administrator: Caller, clock: Clock) -> None:
    path = f"/experts/{expert(administrator, term=TERM)['id']}"
    clock.forward(days=38, hours=6)  # 31 December, 23:00 in China.
    swept(app)
    assert status(administrator, path) == "active"
    clock.forward(hours=1)
    assert swept(app) == {"terms ended": 1, "notices void": 1}
    assert status(administrator, path) == "expired"
    (rows,) = pages(administrator, f"{path}/transitions")
    assert (rows[-1]["person"], rows[-1]["reason"]) == ("sweep", "term ended")


@pytest.mark.parametrize("to", ["on_leave", "suspended"])
def test_term_ends_on_leave_and_under_suspension_too(app: Flask, administrator: Caller, clock: Clock, to: str) -> None:
    path = f"/experts/{expert(administrator, term=TERM)['id']}"
    moved(administrator, path, to)
    clock.forward(days=40)
    assert swept(app)["terms ended"] == 1
    assert status(administrator, path) == "expired"


def test_leave_ends_on_the_day_after_its_last(app: Flask, administrator: Caller, clock: Clock) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    body = {"to": "on_leave", "reason": "访学", "until": "2026-11-30"}
    administrator.post(f"{path}/transitions", body, etag="*")
    clock.forward(days=7)
    assert swept(app) == {}
    clock.forward(days=1)
    assert swept(app) == {"leaves ended": 1}
    assert administrator.get(path).json["leave_until"] is None
    assert status(administrator, path) == "active"


def test_leave_without_a_last_day_goes_on(app: Flask, administrator: Caller, clock: Clock) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    moved(administrator, path, "on_leave")
    clock.forward(days=300)
    swept(app)
    assert status(administrator, path) == "on_leave"


def test_nobody_is_activated_by_time(app: Flask, administrator: Caller, reviewer: Caller, clock: Clock) -> None:
    path = candidate(administrator, reviewer)
    assert duties(administrator) == {}
    clock.forward(days=30)
    assert swept(app) == {}
    assert status(administrator, path) == "publicity"
    assert duties(administrator) == {"ready_to_activate": 1}


def test_end_of_a_term_is_announced_once_and_again_for_another(app: Flask, administrator: Caller, clock: Clock) -> None:
    path = f"/experts/{expert(administrator, term=TERM)['id']}"
    assert swept(app) == {NOTICE_TERM: 1}
    assert swept(app) == {}
    assert notices(administrator) == [("term_ends", "2026-12-31", "due")]
    moved(administrator, path, "renewed")
    assert swept(app) == {"notices void": 1}
    assert notices(administrator, status="void") == [("term_ends", "2026-12-31", "void")]


def test_notice_is_sent_once_by_a_person(app: Flask, administrator: Caller, clock: Clock) -> None:
    expert(administrator, term=TERM)
    swept(app)
    (row,) = administrator.get("/notices?status=due").json["items"]
    path = f"/notices/{row['id']}/transitions"
    body = {"to": "sent", "reason": "电子邮件"}
    assert administrator.post(path, body | {"on": "2026-11-22"}, etag="*").status_code == 422
    sent = administrator.post(path, body, etag='"1"')
    assert (sent.json["status"], sent.json["sent_on"]) == ("sent", "2026-11-23")
    assert administrator.post(path, body, etag="*").status_code == 409
    clock.forward(days=3)
    assert swept(app) == {}


def test_confirmation_is_asked_for_every_year_and_silence_shows(
    app: Flask, administrator: Caller, clock: Clock
) -> None:
    made = expert(administrator)
    path = f"/experts/{made['id']}"
    assert (made["last_confirmed"], made["confirmation_due"]) == (None, "2027-11-23")
    clock.forward(days=334)
    assert swept(app) == {}
    clock.forward(days=1)
    assert swept(app) == {NOTICE_CONFIRM: 1}
    (row,) = administrator.get("/notices?status=due&kind=confirmation").json["items"]
    administrator.post(f"/notices/{row['id']}/transitions", {"to": "sent", "reason": "短信"}, etag="*")
    clock.forward(days=59)
    assert swept(app) == {}
    assert duties(administrator) == {"confirmation_overdue": 1}
    clock.forward(days=1)
    assert swept(app) == {"marked unreachable": 1}
    assert duties(administrator) == {"confirmation_overdue": 1, "unreachable": 1}
    found = administrator.get("/experts?duty=unreachable").json["items"]
    assert [one["unreachable_since"] for one in found] == ["2027-12-23"]
    confirmed = administrator.post(f"{path}/confirmations", {}).json
    assert (confirmed["last_confirmed"], confirmed["confirmation_due"]) == ("2027-12-23", "2028-12-23")
    assert confirmed["unreachable_since"] is None
    assert swept(app) == {}
    assert duties(administrator) == {}


def test_nobody_is_unreachable_who_was_never_asked(app: Flask, administrator: Caller, clock: Clock) -> None:
    expert(administrator, term={"start": "2026-01-01", "end": "2030-12-31"})
    clock.forward(days=700)
    assert swept(app) == {NOTICE_CONFIRM: 1}
    clock.forward(days=100)
    assert swept(app) == {}


def test_second_run_does_nothing(app: Flask, administrator: Caller, clock: Clock) -> None:
    for name in ("林岚", "陈晓", "吴桐"):
        expert(administrator, name=name, term=TERM)
    assert swept(app) == {NOTICE_TERM: 3}
    clock.forward(days=60)
    assert swept(app) == {"terms ended": 3, "notices void": 3}
    assert swept(app) == {}


@pytest.mark.parametrize("batch", [2, 200])
def test_two_at_once_do_nothing_twice(app: Flask, administrator: Caller, clock: Clock, batch: int) -> None:
    made = [expert(administrator, name=f"林{number}", term=TERM)["id"] for number in range(7)]
    for days, step in ((1, NOTICE_TERM), (60, "terms ended")):
        clock.forward(days=days)
        three_at_once(app, batch)
        assert step not in swept(app)
    assert len(notices(administrator)) == 7
    for expert_id in made:
        (rows,) = pages(administrator, f"/experts/{expert_id}/transitions")
        assert [row["to"] for row in rows] == ["active", "expired"]


def test_batches_are_gone_through_to_the_end(app: Flask, administrator: Caller, clock: Clock) -> None:
    for number in range(5):
        expert(administrator, name=f"林{number}", term=TERM)
    clock.forward(days=60)
    assert swept(app, batch=2) == {"terms ended": 5}


def test_duties_are_counted_and_listed_alike(app: Flask, administrator: Caller, reviewer: Caller, clock: Clock) -> None:
    for status_ in ("submitted", "under_review", "publicity"):
        candidate(administrator, reviewer, status_, name=f"候{status_}")
    objected = candidate(administrator, reviewer)
    body = {"lodged_by": "citizen", "ground": "other", "text": "x"}
    reviewer.made(f"{objected}/objections", body)
    path = f"/experts/{expert(administrator)['id']}"
    moved(administrator, path, "suspended")
    (sanctions,) = pages(administrator, f"{path}/sanctions")
    moved(administrator, f"{path}/sanctions/{sanctions[0]['id']}", "appealed")
    over = [expert(administrator, name=name, status="expired")["id"] for name in ("陈晓", "吴桐")]
    moved(administrator, f"/experts/{over[0]}", "renewed")
    expert(administrator, term=TERM)
    clock.forward(days=15)
    swept(app)
    counted = duties(administrator)
    assert counted == {
        "to_review": 2,
        "ready_to_activate": 1,
        "objection_open": 1,
        "objection_overdue": 1,
        "appeal_open": 1,
        "renewal_to_activate": 1,
        "expired": 1,
        "notice_due": 1,
    }
    for kind, count in counted.items():
        assert len(administrator.get(f"/experts?duty={kind}").json["items"]) == count, kind
    assert administrator.get("/experts?duty=objection_open&status=publicity").json["items"]
    assert administrator.get("/experts?duty=idleness").status_code == 422


def test_confirmation_is_of_those_with_an_appointment_and_not_of_tomorrow(administrator: Caller) -> None:
    draft = expert(administrator, status="draft")
    assert administrator.post(f"/experts/{draft['id']}/confirmations", {}).status_code == 409
    path = f"/experts/{expert(administrator)['id']}/confirmations"
    assert administrator.post(path, {"on": "2026-11-24"}).status_code == 422
    assert administrator.post(path, {"reached": False}).json["unreachable_since"] == "2026-11-23"
    assert administrator.post(path, {"on": "2026-11-20"}).json["confirmation_due"] == "2027-11-20"
    assert administrator.post("/experts/nobody/confirmations", {}).status_code == 404


def test_whoever_cannot_be_reached_is_out_of_reach_since_the_first_time(administrator: Caller) -> None:
    id = expert(administrator)["id"]
    for day in ("2026-11-02", "2026-11-20"):
        made = administrator.post(f"/experts/{id}/confirmations", {"reached": False, "on": day}).json
        assert made["unreachable_since"] == "2026-11-02"
    administrator.post(f"/experts/{id}/confirmations", {})
    actions = [row["action"] for row in administrator.get(f"/audit?subject={id}").json["items"]]
    assert actions[:3] == ["expert.confirmed", "expert.not_reached", "expert.not_reached"]


def test_earlier_confirmation_does_not_undo_a_later_one(administrator: Caller, clock: Clock) -> None:
    path = f"/experts/{expert(administrator)['id']}/confirmations"
    administrator.post(path, {})
    assert administrator.post(path, {"on": "2026-10-01"}).json["last_confirmed"] == "2026-11-23"


def test_appointment_counts_as_a_confirmation(administrator: Caller, reviewer: Caller, clock: Clock) -> None:
    path = candidate(administrator, reviewer)
    clock.forward(days=8)
    assert moved(reviewer, path, "active")["last_confirmed"] == "2026-12-01"
