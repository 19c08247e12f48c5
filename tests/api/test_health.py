"""/healthz, /readyz and /metrics.

Pinned: readiness fails, and says why in both languages, when the schema is not this program's, the database is away,
cannot be written or has no room; a writer at work does not make it fail; metrics are for this machine or a token only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import event, text

from expertdb.database import db, transaction
from tests.callers import Caller, Clock
from tests.conftest import START, Databases, close, make_app

TOKEN = "scrape-" + "0" * 20


def ready(app: Flask, language: str = "en") -> tuple[int, str, dict[str, str]]:
    answer = app.test_client().get("/readyz", headers={"Accept-Language": language})
    return answer.status_code, answer.json["status"], answer.json["checks"]


@contextmanager
def writing(app: Flask) -> Iterator[None]:
    """Somebody is in the middle of a transaction that writes."""
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE corpus_state SET version = version")
        yield


def test_everything_in_order(app: Flask) -> None:
    status, said, checks = ready(app)
    assert (status, said) == (200, "ready")
    assert set(checks) == {"schema", "writable", "disk", "index"}
    assert app.test_client().get("/healthz").json == {"status": "ok"}


def test_checks_are_said_in_chinese(app: Flask) -> None:
    assert ready(app, "zh")[2]["writable"] == "可以写入。"


def test_writer_at_work_does_not_make_it_fail(app: Flask) -> None:
    with writing(app):
        assert ready(app)[0] == 200


def test_schema_of_another_program_is_not_ready(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    status, said, checks = ready(app)
    assert (status, said) == (503, "schema failed")
    assert "0000" in checks["schema"]


def test_disk_without_room_is_not_ready(databases: Databases) -> None:
    app = make_app(databases.fresh("sqlite"), Clock(START), least_free_bytes=10**15)
    assert ready(app)[:2] == (503, "disk failed")
    close(app)


def test_file_that_cannot_be_written_is_not_ready(databases: Databases) -> None:
    app = make_app(databases.fresh("sqlite"), Clock(START))
    with app.app_context():
        event.listen(db.engine, "connect", lambda driver, record: driver.execute("PRAGMA query_only=ON"))
    assert ready(app)[:2] == (503, "writable failed")
    close(app)


def test_standby_is_not_ready(databases: Databases) -> None:
    read_only = "options=-c%20default_transaction_read_only%3Don"
    app = make_app(f"{databases.fresh('postgresql')}&{read_only}", Clock(START))
    assert ready(app)[:2] == (503, "writable failed")
    close(app)


def test_database_that_is_away_is_not_ready(tmp_path: Path) -> None:
    app = make_app(f"sqlite:///{tmp_path}/nowhere/none.sqlite3", Clock(START))
    assert ready(app) == (503, "database failed", {"database": "It cannot be used: SQLITE_CANTOPEN."})


def test_metrics_are_for_this_machine_only(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": "10.0.0.7"}).status_code == 404
    for mark in ("X-Forwarded-For", "X-Real-IP", "Via", "Forwarded"):
        assert client.get("/metrics", headers={mark: "127.0.0.1"}).status_code == 404


def test_metrics_behind_a_token_are_for_whoever_has_it(databases: Databases) -> None:
    app = make_app(databases.fresh("sqlite"), Clock(START), metrics_token=TOKEN)
    client = app.test_client()
    for given, status in ((f"Bearer {TOKEN}", 200), ("Bearer x", 404), ("", 404), ("Bearer ä", 404)):
        assert client.get("/metrics", headers={"Authorization": given}).status_code == status
    close(app)


def test_metrics_count_by_rule_and_tell_the_state_of_the_pool(app: Flask, administrator: Caller) -> None:
    made = administrator.made("/experts", {"name": {"zh": "林岚"}, "kind": "K-PA", "status": "active"})
    administrator.get(f"/experts/{made['id']}")
    said = app.test_client().get("/metrics").get_data(as_text=True)
    assert 'rule="/api/v1/experts/<expert_id>"' in said
    assert made["id"] not in said
    assert 'expertdb_experts{state="active"} 1.0' in said
    assert "expertdb_corpus_version 1.0" in said
    assert "expertdb_database_up 1.0" in said


def test_metrics_are_there_while_the_database_is_away(tmp_path: Path) -> None:
    app = make_app(f"sqlite:///{tmp_path}/nowhere/none.sqlite3", Clock(START))
    answer = app.test_client().get("/metrics")
    assert (answer.status_code, "expertdb_database_up 0.0" in answer.get_data(as_text=True)) == (200, True)


def test_unheard_of_methods_and_addresses_make_no_new_figures(app: Flask) -> None:
    client = app.test_client()
    for number in range(3):
        client.open(f"/nowhere/{number}", method=f"M{number}")
    said = app.test_client().get("/metrics").get_data(as_text=True)
    assert 'expertdb_requests_total{method="other",rule="none",status="404"}' in said
    assert "M0" not in said


def test_caller_behind_a_proxy_is_known_by_its_own_address(databases: Databases) -> None:
    app = make_app(databases.fresh("sqlite"), Clock(START), proxies=1)
    for forwarded, status in (("10.0.0.7", 404), ("127.0.0.1, 10.0.0.7", 404)):
        assert app.test_client().get("/metrics", headers={"X-Forwarded-For": forwarded}).status_code == status
    close(app)


def test_transaction_is_not_left_open_by_a_check(app: Flask) -> None:
    ready(app)
    with app.app_context(), transaction() as session:
        assert session.execute(text("SELECT 1")).scalar() == 1
