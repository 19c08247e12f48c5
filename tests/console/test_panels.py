"""Panels in the console: tried under rules, proposed, confirmed by a named person, changed one by one.

Pinned: trying stores nothing and proposing stores what the form says; rows of rules reach the service as rules, and its
faults their rows; where no panel fits, the page names the rules in the way and what would have to give, in words and
names; a confirmation needs a name and a reason for each deviation; agencies see who sits and nothing else.
"""

import html
import re
import threading
from typing import Any

import pytest
from flask import Flask

from expertdb.console.panel_forms import body_of
from expertdb.database import transaction
from expertdb.services import requests
from expertdb.services.actors import SYSTEM
from tests.api.people import ASKED, expert, moved
from tests.callers import Caller
from tests.conftest import Beginning, first_caller
from tests.console.conftest import Visitor, visitor
from tests.console.filling import filled

KINDS = ("K-LAW", "K-PA", "K-TECH", "K-LAW", "K-CIPO", "K-ACA")
NAMES = [f"专家{one}" for one in "甲乙丙丁戊己"]
AGENCY = "晋江鞋服产业园知识产权保护工作站"


def enter_pool(app: Flask) -> list[str]:
    """The ids of six experts of different kinds and firms, the best matched first."""
    fillers = ("茶叶加工", "鞋服设计", "陶瓷烧制", "石材雕刻", "水产养殖")
    administrator, made = first_caller(app, "administrator"), []
    for place, kind in enumerate(KINDS):
        title = "电池专利无效宣告" + "".join(fillers[:place])
        body = {"items": [{"kind": "case", "title": f"{title}案", "year": 2024}], "statement": title}
        made.append(expert(administrator, NAMES[place], kind=kind, organisation=f"单位{place}号", codes=[], **body))
    return [one["id"] for one in made]


def ask(app: Flask) -> str:
    """The address of an accepted request."""
    office = first_caller(app, "policy_office")
    made = office.made("/requests", ASKED)
    moved(office, f"/requests/{made['id']}", "accepted")
    return f"/requests/{made['id']}"


BEGINS = (("pool", enter_pool), ("asked", ask))


@pytest.fixture
def pool(beginning: Beginning) -> list[str]:
    return list(beginning.known["pool"])


@pytest.fixture
def asked(beginning: Beginning, pool: Any) -> str:
    return str(beginning.known["asked"])


def tried(one: Visitor, asked: str, status: int = 200, **fields: Any) -> str:
    """The page after a panel of three was tried, with these fields besides."""
    given = {"/size": "3", "/rules/0/type": "odd"} | fields
    answer = one.post(f"{asked}/panels/rehearsal", given, at=f"{asked}/panels/new")
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


def seated(page: str, caption: str) -> list[str]:
    """The names in the table of this caption."""
    table = re.search(rf'<caption class="hidden">{caption}</caption>.*?</table>', page, re.DOTALL)
    return re.findall(r'<th [^>]*scope="row">.*?<bdi>(.*?)</bdi>', table[0]) if table else []


def proposed(office: Caller, asked: str, **body: Any) -> dict[str, Any]:
    return office.made(f"{asked}/panels", {"size": 3, "rules": [{"type": "odd"}], "reserves": 1, **body})


def decided(one: Visitor, panel: str, to: str = "confirmed", **fields: Any) -> Any:
    path = f"/panels/{panel}/moves/{to}"
    return one.client.post(path, data=filled(one.page(path), path) | fields, headers=one.headers)


def test_trying_shows_the_proven_best_and_stores_nothing(official: Visitor, office: Caller, asked: str) -> None:
    page = tried(official, asked, **{"/reserves": "2"})
    assert seated(page, "Members") == NAMES[:3]
    assert seated(page, "Reserves") == NAMES[3:5]
    assert "Proven: under these rules no panel has a higher sum" in page
    assert office.get("/panels").json["items"] == []


