"""The rights of the people in the pool in the console: claims, consents, a copy, an erasure.

Pinned: a correction changes only what was changed on the form; an erasure leaves nothing that names the person; a copy
comes with a reason; markup comes out as text.
"""

import json
import re

import pytest
from flask import Flask

from tests.api.people import expert
from tests.callers import Caller
from tests.console.conftest import Visitor, visitor
from tests.console.filling import filled


def send(one: Visitor, page: str, action: str, **changes: str) -> str:
    """The answer to a form of a page, or the page that it leads to."""
    fields = filled(one.page(page), action) | {f"/{name}": [value] for name, value in changes.items()}
    answer = one.client.post(action, data=fields, headers=one.headers)
    return one.page(answer.location) if answer.status_code == 303 else f"{answer.status_code} {answer.text}"


@pytest.fixture
def at(administrator: Caller) -> str:
    """The address of somebody with an employer, contact and a statement of several lines."""
    made = expert(administrator, organisation="甲所", statement="第一行\n第二行", restricted={"phone": "13800138000"})
    return f"/experts/{made['id']}"


def claim(one: Visitor, at: str, kind: str, **changes: str) -> str:
    """The address of a claim that was just recorded."""
    send(one, f"{at}/claims/new", f"{at}/claims/new", kind=kind, **changes)
    return re.findall(rf'href="({at}/claims/[0-9a-f-]{{36}})"', one.page(f"{at}/rights"))[-1]


def test_claim_is_recorded_listed_and_refused_on_a_ground(administrator_page: Visitor, at: str) -> None:
    one = claim(administrator_page, at, "copy", text="<b>我的</b>数据")
    assert "&lt;b&gt;我的&lt;/b&gt;数据" in administrator_page.page(one)
    assert f'href="{one}"' in administrator_page.page("/claims?status=open")
    refused = send(administrator_page, one, one, to="refused", reason="身份不明")
    assert (refused[:3], 'href="#f-ground"' in refused, "身份不明" in refused) == ("422", True, True)
    done = send(administrator_page, one, one, to="refused", reason="身份不明", ground="identity_not_shown")
    assert "The decision is recorded." in done
    assert "Identity not shown" in administrator_page.page(one)
    assert administrator_page.page("/claims?status=open").count(one) == 0


def test_correction_changes_only_what_was_changed(administrator_page: Visitor, administrator: Caller, at: str) -> None:
    before = administrator.get(at).json
    one = claim(administrator_page, at, "correction")
    nothing = send(administrator_page, one, one, to="granted", reason="属实")
    assert (nothing[:3], 'href="#f-changes"' in nothing) == ("422", True)
    changes = {"changes/position": "合伙人", "changes/restricted/phone": "13900139000"}
    send(administrator_page, one, one, to="granted", reason="属实", **changes)
    after = administrator.get(at).json
    assert (after["position"], after["restricted"]["phone"][-2:]) == ("合伙人", "00")
    assert {name for name in before if before[name] != after[name]} <= {
        *("position", "restricted", "version", "updated_at", "profile")
    }
    [edited] = administrator.get("/audit?action=expert.edited").json["items"]
    assert edited["details"]["fields"] == ["phone", "position"]


def test_erasure_is_asked_about_and_carried_out(administrator_page: Visitor, administrator: Caller, at: str) -> None:
    one = claim(administrator_page, at, "erasure")
    assert "data-confirm=" in administrator_page.page(one)
    page = send(administrator_page, one, one, to="granted", reason="本人要求")
    assert "The decision is recorded." in page
    assert "林岚" not in page
    assert f"{at}/claims/new" not in page
    assert administrator.get(at).json["status"] == "erased"


def test_copy_of_everything_wants_a_reason(administrator_page: Visitor, at: str) -> None:
    action = f"{at}/rights/copy"
    fields = filled(administrator_page.page(f"{at}/rights"), action)
    refused = administrator_page.client.post(action, data=fields, headers=administrator_page.headers)
    assert (refused.status_code, 'id="f-reason-fault"' in refused.text) == (422, True)
    file = administrator_page.client.post(
        action, data=fields | {"/reason": ["本人查阅"]}, headers=administrator_page.headers
    )
    assert file.headers["Content-Disposition"].startswith('attachment; filename="personal-data-')
    assert json.loads(file.text)["restricted"]["phone"] == "13800138000"


def test_consent_is_recorded_and_taken_back(administrator_page: Visitor, at: str) -> None:
    new = f"{at}/consents/new"
    page = send(administrator_page, new, new, notice="<i>2026</i>", form="signed", evidence="档案一")
    assert "&lt;i&gt;2026&lt;/i&gt;" in page
    [one] = re.findall(rf'href="({at}/consents/[0-9a-f-]{{36}})"', page)
    early = send(administrator_page, one, one, on="1990-01-01", reason="不再同意")
    assert (early[:3], "不再同意" in early, 'id="f-on-fault"' in early) == ("422", True, True)
    send(administrator_page, one, one, reason="不再同意")
    assert "taken back" in administrator_page.page(one)
    assert 'method="post" action="' + one not in administrator_page.page(one)


def test_auditor_reads_and_nobody_else_does(app: Flask, administrator_page: Visitor, at: str) -> None:
    one = claim(administrator_page, at, "erasure")
    auditor = visitor(app, "auditor")
    assert one in auditor.page(f"{at}/rights")
    assert "copy" not in auditor.page(f"{at}/rights")
    assert "/decision" not in auditor.page(one)
    assert auditor.get(f"{at}/claims/new").status_code == 403
    reviewer = visitor(app, "reviewer")
    assert f"{at}/rights" not in reviewer.page(at)
    assert reviewer.get(f"{at}/rights").status_code == 403
