"""The six matters carried from submission to the closed file, over HTTP, on the sample pool.

Pinned: each ends closed, with a panel that its own demands allow, a file in both languages that comes out the same byte
for byte when it is read again, and a request that is told first when its rules cannot be met. On the way somebody is
recused, somebody declines and is replaced, one panel is drawn by lot, and opinions get their answers.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from flask import Flask

from tests.api.people import moved
from tests.callers import Caller, Clock
from tests.conftest import ENGINES, START, Databases, caller, close, make_app

CASES = {
    one["id"]: one
    for one in map(json.loads, (Path(__file__).parents[1] / "quality" / "cases.jsonl").read_text("utf-8").splitlines())
}
# What is written for programs: codes, moments with their zone, JSON. The document names one file and one address.
CODED = re.compile(
    r"\b(?!verify_draw)[a-z]+_[a-z_]+\b|\bK-[A-Z]+|\dT\d\d:\d\d|\+00:00|\x5b\x22|recused:|\((?:must|nice)\)"
)
# Lines of the Chinese document whose value is a code's word: an English one is the code itself.
IN_CODES = re.compile(
    "(状态|类型|紧急程度|保密要求|决策阶段|方式|预设方案|产生方式|意见|采纳情况|不同意见)：.*[a-z]|.*[㐀-鿿](:|;) "
)
BODY = ("kind", "title", "text", "requester", "urgency")
SCORES = dict.fromkeys(
    ("competence", "independence", "timeliness", "usefulness", "communication", "confidentiality"), 5
)


@pytest.fixture(scope="module", params=ENGINES)
def app(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Flask]:
    """One sample pool for all matters of an engine: what one leaves behind, loads and ties, the next one meets."""
    app = make_app(databases.fresh(request.param, pool=True), Clock(START))
    yield app
    close(app)


@pytest.fixture
def office(app: Flask) -> Caller:
    return caller(app, "policy_office")


def accepted(office: Caller, case: str, **more: Any) -> dict[str, Any]:
    one = CASES[case]
    made = office.made("/requests", {name: one[name] for name in BODY} | more)
    moved(office, f"/requests/{made['id']}", "accepted", "材料齐全")
    return made


def formed(office: Caller, asked: dict[str, Any], **body: Any) -> dict[str, Any]:
    return office.made(f"/requests/{asked['id']}/panels", body)


def confirmed(office: Caller, panel: dict[str, Any]) -> dict[str, Any]:
    given = [{"expert": one["expert"], "reason": "规则所需"} for one in panel["deviations"]]
    body = {"to": "confirmed", "reason": "符合组成要求", "confirmed_by": "王某", "deviations": given}
    answer = office.post(f"/panels/{panel['id']}/transitions", body, etag="*")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json)


def serve(office: Caller, panel: dict[str, Any], *, decline: int = 0, dissent: bool = False) -> None:
    """Invite everybody, let the first `decline` of them decline and the others serve, and close the request."""
    waiting = office.made(f"/panels/{panel['id']}/invitations", {})["items"]
    while waiting:
        one = waiting.pop(0)
        guest = Caller(office.app, office.made(f"/engagements/{one['id']}/links", {})["token"])
        if decline:
            decline -= 1
            after = _answer(guest, one, "declined")
            waiting.append(office.get(f"/engagements/{after['instead']}").json)
            continue
        guest.post(f"/engagements/{one['id']}/declarations", {"none": True, "confidential": True})
        _answer(guest, one, "accepted")
        assert guest.get(f"/engagements/{one['id']}/matter").json["text"]
    for one in office.get(f"/engagements?panel={panel['id']}&status=accepted").json["items"]:
        _deliver(office, one, dissent)
        dissent = False
    assert office.get(f"/requests/{panel['request']}").json["status"] == "evaluated"
    moved(office, f"/requests/{panel['request']}", "closed", "办结")


def _answer(guest: Caller, one: dict[str, Any], to: str) -> dict[str, Any]:
    body = {"to": to, "reason": "已阅"}
    answer = guest.post(f"/engagements/{one['id']}/transitions", body, etag="*")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.json)


def _deliver(office: Caller, one: dict[str, Any], dissent: bool) -> None:
    guest = Caller(office.app, office.made(f"/engagements/{one['id']}/links", {})["token"])
    position = "oppose" if dissent else "support_with_changes"
    said = {"engagement": one["id"], "position": position, "text": "建议修改第三条。", "signed_by": "本人"}
    opinion = guest.made("/opinions", said | {"dissent": dissent})
    office.post(f"/opinions/{opinion['id']}/adoptions", {"result": "partial", "reason": "已吸收主要意见"})
    _answer(guest, one, "delivered")
    office.made("/evaluations", {"engagement": one["id"], "scores": SCORES})


def files(office: Caller, panel: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The file as JSON, and the words of the documents in Chinese and English; read twice, they are the same bytes."""
    read: list[bytes] = []
    for query in ("format=json", "format=docx&language=zh", "format=docx&language=en"):
        first, second = (office.get(f"/panels/{panel['id']}/file?{query}") for _ in range(2))
        assert first.status_code == 200
        assert first.data == second.data
        read.append(first.data)
    words = [_words(raw) for raw in read[1:]]
    assert [CODED.findall(text) for text in words] == [[], []]
    assert not [line for line in words[0].split("\n") if IN_CODES.match(line)]
    return json.loads(read[0]), words


