"""Experts in the console.

Pinned: found by characters, pinyin, initials and content, with counts beside the filters; what is typed comes back with
its faults at the fields; codes are suggested from the text and added once; two editors lose nothing; a profile's words
are text and never markup.
"""

import html
import re
from typing import Any

import pytest
from flask import Flask

from tests.api.people import expert, moved
from tests.callers import Caller, Clock
from tests.console.conftest import Visitor, visitor
from tests.console.filling import filled

HOSTILE = "<script>alert(1)</script>\"'&\u202egnp.exe"


def edited(curator: Visitor, path: str, *, page: str | None = None, **changes: Any) -> tuple[int, str]:
    """Send the form of a profile as it was shown in `page` (now, if none is given), but for the changes."""
    shown = curator.page(f"{path}/edit") if page is None else page
    fields = filled(shown, f"{path}/edit") | changes
    answer = curator.client.post(f"{path}/edit", data=fields, headers=curator.headers)
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("q", ["林岚", "linlan", "ll", "隔膜", "lin lan", "LINLAN"])
def test_expert_is_found_as_one_types(administrator: Caller, curator: Visitor, q: str) -> None:
    expert(administrator)
    expert(administrator, "王一", statement="商标", items=[])
    page = curator.page(f"/experts?q={q}")
    assert "林岚" in page
    assert "王一" not in page
    assert "1 found" in page


def test_part_of_the_page_is_the_list_alone(administrator: Caller, curator: Visitor) -> None:
    expert(administrator)
    part = curator.get("/experts?q=linlan", **{"HX-Request": "true", "HX-Request-Type": "partial"}).text
    assert "林岚" in part
    assert "<html" not in part


def test_counts_lead_to_what_they_count(administrator: Caller, curator: Visitor) -> None:
    expert(administrator)
    expert(administrator, "王一", region="350100", codes=["TM"])
    page = curator.page("/experts?status=active")
    links = re.findall(r'<li><a href="([^"]+)"><span>([^<]+)</span> <span class="count">(\d+)</span>', page)
    assert {label for _, label, _ in links} >= {"Xiamen", "Fuzhou", "Patent agents / attorneys"} or len(links) > 6
    for link, _, count in links:
        assert f"{count} found" in curator.page(html.unescape(link)), link


def test_expert_in_the_pool_whose_term_is_over_is_marked(administrator: Caller, curator: Visitor, clock: Clock) -> None:
    made = expert(administrator)
    end = made["term"]["end"]
    path = f"/experts/{made['id']}"
    assert "term is over" not in curator.page(path)
    clock.forward(days=365 * 5 + 30)
    curator.sign_in("administrator")
    assert end < str(clock().date())
    for page in (curator.page("/experts"), curator.page(path)):
        assert '<span class="tag bad">term is over</span>' in page
        assert 'tag good">In the pool' not in page


def test_list_holds_those_whom_a_duty_concerns(administrator: Caller, curator: Visitor) -> None:
    expert(administrator)
    candidate = administrator.made("/experts", {"name": {"zh": "王一"}, "kind": "K-LAW"})
    moved(administrator, f"/experts/{candidate['id']}", "submitted")
    page = curator.page("/experts?duty=to_review")
    assert ("王一" in page, "林岚" in page) == (True, False)
    assert "1 found" in page
    assert "To do: to review. Take the filter away." in page
    assert "<span>Active</span>" not in page
    fresh = curator.page("/experts?stale=false")
    assert "2 found" in fresh
    assert '<input type="hidden" name="stale" value="false">' in fresh
    assert "0 found" in curator.page("/experts?stale=true")


def test_wrong_filter_in_the_address_counts_as_none(administrator: Caller, curator: Visitor) -> None:
    expert(administrator)
    assert "1 found" in curator.page("/experts?status=nonsense&limit=x&unknown=1&q=linlan")


def test_list_goes_on_behind_the_last_row(administrator: Caller, curator: Visitor) -> None:
    for place in range(5):
        expert(administrator, f"专家{'甲乙丙丁戊'[place]}")
    first = curator.page("/experts?limit=3")
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = curator.page(html.unescape(following[1]))
    names = [set(re.findall("专家[甲乙丙丁戊]", page)) for page in (first, second)]
    assert [len(one) for one in names] == [3, 2]
    assert not names[0] & names[1]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_profile_shows_words_and_never_codes_alone(app: Flask, administrator: Caller, language: str) -> None:
    made = expert(administrator)
    page = visitor(app, "auditor", language=language).page(f"/experts/{made['id']}")
    text = re.sub(r"<[^>]+>", " ", page)
    for code in ("PAT-INV", "LG-INV", "K-PA", "350200", "under_review", "take_over"):
        assert code not in text, code
    assert ("厦门市" in text) == (language == "zh")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "In writing, Online; at most one engagement in 12 months; one day of rest after an engagement"),
        ("zh", "书面、线上；12 个月内最多 1 次；每次任务后间隔 1 天"),
    ],
)
def test_availability_counts_one_as_one(app: Flask, administrator: Caller, language: str, told: str) -> None:
    can = {"modes": ["written", "online"], "max_load": 1, "cool_off_days": 1}
    made = expert(administrator, availability=can)
    assert told in visitor(app, "administrator", language=language).page(f"/experts/{made['id']}")