def test_member_is_swapped_and_the_difference_shown(official: Visitor, asked: str, pool: list[str]) -> None:
    first = tried(official, asked)
    fields = filled(first, f"{asked}/panels/rehearsal")
    page = tried(official, asked, **(fields | {"/forbidden": [pool[0], ""]}))
    assert seated(page, "Members") == NAMES[1:4]
    assert re.search(r"Against the panel tried before: -0\.\d{4}", page)
    assert f'value="{pool[0]}" checked> <bdi>专家甲</bdi>' in page


def test_rows_become_rules_and_are_shown_in_words(official: Visitor, office: Caller, asked: str) -> None:
    rules = {
        "/rules/1/type": "at_least",
        "/rules/1/count": "2",
        "/rules/1/kinds": ["K-LAW"],
        "/rules/2/type": "max_share",
        "/rules/2/share": "1/3",
        "/rules/2/who": "regulator",
        "/rules/4/type": "min_affinity",
        "/rules/4/limit": "0.01",
    }
    page = tried(official, asked, **rules)
    assert {"专家甲", "专家丁"} <= set(seated(page, "Members"))
    assert "At least so many of: number 2; kinds of expert" in page
    assert "At most a share of: share 1/3; people of the regulator" in page
    path = f"{asked}/panels/new"
    fields = filled(page, f"{asked}/panels/rehearsal")
    answer = official.client.post(path, data=fields, headers=official.headers)
    assert answer.status_code == 303, answer.text
    (stored,) = office.get("/panels").json["items"]
    stated = [one["rule"] for one in stored["rules"]]
    assert {"type": "at_least", "count": 2, "kinds": ["K-LAW"]} in stated
    assert {"type": "max_share", "share": "1/3", "regulator": True} in stated


def test_rows_are_added_and_taken_away_without_losing_what_was_typed(official: Visitor, asked: str) -> None:
    path = f"{asked}/panels/rows"
    given = {"/size": "4", "/rules/0/type": "odd", "/forced": "某人", "add": "cover"}
    page = official.post(path, given, at=f"{asked}/panels/new").text
    fields = filled(page, f"{asked}/panels/rehearsal")
    assert [fields[f"/rules/{place}/type"] for place in (0, 1)] == [["odd"], ["cover"]]
    assert (fields["/size"], fields["/forced"]) == (["4"], ["某人", ""])
    fewer = official.post(path, fields | {"add": "", "drop": "0"}, at=f"{asked}/panels/new").text
    kept = filled(fewer, f"{asked}/panels/rehearsal")
    assert kept["/rules/0/type"] == ["cover"]
    assert "/rules/1/type" not in kept


FAULTS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"/rules/1/type": "at_least", "/rules/1/kinds": "K-LAW"}, "f-rules-1-count"),
    ({"/rules/1/type": "max_share", "/rules/1/share": "half", "/rules/1/who": "newcomer"}, "f-rules-1-share"),
    ({"/rules/1/type": "at_least_one"}, "f-rules-1"),
    ({"/rules/1/type": "nonsense"}, "f-rules-1"),
    ({"/forced": "查无此人"}, "f-forced"),
    ({"/size": "many"}, "f-size"),
    ({"/preset": "policy", "/size": "4"}, "f-size"),
    ({"/sides/0/side": "regulated", "/sides/0/experts": "查无此人"}, "f-sides"),
    ({"/sides/0/experts": "专家甲"}, "f-sides-0-side"),
)


def test_rules_of_the_kinds_are_told_in_words(official: Visitor, asked: str) -> None:
    official.client.set_cookie("language", "zh")
    told = "".join(re.findall(r"<li>(.*?)</li>", official.page(f"{asked}/panels/new")))
    assert all(words in told for words in ("代表 受监管方", "来自以下地区之外 请求所在城市"))
    assert re.findall(r"regulated|dissenting|@", told) == []


