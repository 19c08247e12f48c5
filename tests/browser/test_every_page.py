"""Every page, in Chinese on a desk in light colours or in English on a telephone in dark ones (`make soak`: in both).

Pinned: axe finds nothing; nothing is asked of another host; the console stays silent; a page and all it needs are below
300 kB; nothing is cut off at the side. A new page must name an example here.
"""

import itertools
import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from expertdb import worker
from expertdb.console import access
from expertdb.database import transaction
from expertdb.models.notices import Notice
from tests.api.people import ASKED, expert, moved
from tests.browser.conftest import Opening, Site, Watch
from tests.callers import Caller
from tests.conftest import caller

MOST = 300_000  # bytes
VIEWS = (("zh", 1280, "light"), ("en", 375, "dark"))
STRANGERS = ("/", "/sign-in", "/nothing-here")
# Parts and redirections: no pages of their own.
NO_PAGES = {
    "/codes",
    "/codes/<code>/picked",
    "/statistics/glance",
    "/first-run",
    "/sign-in",
    "/preferences/<name>/<value>",
    "/draws/<draw_id>/record",
    "/panels/<panel_id>/file",
    "/experts/imports/template",
}
FOR_GUESTS = ("/invitation", "/invitation/interests", "/invitation/answer/declined", "/invitation/opinion")
TO_DRAW = {"size": 3, "reserves": 2, "public_source": "双色球第2026136期", "not_before": "2030-11-24T13:30:00Z"}
ADDRESS = re.compile(r"<(?:path:)?(\w+)>")


@pytest.fixture(scope="module")
def examples(site: Site) -> dict[str, str]:
    return examples_of(site.app)


def examples_of(app: Flask) -> dict[str, str]:
    """A value for every part of an address: a profile, a request with a list, a user."""
    office, administrator = (caller(app, role) for role in ("policy_office", "administrator"))
    published = candidate_in_publicity(administrator)
    objection = administrator.made(
        f"/experts/{published}/objections", {"lodged_by": "citizen", "ground": "other", "text": "有异议"}
    )
    suspended = expert(administrator, "停一", restricted={"phone": "13800138000"})["id"]
    moved(administrator, f"/experts/{suspended}", "suspended")
    changed = {"statement": "专利代理师，主攻电池专利的确权。", "codes": ["SE05"], "items": []}
    assert administrator.patch(f"/experts/{suspended}", changed, etag="*").status_code == 200
    asked = office.made("/requests", ASKED | {"aspects": [{"code": "LG-INV", "need": "must"}, {"code": "SE05"}]})
    moved(office, f"/requests/{asked['id']}", "accepted")
    listed = office.made(f"/requests/{asked['id']}/shortlists", {"size": 6})
    panel = office.made(f"/requests/{asked['id']}/panels", {"preset": "complex"})
    draw = office.made(f"/requests/{asked['id']}/draws", TO_DRAW)
    engagement, waiting, opinion, confirmed = serving(office)
    word = {"do": "add_alias", "code": "LG-INV", "alias": "宣告专利无效", "note": "常用"}
    suggestion = administrator.made("/vocabularies/service_kind/suggestions", word)
    relabelled = {"changes": [{"do": "relabel", "code": "LG-INV", "zh": "专利无效"}], "reason": "通称"}
    assert administrator.patch("/vocabularies/service_kind", relabelled, etag="*").status_code == 200
    claim = administrator.made(f"/experts/{suspended}/claims", {"kind": "correction", "text": "单位已变更"})
    consent = {"notice": "2026-1", "form": "signed", "given_on": "2026-01-05"}
    consent = administrator.made(f"/experts/{suspended}/consents", consent)
    tie = administrator.made(f"/experts/{suspended}/ties", {"type": "kin", "counterpart": "张三"})
    return {
        "batch_id": batch(app, office),
        "engagement_id": engagement,
        "waiting": waiting,
        "confirmed": confirmed,
        "opinion_id": opinion,
        "tie_id": tie["id"],
        "claim_id": claim["id"],
        "notice_id": notice(app, suspended),
        "consent_id": consent["id"],
        "expert_id": listed["entries"][0]["expert"]["id"],
        "request_id": asked["id"],
        "shortlist_id": listed["id"],
        "panel_id": panel["id"],
        "draw_id": draw["id"],
        "user_id": _first(administrator, "/users"),
        "organisation_id": _first(administrator, "/organisations"),
        "name": "service_kind",
        "code": "LG-INV",
        "do": "add_alias",
        "suggestion_id": suggestion["id"],
        "objecting": published,
        "objection_id": objection["id"],
        "suspended": suspended,
        "sanction_id": _first(administrator, f"/experts/{suspended}/sanctions"),
    }


def notice(app: Flask, expert_id: str) -> str:
    """The id of a notice that waits to be sent."""
    now = app.extensions["clock"]()
    with app.app_context(), transaction() as session:
        made = Notice(expert_id=expert_id, kind="confirmation", about=now.date(), raised_at=now)
        session.add(made)
        session.flush()
        return made.id


