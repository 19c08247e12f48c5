"""Requests and their shortlists in the console.

Pinned: a form keeps what was typed and recognises aspects; a list is ranked under the filters of the address and filed
exactly as it was seen; every entry says what it rests on, in words, with sums that are right; agencies see their own
and nobody who was left out.
"""

import html
import re

import pytest
from flask import Flask

from tests.api.people import ASKED, expert, moved
from tests.callers import Caller
from tests.console.conftest import Visitor, visitor
from tests.console.filling import filled

AGENCY = "晋江鞋服产业园知识产权保护工作站"
SHORT = {"/kind": "consultation", "/title": "电池", "/text": "电池专利无效"}
ASPECTS = [{"code": "LG-INV", "need": "must"}, {"code": "LG-OVS", "need": "nice"}]


def asked(office: Caller, **changes: object) -> str:
    """The id of a new request about batteries."""
    return str(office.made("/requests", ASKED | changes)["id"])


def fields_of(page: str, action: str) -> dict[str, list[str]]:
    return filled(page, action)


def sums(page: str) -> list[tuple[float, float]]:
    """Of each entry, what its lines sum to and what stands below them."""
    found = []
    for table in re.findall(r'<table class="terms">(.*?)</table>', page, re.DOTALL):
        lines = re.findall(r'<td class="number">([+-]\d\.\d{4})</td>', table)
        foot = re.search(r'<td class="number">(\d\.\d{4})</td></tr></tfoot>', table)
        assert foot is not None
        found.append((sum(map(float, lines)), float(foot[1])))
    return found


def test_request_is_entered_and_read_again(official: Visitor, office: Caller) -> None:
    fields = {
        "/kind": "consultation",
        "/title": "锂电池专利无效",
        "/text": "请推荐熟悉电池专利无效宣告的专家。",
        "/urgency": "urgent",
        "/secrecy": "internal",
        "/aspects/0/code": "LG-INV",
        "/aspects/0/need": "must",
        "/aspects/7/need": "nice",
        "/parties/0/name": "某公司",
        "/parties/0/role": "",
        "/parties/4/name": "",
        "/questions": "第一问？\r\n\r\n第二问？",
        "/experts_wanted": "5",
        "/due": "2026-12-15",
    }
    answer = official.post("/requests/new", fields, at="/requests/new")
    assert answer.status_code == 303, answer.text
    stored = office.get(f"/requests/{answer.location.rpartition('/')[2]}").json
    assert stored["aspects"] == [{"code": "LG-INV", "need": "must"}]
    assert stored["parties"] == [{"name": "某公司", "role": ""}]
    assert stored["questions"] == ["第一问？", "第二问？"]
    assert (stored["experts_wanted"], stored["due"], stored["urgency"]) == (5, "2026-12-15", "urgent")
    page = official.page(answer.location)
    for words in ("Patent invalidity", "某公司", "第二问？", "Urgent", "2026-12-15"):
        assert words in page or words == "Patent invalidity"
    assert "锂电池专利无效" in official.page("/requests?kind=consultation")


def test_faulty_request_keeps_rows_and_aspects(official: Visitor) -> None:
    fields = {
        "/kind": "consultation",
        "/title": "",
        "/text": "电池★机密",
        "/aspects/0/code": "LG-INV",
        "/aspects/0/need": "must",
        "/parties/3/name": "甲",
        "/parties/3/role": "x" * 51,
        "/due": "2020-01-01",
        "/experts_wanted": "many",
    }
    answer = official.post("/requests/new", fields, at="/requests/new")
    assert answer.status_code == 422
    assert 'name="/aspects/0/code" value="LG-INV" checked' in answer.text
    assert 'value="must" selected' in answer.text
    assert 'value="many"' in answer.text
    assert 'name="/parties/0/name" value="甲"' in answer.text
    assert 'href="#f-parties-0-role"' in answer.text
    assert 'href="#f-title"' in answer.text


