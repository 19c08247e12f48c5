"""The main ways through the console, walked in a real browser in both languages.

Each journey is what one person comes to do, from sign-in to result; the last ones are what goes wrong on the way.
"""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.api.people import moved
from tests.browser.conftest import AGENCY, Opening, Site, Watch, said, sign_in
from tests.callers import BOOTSTRAP
from tests.conftest import caller
from tests.console.conftest import PASSWORD

LANGUAGES = ("zh", "en")
both = pytest.mark.parametrize("language", LANGUAGES)


def name_of(page: Page) -> str:
    """The headline of a page, without the status beside it."""
    return page.locator("main h1 bdi").first.inner_text()


def written(language: str, what: str) -> str:
    """A name that no other journey uses."""
    return f"{what}{'中' if language == 'zh' else 'En'}"


def wait_for_draft(page: Page, word: str) -> None:
    """Wait until a draft with this word is kept.

    Not by `wait_for_function`: what it polls with is made from a string, which the pages do not allow.
    """
    for _ in range(100):
        if page.evaluate("(word) => Object.values(localStorage).some((one) => one.includes(word))", word):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"no draft with {word} was kept")


@both
def test_first_visit_makes_the_administrator_and_loads_the_sample(
    empty_site: Site, opened: Opening, language: str
) -> None:
    page = opened(empty_site, language)
    page.goto("/")
    page.click("main a[role=button]")
    for name, value in (
        ("bootstrap", BOOTSTRAP),
        ("login", "lin.lan"),
        ("name", "林岚"),
        ("password", "several words in a row"),
        ("again", "several words in a row"),
    ):
        page.fill(f"[name='/{name}']", value)
    expect(page.locator("[type=checkbox][name='/sample']")).to_be_checked()
    page.click("main form button")
    expect(page.locator(".note.done")).to_be_visible()
    page.click(f"nav.places >> text={said(language, '专家', 'Experts')}")
    expect(page.locator("#found")).to_contain_text("246")


@both
def test_administrator_makes_a_user_who_chooses_a_password(site: Site, opened: Opening, language: str) -> None:
    login = written(language, "zhang").lower()
    page = opened(site, language, "administrator")
    page.click(".more-places summary")
    page.click(f"nav.places >> text={said(language, '用户', 'Users')}")
    page.click(f"text={said(language, '新建用户', 'New user')}")
    page.fill("[name='/login']", login)
    page.fill("[name='/name']", "张工")
    page.select_option("[name='/role']", "agency")
    page.fill("[name='/organisation']", AGENCY)
    page.click("main form button")
    given = page.locator(".secret code").inner_text()
    newcomer = opened(site, language)
    sign_in(newcomer, login, given)
    expect(newcomer).to_have_url(re.compile("/password$"))
    for name, value in (("present", given), ("password", "my very own words"), ("again", "my very own words")):
        newcomer.fill(f"[name='/{name}']", value)
    newcomer.click("main form button")
    expect(newcomer.locator("nav.places")).to_contain_text(said(language, "请求", "Requests"))
    expect(newcomer.locator("nav.places")).not_to_contain_text(said(language, "用户", "Users"))


@both
def test_expert_is_found_as_one_types_and_narrowed_by_filters(site: Site, opened: Opening, language: str) -> None:
    page = opened(site, language, "reviewer")
    page.click(f"nav.places >> text={said(language, '专家', 'Experts')}")
    page.wait_for_url("**/experts")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.locator("#q").press_sequentially("swt", delay=20)
    expect(page.locator("#found tbody tr")).to_have_count(1)
    expect(page.locator("#found")).to_contain_text("苏婉婷")
    expect(page).to_have_url(re.compile("q=swt"))
    page.fill("#q", "")
    expect(page.locator("#found tbody tr")).to_have_count(50)
    everybody = page.locator("#found [role=status]").inner_text()
    choice = page.locator(".facets a", has_text=said(language, "厦门市", "Xiamen")).first
    count = int(choice.locator(".count").inner_text())
    choice.click()
    expect(page.locator("#found [role=status]")).to_contain_text(str(count))
    page.click(".facets a.chosen")
    expect(page.locator("#found [role=status]")).to_have_text(everybody)