def batch(app: Flask, office: Caller) -> str:
    """The id of a batch that is done: one request is filled, one cannot be."""
    asked = [office.made("/requests", ASKED | {"experts_wanted": count})["id"] for count in (3, 40)]
    rules = [{"type": "max_per", "by": "kind", "name": "one of a kind"}]
    made = office.made("/batches", {"requests": asked, "rules": rules, "reserves": 1})
    assert worker.run_once(app, worker.KINDS)
    return str(made["id"])


def serving(office: Caller) -> tuple[str, str, str, str]:
    """The ids of an engagement that is delivered, of one that waits for an answer, of an opinion, of their panel."""
    asked = office.made("/requests", ASKED | {"parties": [{"name": "闽山电池有限公司"}]})
    moved(office, f"/requests/{asked['id']}", "accepted")
    rules = [{"type": "max_per_organisation"}]
    panel = office.made(f"/requests/{asked['id']}/panels", {"size": 2, "rules": rules})
    decided = {"to": "confirmed", "reason": "同意", "confirmed_by": "王某"}
    assert office.post(f"/panels/{panel['id']}/transitions", decided, etag="*").status_code == 200
    one, other = (made["id"] for made in office.made(f"/panels/{panel['id']}/invitations", {})["items"])
    office.post(f"/engagements/{one}/declarations", {"none": True, "confidential": True})
    moved(office, f"/engagements/{one}", "accepted")
    body = {"engagement": one, "position": "support", "text": "宜予支持。", "signed_by": "某专家"}
    opinion = office.made("/opinions", body)
    moved(office, f"/engagements/{one}", "delivered")
    return one, other, opinion["id"], str(panel["id"])


def candidate_in_publicity(administrator: Caller) -> str:
    """The id of somebody who is being made public."""
    made = administrator.made("/experts", {"name": {"zh": "候一"}, "kind": "K-PA"})
    reviewer = caller(administrator.app, "reviewer")
    for one, to in ((administrator, "submitted"), (reviewer, "under_review"), (reviewer, "publicity")):
        moved(one, f"/experts/{made['id']}", to)
    return str(made["id"])


def _first(one: Caller, path: str) -> str:
    return str(one.get(path).json["items"][0]["id"])


def addresses(app: Flask, examples: dict[str, str]) -> list[str]:
    """An address of every page that can be looked at."""
    found = []
    for method, address, _ in access.guarded(app):
        if method != "GET" or address in NO_PAGES:
            continue
        # A move that is still open to each kind of thing.
        moves = (("/experts", "suspended"), ("/engagements", "withdrawn"), ("/", "confirmed"))
        values = examples | {"to": next(to for start, to in moves if address.startswith(start))}
        if address.startswith("/engagements") and ("/moves" in address or "/declaration" in address):
            values |= {"engagement_id": examples["waiting"]}
        if "/invitations" in address:
            values |= {"panel_id": examples["confirmed"]}
        for part, whose in (
            ("/objections", "objecting"),
            ("/sanctions", "suspended"),
            ("/contact", "suspended"),
            ("/ties", "suspended"),
            ("/history", "suspended"),
            ("/rights", "suspended"),
            ("/claims", "suspended"),
            ("/confirmation", "suspended"),
            ("/consents", "suspended"),
        ):
            values |= {"expert_id": examples[whose]} if part in address else {}
        found.append(ADDRESS.sub(lambda part, values=values: values[part[1]], address))
    return found


def violations(page: Page) -> list[str]:
    """What axe has against a page, one line each; words in the colour of their ground it only wonders about."""
    options: dict[str, Any] = {"resultTypes": ["violations", "incomplete"]}
    response = Axe().run(page, options=options).response
    found = [(one["id"], node) for one in response["violations"] for node in one["nodes"]]
    wondered = [(one["id"], node) for one in response["incomplete"] for node in one["nodes"]]
    found += [(id, node) for id, node in wondered if any(_equal(check["data"]) for check in node["any"])]
    return [f"{id}: {node['html'][:160]}" for id, node in found]


def _equal(data: Any) -> bool:
    return isinstance(data, dict) and data.get("messageKey") == "equalRatio"


def faults(page: Page, watch: Watch, address: str) -> list[str]:
    """What is wrong with the page at an address."""
    watch.sizes.clear()
    page.goto(address)
    found = violations(page)
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append("wider than the window")
    if (size := sum(watch.sizes.values())) > MOST:
        found.append(f"{size} bytes")
    return [f"{address}: {fault}" for fault in found]