def test_request_is_edited_and_form_without_changes_changes_nothing(official: Visitor, office: Caller) -> None:
    id = asked(office, aspects=ASPECTS, parties=[{"name": "甲"}], stage=None, languages=["en"])
    path = f"/requests/{id}/edit"
    before = office.get(f"/requests/{id}").json
    fields = fields_of(official.page(path), path)
    assert official.client.post(path, data=fields, headers=official.headers).status_code == 303
    after = office.get(f"/requests/{id}").json
    for name in before:
        assert name in ("version", "updated_at") or after[name] == before[name], name
    fields = fields_of(official.page(path), path) | {"/title": ["改过的标题"], "/aspects/0/code": []}
    assert official.client.post(path, data=fields, headers=official.headers).status_code == 303
    stored = office.get(f"/requests/{id}").json
    assert (stored["title"], [one["code"] for one in stored["aspects"]]) == ("改过的标题", ["LG-OVS"])


def test_agency_sees_its_own_requests_only(app: Flask, office: Caller) -> None:
    foreign = asked(office, requester="另一单位")
    worker = visitor(app, "agency", AGENCY)
    answer = worker.post(
        "/requests/new", {"/kind": "consultation", "/title": "外观设计", "/text": "鞋"}, at="/requests/new"
    )
    assert answer.status_code == 303, answer.text
    assert AGENCY in worker.page(answer.location)
    assert foreign not in worker.page("/requests")
    assert worker.get(f"/requests/{foreign}").status_code == 404
    assert worker.get(f"/requests/{foreign}/ranking").status_code == 404
    assert worker.get("/experts").status_code == 403


def test_histories_and_requests_say_who_acted(app: Flask, official: Visitor, office: Caller) -> None:
    worker = visitor(app, "agency", "某单位")
    made = worker.post("/requests/new", {"/kind": "consultation", "/title": "鞋样", "/text": "鞋"}, at="/requests/new")
    path = made.location
    moved(office, path, "accepted")
    page = official.page(path)
    assert re.search(r"<dt>Filed by</dt><dd><bdi>甲 agency</bdi>", page)
    steps = re.findall(r'<bdi class="quiet">(.*?)</bdi>', page[page.index('<ol class="steps">') :])
    assert steps == ["a policy_office", "甲 agency"]
    seen = worker.page(path)
    assert "甲 agency" in seen
    assert "a policy_office" not in seen
    assert "the office" in seen


def test_list_leads_to_a_panel_and_to_who_is_not_on_it(
    administrator: Caller, official: Visitor, office: Caller
) -> None:
    expert(administrator)
    request = asked(office)
    filed = office.made(f"/requests/{request}/shortlists", {})
    page = official.page(f"/shortlists/{filed['id']}")
    assert f'href="/requests/{request}/panels/new?shortlist={filed["id"]}"' in page
    assert f'href="/requests/{request}/standing"' in page


def test_countries_stand_as_the_reader_seeks_them(official: Visitor) -> None:
    for language, ends in (
        ("en", ["Afghanistan", "Åland Islands", "Albania", "Zambia", "Zimbabwe"]),
        ("zh", ["阿尔巴尼亚", "阿尔及利亚", "阿富汗", "中非共和国"]),
    ):
        official.client.set_cookie("language", language)
        page = official.page("/requests/new")
        select = page[page.index('name="/region"') :]
        words = re.findall(r'<option value="[A-Z0-9][^"]*"[^>]*>(.*?)</option>', select[: select.index("</select>")])
        assert words[:3] in (["Fujian", "Fuzhou", "Xiamen"], ["福建省", "福州市", "厦门市"])
        abroad = words[words.index("Taiwan, China" if language == "en" else "中国台湾") + 1 :]
        assert [one for one in abroad if one in ends] == ends
        assert (abroad[0], abroad[-1]) == (ends[0], ends[-1])


def test_request_moves_with_a_reason(official: Visitor, office: Caller) -> None:
    id = asked(office)
    path = f"/requests/{id}/moves/accepted"
    assert "/moves/accepted" in official.page(f"/requests/{id}")
    fields = fields_of(official.page(path), path)
    assert official.client.post(path, data=fields, headers=official.headers).status_code == 422
    fields |= {"/reason": ["符合受理条件"]}
    assert official.client.post(path, data=fields, headers=official.headers).status_code == 303
    assert office.get(f"/requests/{id}").json["status"] == "accepted"


def test_step_that_is_missing_is_said(official: Visitor, office: Caller) -> None:
    path = f"/requests/{asked(office)}/moves/shortlisted"
    fields = fields_of(official.page(path), path) | {"/reason": ["x"]}
    answer = official.client.post(path, data=fields, headers=official.headers)
    assert answer.status_code == 409
    assert "This request has no shortlist" in html.unescape(answer.text)
    official.client.set_cookie("language", "zh")
    answer = official.client.post(path.replace("shortlisted", "invited"), data=fields, headers=official.headers)
    assert "不能由“已提交”变更为“已邀请”；可变更为：" in answer.text


