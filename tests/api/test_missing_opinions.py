"""A policy is closed on signed opinions (Order 713, Art. 19), or on the office's reason why one is missing.

Pinned: closing names everybody who took part and has neither, and who said no or left is not waited for; a consultation
is closed as ever; a reason is given by an office, for somebody who took part and signed nothing, until the request is
closed; it stands in the engagement, the file and the log, an opinion that comes after all takes its place, and an
erasure takes it.
"""

import io
import json
import zipfile
from typing import Any

import pytest
from flask import Flask

from tests.api.people import ASKED, expert, moved
from tests.callers import Caller
from tests.conftest import Beginning, caller, first_caller

NONE = {"none": True, "confidential": True}
WHY = {"reason": "专家在论证会上口头发表意见，会议纪要另存"}


def enter_pool(app: Flask) -> None:
    administrator = first_caller(app, "administrator")
    for place, name in enumerate(("甲某", "乙某", "丙某")):
        expert(administrator, name, organisation=f"单位{place}号")


BEGINS = (("pool", enter_pool),)


@pytest.fixture
def pool(beginning: Beginning) -> None:
    """Three experts, from whom panels of two are formed."""


def engaged(office: Caller, kind: str = "policy_drafting") -> tuple[str, list[dict[str, Any]]]:
    """The path of a request whose panel of two was invited and has accepted, and both engagements."""
    path = f"/requests/{office.made('/requests', ASKED | {'kind': kind})['id']}"
    moved(office, path, "accepted")
    panel = office.made(f"{path}/panels", {"size": 2, "rules": [{"type": "max_per_organisation"}]})
    decided = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某"}
    assert office.post(f"/panels/{panel['id']}/transitions", decided, etag="*").status_code == 200
    both = office.made(f"/panels/{panel['id']}/invitations", {})["items"]
    for one in both:
        assert office.post(f"{at(one)}/declarations", NONE | {"how": "paper"}).status_code == 200
        moved(office, at(one), "accepted")
    return path, both


def at(engagement: dict[str, Any]) -> str:
    return f"/engagements/{engagement['id']}"


def signed(office: Caller, engagement: dict[str, Any]) -> None:
    """Have the expert of an engagement sign an opinion, and answer it."""
    said = {"engagement": engagement["id"], "position": "support", "text": "同意。", "signed_by": "专家"}
    opinion = office.made("/opinions", said)
    assert office.post(f"/opinions/{opinion['id']}/adoptions", {"result": "full"}).status_code == 200


def closing(office: Caller, path: str, language: str = "en") -> Any:
    body = {"to": "closed", "reason": "办结"}
    return office.post(f"{path}/transitions", body, etag="*", headers={"Accept-Language": language})


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["type"].rpartition(":")[2]


def missing(answer: Any) -> list[str]:
    """What the refusal to close a request says of each expert."""
    assert refusal(answer) == (409, "step-is-missing"), answer.get_data(as_text=True)
    assert {one["pointer"] for one in answer.json["errors"]} == {"/to"}
    return [one["detail"] for one in answer.json["errors"]]


def test_only_its_own_missing_opinions_keep_a_policy_open_whoever_else_was_erased(
    app: Flask, office: Caller, pool: None
) -> None:
    administrator = caller(app, "administrator")
    gone = expert(administrator, "丁某", organisation="单位丁号")["id"]
    for to in ("removed", "erased"):
        moved(administrator, f"/experts/{gone}", to)
    engaged(office)
    path, both = engaged(office)
    for one in both:
        moved(office, at(one), "delivered")
    named = missing(closing(office, path))
    assert sorted(one["id"] for one in both) == sorted(one["id"] for one in both for said in named if one["id"] in said)
    assert len(named) == 2


def test_policy_is_closed_on_signed_opinions_or_reasons_why_there_are_none(office: Caller, pool: None) -> None:
    path, (first, second) = engaged(office)
    signed(office, first)
    for one in (first, second):
        moved(office, at(one), "delivered")
    [named] = missing(closing(office, path))
    assert second["id"] in named
    assert second["expert"]["id"] in named
    assert first["id"] not in named
    said = closing(office, path, "zh").json
    assert second["expert"]["name"]["zh"] in said["errors"][0]["detail"]
    assert "签署" in said["detail"]
    assert "理由" in said["detail"]
    answer = office.post(f"{at(second)}/missing_opinions", WHY)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert (answer.json["missing_opinion_reason"], answer.json["version"]) == (WHY["reason"], second["version"] + 4)
    assert answer.json["missing_opinion_at"] is not None
    assert office.get(at(second)).json == answer.json
    assert moved(office, path, "closed")["status"] == "closed"


def test_policy_waits_for_nobody_who_said_no_or_left(office: Caller, pool: None) -> None:
    path, (first, second) = engaged(office)
    signed(office, first)
    moved(office, at(second), "withdrawn")
    moved(office, at(first), "delivered")
    for one in office.get("/engagements?status=invited").json["items"]:
        moved(office, at(one), "declined")
    moved(office, path, "delivered")
    assert closing(office, path).status_code == 200


def test_policy_waits_for_whoever_accepted_and_has_not_delivered(office: Caller, pool: None) -> None:
    path, (first, second) = engaged(office)
    signed(office, first)
    moved(office, at(first), "delivered")
    moved(office, path, "delivered")
    assert [second["id"] in said for said in missing(closing(office, path))] == [True]