@pytest.mark.parametrize(("language", "width", "theme"), VIEWS)
def test_pages_of_the_console_have_no_fault(
    site: Site,
    opened: Opening,
    watch: Watch,
    examples: dict[str, str],
    language: str,
    width: int,
    theme: str,
    request: pytest.FixtureRequest,
) -> None:
    page = opened(site, language, "administrator", width=width, theme=theme)
    places = addresses(site.app, examples)
    if not request.config.getoption("--every-engine"):
        places = places[VIEWS.index((language, width, theme)) :: len(VIEWS)]
    assert [fault for address in places for fault in faults(page, watch, address)] == []


@pytest.mark.parametrize(("language", "width", "theme"), VIEWS)
def test_pages_for_strangers_have_no_fault(
    site: Site, opened: Opening, watch: Watch, language: str, width: int, theme: str
) -> None:
    page = opened(site, language, width=width, theme=theme)
    found = [fault for address in STRANGERS for fault in faults(page, watch, address)]
    watch.complaints = [said for said in watch.complaints if "404" not in said]  # The page that is not there.
    assert found == []


@pytest.mark.parametrize(("language", "width", "theme"), VIEWS)
def test_pages_for_invited_experts_have_no_fault(
    site: Site, opened: Opening, watch: Watch, examples: dict[str, str], language: str, width: int, theme: str
) -> None:
    page = opened(site, language, width=width, theme=theme)
    link = caller(site.app, "policy_office").made(f"/engagements/{examples['waiting']}/links", {})["token"]
    page.goto(f"/invitation/{link}")
    assert [fault for address in FOR_GUESTS for fault in faults(page, watch, address)] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_opened_menus_are_readable_and_within_the_window(site: Site, opened: Opening, language: str) -> None:
    page = opened(site, language, "administrator", width=375)
    for menu, width in itertools.product((".more-places", ".tools .me"), (375, 768)):
        page.set_viewport_size({"width": width, "height": 800})
        page.click(f"{menu} > summary")
        box = page.locator(f"{menu} .card").bounding_box()
        assert box is not None
        assert (box["x"] >= 0, box["x"] + box["width"] <= width) == (True, True), (menu, width)
        assert [one for one in violations(page) if one.startswith("color-contrast")] == []
        page.keyboard.press("Escape")


def test_tables_show_that_they_go_on_beside_the_window(site: Site, opened: Opening) -> None:
    page = opened(site, "en", "administrator", width=1440)
    page.goto("/experts")
    table = page.locator("#found .scroll")
    expect(table).to_have_class("scroll")  # Long names of regions had pushed the end of the term out of the window.
    page.set_viewport_size({"width": 660, "height": 800})
    expect(table).to_have_class("scroll goes-on")
    table.evaluate("(box) => box.scrollTo(box.scrollWidth, 0)")
    expect(table).to_have_class("scroll")
    page.fill("#q", "swt")
    expect(page.locator("#found tbody tr")).to_have_count(1)
    expect(table).to_have_class("scroll goes-on")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_lists_are_cards_on_a_telephone_and_tables_to_whoever_listens(
    site: Site, opened: Opening, examples: dict[str, str], language: str
) -> None:
    page = opened(site, language, "administrator", width=390)
    lists = ("/experts", "/requests", "/", f"/panels/{examples['panel_id']}", f"/batches/{examples['batch_id']}")
    for address in (*lists, f"/shortlists/{examples['shortlist_id']}/comparison"):
        page.goto(address)
        box = page.locator(".scroll:has(> .cards)").first
        assert box.evaluate("(box) => box.scrollWidth - box.clientWidth") == 0, address
        row = box.get_by_role("row").nth(1)
        cells = row.get_by_role("rowheader").or_(row.get_by_role("cell"))
        assert cells.count() == box.get_by_role("columnheader").count() > 2, address
        places = [cells.nth(place).bounding_box() for place in range(cells.count())]
        tops = [place["y"] for place in places if place]
        assert tops == sorted(tops), address
        assert len(set(tops)) > 2, address


def test_fields_beside_each_other_stand_on_one_line(site: Site, opened: Opening) -> None:
    page = opened(site, "en", "administrator", width=768)
    page.goto("/experts/new")
    page.click("[data-rows=items] [data-add-row]")

    def foot(found: str) -> float:
        box = page.locator(found).bounding_box()
        assert box is not None
        return box["y"] + box["height"]

    # One label takes two lines, the other one.
    assert abs(foot("[name='/availability/max_load']") - foot("[name='/availability/note']")) < 1
    assert abs(foot("[name='/items/0/year']") - foot("[data-rows=items] [data-remove-row]")) < 8


def test_paper_is_light_whatever_the_screen_is(site: Site, opened: Opening, examples: dict[str, str]) -> None:
    page = opened(site, "en", "policy_office", theme="dark")
    page.goto(f"/panels/{examples['panel_id']}")
    page.emulate_media(media="print")
    assert [one for one in violations(page) if one.startswith("color-contrast")] == []


def test_first_run_has_no_fault(empty_site: Site, opened: Opening, watch: Watch) -> None:
    assert faults(opened(empty_site, "zh"), watch, "/first-run") == []