def _words(raw: bytes) -> str:
    document = Document(io.BytesIO(raw))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def ids(seats: list[dict[str, Any]]) -> set[str]:
    return {seat["expert"]["id"] for seat in seats}


def test_footwear_park_gets_its_experts_by_lot(office: Caller, app: Flask) -> None:
    asked = accepted(office, "ZH2", mode="on_site", region="350500")
    strata = [
        {"name": "电商", "seats": 1, "reserves": 2, "codes": ["LG-EC"]},
        {"name": "其他", "seats": 2, "reserves": 2},
    ]
    terms = {"strata": strata, "reserves": 2, "rules": [{"type": "max_per_organisation"}], "candidates": 60}
    times = {"public_source": "双色球第2026136期", "not_before": "2026-11-24T13:30:00Z"}
    draw = office.made(f"/requests/{asked['id']}/draws", terms | times)
    clock = app.extensions["clock"]
    clock.forward(days=2)
    drawn = office.post(f"/draws/{draw['id']}/reveal", {"public_value": "03 07 12 19 25 31 + 08"}).json
    assert office.post("/draws/verify", {"record": drawn["record"]}).json == {"valid": True, "problems": []}
    panel = confirmed(office, office.get(f"/panels/{drawn['panel']}").json)
    serve(office, panel, decline=1)
    kept, (chinese, english) = files(office, panel)
    assert kept["draw"]["record"] == drawn["record"]
    assert {one["status"] for one in kept["engagements"]} == {"declined", "delivered"}
    assert drawn["record"]["seed"] in chinese
    assert drawn["record"]["seed"] in english


def test_tea_policy_leaves_out_the_association_that_licenses(office: Caller) -> None:
    member = office.get("/experts?kind=K-ASSN&status=active").json["items"][0]
    office.made(f"/experts/{member['id']}/ties", {"type": "board", "counterpart": "武夷岩茶行业协会"})
    related = [{"name": "武夷岩茶行业协会", "relation": "授权方"}]
    asked = accepted(office, "ZH4", region="350700", stage="expert_review", related_organisations=related)
    shortlist = office.made(f"/requests/{asked['id']}/shortlists", {"size": 20})
    assert [one["expert"]["id"] for one in shortlist["recused"]] == [member["id"]]
    assert shortlist["unresolved"] == [{"name": "武夷岩茶行业协会", "what": "party", "reason": "unknown"}]
    panel = confirmed(office, formed(office, asked))
    assert (panel["preset"], panel["size"] % 2) == ("policy", 1)
    assert member["id"] not in ids(panel["members"])
    serve(office, panel)
    kept, (chinese, english) = files(office, panel)
    assert kept["pool"]["recused_for"] == {"recused:board": 1}
    assert "担任董事、监事或高级管理人员" in chinese
    assert "Board or management" in english