def test_markup_in_any_field_comes_out_as_text(administrator: Caller, curator: Visitor) -> None:
    item = {"kind": "case", "title": HOSTILE, "text": HOSTILE}
    made = expert(administrator, HOSTILE, statement=HOSTILE, position=HOSTILE, organisation=HOSTILE, items=[item])
    for below in ("", f"/{made['id']}", f"/{made['id']}/edit", f"/{made['id']}/moves/suspended"):
        page = curator.page(f"/experts{below}")
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert f"<bdi>{html.escape(HOSTILE[:8])}" in page or below.endswith("edit")


def test_new_expert_is_a_draft_until_it_is_moved(curator: Visitor) -> None:
    fields = {
        "/name/zh": "林岚",
        "/kind": "K-PA",
        "/statement": "专利",
        "/items/0/title": "",
        "/items/0/kind": "patent",
    }
    answer = curator.post("/experts/new", fields, at="/experts/new")
    assert answer.status_code == 303
    page = curator.page(answer.location)
    assert "Draft" in page
    assert "There is no evidence on record." in page
    curator.post(f"{answer.location}/delete", {"version": "1"}, at="/experts/new")
    assert curator.get(answer.location).status_code == 404


def test_form_sent_with_a_name_and_a_kind_alone_enters_a_draft(curator: Visitor) -> None:
    fields = filled(curator.page("/experts/new"), "/experts/new") | {"/name/zh": "林岚", "/kind": "K-PA"}
    answer = curator.client.post("/experts/new", data=fields, headers=curator.headers)
    assert answer.status_code == 303, html.unescape(answer.text)
    assert "Draft" in curator.page(answer.location)


def test_term_that_is_cleared_in_an_edit_is_not_passed_over(administrator: Caller, curator: Visitor) -> None:
    path = f"/experts/{expert(administrator)['id']}/edit"
    cleared = {"/term/start": "", "/term/end": ""}
    answer = curator.client.post(path, data=filled(curator.page(path), path) | cleared, headers=curator.headers)
    assert answer.status_code == 422
    assert 'href="#f-term-start"' in answer.text


def test_faulty_form_keeps_everything_and_points_at_the_fields(curator: Visitor) -> None:
    fields = {
        "/name/zh": "林岚",
        "/statement": HOSTILE,
        "/codes": ["LG-INV", "NONSENSE"],
        "/items/0/kind": "case",
        "/items/0/title": "案",
        "/items/0/year": "last year",
        "/availability/max_load": "-1",
    }
    answer = curator.post("/experts/new", fields, at="/experts/new")
    page = answer.text
    assert answer.status_code == 422
    assert html.escape(HOSTILE).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page
    assert 'value="last year"' in page
    assert 'name="/codes" value="NONSENSE" checked' in page
    for id in ("f-kind", "f-codes", "f-items-0-year", "f-availability-max_load"):
        assert f'href="#{id}"' in page, id
        assert f'id="{id}"' in page, id
    assert page.count('aria-invalid="true"') >= 3


def test_profile_is_edited(administrator: Caller, curator: Visitor) -> None:
    made = expert(administrator)
    changes = {"/statement": "改过。", "/codes": ["LG-INV", "SE05"], "/availability/max_load": "4"}
    assert edited(curator, f"/experts/{made['id']}", **changes)[0] == 303
    stored = administrator.get(f"/experts/{made['id']}").json
    assert (stored["statement"], stored["codes"]) == ("改过。", ["LG-INV", "SE05"])
    assert stored["availability"]["max_load"] == 4
    assert [item["title"] for item in stored["items"]] == ["电池隔膜专利无效案"]


def test_form_that_changes_nothing_changes_nothing(administrator: Caller, curator: Visitor) -> None:
    rest = {
        "position": "主任",
        "organisation": "闽都衡正代理",
        "licences": ["专利代理师 执业证", "律师"],
    }
    made = expert(administrator, availability={"modes": ["meeting"], "max_load": 0}, **rest)
    path = f"/experts/{made['id']}"
    assert edited(curator, path)[0] == 303
    assert administrator.get(path).json == made


