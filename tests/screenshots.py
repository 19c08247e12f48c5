"""Takes the pictures of the console that the READMEs show: `make screenshots`.

The sample pool, a clock that stands still and invented requests, so that a picture changes only when a page does.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.api.people import moved
from tests.browser import chromium
from tests.browser.conftest import AGENCY, ROLES, Site, served, sign_in
from tests.callers import Caller, Clock
from tests.conftest import START, Databases, caller, make_app
from tests.console.conftest import account
from tests.pictures import in_few_colours

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
ASKED = {
    "kind": "consultation",
    "title": "鞋服园区外观设计与电商侵权快速处置",
    "text": "新款运动鞋上市一周即被仿制，主要通过直播电商销往外省，平台投诉屡被反通知驳回。"
    "请推荐专家指导外观设计侵权判定、证据固定和平台规则运用。",
    "aspects": [{"code": "DES", "need": "must"}, {"code": "LG-EVI"}, {"code": "LG-INFR"}],
    "parties": [{"name": "某鞋业有限公司", "role": "权利人"}],
    "region": "350500",
    "experts_wanted": 3,
    "due": "2026-12-15",
    "urgency": "urgent",
}
PLEDGE = {
    "kind": "consultation",
    "title": "Pledge financing of a patent portfolio",
    "text": "A bank asks which valuation method suits twelve patents on flue-gas dust removal, how stable the key "
    "patents are, and whether the risk-compensation pool could cover part of the loan.",
    "aspects": [{"code": "FN-PLDG", "need": "must"}, {"code": "FN-INS"}, {"code": "LG-INV"}],
}


def pictures(site: Site) -> list[tuple[str, str, str, str, int, str]]:
    """Name, language, login name, address, width and colours of each picture."""
    office, administrator = (caller(site.app, role) for role in ("policy_office", "administrator"))
    asked = office.made("/requests", ASKED)
    pledge = office.made("/requests", PLEDGE)
    filed = office.made(f"/requests/{pledge['id']}/shortlists", {"size": 6})
    suspend_one(administrator)
    panel = decided_on(office, asked["id"])
    draw = drawn(office, pledge["id"])
    ranking = f"/requests/{office.made('/requests', ASKED)['id']}/ranking?/size=6"
    profile = f"/experts/{filed['entries'][0]['expert']['id']}"
    return [
        ("experts-zh", "zh", "administrator", "/experts?q=专利&status=active", 1280, "light"),
        ("ranking-zh", "zh", "policy_office", ranking, 1280, "light"),
        ("shortlist-en", "en", "policy_office", f"/shortlists/{filed['id']}", 1280, "light"),
        ("profile-en-dark", "en", "administrator", profile, 1280, "dark"),
        ("home-zh", "zh", "administrator", "/", 1280, "light"),
        ("panel-zh", "zh", "policy_office", f"/panels/{panel}", 1280, "light"),
        ("draw-en", "en", "policy_office", f"/draws/{draw}", 1280, "light"),
        ("statistics-zh-dark", "zh", "policy_office", "/statistics?codes=service_kind", 1280, "dark"),
        ("invitation-zh-phone", "zh", "", invitation(office, panel), 390, "light"),
        ("request-zh-phone", "zh", "agency", "/requests/new", 390, "light"),
        ("audit-en", "en", "auditor", "/audit", 1280, "light"),
    ]


def decided_on(office: Caller, request: str) -> str:
    """The id of a panel that was confirmed, with invitations."""
    moved(office, f"/requests/{request}", "accepted")
    rule = {"type": "at_least_one", "kinds": ["K-LAW"]}
    panel = office.made(f"/requests/{request}/panels", {"preset": "complex", "size": 3, "rules": [rule]})
    given = [{"expert": one["expert"], "reason": "须有法律与技术两方面专家"} for one in panel["deviations"]]
    body = {"to": "confirmed", "reason": "符合组成要求", "confirmed_by": "王处长", "deviations": given}
    answer = office.post(f"/panels/{panel['id']}/transitions", body, etag="*")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    office.made(f"/panels/{panel['id']}/invitations", {})
    return str(panel["id"])


def invitation(office: Caller, panel: str) -> str:
    """The address of an invitation, as its expert opens it."""
    [first, *_] = office.get(f"/engagements?panel={panel}").json["items"]
    token = office.made(f"/engagements/{first['id']}/links", {})["token"]
    return f"/invitation/{token}"


def drawn(office: Caller, request: str) -> str:
    """The id of a draw that is frozen."""
    body = {"size": 3, "reserves": 2, "public_source": "双色球第2026136期", "not_before": "2030-11-24T13:30:00Z"}
    return str(office.made(f"/requests/{request}/draws", body | {"rules": [{"type": "max_per_organisation"}]})["id"])


def suspend_one(administrator: Caller) -> None:
    """Let the audit log have something to tell."""
    one = administrator.get("/experts?status=active&limit=1").json["items"][0]["id"]
    for to, reason in (("suspended", "复核执业资质"), ("active", "资质有效")):
        moved(administrator, f"/experts/{one}", to, reason)


def take(
    browser: Browser, site: Site, name: str, language: str, login: str, address: str, width: int, theme: str
) -> None:
    """Take one picture."""
    context = browser.new_context(viewport={"width": width, "height": 800}, base_url=site.address)
    for cookie, value in (("language", language), ("theme", theme)):
        context.add_cookies([{"name": cookie, "value": value, "url": site.address}])
    page = context.new_page()
    if login:
        sign_in(page, login)
    shown = page.goto(address)
    assert getattr(shown, "ok", False), f"{address} shows no page of its own"
    page.wait_for_load_state("networkidle")
    (FOLDER / f"{name}.png").write_bytes(in_few_colours(page.screenshot(scale="css")))
    context.close()


def main() -> None:
    """Take all of them."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        app = make_app(Databases(Path(folder)).fresh("sqlite", pool=True), Clock(START))
        for role in ROLES:
            account(app, role)
        account(app, "agency", AGENCY)
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.ARGUMENTS)
        for site in served(app):
            for picture in pictures(site):
                take(browser, site, *picture)
        browser.close()


if __name__ == "__main__":
    main()
