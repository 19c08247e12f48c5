"""Calls with an Idempotency-Key whose long work is done before the transaction that writes.

Pinned: a repeat gets the first answer and has no effect, though the call itself would be refused by now; of equal calls
at once one has the effect and all get its answer, also where the work of one begins just after the other was answered.
Every route that prepares is among them.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from werkzeug.test import TestResponse

from expertdb.api import access
from expertdb.database import db
from expertdb.models.audit import AuditEntry
from tests.api.people import at_once, moved
from tests.api.test_draws import BEGINS as BEGINS
from tests.api.test_draws import TERMS
from tests.api.test_draws import asked as asked
from tests.api.test_draws import pool as pool
from tests.callers import Caller

PANEL = {"size": 1, "rules": [{"type": "odd"}]}
LINE = '{"name": {"zh": "吴双"}, "kind": "K-PA"}\n'.encode()


@dataclass(frozen=True)
class Repeatable:
    """A call that can be made again and again: by its key it is the same each time."""

    caller: Caller
    path: str
    options: dict[str, Any]

    def __call__(self) -> TestResponse:
        return self.caller.post(self.path, headers={"Idempotency-Key": "7f0c-1"}, **self.options)


Calls = Callable[[Caller, Caller, dict[str, Any]], Repeatable]


def of_request(what: str, body: dict[str, Any]) -> Calls:
    return lambda office, administrator, asked: Repeatable(office, f"/requests/{asked['id']}/{what}", {"json": body})


def of_import(office: Caller, administrator: Caller, asked: dict[str, Any]) -> Repeatable:
    return Repeatable(administrator, "/experts/imports", {"data": LINE, "content_type": "application/x-ndjson"})


def of_replacement(office: Caller, administrator: Caller, asked: dict[str, Any]) -> Repeatable:
    panel = office.made(f"/requests/{asked['id']}/panels", PANEL)
    body = {"expert": panel["members"][0]["expert"]["id"], "reason": "请辞"}
    return Repeatable(office, f"/panels/{panel['id']}/replacements", {"json": body})


# A call of each route that prepares.
CALLS: dict[str, Calls] = {
    "/requests/<request_id>/draws": of_request("draws", TERMS),
    "/requests/<request_id>/panels": of_request("panels", PANEL),
    "/requests/<request_id>/shortlists": of_request("shortlists", {}),
    "/panels/<panel_id>/replacements": of_replacement,
    "/experts/imports": of_import,
}


@pytest.fixture(params=CALLS)
def call(request: pytest.FixtureRequest, office: Caller, administrator: Caller, asked: Any) -> Repeatable:
    return CALLS[request.param](office, administrator, asked)


def deeds(app: Flask) -> int:
    """How many are on record."""
    with app.app_context(), db.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(AuditEntry)) or 0


@contextmanager
def overtaken(app: Flask, by: Repeatable) -> Iterator[list[TestResponse]]:
    """Let an equal call be made, and answered, as soon as a call within has found no answer on file."""
    answers: list[TestResponse] = []
    begun = threading.Lock()

    def make(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if "FROM idempotent_answers" in statement and begun.acquire(blocking=False):
            thread = threading.Thread(target=lambda: answers.append(by()))
            thread.start()
            thread.join()

    with app.app_context():
        engine = db.engine
    event.listen(engine, "after_cursor_execute", make)
    yield answers
    event.remove(engine, "after_cursor_execute", make)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_route_that_prepares_is_tried(app: Flask) -> None:
    preparing = {one.path for one in access.routes(app) if one.method == "POST" and one.contract.prepares}
    assert preparing == {f"/api/v1{path}" for path in CALLS}


def test_repeat_gets_the_first_answer_though_the_call_would_be_refused_by_now(
    app: Flask, office: Caller, asked: Any, call: Repeatable
) -> None:
    first = call()
    assert first.status_code in (200, 201), first.text
    moved(office, f"/requests/{asked['id']}", "cancelled")
    done = deeds(app)
    again = call()
    assert (again.status_code, again.data, deeds(app)) == (first.status_code, first.data, done)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_equal_calls_at_once_have_one_effect(app: Flask, call: Repeatable) -> None:
    before = deeds(app)
    answers = at_once(*[call] * 3)
    assert {answer.status_code for answer in answers} <= {200, 201}, [answer.text for answer in answers]
    assert len({answer.data for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 2
    assert deeds(app) > before


def test_equal_call_that_was_faster_answers_for_one_that_found_nothing_yet(app: Flask, call: Repeatable) -> None:
    with overtaken(app, by=call) as faster:
        answer = call()
    assert (answer.status_code, answer.data) == (faster[0].status_code, faster[0].data), answer.text
    assert answer.headers["Idempotency-Replayed"] == "true"