@both
def test_curator_edits_a_profile_with_suggested_codes_and_another_item(
    site: Site, opened: Opening, language: str
) -> None:
    page = opened(site, language, "administrator")
    page.goto("/experts?status=draft")
    page.locator("#found tbody a").nth(0 if language == "zh" else 1).click()
    name = name_of(page)
    page.click(f"text={said(language, '编辑', 'Edit')}")
    page.fill("[name='/statement']", "主攻锂电池专利的无效与稳定性分析，也做质押融资。")
    suggested = page.locator(".suggestion button", has_text=said(language, "质押融资", "pledge financing")).first
    suggested.click()
    expect(page.locator("#picked input[value='FN-PLDG']")).to_be_checked()
    page.fill("#pick-codes", said(language, "地理标志", "Geographical"))
    page.locator(".found-codes button").first.click()
    expect(page.locator("#picked input[value='GI']")).to_be_checked()
    page.click("[data-add-row]")
    row = page.locator(".rows > .row").last
    row.locator("input[name$='/title']").fill(written(language, "固态电池专利稳定性评估"))
    row.locator("input[name$='/year']").fill("2025")
    page.click("main form .ends button")
    expect(page.locator(".note.done")).to_be_visible()
    assert name_of(page) == name
    expect(page.locator("main")).to_contain_text(written(language, "固态电池专利稳定性评估"))
    expect(page.locator("main aside")).to_contain_text(said(language, "质押融资", "IP pledge financing"))


@both
def test_roster_is_checked_corrected_and_entered(site: Site, opened: Opening, language: str) -> None:
    page = opened(site, language, "administrator")
    page.goto("/experts/imports/new")
    name, employer = written(language, "名册"), written(language, "名册所")
    roster = f"姓名,专家类型,供职于何处\n{name},专利代理师,{employer}\n{name},专利代理师,{employer}\n"
    page.set_input_files("[name=file]", {"name": "名册.csv", "mimeType": "text/csv", "buffer": roster.encode()})
    page.click("form#import button")
    expect(page.locator("#report .note.done")).to_be_focused()
    page.click("#report summary")
    page.select_option("[name='/columns/2/target']", "organisation")
    page.click("form#import button")
    expect(page.locator("#report .note.failed")).to_be_visible()
    page.select_option("[name='/rows/0/do']", "skip")
    page.click("form#import button")
    page.click("#report button")
    expect(page.locator("#report")).to_contain_text(said(language, "已入库：新增 1", "Entered: 1 new"))
    page.goto(f"/experts?q={name}")
    expect(page.locator("#found tbody tr")).to_have_count(1)


@both
def test_works_of_a_record_are_checked_and_entered(site: Site, opened: Opening, language: str) -> None:
    page = opened(site, language, "administrator")
    page.goto("/experts?status=active")
    page.click("#found tbody a >> nth=0")
    page.click("a[href$='/works/new']")
    title = written(language, "固态电解质专利布局")
    record = json.dumps({"author": {"display_name": "Nobody"}, "results": [{"title": title, "type": "article"}]})
    page.set_input_files(
        "[name=file]", {"name": "record.json", "mimeType": "application/json", "buffer": record.encode()}
    )
    page.click("form#works button")
    expect(page.locator("#report .faults")).to_be_focused()
    page.check("[name='/same_person'][type=checkbox]")
    page.click("form#works button")
    expect(page.locator("#report")).to_contain_text(title)
    page.click("#report button")
    expect(page.locator(".note.done")).to_be_visible()
    expect(page.locator("main")).to_contain_text(title)


@both
def test_absence_and_unwanted_work_are_kept_in_a_draft(site: Site, opened: Opening, language: str) -> None:
    page = opened(site, language, "administrator")
    page.goto("/experts/new")
    page.fill("[name='/name/zh']", written(language, "草"))
    rows = page.locator("[data-rows='availability/away']")
    for place in range(2):
        rows.locator("[data-add-row]").click()
        rows.locator(f"[name='/availability/away/{place}/start']").fill("2026-12-01")
        rows.locator(f"[name='/availability/away/{place}/end']").fill(f"2026-12-0{place + 2}")
    rows.locator("[data-remove-row]").first.click()
    page.locator("#pick-unwanted").fill(said(language, "质押", "pledge"))
    page.click("[data-picks][title='FN-PLDG']")
    expect(page.locator("#picked-unwanted [value='FN-PLDG']")).to_be_checked()
    wait_for_draft(page, "FN-PLDG")
    page.reload()
    page.click("[data-restore]")
    expect(page.locator("[name='/availability/away/1/end']")).to_have_value("2026-12-03")
    expect(page.locator("#picked-unwanted [value='FN-PLDG']")).to_be_checked()
    expect(page.locator("#picked [value='FN-PLDG']")).to_have_count(0)


