"""Exports in the console: whom and how one chooses on the page, a file that imports read back, and a trace of it.

Pinned: nothing goes out that the filters leave out; restricted values only for administrators and with a reason.
"""

import json

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.api.people import expert
from tests.callers import Caller
from tests.console.conftest import Visitor, visitor
from tests.console.filling import filled

PAGE = "/experts/exports/new"
PHONE = "13800138000"


@pytest.fixture(autouse=True)
def pool(administrator: Caller) -> None:
    expert(administrator, "林一", restricted={"phone": PHONE})
    expert(administrator, "王二", region="350100")


def send(one: Visitor, at: str = PAGE, **changes: str) -> TestResponse:
    fields = filled(one.page(at), PAGE) | {f"/{name}": [value] for name, value in changes.items()}
    return one.client.post(PAGE, data=fields, headers=one.headers)


@pytest.mark.parametrize(("format", "begins"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("jsonl", b"{")])
def test_file_comes_in_the_format_that_was_chosen(administrator_page: Visitor, format: str, begins: bytes) -> None:
    answer = send(administrator_page, format=format)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith(f'.{format}"')
    assert answer.data.startswith(begins)


def test_list_leads_to_an_export_of_what_it_shows(administrator_page: Visitor, administrator: Caller) -> None:
    assert f'href="{PAGE}?region=350100&amp;status=active"' in administrator_page.page(
        "/experts?region=350100&status=active"
    )
    lines = send(
        administrator_page, f"{PAGE}?region=350100&status=active&stale=false", format="jsonl"
    ).text.splitlines()
    assert [json.loads(line)["name"]["zh"] for line in lines] == ["王二"]
    [entry] = administrator.get("/audit?action=experts.exported").json["items"]
    assert entry["details"]["filters"] == {"region": "350100", "status": "active", "stale": False}
    assert entry["details"]["rows"] == 1


def test_restricted_values_go_out_with_a_reason_only(administrator_page: Visitor, administrator: Caller) -> None:
    refused = send(administrator_page, format="jsonl", restricted="true", region="350200")
    assert (refused.status_code, 'href="#f-reason"' in refused.text) == (422, True)
    assert '<option value="350200" selected>' in refused.text
    assert '<option value="jsonl" selected>' in refused.text
    assert PHONE in send(administrator_page, format="jsonl", restricted="true", reason="换届通知").text
    assert PHONE not in send(administrator_page, format="jsonl").text
    assert len(administrator.get("/audit?action=restricted.exported").json["items"]) == 1


def test_office_exports_without_restricted_values(app: Flask) -> None:
    office = visitor(app, "policy_office")
    assert "/restricted" not in office.page(PAGE)
    assert send(office, restricted="true", reason="想要").status_code == 403
    assert PHONE not in send(office).text


def test_others_do_not_export(app: Flask) -> None:
    reviewer = visitor(app, "reviewer")
    assert PAGE not in reviewer.page("/experts")
    assert reviewer.get(PAGE).status_code == 403
