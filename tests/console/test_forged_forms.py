"""Forms that come from elsewhere change nothing: every address that takes a form wants the token of the session."""

import pytest
from flask import Flask

from tests.console.conftest import Visitor, visitor


def forms(app: Flask) -> list[str]:
    """The address of every form, with an id nobody has."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("console.")]
    found = [rule.rule for rule in rules if "POST" in (rule.methods or set())]
    return ["/".join("nobody" if part.startswith("<") else part for part in rule.split("/")) for rule in found]


@pytest.mark.parametrize("token", [None, "", "forged", "IjEyMyI.aAAA.bbbb"])
def test_form_without_the_right_token_is_not_taken(app: Flask, administrator_page: Visitor, token: str | None) -> None:
    for path in forms(app):
        fields = {} if token is None else {"csrf_token": token}
        answer = administrator_page.client.post(path, data=fields, headers=administrator_page.headers)
        # 403: a page that administrators may not see either; 410: without an invitation there is no page to send.
        taken = answer.status_code not in (400, 403, 410)
        assert not taken, (path, answer.status_code)


def test_token_of_another_session_is_not_taken(app: Flask, administrator_page: Visitor) -> None:
    other = visitor(app, "auditor")
    token = other.stated(other.page("/password"), "csrf_token")
    answer = administrator_page.client.post("/sign-out", data={"csrf_token": token}, headers=administrator_page.headers)
    assert answer.status_code == 400
    assert "This form could not be taken" in answer.text
    assert administrator_page.get("/users").status_code == 200


def test_api_takes_no_session(administrator_page: Visitor) -> None:
    assert administrator_page.client.get("/api/v1/users").status_code == 401


def test_form_of_a_lost_session_leads_to_the_sign_in_and_back(administrator_page: Visitor) -> None:
    administrator_page.client.delete_cookie("expertdb")
    fields = {"/login": "x", "here": "/users/new"}
    answer = administrator_page.client.post("/users/new", data=fields, headers=administrator_page.headers)
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/users/new")
    assert "Your session has ended." in administrator_page.page(answer.location)


def test_part_of_a_page_without_a_session_is_told_in_place(stranger: Visitor) -> None:
    answer = stranger.get("/users", **{"HX-Request": "true"})
    assert answer.status_code == 401
    assert "Your session has ended." in answer.text
    assert "<html" not in answer.text