def test_form_that_changes_nothing_keeps_availability_and_evidence(administrator: Caller, curator: Visitor) -> None:
    availability = {
        "modes": ["online"],
        "max_load": 4,
        "cool_off_days": 30,
        "away": [{"start": "2026-12-01", "end": "2026-12-20"}, {"start": "2027-02-01", "end": "2027-02-01"}],
        "not_wanted": {"codes": ["LG-INV", "TM"], "kinds": ["policy_drafting"]},
        "travel": True,
        "note": "周五除外",
    }
    items = [
        {
            "kind": "case",
            "title": "隔膜\n无效案",
            "text": "一。\r\n二。",
            "source": "（2023）闽民终1号",
            "verified": True,
        },
        {"kind": "case", "title": "同名案", "source": "甲"},
        {"kind": "case", "title": "同名案", "source": "乙", "verified": True},
    ]
    made = expert(administrator, availability=availability, items=items)
    path = f"/experts/{made['id']}"
    assert [one["verified_by"] is not None for one in made["items"]] == [True, False, True]
    assert edited(curator, path)[0] == 303
    stored = administrator.get(path).json
    assert stored["availability"] == availability
    for name in ("kind", "source", "verified", "verified_by", "verified_at"):
        assert [one[name] for one in stored["items"]] == [one[name] for one in made["items"]], name
    assert "2026-12-01 to 2026-12-20" in curator.page(path)


def test_absences_and_unwanted_work_are_edited_in_rows(administrator: Caller, curator: Visitor) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    absence = {"/availability/away/0/start": "2026-12-20", "/availability/away/0/end": "2026-12-01"}
    status, page = edited(curator, path, **absence)
    assert (status, 'href="#f-availability-away-0-end"' in page) == (422, True)
    assert "The absence ends before it begins." in page
    status, page = edited(curator, path, **absence | {"/availability/away/0/end": ""})
    assert (status, 'id="f-availability-away-0-end-fault"' in page) == (422, True)
    unwanted = {"/availability/not_wanted/codes": ["", "TM"], "/availability/not_wanted/kinds": ["", "consultation"]}
    assert edited(curator, path, **absence | {"/availability/away/0/end": "2026-12-31"} | unwanted)[0] == 303
    stored = administrator.get(path).json["availability"]
    assert stored["away"] == [{"start": "2026-12-20", "end": "2026-12-31"}]
    assert stored["not_wanted"] == {"codes": ["TM"], "kinds": ["consultation"]}
    cleared = dict.fromkeys((*absence, *unwanted), "")
    assert edited(curator, path, **cleared)[0] == 303
    stored = administrator.get(path).json["availability"]
    assert (stored["away"], stored["not_wanted"]) == ([], {"codes": [], "kinds": []})


def test_unwanted_code_is_picked_in_its_own_place(curator: Visitor) -> None:
    name = "/availability/not_wanted/codes"
    found = curator.page("/codes?q=质押&as=unwanted")
    assert 'hx-target="#picked-unwanted"' in found
    assert f'name="{name}" value="FN-PLDG" checked' in curator.page("/codes/FN-PLDG/picked?as=unwanted")
    assert curator.page(f"/codes/FN-PLDG/picked?as=unwanted&{name}=FN-PLDG") == ""


def test_second_editor_keeps_both_changes(administrator: Caller, curator: Visitor) -> None:
    made = expert(administrator)
    path = f"/experts/{made['id']}"
    page = curator.page(f"{path}/edit")
    administrator.patch(path, {"region": "350100"}, etag='"1"')
    status, again = edited(curator, path, page=page, **{"/statement": "我改的自述。"})
    assert status == 412
    assert "This was changed elsewhere while you were editing." in again
    assert "<del>Xiamen</del>" in again or "<del>" in again
    assert 'value="350100" selected' in again
    assert "我改的自述。" in again
    assert curator.stated(again, "version") == "2"
    assert administrator.get(path).json["statement"] != "我改的自述。"
    status, _ = edited(curator, path, page=again, **{"/statement": "我改的自述。", "/region": "350100"})
    stored = administrator.get(path).json
    assert (status, stored["statement"], stored["region"]) == (303, "我改的自述。", "350100")


def test_field_that_both_changed_shows_both(administrator: Caller, curator: Visitor) -> None:
    made = expert(administrator)
    path = f"/experts/{made['id']}"
    page = curator.page(f"{path}/edit")
    administrator.patch(path, {"statement": "甲说了这些。"}, etag='"1"')
    status, again = edited(curator, path, page=page, **{"/statement": "乙说了那些。"})
    assert status == 412
    assert "You both changed these." in again
    assert "<del>甲</del>" in again
    assert "<ins>乙</ins>" in again
    assert "\n乙说了那些。</textarea>" in again