@both
def test_agency_asks_with_recognised_aspects_and_files_a_ranked_list(
    site: Site, opened: Opening, language: str
) -> None:
    page = opened(site, language, "agency")
    page.click(f"nav.places >> text={said(language, '请求', 'Requests')}")
    page.click(f"text={said(language, '新建请求', 'New request')}")
    page.fill("[name='/title']", written(language, "专利质押融资"))
    page.locator("[name='/text']").press_sequentially("银行问专利价值评估与无效风险。")
    page.locator(".suggestion button").first.click()
    expect(page.locator("#picked .aspect")).to_have_count(1)
    page.locator("#picked select").select_option("must")
    page.click("[data-rows=parties] [data-add-row]")
    page.locator("[name='/parties/0/name']").fill("某银行")
    page.click("main form .ends button")
    expect(page.locator(".note.done")).to_be_visible()
    page.click(f"text={said(language, '推荐专家', 'Find experts')}")
    expect(page.locator(".entry")).to_have_count(10)
    page.locator("#f-size").fill("6")
    expect(page.locator(".entry")).to_have_count(6)  # As it is typed: who then files has what was asked for.
    page.locator("#f-size").fill("4")
    page.locator("#f-size").press("Tab")
    expect(page.locator(".entry")).to_have_count(4)
    page.locator(".narrow-list label", has_text=said(language, "厦门市", "Xiamen")).click()
    expect(page).to_have_url(re.compile("region=350200"))
    page.locator(".entry details summary").first.click()
    expect(page.locator(".entry table.terms").first).to_be_visible()
    names = page.locator(".entry h2").all_inner_texts()
    page.click(f"text={said(language, '将名单存档', 'File this list')}")
    expect(page.locator(".note.done")).to_be_visible()
    assert page.locator(".entry h2").all_inner_texts() == names


@both
def test_office_compares_entries_and_looks_up_a_standing(site: Site, opened: Opening, language: str) -> None:
    office = caller(site.app, "policy_office")
    asked = office.made("/requests", {"kind": "consultation", "title": "商标", "text": "商标异议与地理标志保护"})
    listed = office.made(f"/requests/{asked['id']}/shortlists", {"size": 5})
    page = opened(site, language, "policy_office")
    page.goto(f"/shortlists/{listed['id']}")
    page.emulate_media(media="print")
    expect(page.locator(".entry table.terms").first).to_be_visible()
    page.emulate_media(media="screen")
    page.locator(".small-link").first.click()
    expect(page.locator("h1")).to_contain_text(said(language, "之前", "ranked above"))
    lines = page.locator("tbody tr").count()
    page.locator("select[name=second]").select_option(index=4)
    page.click("form.filters button")
    expect(page.locator("tfoot")).to_contain_text("+0.")
    assert lines >= 3
    page.goto(f"/requests/{asked['id']}/standing")
    page.fill("#q", "swt")
    page.keyboard.press("Enter")
    page.click("main ul a")
    expect(page.locator("section.note")).to_contain_text("苏婉婷")