def test_consultation_is_closed_without_opinions_and_takes_no_reason(office: Caller, pool: None) -> None:
    path, both = engaged(office, "consultation")
    for one in both:
        moved(office, at(one), "delivered")
    assert refusal(office.post(f"{at(both[0])}/missing_opinions", WHY)) == (403, "not-allowed")
    assert closing(office, path).status_code == 200


def test_reason_is_an_offices_to_give(app: Flask, office: Caller, administrator: Caller, pool: None) -> None:
    _, (first, _) = engaged(office)
    guest = Caller(app, office.made(f"{at(first)}/links", {})["token"])
    for one in (guest, caller(app, "agency", "邻站"), caller(app, "auditor"), caller(app, "reviewer")):
        assert one.post(f"{at(first)}/missing_opinions", WHY).status_code == 403
    assert administrator.post(f"{at(first)}/missing_opinions", WHY).status_code == 200
    for wrong in ({}, {"reason": ""}, {"reason": "身份证 11010519491231002X"}):
        assert office.post(f"{at(first)}/missing_opinions", wrong).json["errors"][0]["pointer"] == "/reason"


def test_reason_is_taken_where_an_opinion_is_missing_only(office: Caller, pool: None) -> None:
    path, (first, second) = engaged(office)
    signed(office, first)
    assert refusal(office.post(f"{at(first)}/missing_opinions", WHY)) == (409, "already-exists")
    moved(office, at(second), "withdrawn")
    assert refusal(office.post(f"{at(second)}/missing_opinions", WHY)) == (403, "not-allowed")
    [third] = office.get("/engagements?status=invited").json["items"]
    assert refusal(office.post(f"{at(third)}/missing_opinions", WHY)) == (403, "not-allowed")
    assert office.post("/engagements/nobody/missing_opinions", WHY).status_code == 404
    moved(office, at(third), "declined")
    moved(office, at(first), "delivered")
    for to in ("delivered", "closed"):
        moved(office, path, to)
    assert refusal(office.post(f"{at(first)}/missing_opinions", WHY)) == (409, "request-is-not-open")


def test_opinion_that_comes_after_all_takes_the_place_of_the_reason(office: Caller, pool: None) -> None:
    path, both = engaged(office)
    for one in both:
        moved(office, at(one), "delivered")
        assert office.post(f"{at(one)}/missing_opinions", WHY).status_code == 200
        scores = dict.fromkeys(
            ("competence", "independence", "timeliness", "usefulness", "communication", "confidentiality"), 4
        )
        office.made("/evaluations", {"engagement": one["id"], "scores": scores})
    assert office.get(path).json["status"] == "evaluated"
    signed(office, both[0])
    kept = [office.get(at(one)).json for one in both]
    assert [one["missing_opinion_reason"] for one in kept] == [None, WHY["reason"]]
    assert [one["missing_opinion_at"] is None for one in kept] == [True, False]
    assert closing(office, path).status_code == 200


def test_last_reason_counts(office: Caller, pool: None) -> None:
    _, (first, _) = engaged(office)
    for reason in ("住院", "住院至年底"):
        office.post(f"{at(first)}/missing_opinions", {"reason": reason})
    assert office.get(at(first)).json["missing_opinion_reason"] == "住院至年底"


def test_reason_stands_in_the_file_the_log_and_the_copy_for_the_expert(
    app: Flask, office: Caller, administrator: Caller, pool: None
) -> None:
    _, (first, _) = engaged(office)
    file = f"/panels/{first['panel']}/file?format="
    assert b"missing_opinion" not in office.get(f"{file}json").data
    office.post(f"{at(first)}/missing_opinions", WHY)
    [kept] = [one for one in office.get(f"{file}json").json["engagements"] if "missing_opinion_reason" in one]
    assert (kept["expert"], kept["missing_opinion_reason"]) == (first["expert"]["id"], WHY["reason"])
    for language, label in (("zh", "未提交意见的理由"), ("en", "Why there is no opinion")):
        with zipfile.ZipFile(io.BytesIO(office.get(f"{file}docx&language={language}").data)) as archive:
            written = archive.read("word/document.xml").decode()
        assert label in written
        assert WHY["reason"] in written
    logged = caller(app, "auditor").get(f"/audit?subject={first['id']}").json["items"][0]
    assert (logged["action"], logged["details"]["reason"]) == ("engagement.opinion_missing", WHY["reason"])
    copy = administrator.get(f"/experts/{first['expert']['id']}/personal-data?reason=本人申请").get_data(as_text=True)
    [own] = json.loads(copy)["engagements"]
    assert own["missing_opinion_reason"] == WHY["reason"]
    assert "missing_opinion_by" not in own


def test_erasure_takes_the_reason_and_policy_waits_for_nobody_who_was_erased(
    office: Caller, administrator: Caller, pool: None
) -> None:
    path, both = engaged(office)
    for one in both:
        moved(office, at(one), "delivered")
    assert office.post(f"{at(both[0])}/missing_opinions", WHY).status_code == 200
    for one in both:
        claims = f"/experts/{one['expert']['id']}/claims"
        claim = administrator.made(claims, {"kind": "erasure"})["id"]
        decided = {"to": "granted", "reason": "依申请"}
        assert administrator.post(f"{claims}/{claim}/transitions", decided, etag="*").status_code == 200
    assert [office.get(at(one)).json["missing_opinion_reason"] for one in both] == ["", None]
    assert office.post(f"{at(both[1])}/missing_opinions", WHY).status_code == 409
    assert closing(office, path).status_code == 200