def test_fault_after_a_clash_keeps_the_version_that_was_seen(administrator: Caller, curator: Visitor) -> None:
    made = expert(administrator)
    path = f"/experts/{made['id']}"
    page = curator.page(f"{path}/edit")
    administrator.patch(path, {"region": "350100"}, etag='"1"')
    status, again = edited(curator, path, page=page, **{"/kind": "NONSENSE"})
    assert (status, curator.stated(again, "version")) == (422, "1")
    assert edited(curator, path, page=again)[0] == 412


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999", "2"])
def test_edit_of_no_version_is_refused_as_an_old_one(administrator: Caller, curator: Visitor, version: str) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    assert edited(curator, path, version=version)[0] == 412


def test_codes_are_suggested_from_what_the_form_says(curator: Visitor) -> None:
    fields = {"/statement": "主攻锂电池专利的无效与稳定性分析", "/items/0/title": "海外维权指南", "/codes": "SE05"}
    part = curator.post("/codes/suggestions?as=codes", fields, at="/experts/new").text
    assert "/codes/LG-INV/picked" in part
    assert "/codes/LG-OVS/picked" in part
    assert "/codes/SE05/picked" not in part
    assert "<q><bdi>稳定性分析</bdi></q>" in part


def test_code_is_found_by_part_of_its_name_and_added_once(curator: Visitor) -> None:
    found = curator.page("/codes?q=质押&as=codes")
    assert "/codes/FN-PLDG/picked" in found
    assert 'value="FN-PLDG" checked' in curator.page("/codes/FN-PLDG/picked?as=codes")
    assert curator.page("/codes/FN-PLDG/picked?as=codes&/codes=FN-PLDG") == ""
    assert 'name="/aspects/3/code"' in curator.page("/codes/FN-PLDG/picked?as=aspects&/aspects/2/code=TM")
    assert curator.get("/codes/NONSENSE/picked").status_code == 404
    assert "has this in its name" in curator.page("/codes?q=zzzz")


def test_move_says_what_stands_in_its_way_and_is_made_with_a_reason(administrator: Caller, curator: Visitor) -> None:
    made = expert(administrator)
    path = f"/experts/{made['id']}"
    page = curator.page(f"{path}/moves/renewed")
    assert "it can be renewed in the 60 days before" in page
    answer = curator.post(f"{path}/moves/suspended", {"/reason": "", "version": "1"}, at=f"{path}/moves/suspended")
    assert (answer.status_code, 'href="#f-reason"' in answer.text) == (422, True)
    fields = {"/to": "suspended", "/reason": "复核", "/ground": "misconduct", "version": "1"}
    assert curator.post(f"{path}/moves/suspended", fields, at=f"{path}/moves/suspended").status_code == 303
    assert administrator.get(path).json["status"] == "suspended"
    assert "复核" in curator.page(path)


def test_move_that_the_state_does_not_offer_is_not_found(administrator: Caller, curator: Visitor) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    assert curator.get(f"{path}/moves/publicity").status_code == 404
    assert curator.get(f"{path}/moves/nonsense").status_code == 404


def test_reviewer_is_offered_entry_moves_only(app: Flask, administrator: Caller) -> None:
    made = administrator.made("/experts", {"name": {"zh": "林岚"}, "kind": "K-PA"})
    moved(administrator, f"/experts/{made['id']}", "submitted")
    reviewer = visitor(app, "reviewer")
    page = reviewer.page(f"/experts/{made['id']}")
    assert f"/experts/{made['id']}/moves/under_review" in page
    assert f"/experts/{made['id']}/moves/withdrawn" not in page
    assert "/edit" not in page


def test_saving_a_form_as_it_was_says_that_nothing_changed(administrator: Caller, curator: Visitor) -> None:
    made = expert(administrator, availability={"modes": ["on_site", "meeting"]}, organisation="闽都衡正代理")
    path = f"/experts/{made['id']}"
    assert edited(curator, path)[0] == 303
    assert "Nothing was changed." in curator.page(path)
    assert administrator.get(path).json == made
    assert edited(curator, path, **{"/position": "主任"})[0] == 303
    assert "Saved." in curator.page(path)
    changed = administrator.get("/audit?action=expert.edited").json["items"]
    assert [one["details"] for one in changed] == [{"fields": ["position"]}]
    [kept] = administrator.get(f"{path}/revisions").json["items"]
    assert kept["fields"] == ["position"]


def test_contact_saved_empty_changes_nothing(administrator: Caller, curator: Visitor) -> None:
    path = f"/experts/{expert(administrator)['id']}"
    curator.post(f"{path}/contact", {"version": "1"}, at=f"{path}/contact")
    assert "Nothing was changed." in curator.page(f"{path}/contact")
    assert administrator.get("/audit?action=expert.edited").json["items"] == []