@both
def test_office_forms_a_panel_confirms_it_and_an_expert_answers(site: Site, opened: Opening, language: str) -> None:
    office = caller(site.app, "policy_office")
    asked = office.made(
        "/requests", {"kind": "consultation", "title": written(language, "专家组"), "text": "电池专利无效"}
    )
    moved(office, f"/requests/{asked['id']}", "accepted")
    page = opened(site, language, "policy_office")
    page.goto(f"/requests/{asked['id']}")
    page.click(f"text={said(language, '组建专家组', 'Form a panel')}")
    page.fill("[name='/size']", "3")
    page.select_option("#add-rule", "max_per_city")
    page.locator(".adding button").click()
    page.fill("[name='/rules/0/limit']", "1")
    page.locator("[name='/rules/0/limit']").press("Enter")  # It had taken the rule away.
    expect(page.locator("main section .note.done").first).to_contain_text(said(language, "已证明最优", "Proven"))
    seated = page.locator("main section table").first.locator("tbody th")
    expect(seated).to_have_count(3)
    first = seated.first.inner_text()
    page.locator("main section table").first.locator("button").first.click()
    expect(page.locator(".chips")).to_contain_text(first)
    expect(page.locator("main section")).to_contain_text(
        said(language, "与上次试算相比", "Against the panel tried before")
    )
    page.click(f"text={said(language, '提出该专家组', 'Propose this panel')}")
    page.click(f"text={said(language, '确认专家组', 'Confirm the panel')}")
    page.fill("[name='/confirmed_by']", "王某")
    page.fill("[name='/reason']", "符合组成要求")
    for why in page.locator("[name^='/deviations/'][name$='/reason']").all():
        why.fill("规则所需")
    page.click("main form .ends button")
    expect(page.locator("h1")).to_contain_text(said(language, "已确认", "Confirmed"))
    page.click(f"text={said(language, '邀请成员', 'Invite the members')}")
    page.click("main form .ends button")
    page.locator("main table").first.locator("tbody a").first.click()
    page.click(f"text={said(language, '签发链接', 'Issue the link')}")
    expert = opened(site, language)
    expert.goto(page.locator(".secret code").inner_text())
    expect(expert).to_have_url(re.compile("/invitation$"))
    expert.click(f"text={said(language, '申报利益关系', 'Declare interests')} >> nth=-1")
    expert.check("[type=checkbox][name='/none']")
    expert.check("[type=checkbox][name='/confidential']")
    expert.click("main form .ends button")
    expert.click(f".ends >> text={said(language, '接受邀请', 'Accept the invitation')}")
    expert.fill("[name='/reason']", "同意")
    expert.click("main form .ends button")
    expect(expert.locator("h1")).to_contain_text(said(language, "已接受", "Has accepted"))
    expect(expert.locator("main")).to_contain_text("电池专利无效")


@both
def test_curator_suspends_and_brings_back_with_reasons(site: Site, opened: Opening, language: str) -> None:
    page = opened(site, language, "administrator")
    page.goto("/experts?status=active&region=350700")
    page.locator("#found tbody a").nth(0 if language == "zh" else 1).click()
    page.click(f"text={said(language, '暂停资格', 'Suspend')}")
    page.click("main form .ends button")
    expect(page.locator(".faults a")).to_have_attribute("href", "#f-reason")
    page.click(".faults a")
    expect(page.locator("#f-reason")).to_be_focused()
    page.fill("#f-reason", "复核执业资质")
    page.select_option("[name='/ground']", "lost_qualification")
    page.click("main form .ends button")
    expect(page.locator("h1")).to_contain_text(said(language, "暂停资格", "Suspended"))
    page.click(f"text={said(language, '转为在库', 'Activate')}")
    page.fill("#f-reason", "资质有效")
    page.click("main form .ends button")
    expect(page.locator("h1")).to_contain_text(said(language, "在库", "Active"))
    expect(page.locator(".steps")).to_contain_text("复核执业资质")


@both
def test_user_makes_and_revokes_a_token_of_their_own(site: Site, opened: Opening, language: str) -> None:
    page = opened(site, language, "auditor")
    page.click(".tools .me summary")
    page.click(f"text={said(language, '访问令牌', 'Access tokens')}")
    page.click(f"text={said(language, '新建令牌', 'New token')}")
    page.fill("[name='/name']", written(language, "报表程序"))
    page.click("main form .ends button")
    secret = page.locator(".secret code").inner_text()
    headers = {"Authorization": f"Bearer {secret}"}
    assert site.app.test_client().get("/api/v1/requests", headers=headers).status_code == 200
    page.click("main >> a")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("tr", has_text=written(language, "报表程序")).locator("button").click()
    expect(page.locator(".note.done")).to_be_visible()
    assert site.app.test_client().get("/api/v1/requests", headers=headers).status_code == 401


