"""Logs: one JSON object a line, and no value that somebody sent in any of them, whoever writes the line."""

import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import structlog
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from config.settings import SettingsFault
from expertdb import logs
from expertdb.database import transaction
from tests.callers import Caller

CANARY = "Canary-7f3a"


@pytest.fixture(autouse=True)
def own_handler() -> Iterator[None]:
    logs.configure("DEBUG")
    yield
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, logs.Lines)]
    logging.captureWarnings(False)
    logs.configure("ERROR")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def fail() -> None:
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        raise KeyError(CANARY) from error


def test_exception_is_told_by_type_and_place_without_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        fail()
    except KeyError:
        structlog.get_logger().exception("unexpected_error")
    (line,) = lines(capsys)
    assert [one["type"] for one in line["exception"]] == ["KeyError", "ValueError"]
    assert line["exception"][0]["at"][-1].startswith("tests/unit/test_logs.py:")
    assert CANARY not in str(line)


def test_library_says_its_lines_as_we_do(capsys: pytest.CaptureFixture[str]) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        try:
            fail()
        except KeyError:
            logging.getLogger("some.library").exception("%s went wrong", "this")
    (line,) = lines(capsys)
    assert (line["event"], line["logger"], line["request_id"]) == ("this went wrong", "some.library", "r-1")
    assert [one["type"] for one in line["exception"]] == ["KeyError", "ValueError"]
    assert CANARY not in str(line)


def test_warnings_are_lines_too(capsys: pytest.CaptureFixture[str]) -> None:
    logging.captureWarnings(False)  # pytest, which records warnings itself, has taken our place since the fixture.
    logs.configure("DEBUG")
    warnings.warn("look", UserWarning, stacklevel=1)
    (line,) = lines(capsys)
    assert line["logger"] == "py.warnings"
    assert "UserWarning: look" in line["event"]


def test_settings_faults_and_missing_files_are_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    for error in (SettingsFault(["EXPERTDB_PORT is wrong"]), FileNotFoundError(2, "No such file", "x.toml")):
        structlog.get_logger().error("failed", exc_info=error)
    told = [line["exception"][0]["message"] for line in lines(capsys)]
    assert "EXPERTDB_PORT is wrong" in told[0]
    assert "x.toml" in told[1]


def test_failing_statement_is_told_by_its_code(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    with app.app_context(), pytest.raises(DBAPIError) as failure, transaction() as session:
        session.execute(text("SELECT 1 FROM nowhere WHERE secret = :secret"), {"secret": CANARY})
    reason = logs.reason_of(failure.value)
    assert reason in ("OperationalError SQLITE_ERROR", "UndefinedTable 42P01")


def test_server_that_cannot_be_reached_is_told_in_words() -> None:
    with pytest.raises(psycopg.OperationalError) as failure:
        psycopg.connect("host=/nowhere dbname=x")
    assert "/nowhere" in logs.reason_of(OperationalError("SELECT 1", {}, failure.value))


def test_statements_are_logged_with_the_request_and_without_values(
    app: Flask, administrator: Caller, capsys: pytest.CaptureFixture[str]
) -> None:
    logger = logging.getLogger("sqlalchemy.engine")
    logger.setLevel("INFO")
    try:
        body = {"name": {"zh": CANARY}, "kind": "K-PA", "statement": CANARY}
        administrator.post("/experts", body, headers={"X-Request-ID": "r-2"})
        administrator.get(f"/experts?q={CANARY}")
    finally:
        logger.setLevel("NOTSET")
    found = lines(capsys)
    statements = [line for line in found if line.get("logger", "").startswith("sqlalchemy.engine")]
    assert any("INSERT INTO experts" in line["event"] for line in statements)
    assert "r-2" in {line["request_id"] for line in statements}
    assert CANARY not in str(found)
