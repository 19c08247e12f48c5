"""From candidate to expert in the console: the queue, publicity, objections, suspensions, and what is sealed.

Pinned: whoever waits stands in the queue; a candidate in publicity is on the list to post; objections and sanctions are
recorded and decided with reasons, by persons who may; restricted values stay masked until somebody opens them with a
reason that the audit log keeps.
"""

import pytest
from flask import Flask

from tests.api.people import expert, moved
from tests.callers import Caller, Clock
from tests.console.conftest import Visitor, visitor
from tests.console.filling import filled


@pytest.fixture
def reviewer(app: Flask) -> Visitor:
    return visitor(app, "reviewer")


def candidate(administrator: Caller, *path: str, name: str = "林岚") -> str:
    """The address of a candidate who went this way."""
    made = administrator.made("/experts", {"name": {"zh": name}, "kind": "K-PA"})
    for to in path:
        moved(administrator, f"/experts/{made['id']}", to)
    return f"/experts/{made['id']}"


def sent(one: Visitor, page: str, action: str, **fields: str) -> int:
    """Fill in the form of a page and send it."""
    changes = {f"/{name}": value for name, value in fields.items()}
    data = filled(one.page(page), action) | changes
    return one.client.post(action, data=data, headers=one.headers).status_code


def in_publicity(app: Flask, administrator: Caller, reviewer: Visitor) -> str:
    """A candidate whom a reviewer has published."""
    path = candidate(administrator, "submitted")
    for to in ("under_review", "publicity"):
        assert sent(reviewer, f"{path}/moves/{to}", f"{path}/moves/{to}", reason="符合条件") == 303
    return path


def test_queue_has_everybody_who_waits_by_how_far_they_came(administrator: Caller, reviewer: Visitor) -> None:
    candidate(administrator, "submitted", name="甲一")
    candidate(administrator, "submitted", "under_review", name="乙二")
    candidate(administrator, name="丙三")
    page = reviewer.page("/reviews")
    assert "丙三" not in page
    first, second = page.index("甲一"), page.index("乙二")
    assert first < page.index("Under review: to be decided") < second


def test_candidate_in_publicity_is_on_the_list_to_post(app: Flask, administrator: Caller, reviewer: Visitor) -> None:
    in_publicity(app, administrator, reviewer)
    page = reviewer.page("/publicity")
    assert "林岚" in page
    assert "The period lasts 5 working days." in page
    assert "2026-11-23 to 2026-11-30" in page


def test_candidate_is_activated_for_three_years_where_the_term_is_left_blank(
    app: Flask, administrator: Caller, reviewer: Visitor, clock: Clock
) -> None:
    path = in_publicity(app, administrator, reviewer)
    clock.forward(days=8)
    assert reviewer.sign_in("reviewer").status_code == 303
    move = f"{path}/moves/active"
    assert sent(reviewer, move, move, reason="公示无异议", **{"term/start": "2026-12-01"}) == 422
    assert sent(reviewer, move, move, reason="公示无异议") == 303
    assert administrator.get(path).json["term"] == {"start": "2026-12-01", "end": "2029-11-30"}


def test_objection_is_recorded_and_decided(app: Flask, administrator: Caller, reviewer: Visitor) -> None:
    path = in_publicity(app, administrator, reviewer)
    new = f"{path}/objections/new"
    assert sent(reviewer, new, new, lodged_by="citizen", ground="false_data", text="") == 422
    assert sent(reviewer, new, new, lodged_by="citizen", ground="false_data", text="论文不实") == 303
    assert "False data" in reviewer.page(path)
    (objection,) = administrator.get(f"{path}/objections").json["items"]
    own = f"{path}/objections/{objection['id']}"
    assert sent(reviewer, own, own, to="dismissed", reason="经核实，论文属实") == 303
    page = reviewer.page(own)
    assert "经核实，论文属实" in page
    assert "<h2>Decide</h2>" not in page


