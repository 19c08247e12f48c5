"""Visitors of the console: what a browser does, without one."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from expertdb.database import transaction
from expertdb.services import users
from expertdb.services.actors import SYSTEM
from tests.conftest import Beginning, Databases, Step

PASSWORD = "correct horse battery"
COOKIE = "expertdb"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visitor:
    """Somebody with a browser: keeps cookies, sends the token that forms carry, asks for pages."""

    def __init__(self, app: Flask, language: str = "en") -> None:
        self.app, self.client = app, app.test_client()
        self.client.set_cookie("language", language)
        self.headers = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "fr"}

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=self.headers | headers)

    def page(self, path: str, status: int = 200) -> str:
        """The text of a page; fails unless it is there."""
        answer = self.get(path)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    def post(self, path: str, fields: dict[str, Any] | None = None, *, at: str = "/", **headers: str) -> TestResponse:
        """Send a form with the token of the page `at`, which holds one."""
        found = TOKEN.search(self.page(at)) or TOKEN.search(self.page("/sign-in"))
        token = {"csrf_token": found[1]} if found else {}
        return self.client.post(path, data=token | (fields or {}), headers=self.headers | headers)

    def sign_in(self, login: str, password: str = PASSWORD) -> TestResponse:
        return self.post("/sign-in", {"/login": login, "/password": password}, at="/sign-in")

    def stated(self, page: str, name: str) -> str:
        """The value of a hidden field of a page."""
        found = re.search(rf'name="{name}" value="([^"]*)"', page)
        assert found is not None, f"the page has no hidden field {name}"
        return found[1].replace("&#34;", '"').replace("&quot;", '"')


def account(app: Flask, role: str, organisation: str | None = None, login: str | None = None) -> str:
    """The id of a new user who may sign in at once, as `login` or as the role is called."""
    body = {"login": login or role, "name": f"甲 {role}", "role": role, "password": PASSWORD}
    body |= {"must_change_password": False} | ({"organisation": organisation} if organisation else {})
    with app.app_context(), transaction() as session:
        return users.create(session, body, actor=SYSTEM, now=app.extensions["clock"]())[0].id


def visitor(app: Flask, role: str, organisation: str | None = None, language: str = "en") -> Visitor:
    """Somebody of this role who is signed in."""
    account(app, role, organisation)
    found = Visitor(app, language)
    assert found.sign_in(role).status_code == 303
    return found


def signing_in(role: str) -> Callable[[Flask], str]:
    """A step that signs in somebody of this role and returns the cookie."""

    def sign_in(app: Flask) -> str:
        cookie = visitor(app, role).client.get_cookie(COOKIE)
        assert cookie is not None
        return cookie.value

    return sign_in


# Who has signed in before a test begins, by their fixtures.
VISITORS = tuple(
    (fixture, signing_in(role))
    for fixture, role in (
        ("administrator_page", "administrator"),
        ("curator", "administrator"),
        ("official", "policy_office"),
        ("auditor", "auditor"),
    )
)


@pytest.fixture
def beginning(request: pytest.FixtureRequest, engine: str, databases: Databases) -> Beginning:
    """As for other tests, with those signed in whom the test asks for."""
    stated: tuple[Step, ...] = (*VISITORS, *getattr(request.module, "BEGINS", ()))
    return databases.begun(engine, tuple(step for step in stated if step[0] in request.fixturenames))


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """Pages call services, which the other tests run on both engines."""
    return str(request.param)


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    return Visitor(app)


def signed_in(app: Flask, cookie: str) -> Visitor:
    """Whoever has this cookie."""
    one = Visitor(app)
    one.client.set_cookie(COOKIE, cookie)
    return one


@pytest.fixture
def administrator_page(app: Flask, beginning: Beginning) -> Visitor:
    return signed_in(app, beginning.known["administrator_page"])


@pytest.fixture
def curator(app: Flask, beginning: Beginning) -> Visitor:
    """An administrator who keeps the pool."""
    return signed_in(app, beginning.known["curator"])


@pytest.fixture
def official(app: Flask, beginning: Beginning) -> Visitor:
    """Somebody of the policy office."""
    return signed_in(app, beginning.known["official"])


@pytest.fixture
def auditor(app: Flask, beginning: Beginning) -> Visitor:
    return signed_in(app, beginning.known["auditor"])
