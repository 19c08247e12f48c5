"""Works from a record in the console: a file is checked, and its works entered all or none.

Pinned: checking stores nothing; what is no evidence is told in words; a record of somebody else, or no record at all,
is told at its field; whoever may not curate does not get in.
"""

import io
import json
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from expertdb.console.forms import field_id
from tests.api.people import expert
from tests.api.test_item_imports import OPENALEX, ORCID
from tests.callers import Caller
from tests.console.conftest import Visitor, visitor
from tests.console.filling import filled


@pytest.fixture
def lin(administrator: Caller) -> str:
    name = {"zh": "林岚", "en": "Lin Lan"}
    found: str = administrator.made("/experts", {"name": name, "kind": "K-PA"})["id"]
    return found


def send(one: Visitor, expert_id: str, record: Any, **changes: str) -> TestResponse:
    """Send a record with the form of the page."""
    address = f"/experts/{expert_id}/works/new"
    fields: dict[str, Any] = filled(one.page(address), address) | {
        f"/{name}": [value] for name, value in changes.items()
    }
    if record is not None:
        raw = record if isinstance(record, bytes) else json.dumps(record).encode()
        fields["file"] = (io.BytesIO(raw), "record.json")
    return one.client.post(address, data=fields, headers=one.headers)


def titles(administrator: Caller, expert_id: str) -> list[str]:
    return [item["title"] for item in administrator.get(f"/experts/{expert_id}").json["items"]]


def test_record_is_checked_and_then_its_works_are_entered(
    administrator_page: Visitor, administrator: Caller, lin: str
) -> None:
    before = titles(administrator, lin)
    checked = send(administrator_page, lin, OPENALEX)
    assert "New works: 2; there already: 0; no evidence of expertise: 2." in checked.text
    assert all(word in checked.text for word in ("Dataset: 1", "Retracted: 1", "Enter them"))
    assert titles(administrator, lin) == before
    entered = send(administrator_page, lin, OPENALEX, enter="true")
    assert (entered.status_code, entered.location) == (303, f"/experts/{lin}")
    assert "Works entered: 2." in administrator_page.page(entered.location)
    assert len(titles(administrator, lin)) == len(before) + 2
    again = send(administrator_page, lin, OPENALEX)
    assert "New works: 0; there already: 2" in again.text
    assert "Enter them" not in again.text


def test_only_works_since_a_year_are_taken(administrator_page: Visitor, lin: str) -> None:
    assert "New works: 1; there already: 0" in send(administrator_page, lin, ORCID, since="2021").text


def test_record_of_somebody_else_is_told_at_its_field_and_taken_when_somebody_says_so(
    administrator_page: Visitor, administrator: Caller
) -> None:
    other = expert(administrator, "王二")["id"]
    refused = send(administrator_page, other, ORCID, enter="true")
    assert refused.status_code == 422
    assert "The record is about 林岚, the expert is 王二." in refused.text
    assert f'href="#{field_id("/same_person")}"' in refused.text
    assert send(administrator_page, other, ORCID, enter="true", same_person="true").status_code == 303


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (None, "Choose a file."),
        (b"{", "This cannot be read as JSON"),
        ([1], "This is neither an ORCID record"),
        ({"results": [{"title": "银行卡 6222021234567890128", "type": "article"}]}, "Work 1: A bank card"),
    ],
)
def test_file_that_is_no_record_is_told_at_the_file(
    administrator_page: Visitor, lin: str, record: Any, said: str
) -> None:
    refused = send(administrator_page, lin, record, enter="true", same_person="true")
    assert refused.status_code == 422
    faults = refused.text.partition('class="faults"')[2].partition("</section>")[0]
    assert f'href="#{field_id("/file")}"' in faults
    assert said in faults


def test_page_is_in_chinese_for_whoever_reads_it(app: Flask, administrator: Caller, lin: str) -> None:
    page = send(visitor(app, "administrator", language="zh"), lin, OPENALEX).text
    assert "新成果 2 项，已有 0 项，不作为业绩材料 2 项。" in page
    assert "数据集：1" in page


def test_expert_who_is_not_there_has_no_page(administrator_page: Visitor) -> None:
    assert administrator_page.get("/experts/nobody/works/new").status_code == 404
