"""Idempotency-Key.

Pinned: a repeat has no further effect and gets the first answer again, headers included; a key belongs to one caller
and one call; a failure is not kept; of two equal calls at the same moment one has the effect and both get its answer.
"""

import pytest
from flask import Flask

from tests.api.people import ASKED, at_once, expert, moved
from tests.callers import Caller, Clock
from tests.conftest import caller
from tests.integration.sweeping import swept

KEY = {"Idempotency-Key": "7f0c-1"}


def test_repeat_gets_the_first_answer_and_has_no_effect(office: Caller, clock: Clock) -> None:
    first = office.post("/requests", ASKED, headers=KEY)
    clock.forward(hours=1)
    again = office.post("/requests", ASKED, headers=KEY)
    assert (again.status_code, again.data) == (201, first.data)
    for name in ("ETag", "Location", "Content-Type"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(office.get("/requests").json["items"]) == 1


def test_answer_about_a_draft_goes_with_it(administrator: Caller) -> None:
    body = {"name": {"zh": "林岚"}, "kind": "K-PA"}
    one = administrator.post("/experts", body, headers=KEY).json["id"]
    assert administrator.delete(f"/experts/{one}", etag="*").status_code == 204
    assert administrator.post("/experts", body, headers=KEY).json["id"] != one


def test_first_answer_is_kept_though_the_thing_has_changed(office: Caller) -> None:
    first = office.post("/requests", ASKED, headers=KEY)
    moved(office, f"/requests/{first.json['id']}", "cancelled")
    assert office.post("/requests", ASKED, headers=KEY).json["status"] == "submitted"


def test_repeated_shortlist_is_stored_once(administrator: Caller, office: Caller) -> None:
    expert(administrator)
    path = f"/requests/{office.made('/requests', ASKED)['id']}/shortlists"
    first, again = (office.post(path, {"size": 5}, headers=KEY) for _ in range(2))
    assert first.json == again.json
    assert len(office.get("/shortlists").json["items"]) == 1


def test_repeated_transition_happens_once(office: Caller) -> None:
    path = f"/requests/{office.made('/requests', ASKED)['id']}/transitions"
    body = {"to": "cancelled", "reason": "撤回"}
    answers = [office.post(path, body, headers=KEY, etag='"1"') for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]


def test_key_with_another_body_is_refused(office: Caller) -> None:
    office.post("/requests", ASKED, headers=KEY)
    refused = office.post("/requests", ASKED | {"title": "另一件"}, headers=KEY)
    assert refused.status_code == 422
    assert refused.json["type"].endswith("idempotency-key-reused")
    assert len(office.get("/requests").json["items"]) == 1


def test_key_with_another_call_is_refused(office: Caller) -> None:
    office.post("/requests", ASKED, headers=KEY)
    assert office.post("/shortlists/preview", ASKED, headers=KEY).status_code == 422


def test_key_of_another_caller_is_another_key(app: Flask, office: Caller, agency: Caller) -> None:
    answers = [one.post("/requests", ASKED, headers=KEY) for one in (office, agency, caller(app, "policy_office"))]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json["id"] for answer in answers}) == 3


def test_other_keys_are_other_calls(office: Caller) -> None:
    for number in range(2):
        office.post("/requests", ASKED, headers={"Idempotency-Key": f"k-{number}"})
    assert len(office.get("/requests").json["items"]) == 2


def test_failure_is_not_kept(office: Caller) -> None:
    asked = office.made("/requests", ASKED | {"status": "draft"})
    path = f"/requests/{asked['id']}"
    assert office.post(f"{path}/shortlists", {}, headers=KEY).status_code == 409
    moved(office, path, "submitted")
    assert office.post(f"{path}/shortlists", {}, headers=KEY).status_code == 201


def test_faulty_body_leaves_the_key_free(office: Caller) -> None:
    assert office.post("/requests", {"kind": "consultation"}, headers=KEY).status_code == 422
    assert office.post("/requests", ASKED, headers=KEY).status_code == 201


def test_preview_with_a_key_is_repeated_though_the_pool_has_changed(administrator: Caller, office: Caller) -> None:
    expert(administrator)
    first = office.post("/shortlists/preview", ASKED, headers=KEY)
    expert(administrator, "乙某")
    assert office.post("/shortlists/preview", ASKED, headers=KEY).data == first.data


@pytest.mark.parametrize("key", ["", "k" * 201, "密钥", "a\tb"])
def test_key_that_is_none_is_refused(office: Caller, key: str) -> None:
    refused = office.post("/requests", ASKED, headers={"Idempotency-Key": key.encode().decode("latin-1")})
    assert (refused.status_code, refused.json["type"].rpartition(":")[2]) == (400, "malformed-header")
    assert office.get("/requests").json["items"] == []


def test_two_equal_calls_at_once_have_one_effect(office: Caller) -> None:
    office.get("/requests")
    answers = at_once(*[lambda: office.post("/requests", ASKED, headers=KEY)] * 4)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.data for answer in answers}) == 1
    assert len(office.get("/requests").json["items"]) == 1


def test_two_calls_at_once_with_one_key_and_other_bodies_have_one_effect(office: Caller) -> None:
    office.get("/requests")
    bodies = [ASKED | {"title": title} for title in ("甲", "乙")]
    answers = at_once(*[lambda body=body: office.post("/requests", body, headers=KEY) for body in bodies])
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert len(office.get("/requests").json["items"]) == 1


def test_calls_at_once_without_keys_lose_nothing(office: Caller) -> None:
    office.get("/requests")
    answers = at_once(*[lambda: office.post("/requests", ASKED)] * 4)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len(office.get("/requests").json["items"]) == 4


def test_of_two_edits_at_once_one_is_told_to_read_again(office: Caller) -> None:
    path = f"/requests/{office.made('/requests', ASKED)['id']}"
    edits = [lambda title=title: office.patch(path, {"title": title}, etag='"1"') for title in ("甲", "乙")]
    assert sorted(answer.status_code for answer in at_once(*edits)) == [200, 412]
    assert office.get(path).json["version"] == 2


def test_answer_is_forgotten_after_a_week(app: Flask, office: Caller, clock: Clock) -> None:
    office.post("/requests", ASKED, headers=KEY)
    clock.forward(days=7)
    assert "answers forgotten" not in swept(app)
    clock.forward(seconds=1)
    assert swept(app)["answers forgotten"] == 1
    assert "Idempotency-Replayed" not in office.post("/requests", ASKED, headers=KEY).headers
    assert len(office.get("/requests").json["items"]) == 2
