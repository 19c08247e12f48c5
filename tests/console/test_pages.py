"""What every page has: headers that let nothing in from elsewhere, its language, files under lasting addresses."""

import re

import pytest
from flask import Flask

from tests.console.conftest import Visitor, visitor


@pytest.mark.parametrize("path", ["/", "/sign-in", "/first-run", "/nothing"])
def test_nothing_from_elsewhere_and_nothing_inline(stranger: Visitor, path: str) -> None:
    answer = stranger.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=", answer.text)
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", answer.text)


@pytest.mark.parametrize(
    ("asked", "cookie", "spoken"),
    [
        ("zh-CN,zh;q=0.9", None, "zh"),
        ("en-GB,en;q=0.9", None, "en"),
        ("fr", None, "zh"),
        ("", None, "zh"),
        ("en-GB", "zh", "zh"),
        ("zh-CN", "en", "en"),
        ("zh-CN", "xx", "zh"),
    ],
)
def test_language_is_the_readers_choice_else_the_browsers(
    app: Flask, asked: str, cookie: str | None, spoken: str
) -> None:
    client = app.test_client()
    if cookie:
        client.set_cookie("language", cookie)
    page = client.get("/", headers={"Accept-Language": asked, "Accept": "text/html"}).text
    assert f'<html lang="{spoken}"' in page
    assert ("知识产权专家库" in page) == (spoken == "zh")


def test_choice_of_language_is_kept_and_leads_back(app: Flask) -> None:
    one = visitor(app, "administrator")
    link = re.search(r'hreflang="zh" href="([^"]+)"', one.page("/users?role=agency"))
    answer = one.get(link[1].replace("&amp;", "&"))
    assert (answer.status_code, answer.location) == (303, "/users?role=agency")
    assert "<h1>用户</h1>" in one.page("/users")


@pytest.mark.parametrize("path", ["/preferences/language/fr", "/preferences/theme/pink", "/preferences/role/agency"])
def test_unknown_preference_is_not_found(stranger: Visitor, path: str) -> None:
    assert stranger.get(path).status_code == 404


def test_colours_are_the_readers_choice(stranger: Visitor) -> None:
    assert 'data-theme="dark"' not in stranger.page("/")
    stranger.get("/preferences/theme/dark?next=/")
    assert 'data-theme="dark"' in stranger.page("/")


def test_own_files_are_kept_by_browsers_until_they_change(stranger: Visitor) -> None:
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', stranger.page("/"))
    assert len(files) >= 5
    for file in files:
        answer = stranger.get(file)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert stranger.get("/static/0/console.css").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["../handling.py", "vendor/../../handling.py", "nothing.css", "%2e%2e/site.py"])
def test_nothing_else_is_served_as_a_file(stranger: Visitor, name: str) -> None:
    assert stranger.get(f"/static/0/{name}").status_code == 404


def test_pages_are_not_kept_by_browsers(administrator_page: Visitor) -> None:
    assert administrator_page.get("/users").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("held", [f"/aspects/{'1' * 5000}/code", "/code", "a/code", "/aspects/none/code"])
def test_code_is_picked_beside_rows_of_any_name(administrator_page: Visitor, held: str) -> None:
    assert 'value="GI"' in administrator_page.page(f"/codes/GI/picked?{held}=PAT-INV")
