"""Batches in the console: chosen, submitted, watched, cancelled; what could not be filled is named with its reason."""

import pytest
from flask import Flask

from expertdb import worker
from expertdb.services import batches
from tests.api.people import ASKED
from tests.callers import Caller
from tests.conftest import caller
from tests.console.conftest import Visitor, visitor
from tests.console.filling import filled

PAGE = "/batches/new"
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def app(pool_app: Flask) -> Flask:
    return pool_app


@pytest.fixture
def office(app: Flask) -> Caller:
    return caller(app, "policy_office")


@pytest.fixture
def office_page(app: Flask) -> Visitor:
    return visitor(app, "policy_office")


def submitted(one: Visitor, requests: list[str], **changes: str) -> str:
    """The address of a new batch for these requests."""
    fields = filled(one.page(PAGE), PAGE) | {f"/{name}": [value] for name, value in changes.items()}
    answer = one.client.post(PAGE, data=fields | {"/requests": ["", *requests]}, headers=one.headers)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_batch_is_submitted_watched_and_read(app: Flask, office: Caller, office_page: Visitor) -> None:
    asked = [office.made("/requests", ASKED | {"title": f"<i>{n}</i>"})["id"] for n in range(2)]
    at = submitted(office_page, asked, preset="complex")
    waiting = office_page.page(at)
    assert "Waits for its turn" in waiting
    assert f'hx-get="{at}"' in waiting
    assert worker.run_once(app, worker.KINDS)
    part = office_page.get(at, **PART).text
    assert ("2 of 2 requests are filled" in part, "hx-get" in part, "<html" in part) == (True, False, False)
    assert "&lt;i&gt;1&lt;/i&gt;" in part
    assert "Done" in office_page.page("/batches?status=done")
    assert f"/requests/{asked[0]}/panels/new?forced=" in part


def test_proposal_leads_to_the_form_of_its_panel(app: Flask, office: Caller, office_page: Visitor) -> None:
    asked = office.made("/requests", ASKED)["id"]
    at = submitted(office_page, [asked], preset="complex")
    worker.run_once(app, worker.KINDS)
    members = office.get(at).json["result"]["panels"][0]["members"]
    link = office_page.page(at).partition(f'href="/requests/{asked}/panels/new')[2].partition('"')[0]
    form = office_page.page(f"/requests/{asked}/panels/new{link.replace('&amp;', '&')}")
    assert all(f'name="/forced" value="{one["expert"]["id"]}" checked' in form for one in members)


def test_what_cannot_be_filled_is_named_with_its_reason(app: Flask, office: Caller, office_page: Visitor) -> None:
    impossible = office.made("/requests", ASKED | {"title": "太多人"})["id"]
    twice = [office.made("/requests", ASKED)["id"] for _ in range(2)]
    body = {"requests": [impossible, *twice], "size": 40, "rules": [{"type": "max_per", "by": "kind", "name": "x"}]}
    made = office.made("/batches", body)
    assert worker.run_once(app, worker.KINDS)
    page = office_page.page(f"/batches/{made['id']}")
    assert "Could not be filled" in page
    assert "<bdi>太多人</bdi></a>: Its rules cannot be met, even with everybody free." in page
    assert "0 of 3 requests are filled" in page


def test_form_takes_the_rules_and_the_people_that_the_api_takes(
    app: Flask, office: Caller, office_page: Visitor
) -> None:
    asked = [office.made("/requests", ASKED | {"title": f"第{n}件"})["id"] for n in range(2)]
    one, other = office.get("/experts?status=active&limit=2").json["items"]
    typed = filled(office_page.page(PAGE), PAGE) | {"/requests": ["", *asked], "/size": ["3"]}
    for press in ({"add": ["max_per_city"]}, {"add_forced": ["1"]}, {"add_forbidden": ["1"]}, {"add_forbidden": ["1"]}):
        page = office_page.client.post("/batches/rows", data=typed | press, headers=office_page.headers).text
        typed = filled(page, PAGE)
    assert typed["/rules/0/type"] == ["max_per_city"]
    assert f'value="{asked[1]}" checked' in page
    typed |= {"/rules/0/limit": ["2"], "/forced/0/request": [asked[0]], "/forced/0/expert": [one["name"]["en"]]}
    typed |= {"/forbidden/0/request": [asked[0]], "/forbidden/0/expert": ["无此人"]}
    refused = office_page.client.post(PAGE, data=typed, headers=office_page.headers)
    assert (refused.status_code, 'id="f-forbidden-0-expert-fault"' in refused.text) == (422, True)
    fewer = office_page.client.post(
        "/batches/rows", data=typed | {"drop_forbidden": ["0"]}, headers=office_page.headers
    )
    typed = filled(fewer.text, PAGE) | {"/forbidden/0/request": [asked[1]], "/forbidden/0/expert": [other["id"]]}
    at = office_page.client.post(PAGE, data=typed, headers=office_page.headers).location
    assert worker.run_once(app, worker.KINDS)
    members = {
        panel["request"]: {seat["expert"]["id"] for seat in panel["members"]}
        for panel in office.get(at).json["result"]["panels"]
    }
    assert one["id"] in members[asked[0]]
    assert other["id"] not in members[asked[1]]


def test_batch_is_cancelled_with_a_reason(office: Caller, office_page: Visitor) -> None:
    at = submitted(office_page, [office.made("/requests", ASKED)["id"]])
    action = f"{at}/cancel"
    fields = filled(office_page.page(at), action)
    refused = office_page.client.post(action, data=fields, headers=office_page.headers)
    assert (refused.status_code, 'href="#f-reason"' in refused.text) == (422, True)
    office_page.client.post(action, data=fields | {"/reason": ["名单有误"]}, headers=office_page.headers)
    assert "Cancelled" in office_page.page(at)
    assert action not in office_page.page(at)


def test_form_with_faults_keeps_what_was_chosen(office: Caller, office_page: Visitor) -> None:
    one = office.made("/requests", ASKED)["id"]
    fields = filled(office_page.page(PAGE), PAGE)
    none = office_page.client.post(PAGE, data=fields, headers=office_page.headers)
    assert (none.status_code, "Name at least one request." in none.text) == (422, True)
    wrong = fields | {"/requests": [one], "/size": ["0"], "/capacity": ["many"]}
    page = office_page.client.post(PAGE, data=wrong, headers=office_page.headers).text
    assert f'value="{one}" checked' in page
    assert 'value="many"' in page
    assert 'id="f-size-fault"' in page


def test_auditor_reads_and_agency_does_not(app: Flask) -> None:
    auditor = visitor(app, "auditor")
    assert PAGE not in auditor.page("/batches")
    assert auditor.get(PAGE).status_code == 403
    assert visitor(app, "agency").get("/batches").status_code == 403


def test_every_kind_of_job_has_a_page() -> None:
    assert set(worker.KINDS) == {batches.KIND}, "the console shows batches only: give the new kind of job its page"
