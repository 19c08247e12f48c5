"""Real pages in a real browser: a server in a thread, chromium, and people who use both.

Every page that a test opens is watched: no console error, no request to another host. Skipped where there is no
chromium, with one line that says how to get it; CI refuses that skip.
"""

import os
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.browser import chromium
from tests.callers import Clock
from tests.conftest import START, Databases, close, make_app
from tests.console.conftest import PASSWORD, account

ROLES = ("administrator", "policy_office", "reviewer", "auditor")
AGENCY = "晋江鞋服产业园知识产权保护工作站"


@dataclass
class Site:
    """A served installation; `address` is where."""

    app: Flask
    address: str


@dataclass
class Watch:
    """What a page did besides showing itself."""

    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    def attach(self, page: Page, address: str) -> None:
        """Watch a page from now on."""
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(address) else self.foreign.append(asked.url))
        page.on("response", self._measure)

    def _listen(self, said: ConsoleMessage) -> None:
        # A form with faults, or of an outdated version, comes back with a status that the browser itself remarks on.
        if said.type == "error" and not re.search(r"status of (412|422) ", said.text):
            self.complaints.append(said.text)

    def _measure(self, response: Response) -> None:
        length = response.headers.get("content-length", "0")
        self.sizes[response.url] = int(length) if length.isdecimal() else 0


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once."""
    path = chromium.path()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI needs the browser tests: {chromium.ABSENT}")
        pytest.skip(chromium.ABSENT)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        yield started
        started.close()


class _Silent(WSGIRequestHandler):
    """Says nothing of each request: a failed test would drown in it."""

    def log(self, type: str, message: str, *args: object) -> None:
        pass


def served(app: Flask) -> Iterator[Site]:
    """The application behind a real server, until the test is over."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(app, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    close(app)


@pytest.fixture(scope="session")
def site(databases: Databases) -> Iterator[Site]:
    """The sample pool with an account for each role, shared by all tests: they add to it and take nothing away."""
    app = make_app(databases.fresh("sqlite", pool=True), Clock(START))
    for role in ROLES:
        account(app, role)
    account(app, "agency", AGENCY)
    yield from served(app)


@pytest.fixture
def empty_site(databases: Databases) -> Iterator[Site]:
    """An installation that nobody has visited yet."""
    yield from served(make_app(databases.fresh("sqlite"), Clock(START)))


Opening = Callable[..., Page]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test when a page complained in the console or asked another host for anything."""
    found = Watch()
    yield found
    assert found.complaints == []
    assert found.foreign == []


@pytest.fixture
def opened(browser: Browser, watch: Watch) -> Iterator[Opening]:
    """Opens a page of a site in a fresh browser, in a language, at a width, signed in where a login name is given."""
    contexts: list[BrowserContext] = []

    def open_page(site: Site, language: str, login: str = "", *, width: int = 1280, theme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, base_url=site.address)
        contexts.append(context)
        for name, value in (("language", language), ("theme", theme)):
            context.add_cookies([{"name": name, "value": value, "url": site.address}])
        context.set_default_timeout(15_000)
        page = context.new_page()
        watch.attach(page, site.address)
        if login:
            sign_in(page, login)
        return page

    yield open_page
    for context in contexts:
        context.close()


def sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    """Sign in on the page for it."""
    if not page.url.partition("?")[0].endswith("/sign-in"):
        page.goto("/sign-in")
    page.fill("[name='/login']", login)
    page.fill("[name='/password']", password)
    page.click("main form button")
    page.wait_for_load_state()


def said(language: str, zh: str, en: str) -> str:
    """The words of a page in its language."""
    return zh if language == "zh" else en
