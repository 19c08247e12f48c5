"""The home page and the statistics: what waits for whoever looks, and the pool in figures behind a map."""

import re

import pytest
from flask import Flask

from tests.api.people import ASKED, candidate, expert, moved
from tests.callers import Caller
from tests.console.conftest import Visitor, visitor


def test_home_says_what_waits(administrator_page: Visitor, administrator: Caller, reviewer: Caller) -> None:
    assert "No request waits for you." in administrator_page.page("/")
    candidate(administrator, reviewer, "under_review")
    administrator.made("/requests", ASKED)
    page = administrator_page.page("/")
    assert '<span class="figure">1</span> to review' in page
    assert ASKED["title"] in page
    link = re.search(r'href="(/experts\?duty=to_review)"', page)
    assert link is not None
    assert "林岚" in administrator_page.page(link[1])


def test_agency_is_told_of_its_own_requests_only(app: Flask, office: Caller) -> None:
    foreign = office.made("/requests", ASKED | {"requester": "另一单位"})
    worker = visitor(app, "agency", "某单位")
    moved(office, f"/requests/{foreign['id']}", "returned")
    assert ASKED["title"] not in worker.page("/")
    made = worker.post("/requests/new", {"/kind": "consultation", "/title": "鞋样", "/text": "鞋"}, at="/requests/new")
    moved(office, made.location, "returned")
    assert "鞋样" in worker.page("/")


def test_statistics_show_map_and_figures(administrator_page: Visitor, administrator: Caller) -> None:
    for name in ("林岚", "王一"):
        expert(administrator, name)
    page = administrator_page.page("/statistics?codes=service_kind")
    assert '<svg class="heatmap"' in page
    row = re.search(r'<th scope="row">[^<]*invalid[^<]*</th>(.*?)</tr>', page, re.IGNORECASE)
    assert row is not None
    assert row[1].count('<td class="number">2</td>') == 2  # In their city, and in all.
    assert "Requests by month" not in page
    for _ in range(2):
        administrator.made("/requests", ASKED)
    page = administrator_page.page("/statistics")
    month = re.search(r'<th scope="row">2026-[0-9]{2}</th><td class="number">2</td>', page)
    assert month is not None
    assert 'class="part-concept"' in page
    assert administrator_page.get("/statistics?codes=nonsense&since=never").status_code == 200


def test_home_fetches_the_pool_at_a_glance(app: Flask, administrator_page: Visitor, administrator: Caller) -> None:
    expert(administrator, "林岚")
    assert 'hx-get="/statistics/glance"' in administrator_page.page("/")
    part = administrator_page.page("/statistics/glance")
    assert "<html" not in part
    assert '<svg class="heatmap"' in part
    assert "Active experts never asked" in part
    assert len(re.findall(r'<tr><th scope="row">[^<]*</th>(?:<td class="number">\d+</td>){11}</tr>', part)) == 10
    assert "invalid" in part  # The codes of somebody come first.
    assert 'href="/statistics"' in part
    worker = visitor(app, "agency", "某单位")
    assert "glance" not in worker.page("/")
    assert worker.get("/statistics/glance").status_code == 403


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("在库专家不足三人的专业", '<th scope="col">服务类别</th>', "进入名单次数最多")),
        ("en", ("What fewer than three active experts offer", '<th scope="col">Services</th>', "Listed most often")),
    ],
)
def test_statistics_say_what_they_count(
    app: Flask, administrator: Caller, office: Caller, language: str, words: tuple[str, ...]
) -> None:
    expert(administrator)
    office.made(f"/requests/{office.made('/requests', ASKED)['id']}/shortlists", {})
    page = visitor(app, "administrator", language=language).page("/statistics?codes=service_kind")
    assert [one for one in words if one not in page] == []


def test_pingtan_has_a_column_beside_the_cities(administrator_page: Visitor, administrator: Caller) -> None:
    expert(administrator, "林岚", region="FJ-PT")
    page = administrator_page.page("/statistics?codes=service_kind")
    assert '<th scope="col" class="number">Pingtan Comprehensive Experimental Zone</th>' in page
    row = re.search(r'<th scope="row">[^<]*invalid[^<]*</th>(.*?)</tr>', page, re.IGNORECASE)
    assert row is not None
    assert row[1].count('<td class="number">1</td>') == 2  # In Pingtan, and in all.
