"""How many statements a call makes: as many for a full page as for one row, on both engines.

Pinned: lists and rankings read in batches, and nothing they do not answer; a ranking reads the profiles on its list.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from expertdb.app import warm_up
from expertdb.database import db, transaction
from expertdb.services import experts, profiles, reviews
from expertdb.services.actors import SYSTEM
from expertdb.services.profiles_read import Read
from tests.api.people import ASKED, moved
from tests.callers import Caller, Clock
from tests.conftest import START, caller, make_app

TOKEN = 2  # Reading the caller's token, and after it whether the vocabularies changed.


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The statements that are executed meanwhile, those that begin a transaction apart."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(autouse=True)
def nothing_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has shown no list yet, and keeps none of what it reads."""
    monkeypatch.setattr(profiles, "READ", Read(characters=0))


@pytest.fixture
def agency(pool_app: Flask) -> Caller:
    """An agency with an organisation and three requests, each with two lists; its token's use is noted."""
    one = caller(pool_app, "agency", "晋江鞋服产业园知识产权保护工作站")
    for _ in range(3):
        asked = one.made("/requests", ASKED)
        for size in (2, 20):
            one.made(f"/requests/{asked['id']}/shortlists", {"size": size})
    return one


def count(app: Flask, call: Callable[[], object]) -> int:
    with statements(app) as seen:
        call()
    return len(seen)


def test_page_of_experts_takes_six_statements(pool_app: Flask) -> None:
    administrator = caller(pool_app, "administrator")
    administrator.get("/experts?limit=1")
    for limit in (1, 200):
        assert count(pool_app, lambda limit=limit: administrator.get(f"/experts?limit={limit}")) == TOKEN + 6  # type: ignore[misc]


def test_queue_of_candidates_takes_as_many_statements_for_one_as_for_many(app: Flask) -> None:
    counts: list[int] = []
    for name in ("林岚", "陈晓", "吴桐"):
        body = {"name": {"zh": name}, "kind": "K-PA", "status": "submitted", "reason": "接收"}
        with app.app_context(), transaction() as session:
            experts.create(session, body, actor=SYSTEM, now=START)
        with statements(app) as seen, app.app_context(), transaction(read_only=True) as session:
            assert all(one.restricted == [] for one in reviews.queue(session, 200))
        counts.append(len(seen))
    assert len(set(counts)) == 1


def test_page_of_shortlists_takes_four_statements(pool_app: Flask, agency: Caller) -> None:
    for limit in (1, 200):
        assert count(pool_app, lambda limit=limit: agency.get(f"/shortlists?limit={limit}")) == TOKEN + 4  # type: ignore[misc]


def test_shortlist_takes_as_many_statements_whatever_its_size(pool_app: Flask, agency: Caller) -> None:
    path = f"/requests/{agency.get('/requests').json['items'][0]['id']}/shortlists"
    counts = {count(pool_app, lambda size=size: agency.post(path, {"size": size})) for size in (1, 100)}  # type: ignore[misc]
    assert counts == {TOKEN + 34}  # most read, before the transaction that writes; four seal what was done


def test_profiles_that_were_shown_a_moment_ago_are_read_again_only_when_they_are_edited(
    pool_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiles, "READ", Read())
    office, administrator = caller(pool_app, "policy_office"), caller(pool_app, "administrator")
    warm_up(pool_app)

    def read_for_a_list() -> list[int]:
        with statements(pool_app) as seen:
            shown.append(office.post("/shortlists/preview", ASKED).json["entries"])
        return [one.count("?") + one.count("%(") for one in seen if "FROM expert_items" in one]

    shown: list[Any] = []
    assert read_for_a_list() == [10]
    assert read_for_a_list() == []
    assert shown[0] == shown[1]
    first = f"/experts/{shown[0][0]['expert']['id']}"
    expert = administrator.get(first)
    edit, state = {"statement": expert.json["statement"] + " 无效宣告"}, {"If-Match": expert.headers["ETag"]}
    assert administrator.patch(first, edit, headers=state).status_code == 200
    assert read_for_a_list() == [1, 1]  # For the index, and for the words on the list.
    assert read_for_a_list() == []


def test_whoever_is_warm_reads_only_the_profiles_on_the_list(pool_app: Flask) -> None:
    office = caller(pool_app, "policy_office")
    warm_up(pool_app)
    with statements(pool_app) as seen:
        assert office.post("/shortlists/preview", ASKED).json["entries"]
    assert [statement.count("?") + statement.count("%(") for statement in seen if "FROM expert_items" in statement] == [
        10
    ]


def test_database_that_is_not_migrated_does_not_stop_the_start(tmp_path: object) -> None:
    app = make_app(f"sqlite:///{tmp_path}/empty.sqlite3", Clock(START))
    warm_up(app)
    assert app.test_client().get("/readyz").status_code == 503


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_list_and_no_check_looks_through_everybody(pool_app: Flask, agency: Caller) -> None:
    office = caller(pool_app, "policy_office")
    suspend_one(pool_app)
    path = f"/requests/{agency.get('/requests').json['items'][0]['id']}/shortlists"
    office.post(path, {"size": 10})
    asked: list[tuple[str, Any]] = []
    with pool_app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    listed = office.made(path, {"size": 10})
    assert listed["excluded"]
    assert office.get(f"/shortlists/{listed['id']}").json["excluded"] == listed["excluded"]
    assert office.post("/shortlists/preview", ASKED).json["excluded"] == listed["excluded"]
    people = {"experts": [listed["entries"][0]["expert"]["id"]], "parties": [{"name": "闽山电池有限公司"}]}
    assert office.post("/conflicts/check", people).status_code == 200
    with pool_app.app_context(), db.engine.connect() as connection:
        reads = {(statement, values) for statement, values in asked if statement.startswith("SELECT")}
        plans = {
            (row[3], statement)
            for statement, values in reads
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        }
    large = ("SCAN experts", "SCAN expert_standings", "SCAN expert_items", "SCAN engagements")
    assert [plan for plan in plans if plan[0].startswith(large)] == []
    assert [plan for plan in plans if "ix_experts_status" in plan[0] and "experts.statement" in plan[1]] == []


def suspend_one(app: Flask) -> None:
    administrator = caller(app, "administrator")
    someone = administrator.get("/experts?status=active&limit=1").json["items"][0]["id"]
    moved(administrator, f"/experts/{someone}", "suspended")
