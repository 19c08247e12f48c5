"""Who may see which page: every page states its roles, and holds them; strangers see what is open and nothing else."""

from collections.abc import Iterator

import pytest
from flask import Flask

from expertdb.console import access
from expertdb.models.tokens import ROLES
from tests.console.conftest import Visitor, visitor

OPEN = [
    "/",
    "/first-run",
    "/invitation",
    "/invitation/<token>",
    "/invitation/answer/<to>",
    "/invitation/evaluations/<evaluation_id>",
    "/invitation/interests",
    "/invitation/opinion",
    "/preferences/<name>/<value>",
    "/sign-in",
    "/static/<mark>/<path:name>",
]


def addresses(app: Flask) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Method, address with an id nobody has, and roles of every guarded page."""
    for method, address, roles in access.guarded(app):
        yield method, "/".join("nobody" if part.startswith("<") else part for part in address.split("/")), roles


def test_every_page_has_an_access_rule_or_is_open(app: Flask) -> None:
    assert access.unguarded(app) == OPEN


def test_every_rule_names_roles_that_there_are(app: Flask) -> None:
    assert all(set(roles) <= set(ROLES) for _, _, roles in access.guarded(app))


def test_stranger_is_sent_to_sign_in_everywhere_else(app: Flask, stranger: Visitor) -> None:
    for method, path, _ in addresses(app):
        answer = stranger.client.open(path, method=method, headers=stranger.headers)
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/sign-in"), path


@pytest.mark.parametrize("role", ROLES)
def test_role_gets_in_exactly_where_the_rule_says(app: Flask, role: str) -> None:
    one = visitor(app, role)
    token = one.stated(one.page("/password"), "csrf_token")
    for method, path, roles in addresses(app):
        if path == "/sign-out":
            continue
        answer = one.client.open(path, method=method, headers=one.headers, data={"csrf_token": token})
        assert (answer.status_code != 403) == (role in roles), (method, path, answer.status_code)


@pytest.mark.parametrize("role", ROLES)
def test_navigation_leads_only_where_one_may_go(app: Flask, role: str) -> None:
    one = visitor(app, role)
    links = {part.split('"')[0] for part in one.page("/").split('href="')[1:]}
    for link in links:
        if link.startswith("/") and not link.startswith(("/static", "/preferences", "/api", "/readyz")):
            assert one.get(link).status_code in (200, 303), link