def test_whoever_entered_a_candidate_does_not_decide(app: Flask, administrator: Caller, curator: Visitor) -> None:
    answer = curator.post("/experts/new", {"/name/zh": "林岚", "/kind": "K-PA"}, at="/experts/new")
    path = answer.location
    for to in ("submitted", "under_review"):
        assert sent(curator, f"{path}/moves/{to}", f"{path}/moves/{to}", reason="x") == 303
    page = curator.page(path)
    assert "moves/publicity" not in page
    assert "Whoever entered or submitted a candidate does not decide on them; somebody else must" in page
    assert curator.get(f"{path}/moves/publicity").status_code == 404
    assert sent(curator, f"{path}/moves/draft", f"{path}/moves/draft", reason="补正材料") == 303
    assert "somebody else must" not in curator.page(path)


def test_suspension_is_told_and_appealed(app: Flask, administrator: Caller, curator: Visitor) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    assert sent(curator, f"{path}/moves/suspended", f"{path}/moves/suspended", reason="复核") == 303
    (sanction,) = administrator.get(f"{path}/sanctions").json["items"]
    own = f"{path}/sanctions/{sanction['id']}"
    assert sent(curator, own, f"{own}/notice", notified_on="2026-11-23") == 303
    assert sent(curator, own, own, to="appealed", reason="资质有效") == 303
    answer = curator.client.post(
        own, data=filled(curator.page(own), own) | {"/to": "upheld", "/reason": "x"}, headers=curator.headers
    )
    assert answer.status_code == 403
    page = curator.page(own)
    assert "资质有效" in page
    assert "2026-11-23" in page


def test_outdated_decision_shows_the_page_again(app: Flask, administrator: Caller, curator: Visitor) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    sent(curator, f"{path}/moves/suspended", f"{path}/moves/suspended", reason="复核")
    (sanction,) = administrator.get(f"{path}/sanctions").json["items"]
    own = f"{path}/sanctions/{sanction['id']}"
    fields = filled(curator.page(own), own) | {"/to": "appealed", "/reason": "资质有效"}
    administrator.patch(own, {"notified_on": "2026-11-23"}, etag="*")
    answer = curator.client.post(own, data=fields, headers=curator.headers)
    assert answer.status_code == 412
    assert "资质有效" in answer.text


def test_restricted_values_are_masked_until_opened_with_a_reason(administrator: Caller, curator: Visitor) -> None:
    values = {"phone": "13800138000", "email": "lin@example.com"}
    path = f"/experts/{expert(administrator, restricted=values)['id']}"
    page = curator.page(f"{path}/contact")
    assert "13800138000" not in page
    assert "138***00" in page
    opened = f"{path}/contact/opened"
    fields = filled(page, opened) | {"/values": ["phone"], "/reason": ""}
    refused = curator.client.post(opened, data=fields, headers=curator.headers)
    assert (refused.status_code, "13800138000" in refused.text) == (422, False)
    shown = curator.client.post(opened, data=fields | {"/reason": "电话邀请"}, headers=curator.headers).text
    assert "13800138000" in shown
    assert "lin@example.com" not in shown
    (entry,) = administrator.get("/audit?action=restricted.read").json["items"]
    assert entry["details"] == {"fields": ["phone"], "reason": "电话邀请"}


def test_contact_is_replaced_field_by_field(administrator: Caller, curator: Visitor) -> None:
    values = {"phone": "13800138000", "email": "lin@example.com"}
    path = f"/experts/{expert(administrator, restricted=values)['id']}"
    own = f"{path}/contact"
    fields = filled(curator.page(own), own)
    changed = fields | {"/restricted/address": "福州市五四路1号", "gone": ["phone"]}
    assert curator.client.post(own, data=changed, headers=curator.headers).status_code == 303
    stored = administrator.get(path).json["restricted"]
    assert set(stored) == {"email", "address"}
    faulty = filled(curator.page(own), own) | {"/restricted/email": "no address"}
    answer = curator.client.post(own, data=faulty, headers=curator.headers)
    assert (answer.status_code, "This is not an e-mail address." in answer.text) == (422, True)


def test_auditor_sees_no_contact(app: Flask, administrator: Caller) -> None:
    path = f"/experts/{expert(administrator, restricted={'phone': '13800138000'})['id']}"
    auditor = visitor(app, "auditor")
    assert auditor.get(f"{path}/contact").status_code == 403
    assert "13800138000" not in auditor.page(path)