def test_side_is_named_by_its_words_too() -> None:
    typed = {
        "sides": [{"side": "受监管方", "experts": ["甲"]}],
        "rules": [{"type": "every_side", "sides": ["不同意见方", "其他"]}],
    }
    body = body_of(typed)
    assert (body["sides"], body["rules"][0]["sides"]) == ({"regulated": ["甲"]}, ["dissenting", "其他"])


def test_fault_stands_at_its_field(official: Visitor, asked: str) -> None:
    for fields, fault in FAULTS:
        assert f'href="#{fault}"' in tried(official, asked, 422, **fields), fields


def test_rule_that_says_nobody_is_told_in_words_at_its_row_and_above(official: Visitor, asked: str) -> None:
    page = tried(official, asked, 422, **{"/rules/1/type": "at_least_one", "/rules/2/type": "max_per"})
    assert "Group</a>: This must be filled in." in page
    assert page.count("Choose at least one of “Kinds of expert”") == 2
    assert "regulator," not in page
    assert "The panel cannot be tried like this" in page
    page = tried(official, asked, 422, **{"/rules/1/type": "cover"})
    assert page.count("This must be filled in.") == 2
    assert "parameter" not in page


def test_only_what_may_be_left_out_is_marked_so(official: Visitor, asked: str) -> None:
    rows = {f"/rules/{place}/type": type for place, type in enumerate(("cover", "keep_apart", "min_affinity"))}
    page = official.post(f"{asked}/panels/rows", rows, at=f"{asked}/panels/new").text
    labels = dict(re.findall(r'<label for="(f-rules-[^"]+)">(.*?)</label>', page))
    optional = {name for name, words in labels.items() if "optional" in words}
    assert optional == {"f-rules-0-each"}
    assert labels["f-rules-2-limit"] == "Lowest affinity"


def test_rules_in_the_way_are_named_with_what_would_have_to_give(official: Visitor, office: Caller, asked: str) -> None:
    rule = {"/rules/1/type": "at_least", "/rules/1/count": "3", "/rules/1/kinds": ["K-LAW"]}
    page = tried(official, asked, **rule)
    assert "No panel meets these rules" in page
    assert "These cannot hold together" in page
    assert "At least so many of: number 3; kinds of expert" in page
    assert "The least that would have to give" in page
    assert len(seated(page, "The panel if that gave way")) == 3
    answer = official.post(f"{asked}/panels/new", {"/size": "3"} | rule, at=f"{asked}/panels/new")
    assert "No panel meets these rules" in answer.text
    assert office.get("/panels").json["items"] == []


def test_panel_is_confirmed_by_a_named_person_with_reasons(official: Visitor, office: Caller, asked: str) -> None:
    rules = [{"type": "at_least", "count": 2, "kinds": ["K-LAW"]}]
    panel = proposed(office, asked, rules=rules)
    assert "专家丁 is chosen (rank 4) ahead of:" in html.unescape(official.page(f"/panels/{panel['id']}"))
    blank = decided(official, panel["id"], **{"/reason": "", "/deviations/0/reason": ""})
    for field in ("reason", "confirmed_by", "deviations-0-reason"):
        assert f'href="#f-{field}"' in blank.text
    page = decided(official, panel["id"], **{"/reason": "同意"})
    assert page.status_code == 422
    assert 'href="#f-deviations-0-reason"' in page.text
    nameless = decided(official, panel["id"], **{"/reason": "同意", "/deviations/0/reason": "须两名法律专家"})
    assert 'href="#f-confirmed_by"' in nameless.text
    fields = {"/reason": "同意", "/confirmed_by": "王某", "/deviations/0/reason": "须两名法律专家"}
    assert decided(official, panel["id"], **fields).status_code == 303
    stored = office.get(f"/panels/{panel['id']}").json
    assert (stored["status"], stored["confirmed_by"]) == ("confirmed", "王某")
    shown = official.page(f"/panels/{panel['id']}")
    assert "须两名法律专家" in shown
    assert "王某" in shown


