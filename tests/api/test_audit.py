"""Reading the audit log over HTTP.

Pinned: every filter is honoured alone and together, newest first, page by page; details come as an object; only
administrators and auditors read it (the matrix of test_access.py has that).
"""

import pytest
from flask import Flask

from tests.api.people import expert, moved, pages
from tests.callers import Caller, Clock
from tests.conftest import caller


@pytest.fixture
def auditor(app: Flask) -> Caller:
    return caller(app, "auditor")


def actions(who: Caller, query: str = "") -> list[str]:
    return [entry["action"] for page in pages(who, f"/audit?{query}") for entry in page]


def test_entry_says_who_did_what_to_what(administrator: Caller, auditor: Caller) -> None:
    made = expert(administrator)
    moved(administrator, f"/experts/{made['id']}", "suspended", "复核执业资质")
    (entry,) = auditor.get("/audit?action=expert.moved").json["items"]
    assert (entry["kind"], entry["subject"], entry["role"]) == ("expert", made["id"], "administrator")
    assert entry["at"] == "2026-11-23T09:00:00+00:00"
    assert entry["call"]
    details = entry["details"]
    assert (details["before"], details["after"], details["reason"]) == ("active", "suspended", "复核执业资质")


def test_every_filter_is_honoured(administrator: Caller, office: Caller, auditor: Caller, clock: Clock) -> None:
    made = expert(administrator)
    clock.forward(hours=1)
    moved(administrator, f"/experts/{made['id']}", "suspended")
    expert(administrator, name="陈晓")
    actor = auditor.get("/audit?action=expert.moved").json["items"][0]["actor"]
    assert actions(auditor, f"actor={actor}") == ["expert.created", "expert.moved", "expert.created"]
    assert actions(auditor, f"person={actor}&action=expert.created") == ["expert.created"] * 2
    assert actions(auditor, f"subject={made['id']}") == ["expert.moved", "expert.created"]
    assert actions(auditor, "kind=expert&since=2026-11-23T10:00:00Z") == ["expert.created", "expert.moved"]
    assert actions(auditor, "kind=expert&until=2026-11-23T10:00:00Z") == ["expert.created"]
    assert actions(auditor, "kind=token&role=reviewer") == []
    assert actions(auditor, "action=expert.edited") == []


def test_pages_follow_one_another_while_more_is_recorded(administrator: Caller, auditor: Caller) -> None:
    for name in ("林岚", "陈晓", "吴桐"):
        expert(administrator, name=name)
    first = auditor.get("/audit?limit=2").json
    expert(administrator, name="郑好")
    rest = pages(auditor, first["next"])
    numbers = [entry["seq"] for page in [first["items"], *rest] for entry in page]
    assert numbers == sorted(set(numbers), reverse=True)
    assert numbers[-1] == 1


@pytest.mark.parametrize(
    "query", ["limit=0", "since=yesterday", "role=king", "colour=red", "cursor=abc", "cursor=WyJhIl0"]
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_filter_that_makes_no_sense_is_refused(auditor: Caller, query: str) -> None:
    answer = auditor.get(f"/audit?{query}")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == f"/query/{query.partition('=')[0]}"
