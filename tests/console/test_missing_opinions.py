"""What an office sees where an expert of a policy signed no opinion, and how it says why.

Pinned: the home page and the page of the request lead to the expert; the reason is shown where it was given, and
changed there; a consultation asks for none, and an agency reads and says nothing.
"""

import re

import pytest
from flask import Flask

from tests.api.people import ASKED, expert, moved
from tests.callers import Caller
from tests.conftest import AGENCY, Beginning, first_caller
from tests.console.conftest import Visitor, visitor
from tests.console.filling import filled

WHY = "论证会上口头发表意见，见会议纪要"


def deliver(app: Flask, kind: str) -> str:
    """The address of an engagement that was delivered without an opinion, in a request of this kind."""
    office, agency = first_caller(app, "policy_office"), first_caller(app, "agency", AGENCY)
    path = f"/requests/{agency.made('/requests', ASKED | {'kind': kind})['id']}"
    moved(office, path, "accepted")
    panel = office.made(f"{path}/panels", {"size": 1, "rules": [{"type": "odd"}]})
    decided = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某"}
    assert office.post(f"/panels/{panel['id']}/transitions", decided, etag="*").status_code == 200
    [one] = office.made(f"/panels/{panel['id']}/invitations", {})["items"]
    at = f"/engagements/{one['id']}"
    office.post(f"{at}/declarations", {"none": True, "confidential": True, "how": "paper"})
    for to in ("accepted", "delivered"):
        moved(office, at, to)
    return at


def enter_expert(app: Flask) -> None:
    expert(first_caller(app, "administrator"))


BEGINS = (
    ("enter", enter_expert),
    ("policy", lambda app: deliver(app, "policy_drafting")),
    ("consultation", lambda app: deliver(app, "consultation")),
)


@pytest.fixture
def enter(beginning: Beginning) -> None:
    """One expert."""


@pytest.fixture
def policy(beginning: Beginning, enter: None) -> str:
    return str(beginning.known["policy"])


@pytest.fixture
def consultation(beginning: Beginning, enter: None) -> str:
    return str(beginning.known["consultation"])


def request_of(office: Caller, engagement: str) -> str:
    return f"/requests/{office.get(engagement).json['request']}"


def test_office_is_led_to_the_missing_opinion_and_says_why(official: Visitor, office: Caller, policy: str) -> None:
    request, form = request_of(office, policy), f"{policy}/missing-opinion"
    [duty] = re.findall(rf'<a href="{policy}">(.*?)</a>', official.page("/"))[:1]
    assert "has signed no opinion: have them sign, or say why" in official.page("/")
    assert "林岚" in duty
    page = official.page(request)
    lacking = page.partition("This is closed once each of these experts")[2].partition("</section>")[0]
    assert f'href="{policy}"' in lacking
    assert page.count("has signed no opinion") == 0  # It is told once.
    assert f'href="{request}/moves/closed"' not in page
    assert f'href="{form}"' in official.page(policy)
    given = filled(official.page(form), form)
    refused = official.client.post(form, data=given | {"/reason": ""}, headers=official.headers)
    assert refused.status_code == 422
    sent = official.client.post(form, data=given | {"/reason": WHY}, headers=official.headers)
    assert (sent.status_code, sent.location) == (303, policy)
    assert WHY in official.page(policy)
    assert WHY in official.page(form)
    assert "has signed no opinion" not in official.page("/")
    page = official.page(request)
    assert "This is closed once each of these experts" not in page
    assert f'href="{request}/moves/closed"' in page
    official.client.set_cookie("language", "zh")
    assert "未提交意见的理由" in official.page(policy)


def test_refusal_to_close_leads_back_to_what_was_typed(official: Visitor, office: Caller, policy: str) -> None:
    form = f"{request_of(office, policy)}/moves/closed"
    given = filled(official.page(form), form) | {"/reason": "办结归档"}
    refused = official.client.post(form, data=given, headers=official.headers)
    assert refused.status_code == 409
    assert "林岚 has signed no opinion" in refused.text
    assert "办结归档" in refused.text


def test_consultation_asks_for_no_opinion(official: Visitor, office: Caller, consultation: str) -> None:
    assert "has signed no opinion" not in official.page("/")
    assert f'href="{consultation}/missing-opinion"' not in official.page(consultation)
    request = request_of(office, consultation)
    assert f'href="{request}/moves/closed"' in official.page(request)


def test_agency_reads_the_reason_and_gives_none(app: Flask, office: Caller, policy: str) -> None:
    one, form = visitor(app, "agency", AGENCY), f"{policy}/missing-opinion"
    assert f'href="{form}"' not in one.page(policy)
    assert one.get(form).status_code == 403
    assert office.post(f"{policy}/missing_opinions", {"reason": WHY}).status_code == 200
    assert WHY in one.page(policy)
