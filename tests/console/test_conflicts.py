"""Conflicts in the console: who is out and why, waivers, ties, anybody checked against anybody.

Pinned: what the page says is what the service finds, in words; a waiver needs its reason and shows from then on; a list
names the recused to offices, to policy offices with the rank that they would have had, and to agencies not at all.
"""

import html
import re

import pytest
from flask import Flask

from tests.api.people import ASKED, expert
from tests.callers import Caller
from tests.console.conftest import Visitor, visitor
from tests.console.filling import filled

PARTY = "闽山电池有限公司"


@pytest.fixture
def tied(administrator: Caller) -> str:
    """The id of an expert who taught, or was taught by, a party."""
    one = expert(administrator)["id"]
    administrator.made(f"/experts/{one}/ties", {"type": "adviser_student", "counterpart": PARTY})
    return str(one)


@pytest.fixture
def asked(office: Caller, tied: str) -> str:
    made = office.made("/requests", ASKED | {"parties": [{"name": PARTY, "role": "申请人"}, {"name": "某公司"}]})
    return f"/requests/{made['id']}"


def test_recused_are_named_set_aside_and_recused_again(official: Visitor, asked: str) -> None:
    page = official.page(f"{asked}/conflicts")
    assert "林岚" in page
    assert "Adviser or student" in page
    assert "stands for somebody who is not named" in page
    link = re.search(r'href="(/requests/[^"]+/waivers/new[^"]+)"', page)
    assert link is not None
    form = official.page(html.unescape(link[1]))
    path = f"{asked}/waivers/new"
    assert "<textarea" not in official.page(path)  # Without what is to be set aside there is nothing to fill in.
    fields = filled(form, path)
    refused = official.client.post(path, data=fields, headers=official.headers)
    assert (refused.status_code, 'href="#f-reason"' in refused.text) == (422, True)
    granted = official.client.post(path, data=fields | {"/reason": "十年前的师生"}, headers=official.headers)
    assert granted.status_code == 303, granted.text
    page = official.page(f"{asked}/conflicts")
    assert "十年前的师生" in page
    assert '<h2>Recused <span class="count">0</span></h2>' in page
    ending = re.search(r'action="(/requests/[^"]+/revoke)"', page)
    assert ending is not None
    ended = official.client.post(ending[1], data=filled(page, ending[1]), headers=official.headers)
    assert ended.status_code == 303, ended.text
    assert '<h2>Recused <span class="count">1</span></h2>' in official.page(f"{asked}/conflicts")


def test_list_names_the_recused_to_offices_only_and_their_rank_to_policy_offices(
    app: Flask, official: Visitor, administrator: Caller, asked: str
) -> None:
    expert(administrator, "王一")
    ours = official.page(f"{asked}/ranking")
    assert "would have had rank 1" in ours
    assert "Recused: Adviser or student" in ours
    curators = visitor(app, "administrator").page(f"{asked}/ranking")
    assert "Recused: Adviser or student" in curators
    assert "would have had rank" not in curators
    worker = visitor(app, "agency", "某单位")
    fields = {f"/{name}": value for name, value in ASKED.items()} | {"/parties/0/name": PARTY}
    made = worker.post("/requests/new", fields, at="/requests/new")
    theirs = worker.page(f"{made.location}/ranking")
    assert "林岚" not in theirs
    assert "Adviser" not in theirs


def test_ties_are_entered_edited_and_taken_away(official: Visitor, office: Caller, tied: str) -> None:
    path = f"/experts/{tied}/ties"
    assert official.post(path, {"/type": "kin"}, at=path).status_code == 422
    assert official.post(path, {"/type": "kin", "/counterpart": "张三"}, at=path).status_code == 303
    tie = office.get(path).json["items"][1]["id"]
    fields = filled(official.page(f"{path}/{tie}"), f"{path}/{tie}")
    wrong = fields | {"/since": "2026-01-02", "/until": "2026-01-01"}
    assert official.client.post(f"{path}/{tie}", data=wrong, headers=official.headers).status_code == 422
    right = fields | {"/until": "2025-01-01"}
    assert official.client.post(f"{path}/{tie}", data=right, headers=official.headers).status_code == 303
    assert official.client.post(f"{path}/{tie}", data=right, headers=official.headers).status_code == 412
    gone = f"{path}/{tie}/delete"
    fields = filled(official.page(f"{path}/{tie}"), gone)
    assert official.client.post(gone, data=fields, headers=official.headers).status_code == 303
    assert len(office.get(path).json["items"]) == 1


def test_anybody_is_checked_against_anybody(official: Visitor, tied: str) -> None:
    fields = {"/experts": "林岚\r\n外来者", "/parties": PARTY}
    page = official.post("/conflicts/check", fields, at="/conflicts/check").text
    assert "stays out unless it is set aside" in page
    assert "nobody known bears this name" in page
    assert "Nothing was found." in page
    empty = official.post("/conflicts/check", {"/experts": "", "/parties": ""}, at="/conflicts/check")
    assert (empty.status_code, 'href="#f-experts"' in empty.text) == (422, True)


def test_party_nobody_knows_is_told_with_what_was_compared_and_what_to_do(
    app: Flask, official: Visitor, tied: str
) -> None:
    fields = {"/experts": "林岚", "/parties": "晋江飞驰鞋业有限公司"}
    told = official.post("/conflicts/check", fields, at="/conflicts/check").text
    assert "compared as it is written, with the ties of experts and with what their profiles say" in told
    assert "/organisations/new" not in told
    curator = visitor(app, "administrator")
    page = html.unescape(curator.post("/conflicts/check", fields, at="/conflicts/check").text)
    link = re.search(r'href="(/organisations/new[^"]+)"', page)
    assert link is not None
    assert 'value="晋江飞驰鞋业有限公司"' in curator.page(link[1])


def test_name_that_nobody_is_known_by_is_compared_with_ties_and_profiles(
    app: Flask, official: Visitor, administrator: Caller
) -> None:
    counsel = expert(administrator, "王一", statement="曾为晋江飞驰鞋业有限公司提供专利服务。")
    fields = {"/experts": "王一", "/parties": "晋江飞驰鞋业有限公司"}
    assert "Nothing was found." not in official.post("/conflicts/check", fields, at="/conflicts/check").text
    administrator.patch(f"/experts/{counsel['id']}", {"statement": "专利服务"}, etag="*")
    tie = {"type": "mandate", "counterpart": "飞驰鞋业", "since": "2026-01-01"}
    administrator.made(f"/experts/{counsel['id']}/ties", tie)
    assert "Nothing was found." not in official.post("/conflicts/check", fields, at="/conflicts/check").text