def test_ranking_stores_nothing_and_filing_stores_what_was_seen(
    administrator: Caller, official: Visitor, office: Caller
) -> None:
    for name, region in (("林岚", "350200"), ("王一", "350100"), ("陈二", "350200")):
        expert(administrator, name, region=region)
    id = asked(office, aspects=ASPECTS)
    seen = official.page(f"/requests/{id}/ranking?/filters/region=350200&/size=5")
    assert "王一" not in seen
    assert seen.count('class="entry"') == 2
    assert office.get("/shortlists").json["items"] == []
    action = f"/requests/{id}/ranking"
    answer = official.client.post(action, data=fields_of(seen, action), headers=official.headers)
    assert answer.status_code == 303, answer.text
    (stored,) = office.get("/shortlists").json["items"]
    assert (stored["size"], stored["filters"]) == (5, {"region": ["350200"]})
    filed = official.page(answer.location)
    assert re.findall(r"<h2>.*?<bdi>(.*?)</bdi>", filed) == re.findall(r"<h2>.*?<bdi>(.*?)</bdi>", seen)
    assert "Xiamen" in filed


def test_part_of_the_ranking_is_the_list_alone(administrator: Caller, official: Visitor, office: Caller) -> None:
    expert(administrator)
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    part = official.get(f"/requests/{asked(office)}/ranking?/size=1", **headers).text
    assert "林岚" in part
    assert "<html" not in part


@pytest.mark.parametrize("query", ["/size=0", "/size=x", "/diversify=7", "/filters/region=NOWHERE", "x=1&/filters=2"])
def test_faulty_filters_of_an_address_count_as_not_given(
    administrator: Caller, official: Visitor, office: Caller, query: str
) -> None:
    expert(administrator)
    assert "林岚" in official.page(f"/requests/{asked(office)}/ranking?{query}")


def test_lines_of_an_entry_sum_to_its_affinity(administrator: Caller, official: Visitor, office: Caller) -> None:
    for place in range(3):
        items = [{"kind": "case", "title": f"电池专利无效案{place}", "text": "无效宣告请求" * (place + 1)}]
        expert(administrator, f"专家{place}甲", items=items, codes=["PAT-INV"] if place else ["LG-INV"])
    aspects = [*ASPECTS, {"code": "TM", "need": "must"}]
    page = official.page(f"/requests/{asked(office, aspects=aspects)}/ranking")
    found = sums(page)
    assert len(found) == 3
    assert all(abs(lines - total) < 0.0006 for lines, total in found), found
    assert "A required aspect is missing" in page


def test_evidence_stands_with_its_words_marked(administrator: Caller, official: Visitor, office: Caller) -> None:
    text = "代表请求人就<b>电池隔膜</b>提出无效宣告请求，权利要求全部无效。"
    expert(administrator, items=[{"kind": "case", "title": "电池隔膜专利无效案", "text": text}])
    page = official.page(f"/requests/{asked(office)}/ranking")
    assert "<mark>" in page
    assert "&lt;b&gt;" in page
    assert "<b>电池" not in page