def test_confirmation_of_a_panel_that_the_pool_moved_under_is_refused_in_words(
    official: Visitor, office: Caller, administrator: Caller, asked: str, pool: list[str]
) -> None:
    panel = proposed(office, asked)
    moved(administrator, f"/experts/{pool[0]}", "suspended")
    answer = decided(official, panel["id"], **{"/reason": "同意", "/confirmed_by": "王某"})
    assert answer.status_code == 409
    assert 'value="王某"' in answer.text
    assert "The expert 专家甲 may not be chosen for this request: Suspended." in answer.text
    assert f"The expert {pool[0]}" not in answer.text


def test_expert_who_must_be_a_member_and_may_not_is_called_by_name(
    official: Visitor, administrator: Caller, asked: str, pool: list[str]
) -> None:
    moved(administrator, f"/experts/{pool[2]}", "suspended")
    page = tried(official, asked, 409, **{"/forced": "专家丙"})
    assert "The expert 专家丙 may not be chosen for this request: Suspended." in page
    assert f"The expert {pool[2]}" not in page


def test_two_who_decide_at_once_do_not_decide_twice(official: Visitor, office: Caller, asked: str) -> None:
    panel = proposed(office, asked)
    path = f"/panels/{panel['id']}/moves/rejected"
    fields = filled(official.page(path), path) | {"/reason": "另议"}
    assert official.client.post(path, data=fields, headers=official.headers).status_code == 303
    assert official.client.post(path, data=fields, headers=official.headers).status_code in (404, 409, 412)
    assert official.get(path).status_code == 404


def test_form_says_what_a_blank_kind_of_panel_stands_for(official: Visitor, office: Caller, asked: str) -> None:
    said = re.search(r'<option value="">(.*?)</option>', official.page(f"{asked}/panels/new"))
    assert said is not None
    assert said[1] == "by the kind of request: Complex consultation"
    for wish, words in (
        ({"preset": "policy"}, "as the request wishes: Policy"),
        ({"rules": [{"type": "odd"}]}, "the rules that the request states"),
    ):
        path = f"/requests/{office.made('/requests', ASKED | {'panel': wish})['id']}"
        assert f'<option value="">{words}' in official.page(f"{path}/panels/new"), words
    fields = {"/rules/0/type": "odd", "add": "cover"}
    with_a_rule = official.post(f"{asked}/panels/rows", fields, at=f"{asked}/panels/new").text
    assert '<option value="">no kind: the own rules below stand alone' in with_a_rule


def test_member_is_replaced_with_a_reason(official: Visitor, office: Caller, asked: str, pool: list[str]) -> None:
    panel = proposed(office, asked)
    path = f"/panels/{panel['id']}/replacements/new"
    fields = filled(official.page(f"{path}?expert={pool[1]}"), path)
    assert fields["/expert"] == [pool[1]]
    assert official.client.post(path, data=fields, headers=official.headers).status_code == 422
    answer = official.client.post(path, data=fields | {"/reason": "出差"}, headers=official.headers)
    assert answer.status_code == 303, answer.text
    page = official.page(answer.location)
    assert seated(page, "Members") == [NAMES[0], NAMES[2], NAMES[3]]
    assert f"{NAMES[3]} steps in for {NAMES[1]}" in page
    assert "what each rule costs is not worked out for it" in page
    assert "<h3>Rules</h3>" in page
    assert '<bdi class="quiet">甲 policy_office</bdi>' in page[page.index('<ol class="steps">') :]


