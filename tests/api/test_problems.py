"""Errors over HTTP.

Pinned: every error of the domain has a row in the table, with a type of its own and words in both languages; every
answer of 400 and above is problem+json of one shape and carries the request id; an unexpected error tells nothing of
what went wrong.
"""

import json
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.test import TestResponse

import expertdb
from expertdb.api.problems import HTTP_DETAILS, HTTP_TITLES, TABLE
from expertdb.database import transaction
from expertdb.errors import DomainError
from expertdb.wording import say
from tests.api.people import ASKED
from tests.callers import Caller, Clock
from tests.conftest import ENGINES, Databases, close, plain_app

SHAPE = {"type", "title", "status", "detail", "request_id", "errors"}
SECRET = "postgresql://scott:tiger@db/experts"


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    """Hardly anything here depends on the database."""
    return str(request.param)


def all_errors(base: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """Every subclass of the domain's error, wherever in the package it stands."""
    for module in walk_packages(expertdb.__path__, "expertdb."):
        if ".migrations" not in module.name:
            import_module(module.name)
    for error in base.__subclasses__():
        yield error
        yield from all_errors(error)


def check_shape(answer: TestResponse, status: int) -> dict[str, object]:
    """Fail unless this is problem+json as every error is."""
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    body = json.loads(answer.data)
    assert set(body) == SHAPE
    assert body["status"] == status
    assert body["type"].startswith("urn:expertdb:problem:")
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == answer.headers["X-Request-ID"]
    assert all(set(fault) == {"pointer", "detail"} for fault in body["errors"])
    return dict(body)


def test_every_domain_error_has_a_row_of_its_own() -> None:
    assert set(TABLE) == set(all_errors())
    kinds = [kind for _, kind, _ in TABLE.values()]
    assert len(set(kinds)) == len(kinds)
    # 503: what only the operator can mend, such as a key that is missing. 500 is nobody's plan.
    assert all(400 <= status < 500 or status == 503 for status, _, _ in TABLE.values())


def test_chinese_sentence_says_codes_in_words_and_names_them_to_be_sent(office: Caller) -> None:
    path = f"/requests/{office.made('/requests', ASKED)['id']}/transitions"
    options = {"etag": "*", "headers": {"Accept-Language": "zh"}}
    said = check_shape(office.post(path, {"to": "closed", "reason": "完"}, **options), 409)
    ways = "已退回、已受理、已出名单、已撤销（returned, accepted, shortlisted, cancelled）"
    assert said["detail"] == f"不能由“已提交（submitted）”变更为“已办结（closed）”；可变更为：{ways}。"


@pytest.mark.parametrize(
    "title", sorted({title for _, _, title in TABLE.values()} | {*HTTP_TITLES.values(), *HTTP_DETAILS.values()})
)
def test_every_title_is_said_in_chinese_too(title: str) -> None:
    assert say(title, "zh") != title


@pytest.mark.parametrize(
    ("status", "method", "path", "options"),
    [
        (400, "POST", "/requests", {"data": b"{", "content_type": "application/json"}),
        (400, "POST", "/requests", {"json": ASKED, "headers": {"Idempotency-Key": ""}}),
        (400, "PATCH", "/requests/x", {"json": {}, "etag": "three"}),
        (401, "GET", "/requests", {"headers": {"Authorization": ""}}),
        (403, "GET", "/tokens", {}),
        (404, "GET", "/requests/x", {}),
        (404, "GET", "/nothing/here", {}),
        (404, "GET", "/vocabularies/nothing", {}),
        (405, "PUT", "/requests", {}),
        (405, "DELETE", "/requests", {}),
        (413, "POST", "/requests", {"data": b" " * 20_000_000, "content_type": "application/json"}),
        (415, "POST", "/requests", {"data": b"a=b", "content_type": "application/x-www-form-urlencoded"}),
        (422, "POST", "/requests", {"json": {}}),
        (422, "POST", "/requests", {"json": []}),
        (422, "GET", "/requests?a=b", {}),
        (428, "PATCH", "/requests/x", {"json": {}}),
    ],
)
def test_every_error_has_one_shape(
    office: Caller, status: int, method: str, path: str, options: dict[str, Any]
) -> None:
    check_shape(office.call(method, path, **options), status)


@pytest.mark.parametrize("path", ["/", "/nothing", "/api", "/api/v1", "/api/v1/", "/api/v2/requests", "/%00", "/%ff"])
def test_address_outside_the_api_has_the_same_shape(app: Flask, path: str) -> None:
    answer = app.test_client().post(path)
    check_shape(answer, 405 if path == "/" else 404)


@pytest.mark.parametrize("engine", ENGINES, indirect=True)
@pytest.mark.parametrize("id", ["%00", "a%00b", "%ff", "%ed%a0%80", "%F0%9F%94%8B", "x" * 5000, "%27%20OR%201=1"])
def test_id_that_no_database_could_hold_is_not_found(administrator: Caller, id: str) -> None:
    for path in ("/experts", "/requests", "/shortlists", "/organisations", "/vocabularies"):
        check_shape(administrator.get(f"{path}/{id}"), 404)
    check_shape(administrator.delete(f"/tokens/{id}"), 404)


def test_unknown_method_is_told_the_known_ones(office: Caller) -> None:
    answer = office.call("PUT", "/requests")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en", "en"), ("de", "en"), ("", "en"), ("de, zh-TW", "zh"), ("!!", "en")],
)
def test_error_is_said_in_the_language_asked_for(office: Caller, asked: str, spoken: str) -> None:
    answer = office.post("/requests", {"kind": "quiz"}, headers={"Accept-Language": asked})
    body = check_shape(answer, 422)
    assert answer.headers["Content-Language"] == spoken
    words = [body["title"], body["detail"], *(fault["detail"] for fault in body["errors"])]
    assert all(any("一" <= sign <= "鿿" for sign in word) == (spoken == "zh") for word in words)


