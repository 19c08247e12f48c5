"""Audit log, vocabularies and organisations in the console."""

import re

import pytest
from flask import Flask
from sqlalchemy import text

from expertdb.database import db
from tests.api.people import expert, invited_expert, moved
from tests.callers import Caller
from tests.console.conftest import Visitor, visitor
from tests.console.filling import filled


def test_log_says_in_words_who_did_what(administrator: Caller, auditor: Visitor) -> None:
    made = expert(administrator)
    moved(administrator, f"/experts/{made['id']}", "suspended", "复核执业资质")
    page = auditor.page("/audit")
    for words in ("Status of an expert changed", "a administrator", "from: Active; to: Suspended", "复核执业资质"):
        assert words in page
    assert "expert.moved" not in page.replace('value="expert.moved"', "")
    narrowed = auditor.page(f"/audit?subject={made['id']}&action=expert.created")
    assert "Expert entered" in narrowed
    assert "复核执业资质" not in narrowed


def test_details_of_the_log_hold_no_codes_in_chinese(administrator: Caller, auditor: Visitor) -> None:
    made = expert(administrator)
    administrator.made(f"/experts/{made['id']}/ties", {"type": "kin", "counterpart": "张三"})
    word = {"do": "add_alias", "code": "LG-INV", "alias": "宣告专利无效"}
    administrator.made("/vocabularies/service_kind/suggestions", word)
    administrator.made("/requests", {"kind": "consultation", "title": "电池", "text": "电池专利无效"})
    relabelled = {"changes": [{"do": "relabel", "code": "LG-INV", "zh": "专利无效"}], "reason": "通称"}
    assert administrator.patch("/vocabularies/service_kind", relabelled, etag="*").status_code == 200
    auditor.client.set_cookie("language", "zh")
    assert "<bdi>服务类别</bdi>" in auditor.page("/audit")
    told = "".join(re.findall(r'<td [^>]*class="details"[^>]*>(.*?)</td>', auditor.page("/audit")))
    assert "关系类型：近亲属；" in told
    assert "修改：增加别名；词表：服务类别" in told
    assert re.findall(r"[a-z]+_[a-z]+|[a-z]{3,}(?=: )", told) == []


def test_log_is_told_whole_until_it_is_changed(app: Flask, administrator: Caller, auditor: Visitor) -> None:
    expert(administrator)
    assert "are as they were written." in auditor.post("/audit", at="/password").text
    with app.app_context(), db.engine.begin() as connection:  # As the owner of the tables could.
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        for statement in (*(f"DROP TRIGGER {name}" for name in names), "UPDATE audit_entries SET role = 'x'"):
            connection.execute(text(statement))
    assert "things are not as they were written" in auditor.post("/audit", at="/password").text


def test_vocabularies_are_shown_with_all_their_words(auditor: Visitor) -> None:
    page = auditor.page("/vocabularies")
    assert page.count('<th scope="row">') == 11
    assert "Patent classes" in page
    found = auditor.page("/vocabularies/service_kind?q=质押")
    assert "FN-PLDG" in found
    assert "LG-INV" not in found
    assert "No term holds this." in auditor.page("/vocabularies/service_kind?q=zzzz")
    assert auditor.get("/vocabularies/nothing").status_code == 404


def test_organisation_is_entered_found_by_any_name_and_edited(app: Flask, administrator: Caller) -> None:
    curator = visitor(app, "administrator")
    fields = {"/name/zh": "闽都衡正知识产权代理有限公司", "/aliases": "衡正代理\r\n衡正", "/kind": "O-AGY"}
    assert curator.post("/organisations/new", fields, at="/organisations/new").status_code == 303
    again = curator.post(
        "/organisations/new", fields | {"/name/zh": "另一", "/aliases": "衡正"}, at="/organisations/new"
    )
    assert (again.status_code, 'href="#f-aliases"' in again.text) == (409, True)
    assert "闽都衡正" in curator.page("/organisations?q=衡正代理")
    stored = administrator.get("/organisations?q=衡正").json["items"][0]
    own = f"/organisations/{stored['id']}"
    changed = filled(curator.page(own), own) | {"/region": ["350100"]}
    assert curator.client.post(own, data=changed, headers=curator.headers).status_code == 303
    after = administrator.get(own).json
    assert (after["region"], after["aliases"]) == ("350100", ["衡正代理", "衡正"])
    curator.client.set_cookie("language", "zh")
    page = curator.page(own)
    assert ("编辑</small>" in page, "中文名称" in page, "姓名" in page) == (True, True, False)
    gone = filled(curator.page(own), f"{own}/delete")
    assert curator.client.post(f"{own}/delete", data=gone, headers=curator.headers).status_code == 303
    assert administrator.get(own).status_code == 404


def test_organisation_in_use_stays_and_says_why(app: Flask, administrator: Caller) -> None:
    curator = visitor(app, "administrator")
    made = expert(administrator, organisation="衡正代理")
    own = f"/organisations/{made['organisation']['id']}"
    answer = curator.client.post(
        f"{own}/delete", data=filled(curator.page(own), f"{own}/delete"), headers=curator.headers
    )
    assert answer.status_code == 409
    assert "still point to this organisation" in answer.text


@pytest.mark.parametrize(("language", "expert", "no"), [("zh", "专家", "否"), ("en", "Expert", "no")])
def test_log_names_experts_as_such_and_finds_what_they_did(
    app: Flask, administrator: Caller, office: Caller, language: str, expert: str, no: str
) -> None:
    engagement, guest = invited_expert(administrator, office)
    path = f"/engagements/{engagement['id']}"
    guest.post(f"{path}/declarations", {"none": True, "confidential": True})
    guest.post(f"{path}/transitions", {"to": "accepted", "reason": "同意"}, etag="*")
    signed = {"engagement": engagement["id"], "position": "support", "text": "可行", "signed_by": "林岚"}
    guest.made("/opinions", signed | {"dissent": False})
    page = visitor(app, "auditor", language=language).page("/audit?role=expert")
    roles = re.findall(r'<span class="quiet nowrap">([^<]*)</span>', page)
    assert set(roles) == {expert}
    assert f'<option value="expert" selected>{expert}</option>' in page
    assert re.search(f"(dissent: |不同意见：){no}(;|；|<)", page)
