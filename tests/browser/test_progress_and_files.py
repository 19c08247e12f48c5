"""What a browser does besides showing pages: a batch's progress comes by itself, and files arrive whole."""

import csv
import io
import json
from pathlib import Path

from docx import Document
from playwright.sync_api import Page, expect

from expertdb import worker
from tests.api.people import ASKED, expert, moved
from tests.browser.conftest import Opening, Site
from tests.conftest import START, caller

TODAY = f"{START:%Y-%m-%d}"


def downloaded(page: Page, press: str) -> tuple[str, bytes]:
    """Name and content of the file that comes after pressing this."""
    with page.expect_download() as coming:
        page.click(press)
    assert coming.value.failure() is None
    return coming.value.suggested_filename, Path(coming.value.path()).read_bytes()


def test_progress_of_a_batch_comes_without_loading_the_page_again(site: Site, opened: Opening) -> None:
    office = caller(site.app, "policy_office")
    made = office.made("/batches", {"requests": [office.made("/requests", ASKED)["id"]], "size": 3})
    page = opened(site, "zh", "policy_office")
    page.goto(f"/batches/{made['id']}")
    expect(page.locator("#batch [role=status]")).to_contain_text("等待处理")
    page.evaluate("document.body.dataset.same = 'page'")
    assert worker.run_once(site.app, worker.KINDS)
    expect(page.locator("#batch")).to_contain_text("1 个请求中有 1 个已满足")
    expect(page.locator("#batch[hx-get]")).to_have_count(0)
    assert page.evaluate("document.body.dataset.same") == "page"


def test_files_arrive_under_their_names_with_what_they_are_of(site: Site, opened: Opening) -> None:
    office, administrator = caller(site.app, "policy_office"), caller(site.app, "administrator")
    asked = office.made("/requests", ASKED | {"title": "卷宗之请求"})["id"]
    moved(office, f"/requests/{asked}", "accepted")
    panel = office.made(f"/requests/{asked}/panels", {"size": 2, "rules": [{"type": "max_per_city"}]})["id"]
    held = expert(administrator, "持有人", restricted={"phone": "13800138000"})["id"]
    page = opened(site, "zh", "administrator")

    page.goto(f"/panels/{panel}")
    name, content = downloaded(page, "main a[href*='format=docx'][href*='language=zh']")
    assert name == f"panel-{panel}-zh.docx"
    assert "卷宗之请求" in "".join(one.text for one in Document(io.BytesIO(content)).element.body.iter() if one.text)

    page.goto("/experts/exports/new?q=持有人")
    page.select_option("[name='/format']", "csv")
    name, content = downloaded(page, "main form .ends button")
    assert name == f"experts-{TODAY}.csv"
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert ["持有人" in row for row in rows].count(True) == 1
    assert len({len(row) for row in rows}) == 1

    page.goto(f"/experts/{held}/rights")
    page.fill("[name='/reason']", "本人书面申请")
    name, content = downloaded(page, "main form .ends button")
    assert name == f"personal-data-{TODAY}.json"
    assert "13800138000" in json.dumps(json.loads(content))
