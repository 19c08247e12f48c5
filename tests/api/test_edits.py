"""What an edit records, over HTTP and by the console's forms.

Pinned: the log and the history name what really changed and nothing else; ticks in another order, blanks and values
that are there already are no change; an edit that changes nothing answers with the same ETag and leaves no trace.
"""

import json
from typing import Any

import pytest
from flask import Flask

from expertdb.database import transaction
from expertdb.models.audit import AuditEntry
from tests.api.people import ASKED, expert
from tests.callers import Caller

AVAILABLE = {"modes": ["on_site", "meeting"], "max_load": 4, "travel": True}
PHONE = {"restricted": {"phone": "13800138000"}}


def recorded(app: Flask, action: str) -> list[dict[str, Any]]:
    """The details of every entry of this action, oldest first."""
    with app.app_context(), transaction(read_only=True) as session:
        entries = session.query(AuditEntry).filter_by(action=action).order_by(AuditEntry.seq)
        return [json.loads(one.details) for one in entries]


def test_record_names_only_what_changed(app: Flask, administrator: Caller) -> None:
    made = expert(administrator, availability=AVAILABLE, organisation="甲所", **PHONE)
    same = {name: made[name] for name in ("name", "kind", "languages", "codes", "statement", "term")}
    items = [{name: one[name] for name in ("kind", "title", "year")} for one in made["items"]]
    more = {"items": items, "organisation": "甲所", "position": "主任", **PHONE}
    reordered = AVAILABLE | {"modes": ["meeting", "on_site"]}
    answer = administrator.patch(f"/experts/{made['id']}", same | more | {"availability": reordered}, etag="*")
    assert (answer.status_code, answer.json["position"]) == (200, "主任")
    assert answer.json["availability"]["modes"] == ["on_site", "meeting"]
    assert recorded(app, "expert.edited") == [{"fields": ["position"]}]


def test_list_whose_order_matters_is_changed_by_another_order(app: Flask, administrator: Caller) -> None:
    made = expert(administrator)
    administrator.patch(f"/experts/{made['id']}", {"codes": made["codes"][::-1]}, etag="*")
    assert administrator.get(f"/experts/{made['id']}").json["codes"] == made["codes"][::-1]
    assert recorded(app, "expert.edited") == [{"fields": ["codes"]}]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"languages": ["en", "zh"]},
        {"availability": {**AVAILABLE, "modes": ["meeting", "on_site"], "away": [], "note": ""}},
        {"organisation": "甲所"},
        {"restricted": {"phone": "13800138000", "email": None}},
    ],
)
def test_edit_that_changes_nothing_leaves_no_trace(app: Flask, administrator: Caller, body: dict[str, Any]) -> None:
    made = expert(administrator, availability=AVAILABLE, languages=["zh", "en"], organisation="甲所", **PHONE)
    before = administrator.get(f"/experts/{made['id']}")
    answer = administrator.patch(f"/experts/{made['id']}", body, etag=before.headers["ETag"])
    assert (answer.status_code, answer.headers["ETag"]) == (200, before.headers["ETag"])
    assert answer.json == before.json
    assert recorded(app, "expert.edited") == []


def test_edit_of_an_outdated_version_is_refused_though_it_changes_nothing(administrator: Caller) -> None:
    made = expert(administrator)
    assert administrator.patch(f"/experts/{made['id']}", {"kind": made["kind"]}, etag='"7"').status_code == 412


@pytest.mark.parametrize("field", ["phone", "email", "licence_numbers"])
def test_sealed_value_that_is_replaced_is_named(app: Flask, administrator: Caller, field: str) -> None:
    made = expert(administrator, **PHONE)
    other = {"phone": "13900139000", "email": "a@example.com", "licence_numbers": [{"licence": "律师", "number": "1"}]}
    administrator.patch(f"/experts/{made['id']}", {"restricted": {field: other[field]}}, etag="*")
    assert recorded(app, "expert.edited") == [{"fields": [field]}]


def test_other_edits_name_only_what_changed(app: Flask, administrator: Caller, office: Caller) -> None:
    one = expert(administrator)
    tied = {"type": "employment", "counterpart": "乙公司", "since": "2020-01-01"}
    aspects = [{"code": "PAT-INV", "need": "must"}]
    party = [{"name": "丙公司", "role": "请求人"}]
    body = {"name": {"zh": "丁局"}, "kind": "O-OTH", "aliases": ["丁"]}
    for path, made, caller, change, field in (
        ("/requests", ASKED | {"aspects": aspects, "parties": party}, office, {"urgency": "urgent"}, "urgency"),
        ("/organisations", body, administrator, {"region": "350200"}, "region"),
        (f"/experts/{one['id']}/ties", tied, administrator, {"until": "2025-01-01"}, "until"),
        (f"/experts/{one['id']}/items", {"kind": "case", "title": "案"}, administrator, {"year": 2020}, "year"),
    ):
        at = f"{path}/{caller.made(path, made)['id']}"
        stated = {name: value for name, value in made.items() if name != "status"}
        assert caller.patch(at, stated, etag="*").status_code == 200
        assert caller.patch(at, stated | change, etag="*").status_code == 200
        noun = path.rsplit("/", 1)[-1].removesuffix("s")
        assert [entry["fields"] for entry in recorded(app, f"{noun}.edited")] == [[field]], noun


def test_user_that_is_saved_as_they_are_stays_signed_in_and_unrecorded(app: Flask, administrator: Caller) -> None:
    stated = {"name": "王某", "role": "auditor"}
    made = administrator.made("/users", stated | {"login": "wang"})
    answer = administrator.patch(f"/users/{made['id']}", stated | {"active": True}, etag="*")
    assert (answer.status_code, answer.json["version"]) == (200, made["version"])
    assert recorded(app, "user.edited") == []


def test_saying_no_where_nothing_was_said_is_a_change(administrator: Caller) -> None:
    one = expert(administrator)
    edited = administrator.patch(f"/experts/{one['id']}", {"availability": {"travel": False}}, etag="*").json
    assert (edited["availability"], edited["version"]) == ({"travel": False}, one["version"] + 1)