def test_a_code_that_is_a_number_is_covered_by_who_has_it(
    official: Visitor, office: Caller, administrator: Caller, asked: str
) -> None:
    expert(administrator, "机械厂工程师", codes=["38", "PAT-INV"])
    made = office.made("/requests", ASKED | {"aspects": [{"code": "38", "need": "must"}]})
    moved(office, f"/requests/{made['id']}", "accepted")
    panel = proposed(office, f"/requests/{made['id']}", size=1, reserves=0)
    page = official.page(f"/panels/{panel['id']}")
    assert panel["members"][0]["expert"]["name"] == {"zh": "机械厂工程师"}
    assert "curated code" in page
    assert "No member covers" not in page


def test_panel_says_which_requested_expertise_it_covers(
    official: Visitor, office: Caller, administrator: Caller, pool: list[str]
) -> None:
    assert administrator.patch(f"/experts/{pool[0]}", {"codes": ["LG-INV"]}, etag="*").status_code == 200
    aspects = [{"code": "LG-INV"}, {"code": "TM", "need": "must"}]
    asked = f"/requests/{office.made('/requests', ASKED | {'aspects': aspects})['id']}"
    for page in (tried(official, asked), official.page(f"/panels/{proposed(office, asked)['id']}")):
        matrix = re.search(r'<table class="matrix">.*?<tbody>(.*?)</table>', page, re.DOTALL)
        assert matrix is not None
        assert re.findall(r"<bdi>(.*?)</bdi>", matrix[1]) == NAMES[:3]
        assert (matrix[1].count("curated code"), matrix[1].count("lacking")) == (1, 3)
        assert "No member covers Trademark." in page
        assert "No member covers Patent invalidation" not in page


def test_replacement_is_sought_while_somebody_else_writes(
    app: Flask, official: Visitor, office: Caller, asked: str, pool: list[str]
) -> None:
    path = f"/panels/{proposed(office, asked)['id']}/replacements/new"
    fields = filled(official.page(path), path) | {"/expert": [pool[5]], "/reason": "试"}
    refused: list[int] = []

    def post() -> None:
        refused.append(official.client.post(path, data=fields, headers=official.headers).status_code)

    thread = threading.Thread(target=post)
    with app.app_context(), transaction() as session:
        requests.get(session, asked.rpartition("/")[2], actor=SYSTEM, lock=True)
        thread.start()
        thread.join(10)  # SQLite's writers wait for 20 s, PostgreSQL's for whoever holds the request.
        assert refused == [422]


def test_agency_sees_who_sits_once_it_is_confirmed(app: Flask, official: Visitor, office: Caller, pool: Any) -> None:
    worker = visitor(app, "agency", AGENCY)
    made = worker.post("/requests/new", {f"/{name}": value for name, value in ASKED.items()}, at="/requests/new")
    moved(office, made.location, "accepted")
    panel = proposed(office, made.location)
    assert worker.get(f"/panels/{panel['id']}").status_code == 404
    assert "/panels/" not in worker.page(made.location)
    assert decided(official, panel["id"], **{"/reason": "同意", "/confirmed_by": "王某"}).status_code == 303
    assert f"/panels/{panel['id']}" in worker.page(made.location)
    page = worker.page(f"/panels/{panel['id']}")
    assert "专家甲" in page
    for hidden in ("专家丁", "Affinity", ">Rank<"):
        assert hidden not in page


def test_no_code_stands_alone_on_a_panel(app: Flask, office: Caller, asked: str) -> None:
    one = visitor(app, "administrator", language="zh")
    panel = proposed(office, asked, preset="complex")
    for page in (one.page(f"/panels/{panel['id']}"), tried(one, asked, **{"/preset": "complex"})):
        text = re.sub(r"<[^>]+>", " ", page)
        for code in ("max_per_organisation", "at_least_one", "K-LAW", "proposed", "solved", "regulator", "max_load"):
            assert not re.search(rf"\b{code}\b", text), code