@pytest.mark.parametrize("given", ["0191-ab.C_d", "bad id", "x" * 65, "中".encode().decode("latin-1"), ""])
def test_request_id_is_the_callers_when_it_is_plain(office: Caller, given: str) -> None:
    answer = office.get("/requests/x", headers={"X-Request-ID": given})
    body = check_shape(answer, 404)
    assert (body["request_id"] == given) == (given == "0191-ab.C_d")
    assert body["request_id"]


def test_good_answers_carry_a_request_id_too(office: Caller) -> None:
    seen = {office.get("/requests").headers["X-Request-ID"] for _ in range(2)}
    assert len(seen) == 2


@pytest.fixture
def lone(databases: Databases, clock: Clock) -> Iterator[Flask]:
    """An application whose routes are its own, so that a test may add to them."""
    app = plain_app(databases.fresh("sqlite"), clock)
    yield app
    close(app)


def test_unexpected_error_tells_nothing(lone: Flask) -> None:
    @lone.get("/boom")
    def boom() -> str:
        raise RuntimeError(SECRET)

    answer = lone.test_client().get("/boom")
    body = check_shape(answer, 500)
    assert body["errors"] == []
    for word in (SECRET, "RuntimeError", "Traceback", "boom"):
        assert word not in answer.get_data(as_text=True)


def test_database_that_is_away_is_a_matter_of_time(lone: Flask) -> None:
    @lone.get("/away")
    def away() -> str:
        raise OperationalError("SELECT 1", {}, Exception(SECRET))

    answer = lone.test_client().get("/away")
    check_shape(answer, 503)
    assert answer.headers["Retry-After"]
    assert SECRET not in answer.get_data(as_text=True)


def test_failing_statement_is_logged_without_its_values(app: Flask) -> None:
    with app.app_context(), pytest.raises(DBAPIError) as failure, transaction() as session:
        session.execute(text("SELECT 1 FROM nowhere WHERE secret = :secret"), {"secret": SECRET})
    assert SECRET not in str(failure.value)
