"""Errors as pages: people get one in the console's look and language, programs keep problem+json."""

import pytest
from flask import Flask

from tests.callers import Caller
from tests.console.conftest import Visitor, visitor


@pytest.mark.parametrize(("language", "title"), [("en", "Not found"), ("zh", "未找到")])
def test_unknown_address_is_a_page_for_people(app: Flask, language: str, title: str) -> None:
    one = Visitor(app, language)
    answer = one.get("/nothing-here")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert f"<h1>{title}</h1>" in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/nothing-here", "/api/v1/nothing"])
def test_program_keeps_problem_json(app: Flask, path: str) -> None:
    assert app.test_client().get(path).mimetype == "application/problem+json"


def test_api_answers_problems_to_browsers_too(stranger: Visitor) -> None:
    assert stranger.get("/api/v1/experts").mimetype == "application/problem+json"


def test_wrong_method_names_those_that_are_right(stranger: Visitor) -> None:
    answer = stranger.client.put("/sign-in", headers=stranger.headers)
    assert (answer.status_code, answer.mimetype) == (405, "text/html")
    assert "POST" in answer.headers["Allow"]


def test_unknown_thing_is_a_page_that_names_it(administrator_page: Visitor) -> None:
    answer = administrator_page.get("/users/nobody")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "There is no user with the id nobody." in answer.text


def test_page_of_another_role_is_refused_in_words(app: Flask) -> None:
    answer = visitor(app, "agency", language="zh").get("/users")
    assert (answer.status_code, answer.mimetype) == (403, "text/html")
    assert "您的角色无权执行此操作。" in answer.text


def test_fault_of_ours_tells_nothing_of_it(
    app: Flask, administrator_page: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> str:
        raise RuntimeError("postgresql://scott:tiger@db/experts")

    app.testing = False
    monkeypatch.setitem(app.view_functions, "console.list_users", fail)
    answer = administrator_page.get("/users")
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    assert "scott" not in answer.text


def test_part_of_a_page_gets_its_error_as_a_part(administrator_page: Visitor) -> None:
    answer = administrator_page.get("/users/nobody", **{"HX-Request": "true"})
    assert answer.status_code == 404
    assert "<html" not in answer.text
    assert 'role="alert"' in answer.text


def test_nul_in_an_address_is_not_found(administrator_page: Visitor) -> None:
    assert administrator_page.get("/users/%00").status_code == 404


def test_bearer_token_opens_no_page(app: Flask, administrator: Caller) -> None:
    headers = {"Authorization": f"Bearer {administrator.secret}", "Accept": "text/html"}
    assert app.test_client().get("/users", headers=headers).status_code == 303