@both
def test_lost_session_keeps_the_draft(site: Site, opened: Opening, watch: Watch, language: str) -> None:
    page = opened(site, language, "policy_office")
    page.goto("/requests/new")
    page.fill("[name='/title']", written(language, "写到一半的请求"))
    page.fill("[name='/text']", "无效宣告，专利价值评估，质押融资，侵权判定。" * 5)
    page.click("[data-rows=parties] [data-add-row]")
    page.fill("[name='/parties/0/name']", "甲方")
    for count in range(1, 4):
        page.locator(".suggestion button").first.click()
        expect(page.locator("#picked .aspect")).to_have_count(count)
    page.locator("#picked input").nth(1).uncheck()
    page.locator("#picked select").nth(2).select_option("must")
    codes = [box.get_attribute("value") for box in page.locator("#picked input").all()]
    page.fill("[name='/experts_wanted']", "3")
    wait_for_draft(page, "experts_wanted")
    page.wait_for_timeout(500)
    page.context.clear_cookies(name="expertdb")
    page.click("main form .ends button")
    expect(page).to_have_url(re.compile("/sign-in"))
    expect(page.locator(".note.warning")).to_be_visible()
    sign_in(page, "policy_office")
    expect(page).to_have_url(re.compile("/requests/new"))
    page.click("[data-restore]")
    expect(page.locator("[name='/title']")).to_have_value(written(language, "写到一半的请求"))
    expect(page.locator("[name='/parties/0/name']")).to_have_value("甲方")
    expect(page.locator("[name='/experts_wanted']")).to_have_value("3")
    expect(page.locator("#picked .aspect")).to_have_count(2)
    expect(page.locator("[name='/aspects/0/code']")).to_have_value(str(codes[0]))
    expect(page.locator("[name='/aspects/2/code']")).to_have_value(str(codes[2]))
    expect(page.locator("[name='/aspects/2/need']")).to_have_value("must")
    page.click("main form .ends button")
    expect(page.locator(".note.done")).to_be_visible()
    page.goto("/requests/new")
    expect(page.locator("[data-restore]")).to_have_count(0)
    page.click(".tools .me summary")
    page.click(f"text={said(language, '退出登录', 'Sign out')} >> nth=0")
    assert page.evaluate("Object.keys(localStorage).length") == 0
    # Suggestions that were asked for just after the session was lost.
    watch.complaints = [said for said in watch.complaints if "401" not in said]


@both
def test_two_editors_of_one_profile_see_each_others_change(site: Site, opened: Opening, language: str) -> None:
    first, second = (opened(site, language, "administrator") for _ in range(2))
    first.goto("/experts?status=on_leave")
    first.locator("#found tbody a").nth(0 if language == "zh" else 1).click()
    address = first.url + "/edit"
    for page in (first, second):
        page.goto(address)
    first.fill("[name='/position']", "首席专家")
    first.click("main form .ends button")
    expect(first.locator(".note.done")).to_be_visible()
    second.fill("[name='/statement']", "第二位编辑的自述。")
    second.click("main form .ends button")
    expect(second.locator(".faults ins")).to_have_text("首席专家")
    expect(second.locator("[name='/position']")).to_have_value("首席专家")
    expect(second.locator("[name='/statement']")).to_have_value("第二位编辑的自述。")
    second.click("main form .ends button")
    expect(second.locator("main")).to_contain_text("第二位编辑的自述。")
    expect(second.locator("main")).to_contain_text("首席专家")


def test_everything_can_be_reached_by_keyboard(site: Site, opened: Opening) -> None:
    page = opened(site, "en", "administrator")
    page.goto("/experts")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.locator(".tools .me summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tools .me .card")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".tools .me .card")).to_be_hidden()
    expect(page.locator(".tools .me summary")).to_be_focused()


def test_pages_work_without_scripts(site: Site, browser: object, opened: Opening) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=site.address)  # type: ignore[attr-defined]
    page = context.new_page()
    sign_in(page, "policy_office", PASSWORD)
    page.goto("/experts")
    page.fill("#q", "swt")
    page.click("form.search button")
    expect(page.locator("#found tbody tr")).to_have_count(1)
    page.goto("/requests/new")
    page.fill("[name='/title']", "无脚本的请求")
    page.fill("noscript input[name='/aspects/99/code']", "LG-INV")
    page.locator("noscript input[name='/parties/0/name']").fill("乙方")
    page.select_option("[name='/kind']", "consultation")
    page.click("main form .ends button")
    expect(page.locator("main")).to_contain_text("乙方")
    expect(page.locator("main aside .chip")).to_have_count(1)
    context.close()


def test_hostile_words_stay_words(site: Site, opened: Opening) -> None:
    hostile = "<img src=x onerror=alert(1)>\u202egnp.exe{{7*7}}"
    caller(site.app, "administrator").made(
        "/experts", {"name": {"zh": hostile}, "kind": "K-PA", "statement": hostile, "status": "draft"}
    )
    page = opened(site, "en", "administrator")
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    page.goto("/experts?q=gnp.exe")
    page.locator("#found tbody a").first.click()
    expect(page.locator("h1 bdi").first).to_have_text(hostile)
    expect(page.locator("img[src=x]")).to_have_count(0)