def test_aspects_stand_beside_the_candidates(administrator: Caller, official: Visitor, office: Caller) -> None:
    expert(administrator, statement="熟悉商标。", codes=["LG-INV"])
    aspects = [{"code": "LG-INV"}, {"code": "TM"}, {"code": "K-TMA"}, {"code": "DES", "need": "must"}]
    page = official.page(f"/requests/{asked(office, aspects=aspects)}/ranking")
    matrix = re.search(r'<table class="matrix">.*?<tbody>(.*?)</table>', page, re.DOTALL)
    assert matrix is not None
    cells = [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", matrix[1])]
    assert cells == ["●curated code", "○mentioned in the profile only", "neither", "lacking"]
    assert "mentioned: Trademark" in page
    assert "lacks what is required: Industrial design" in page
    assert page.count("nobody in the pool holds it.") == 2


def test_left_out_are_named_to_offices_only(app: Flask, administrator: Caller, official: Visitor) -> None:
    expert(administrator)
    for place in range(6):
        expert(administrator, f"停{'甲乙丙丁戊己'[place]}", status="suspended")
    worker = visitor(app, "agency", AGENCY)
    made = worker.post(
        "/requests/new", {"/kind": "consultation", "/title": "电池", "/text": "电池"}, at="/requests/new"
    )
    theirs = worker.page(f"{made.location}/ranking")
    assert "停甲" not in theirs
    assert "Suspended" not in theirs
    assert "Not available" in theirs
    ours = official.page(f"{made.location}/ranking")
    assert "停甲" in ours
    assert "Suspended" in ours


def test_only_what_may_come_next_is_offered(administrator: Caller, official: Visitor, office: Caller) -> None:
    """Whoever pressed the others was told what had to happen first, and that it happens by itself."""
    expert(administrator)
    request = asked(office)
    page = official.page(f"/requests/{request}")
    assert "/moves/accepted" in page
    assert "/moves/shortlisted" not in page
    moved(office, f"/requests/{request}", "accepted")
    panel = office.made(f"/requests/{request}/panels", {"size": 1, "rules": [{"type": "odd"}]})["id"]
    decided = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某"}
    assert office.post(f"/panels/{panel}/transitions", decided, etag="*").status_code == 200
    assert "/moves/superseded" in official.page(f"/panels/{panel}")
    office.made(f"/panels/{panel}/invitations", {})
    assert "/moves/engaged" not in official.page(f"/requests/{request}")
    assert "/moves/superseded" not in official.page(f"/panels/{panel}")
    assert official.get(f"/panels/{panel}/moves/superseded").status_code == 404


def test_comparison_says_why_one_stands_first(administrator: Caller, official: Visitor, office: Caller) -> None:
    expert(administrator)
    expert(administrator, "王一", statement="商标与电池", items=[], codes=["TM"])
    made = office.made(f"/requests/{asked(office)}/shortlists", {})
    page = official.page(f"/shortlists/{made['id']}")
    link = re.search(r'href="(/shortlists/[^"]+/comparison[^"]+)"', page)
    assert link is not None
    compared = official.page(html.unescape(link[1]))
    assert "Why is 林岚 ranked above 王一?" in compared
    assert official.get(f"/shortlists/{made['id']}/comparison").status_code == 200
    assert official.get(f"/shortlists/{made['id']}/comparison?first=nobody").status_code == 422


def test_comparison_shows_words_as_they_are_written(administrator: Caller, official: Visitor, office: Caller) -> None:
    expert(administrator, statement="Licensed batteries")
    expert(administrator, "王一", statement="Batteries and tea")
    asks = office.made("/requests", ASKED | {"title": "Licensing of batteries", "text": "锂电池许可"})
    made = office.made(f"/requests/{asks['id']}/shortlists", {})
    page = official.page(f"/shortlists/{made['id']}/comparison")
    assert "<bdi>Licensing, 许可" in page
    assert "<bdi>licens</bdi>" not in page


def test_comparison_of_a_list_of_one_says_so(administrator: Caller, official: Visitor, office: Caller) -> None:
    expert(administrator)
    made = office.made(f"/requests/{asked(office)}/shortlists", {})
    assert official.get(f"/shortlists/{made['id']}/comparison").status_code == 404
    assert "one expert</span>" in official.page(f"/requests/{made['request']}")


def test_standing_tells_rank_or_reason(administrator: Caller, official: Visitor, office: Caller) -> None:
    first = expert(administrator)
    second = expert(administrator, "王一", status="suspended")
    path = f"/requests/{asked(office)}/standing"
    assert "Nobody has this name." in official.page(f"{path}?q=zzz")
    assert f"expert={second['id']}" in html.unescape(official.page(f"{path}?q=wangyi"))
    page = official.page(f"{path}?expert={first['id']}")
    assert "Stands at 1 today of the 1 who have something in common with the request" in page
    assert "Suspended" in official.page(f"{path}?expert={second['id']}")
    assert official.get(f"{path}?expert=nobody").status_code == 404


def test_standing_adds_up_to_the_affinity_that_it_tells(
    administrator: Caller, official: Visitor, office: Caller
) -> None:
    one = expert(administrator)
    page = official.page(f"/requests/{asked(office, aspects=ASPECTS)}/standing?expert={one['id']}")
    assert "Evidence that is not verified" in page
    [(lines, total)] = sums(page)
    assert abs(lines - total) < 0.0006  # Each line is rounded to four places.
    assert f"affinity {total:.4f}" in page


def test_standing_says_when_a_term_was_over(administrator: Caller, official: Visitor, office: Caller) -> None:
    term = {"start": "2020-01-01", "end": "2022-12-31"}
    gone = expert(administrator, status="expired", term=term)
    page = official.page(f"/requests/{asked(office)}/standing?expert={gone['id']}")
    assert "Term expired (term 2020-01-01 to 2022-12-31)" in page


@pytest.mark.parametrize(
    ("language", "begins", "against"),
    [
        ("en", "<p>林岚 stands before 王一 above all by ", "In favour of 王一: "),
        ("zh", "<p>林岚排在王一之前，主要在于：", "王一占优的是："),
    ],
)
def test_comparison_sums_up_by_its_largest_lines(
    app: Flask, administrator: Caller, office: Caller, language: str, begins: str, against: str
) -> None:
    expert(administrator)
    expert(administrator, "王一", statement="商标，熟悉锂电池", items=[], codes=["TM"])
    made = office.made(f"/requests/{asked(office)}/shortlists", {})
    page = visitor(app, "policy_office", language=language).page(f"/shortlists/{made['id']}/comparison")
    largest = re.search(r"<td[^>]*><bdi>([^<]+)</bdi></td>", page)
    sentence = re.search(f"{begins}(.*?)</p>", page)
    assert (largest is not None, sentence is not None) == (True, True)
    assert sentence[1].startswith(largest[1])  # type: ignore[index]
    gains, _, losses = sentence[1].partition(against)  # type: ignore[index]
    rest = r"(其余各项合计|all other lines together) \d\.\d{4}"
    told = [list(map(float, re.findall(r" (\d\.\d{4})", re.sub(rest, "", part)))) for part in (gains, losses)]
    assert told == [sorted(part, reverse=True) for part in told]
    assert [len(part) <= most for part, most in zip(told, (3, 2), strict=True)] == [True, True]


@pytest.mark.parametrize(("language", "between"), [("zh", "、"), ("en", ", ")])
def test_words_of_a_line_are_parted_as_the_page_parts_words(
    app: Flask, administrator: Caller, office: Caller, language: str, between: str
) -> None:
    expert(administrator, statement="Licensed batteries, 许可")
    asks = office.made("/requests", ASKED | {"title": "Licensing of batteries", "text": "锂电池许可"})
    page = visitor(app, "policy_office", language=language).page(f"/requests/{asks['id']}/ranking")
    assert f"Licensing{between}许可" in page
    assert ("同义与跨语言" if language == "zh" else "Synonyms and other language") in page
    assert ("百分比为该项依据" if language == "zh" else "A percentage is the share") in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_code_stands_alone_on_a_list(app: Flask, administrator: Caller, office: Caller, language: str) -> None:
    expert(administrator)
    expert(administrator, "王一", status="suspended")
    id = asked(office, aspects=[*ASPECTS, {"code": "K-TMA"}])
    page = visitor(app, "administrator", language=language).page(f"/requests/{id}/ranking")
    text = re.sub(r"<[^>]+>", " ", page)
    for code in ("LG-INV", "LG-OVS", "K-TMA", "PAT-INV", "suspended", "missing_must", "must", "native", "pivot"):
        assert not re.search(rf"\b{code}\b", text), code


def test_ranking_is_looked_at_in_any_state_and_filed_while_it_is_open(
    administrator: Caller, official: Visitor, office: Caller
) -> None:
    expert(administrator)
    id = asked(office)
    moved(office, f"/requests/{id}", "cancelled")
    page = official.page(f"/requests/{id}/ranking")
    assert "林岚" in page
    assert "A list is filed no more: the request stands at “Cancelled”." in page
    assert 'class="filing"' not in page


@pytest.mark.parametrize("name", ["size", "/size"])
def test_number_that_cannot_be_read_is_said_on_the_list(
    administrator: Caller, official: Visitor, office: Caller, name: str
) -> None:
    expert(administrator)
    page = html.unescape(official.page(f"/requests/{asked(office)}/ranking?{name}=三"))
    assert re.search(r'class="note warning">How many: .* It is passed over.', page)
    assert "10 if left out" in page
