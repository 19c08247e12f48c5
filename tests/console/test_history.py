"""The history of a profile in the console: who changed what, and two versions side by side."""

from flask import Flask

from tests.api.people import expert, moved
from tests.callers import Caller
from tests.console.conftest import Visitor, visitor


def changed(administrator: Caller) -> str:
    made = expert(administrator, organisation="甲所")
    body = {"statement": "专利代理师，主攻电池专利的确权。", "items": [{"kind": "patent", "title": "<b>隔膜</b>"}]}
    assert administrator.patch(f"/experts/{made['id']}", body, etag="*").status_code == 200
    return f"/experts/{made['id']}"


def test_history_says_who_changed_what(administrator: Caller, administrator_page: Visitor) -> None:
    at = changed(administrator)
    moved(administrator, at, "suspended", "核查")
    assert f'href="{at}/history"' in administrator_page.page(at)
    page = administrator_page.page(f"{at}/history")
    assert ">Evidence, Statement</td>" in page
    assert "1 → 3</a>" in page
    assert "<bdi>核查</bdi>" in page


def test_versions_are_held_against_each_other(administrator: Caller, administrator_page: Visitor) -> None:
    at = changed(administrator)
    page = administrator_page.page(f"{at}/history/comparison?first=1&second=2")
    assert "主攻电池专利的<del>无效宣告</del><ins>确权</ins>。" in page
    assert "<ins>Patent: &lt;b&gt;隔膜&lt;/b&gt;</ins>" in page
    assert "<del>Case: 电池隔膜专利无效案\n2024</del>" in page
    assert "<dt>Organisation</dt>" not in page
    assert page.count("<dt>") == administrator_page.page(f"{at}/history/comparison").count("<dt>") == 2


def test_lines_of_a_version_have_the_signs_of_its_language(administrator: Caller, administrator_page: Visitor) -> None:
    at = changed(administrator)
    administrator_page.client.set_cookie("language", "zh")
    assert "<del>案件：电池隔膜专利无效案\n2024</del>" in administrator_page.page(
        f"{at}/history/comparison?first=1&second=2"
    )


def test_profile_without_changes_says_so(administrator: Caller, administrator_page: Visitor) -> None:
    at = f"/experts/{expert(administrator)['id']}/history"
    assert "No change of the profile is on record." in administrator_page.page(at)
    assert "These versions have the same profile." in administrator_page.page(f"{at}/comparison")
    assert administrator_page.get(f"{at}/comparison?first=7").status_code == 404
    assert administrator_page.get(f"{at}/comparison?first=x").status_code == 200


def test_office_does_not_see_the_history(app: Flask, administrator: Caller) -> None:
    at = changed(administrator)
    office = visitor(app, "policy_office")
    assert f"{at}/history" not in office.page(at)
    assert office.get(f"{at}/history").status_code == 403