def test_data_registration_gets_seven_and_one_from_elsewhere(office: Caller) -> None:
    asked = accepted(office, "ZH6", region="350000", stage="expert_review", legal_basis="福建省知识产权保护与促进条例")
    outside = {"type": "at_least_one", "outside": ["350100", "350200"], "name": "福州、厦门以外至少一人"}
    panel = confirmed(office, formed(office, asked, preset="policy", rules=[outside], size=7))
    regions = {office.get(f"/experts/{one}").json["region"] for one in ids(panel["members"])}
    assert len(panel["members"]) == 7
    assert regions - {"350100", "350200", None}
    serve(office, panel, dissent=True)
    kept, (chinese, english) = files(office, panel)
    assert [one["dissent"] for one in kept["opinions"]].count(True) == 1
    assert "福州、厦门以外至少一人" in chinese
    assert "Opinions and what was made of them" in english


def test_pledge_needs_an_appraiser_who_wrote_neither_report(office: Caller) -> None:
    appraiser = office.get("/experts?kind=K-APPR&status=active").json["items"][0]
    asked = accepted(office, "EN2", region="350800", experts_wanted=3)
    author = {"type": "report_author", "counterpart": "first valuation report", "request": asked["id"]}
    office.made(f"/experts/{appraiser['id']}/ties", author)
    rules = [
        {"type": "at_least_one", "kinds": ["K-APPR"], "name": "an appraiser"},
        {"type": "at_least_one", "kinds": ["K-FIN"], "name": "from a bank"},
        {"type": "at_least_one", "kinds": ["K-PA"], "name": "a patent attorney"},
    ]
    panel = confirmed(office, formed(office, asked, preset="simple", rules=rules))
    assert appraiser["id"] not in ids(panel["members"])
    kinds = {office.get(f"/experts/{one}").json["kind"] for one in ids(panel["members"])}
    assert kinds == {"K-APPR", "K-FIN", "K-PA"}
    serve(office, panel)
    kept, (_, english) = files(office, panel)
    assert kept["pool"]["recused_for"] == {"recused:report_author": 1}
    assert "Author of a disputed report" in english


def test_patent_guidance_hears_what_cannot_be_met_and_then_both_sides(office: Caller) -> None:
    matter = {name: CASES["EN4"][name] for name in ("title", "text")} | {"filters": {"kind": ["K-CIPO"]}}
    people = [one["expert"] for one in office.post("/shortlists/preview", matter).json["entries"]]
    sides = {"licensor": [people[0]["id"]], "licensee": [people[1]["id"]], "dissenting": [people[2]["id"]]}
    asked = accepted(office, "EN4", region="350000", stage="drafting")
    judges = {"type": "at_least", "count": 6, "kinds": ["K-JDG"], "name": "six judges"}
    both = {"type": "every_side", "sides": ["licensor", "licensee"], "name": "both sides"}
    wanted = {"preset": "policy_contested", "size": 7, "sides": sides}
    refused = office.post(f"/requests/{asked['id']}/panels", wanted | {"rules": [judges, both]}).json
    assert (refused["id"], refused["status"]) == (None, "infeasible")
    assert "six judges" in {one["name"] for one in refused["blocking"]}
    assert "six judges" in {one["name"] for one in refused["relaxations"][0]["changes"]}
    assert refused["members"]
    assert office.get(f"/panels?request={asked['id']}").json["items"] == []
    one_judge = {"type": "at_least_one", "kinds": ["K-JDG"], "name": "a judge"}
    panel = confirmed(office, formed(office, asked, **wanted, rules=[one_judge, both]))
    assert {"licensor", "licensee", "dissenting"} <= {one["side"] for one in panel["members"]}
    serve(office, panel, dissent=True)
    kept, (chinese, english) = files(office, panel)
    assert len([one for one in kept["seats"] if one["role"] == "member"]) == 7
    assert "both sides" in english
    assert "both sides" in chinese


def test_exporters_get_foreign_counsel_and_an_unknown_party_is_flagged(office: Caller) -> None:
    parties = [{"name": "PT Bekas Distributor Jaya", "role": "former distributor"}]
    asked = accepted(office, "EN5", region="350600", parties=parties, languages=["zh", "nan"], experts_wanted=3)
    assert office.get(f"/requests/{asked['id']}/conflicts").json["unresolved"][0]["name"] == parties[0]["name"]
    rules = [
        {"type": "at_least_one", "kinds": ["K-FOR-L"], "name": "foreign counsel"},
        {"type": "at_least_one", "kinds": ["K-CIPO"], "name": "brand manager"},
    ]
    panel = confirmed(office, formed(office, asked, rules=rules, size=3, reserves=2))
    serve(office, panel)
    kept, (chinese, english) = files(office, panel)
    assert kept["pool"]["unresolved"] == [parties[0]["name"]]
    assert parties[0]["name"] in chinese
    assert parties[0]["name"] in english