def test_members_of_a_panel_nobody_decided_on_are_not_invited_and_the_way_back_is_shown(
    app: Flask, office: Caller, asked: str
) -> None:
    one = visitor(app, "policy_office", language="zh")
    panel = proposed(office, asked)
    refused = one.get(f"/panels/{panel['id']}/invitations/new")
    assert refused.status_code == 409
    assert f'href="/panels/{panel["id"]}"' in refused.text
    assert "当前状态为“待确认”" in refused.text
    assert "（proposed）" not in refused.text


def test_page_says_by_what_candidates_were_narrowed_down_and_what_kept_the_better_ranked_off(
    official: Visitor, office: Caller, asked: str, pool: Any
) -> None:
    body = {"size": 1, "rules": [{"type": "odd"}], "filters": {"kind": ["K-TECH"]}, "candidates": 5}
    made = office.made(f"{asked}/panels", body)
    page = official.page(f"/panels/{made['id']}")
    assert "Who could be chosen" in page
    assert "only the best 5 were looked at" in page
    assert "would break: the filters" in page


def test_form_opened_on_a_list_chooses_from_its_people_until_told_otherwise(
    official: Visitor, office: Caller, asked: str
) -> None:
    listed = office.made(f"{asked}/shortlists", {"size": 3, "filters": {"kind": ["K-TECH", "K-CIPO", "K-ACA"]}})
    link = re.search(r'href="([^"]+)">Form a panel', official.page(f"/shortlists/{listed['id']}"))
    assert link is not None
    opened = official.page(html.unescape(link[1]))
    fields = filled(opened, f"{asked}/panels/rehearsal")
    assert fields["/shortlist"] == [listed["id"]]
    page = tried(official, asked, **(fields | {"/size": "3"}))
    assert seated(page, "Members") == [NAMES[2], NAMES[4], NAMES[5]]
    assert f'href="/shortlists/{listed["id"]}"' in page
    assert "only the best" not in page
    whole = tried(official, asked, **(filled(page, f"{asked}/panels/rehearsal") | {"/shortlist": ""}))
    assert seated(whole, "Members") == NAMES[:3]


def test_form_offers_the_lists_of_the_request_and_nobody_elses(
    app: Flask, official: Visitor, office: Caller, asked: str
) -> None:
    assert "/shortlist" not in filled(official.page(f"{asked}/panels/new"), f"{asked}/panels/rehearsal")
    listed = office.made(f"{asked}/shortlists", {"size": 2})
    foreign = office.made(f"{ask(app)}/shortlists", {"size": 2})
    assert filled(official.page(f"{asked}/panels/new"), f"{asked}/panels/rehearsal")["/shortlist"] == [""]
    page = official.page(f"{asked}/panels/new?shortlist={foreign['id']}")
    assert listed["id"] in page
    assert filled(page, f"{asked}/panels/rehearsal")["/shortlist"] == [""]
    refused = tried(official, asked, 422, **{"/shortlist": foreign["id"]})
    assert 'href="#f-shortlist"' in refused


def test_where_none_fits_among_the_people_of_a_list_the_way_out_is_named(
    official: Visitor, office: Caller, asked: str
) -> None:
    listed = office.made(f"{asked}/shortlists", {"size": 3})["id"]
    lawyers = {"/rules/1/type": "at_least", "/rules/1/kinds": ["K-LAW"]}
    way_out = "Only the people of the list were candidates"
    assert way_out in tried(official, asked, **lawyers, **{"/rules/1/count": "2", "/shortlist": listed})
    assert way_out not in tried(official, asked, **lawyers, **{"/rules/1/count": "3"})


def test_list_on_which_somebody_may_not_be_asked_any_more_is_told_at_its_field(
    app: Flask, official: Visitor, office: Caller, asked: str, pool: list[str]
) -> None:
    listed = office.made(f"{asked}/shortlists", {"size": 3})
    moved(first_caller(app, "administrator"), f"/experts/{pool[0]}", "on_leave")
    refused = tried(official, asked, 409, **{"/shortlist": listed["id"]})
    assert 'href="#f-shortlist"' in refused
    assert NAMES[0] in refused
