"""Silence of the invited, as time moves on.

Pinned: whoever did not answer in time is silent, once, and the next reserve is asked with a time of their own; an
answer in time is left alone; two sweeps at once ask nobody twice; a silent reserve makes room for the next; batches are
gone through to the end. All through the sweep, as the command runs it.
"""

import threading
from typing import Any

import pytest
from flask import Flask

from tests.api.people import ASKED, expert, moved
from tests.callers import Caller, Clock
from tests.conftest import Beginning, first_caller
from tests.integration.sweeping import swept


def invite(app: Flask) -> dict[str, Any]:
    """A confirmed panel of two with two reserves, everybody invited."""
    office, administrator = first_caller(app, "policy_office"), first_caller(app, "administrator")
    for name in "甲乙丙丁":
        expert(administrator, f"专家{name}", items=[{"kind": "case", "title": f"电池专利案{name}"}])
    asked = office.made("/requests", ASKED)
    moved(office, f"/requests/{asked['id']}", "accepted")
    rules = [{"type": "min_affinity", "limit": 0.0}]
    made = office.made(f"/requests/{asked['id']}/panels", {"size": 2, "reserves": 2, "rules": rules})
    decided = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某"}
    office.post(f"/panels/{made['id']}/transitions", decided, etag="*")
    office.post(f"/panels/{made['id']}/invitations", {})
    return made


BEGINS = (("panel", invite),)


@pytest.fixture
def panel(beginning: Beginning) -> dict[str, Any]:
    return dict(beginning.known["panel"])


def sweep(app: Flask, batch: int | None = None) -> int:
    """How many invitations a sweep finds unanswered."""
    return swept(app, batch).get("invitations unanswered", 0)


def statuses(office: Caller) -> list[str]:
    """The status of every engagement in the order they were made."""
    return [one["status"] for one in office.get("/engagements").json["items"]][::-1]


def test_nobody_is_silent_before_their_time_is_over(app: Flask, office: Caller, panel: Any, clock: Clock) -> None:
    clock.forward(days=3)
    assert sweep(app) == 0
    assert statuses(office) == ["invited", "invited"]


def test_silent_members_make_room_for_reserves_with_a_time_of_their_own(
    app: Flask, office: Caller, panel: Any, clock: Clock
) -> None:
    clock.forward(days=5)
    assert sweep(app) == 2
    assert statuses(office) == ["silent", "silent", "invited", "invited"]
    asked = {one["expert"]["id"] for one in office.get("/engagements?status=invited").json["items"]}
    assert asked == {one["expert"]["id"] for one in panel["reserves"]}
    assert sweep(app) == 0
    clock.forward(days=6)
    assert sweep(app) == 2
    assert statuses(office) == ["silent"] * 4


def test_answer_in_time_is_left_alone(app: Flask, office: Caller, panel: Any, clock: Clock) -> None:
    one = office.get("/engagements").json["items"][0]
    office.post(f"/engagements/{one['id']}/declarations", {"none": True, "confidential": True})
    office.post(f"/engagements/{one['id']}/transitions", {"to": "accepted", "reason": "电话确认"}, etag="*")
    clock.forward(days=5)
    assert sweep(app) == 1
    assert sorted(statuses(office)) == ["accepted", "invited", "silent"]


def test_batches_are_gone_through_to_the_end(app: Flask, office: Caller, panel: Any, clock: Clock) -> None:
    clock.forward(days=5)
    assert sweep(app, batch=1) == 2
    assert statuses(office) == ["silent", "silent", "invited", "invited"]


def test_two_sweeps_at_once_ask_nobody_twice(app: Flask, office: Caller, panel: Any, clock: Clock) -> None:
    clock.forward(days=5)
    threads = [threading.Thread(target=sweep, args=(app,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses(office) == ["silent", "silent", "invited", "invited"]


def test_nobody_is_asked_for_a_request_that_was_cancelled(app: Flask, office: Caller, panel: Any, clock: Clock) -> None:
    moved(office, f"/requests/{panel['request']}", "cancelled")
    clock.forward(days=5)
    assert sweep(app) == 0
    assert statuses(office) == ["withdrawn", "withdrawn"]


def test_office_notes_silence_by_hand_after_the_time_only(office: Caller, panel: Any, clock: Clock) -> None:
    one = office.get("/engagements").json["items"][0]
    body = {"to": "silent", "reason": "多次联系未果"}
    assert office.post(f"/engagements/{one['id']}/transitions", body, etag="*").status_code == 403
    clock.forward(days=5)
    assert office.post(f"/engagements/{one['id']}/transitions", body, etag="*").json["instead"] is not None