def test_document_is_made_for_chinese_readers_and_tells_no_time(office: Caller) -> None:
    asked = accepted(office, "EN2")
    panel = formed(office, asked, size=2, rules=[{"type": "max_per_organisation"}])
    raw = office.get(f"/panels/{panel['id']}/file").data
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "w:eastAsia" in archive.read("word/styles.xml").decode()
    assert office.get(f"/panels/{panel['id']}/file?format=pdf").status_code == 422
    assert office.get("/panels/nobody/file").status_code == 404


def test_document_says_of_interests_whether_none_were_declared_or_nothing_yet(office: Caller) -> None:
    asked = accepted(office, "ZH4", region="350700")
    panel = confirmed(office, formed(office, asked, size=3, rules=[{"type": "odd"}]))
    first, second, _ = office.made(f"/panels/{panel['id']}/invitations", {})["items"]
    for one, said in (
        (first, {"none": True}),
        (second, {"interests": [{"type": "kin", "counterpart": "张三"}]}),
    ):
        guest = Caller(office.app, office.made(f"/engagements/{one['id']}/links", {})["token"])
        assert guest.post(f"/engagements/{one['id']}/declarations", said | {"confidential": True}).status_code == 200
    kept, (chinese, english) = files(office, panel)
    invited_at = datetime.fromisoformat(kept["engagements"][0]["created_at"]) + timedelta(hours=8)
    for words in ("已申报无利益关系", "近亲属", "尚未申报", f"{invited_at:%Y-%m-%d %H:%M}"):
        assert chinese.split("\n").count(words) >= 1, words
    for words in ("none, as declared", "not declared yet", "Kin"):
        assert english.split("\n").count(words) >= 1, words


def test_document_says_in_whose_place_a_reserve_was_asked(office: Caller) -> None:
    asked = accepted(office, "ZH4", region="350700")
    panel = confirmed(office, formed(office, asked, size=3, reserves=1, rules=[{"type": "odd"}]))
    first = office.made(f"/panels/{panel['id']}/invitations", {})["items"][0]
    answer = office.post(f"/engagements/{first['id']}/transitions", {"to": "declined", "reason": "时间不合"}, etag="*")
    reserve = office.get(f"/engagements/{answer.json['instead']}").json
    lines = files(office, panel)[1][0].split("\n")
    pair = tuple(one["expert"]["name"]["zh"] for one in (reserve, first))
    assert pair in pairwise(lines)


def test_document_writes_rules_as_the_console_does_and_names_what_has_no_title(office: Caller) -> None:
    rules = [
        {"type": "max_share", "share": "1/3", "regulator": True},
        {"type": "at_least_one", "kinds": ["K-LAW", "K-JDG"], "name": "a legal voice"},
        {"type": "at_least_one", "outside": ["350100"]},
    ]
    panel = formed(office, accepted(office, "ZH2"), size=5, rules=rules)
    kept, (chinese, english) = files(office, panel)
    assert "法律专家：专家类型 律师、法官" in chinese
    assert "a legal voice: kinds of expert Lawyer, Judge" in english
    assert {item["kind"] for one in kept["candidates"] for item in one["reasons"]["items"]} >= {"statement", "case"}
    assert "专家自述" in chinese
    assert not re.search("^；|；$|；；", chinese, re.MULTILINE)


def test_document_names_the_expert_and_marks_another_signature(office: Caller) -> None:
    panel = confirmed(office, formed(office, accepted(office, "ZH4"), size=3, rules=[{"type": "odd"}]))
    serve(office, panel)
    kept, (chinese, english) = files(office, panel)
    signer = kept["names"]["experts"][kept["opinions"][0]["expert"]]
    assert f"姓名：{signer['zh']}" in chinese
    assert "署名：本人（与登记姓名不一致）" in chinese
    assert "Signed: 本人 (differs from the expert's name on record)" in english
