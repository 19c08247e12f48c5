"""Notices and yearly confirmations in the console: whom to write to, that it was done, and what came of it."""

import re
from datetime import timedelta

from flask import Flask

from expertdb.database import transaction
from expertdb.services import sweep
from expertdb.services.rules import Rules
from tests.api.people import expert, moved
from tests.callers import Caller, Clock
from tests.console.conftest import Visitor, visitor
from tests.console.filling import filled


def send(one: Visitor, at: str, **changes: str) -> str:
    """The answer to the form of a page, or the page that it leads to."""
    fields = filled(one.page(at), at) | {f"/{name}": [value] for name, value in changes.items()}
    answer = one.client.post(at, data=fields, headers=one.headers)
    return one.page(answer.location) if answer.status_code == 303 else f"{answer.status_code} {answer.text}"


def test_notice_is_sent_and_noted(app: Flask, administrator: Caller, administrator_page: Visitor, clock: Clock) -> None:
    expert(administrator, "<b>林一", term={"start": "2026-01-01", "end": f"{clock.now.date() + timedelta(days=20)}"})
    with app.app_context(), transaction() as session:
        assert sweep.raise_term_notices(session, Rules(), clock.now, sweep.BATCH) == 1
    page = administrator_page.page("/notices?status=due")
    assert "&lt;b&gt;林一" in page
    [at] = re.findall(r'href="(/notices/[0-9a-f-]{36})"', page)
    refused = send(administrator_page, at, on="1999-01-01", reason="信函")
    assert (refused[:3], 'value="信函"' in refused, 'id="f-on-fault"' in refused) == ("422", True, True)
    assert at not in send(administrator_page, at, reason="信函")
    assert "信函" in administrator_page.page(at)
    assert "Sent" in administrator_page.page("/notices?status=sent")


def test_confirmation_is_recorded_by_the_year_that_it_falls_due(
    administrator: Caller, administrator_page: Visitor, clock: Clock
) -> None:
    made = expert(administrator, "林一")
    at = f"/experts/{made['id']}/confirmation"
    assert "No confirmation falls due this year." in administrator_page.page("/confirmations")
    clock.forward(days=380)
    administrator_page.sign_in("administrator")
    page = administrator_page.page("/confirmations")
    assert f'href="{at}"' in page
    assert "overdue" in page
    future = send(administrator_page, at, on="2099-01-01", reached="false")
    assert (future[:3], 'value="2099-01-01"' in future) == ("422", True)
    assert 'type="checkbox" value="true" checked' not in future
    send(administrator_page, at)
    assert administrator.get(f"/experts/{made['id']}").json["last_confirmed"] == f"{clock.now.date()}"
    assert at not in administrator_page.page("/confirmations")


def test_confirmations_of_a_year_are_those_of_whoever_serves_to_its_last_day(
    administrator: Caller, administrator_page: Visitor, clock: Clock
) -> None:
    clock.now = clock.now.replace(month=12, day=31)
    serving, gone = (expert(administrator, name)["id"] for name in ("林一", "陈二"))
    moved(administrator, f"/experts/{gone}", "withdrawn")
    clock.now = clock.now.replace(year=2027, month=6, day=1)
    administrator_page.sign_in("administrator")
    page = administrator_page.page("/confirmations")
    assert (f"/experts/{serving}/confirmation" in page, f"/experts/{gone}/confirmation" in page) == (True, False)


def test_who_cannot_be_reached_is_marked(administrator: Caller, administrator_page: Visitor) -> None:
    made = expert(administrator)
    send(administrator_page, f"/experts/{made['id']}/confirmation", reached="false")
    assert administrator.get(f"/experts/{made['id']}").json["unreachable_since"]


def test_draft_has_nothing_to_confirm(administrator: Caller, administrator_page: Visitor) -> None:
    made = administrator.made("/experts", {"name": {"zh": "稿"}, "kind": "K-PA"})
    page = administrator_page.page(f"/experts/{made['id']}/confirmation")
    assert "Only experts with an appointment confirm their data." in page


def test_reviewer_reads_and_office_does_not(app: Flask) -> None:
    reviewer = visitor(app, "reviewer")
    assert "Notices" in reviewer.page("/notices")
    assert 'confirmation"' not in reviewer.page("/confirmations")
    assert visitor(app, "policy_office").get("/notices").status_code == 403
