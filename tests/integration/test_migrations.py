"""Migrations lead from nothing to exactly the models' schema, and back, on both engines."""

from datetime import datetime, timedelta
from typing import Any

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import insert, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from expertdb.database import db, transaction
from expertdb.errors import AlreadyExists
from expertdb.models.base import Base
from expertdb.models.corpus import CorpusState
from expertdb.models.engagements import Engagement
from expertdb.models.experts import Expert
from expertdb.models.jobs import Job
from expertdb.models.panels import Panel
from expertdb.models.requests import ConsultationRequest
from expertdb.models.restricted import RestrictedValue
from expertdb.services import audit, experts, restricted
from expertdb.services.actors import SYSTEM
from tests.conftest import START

BY_NOBODY = {"created_by": "t", "person": "t", "role": "administrator", "created_at": START}
LATER = START + timedelta(days=6)
OPTIONS = {"compare_type": True, "compare_server_default": True}


def differences() -> list[object]:
    """What Alembic would still have to do to get from the database to the models."""
    with db.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts=OPTIONS), Base.metadata))


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names())


def counter() -> list[tuple[int, int]]:
    with transaction(read_only=True) as session:
        return [(row.id, row.version) for row in session.scalars(select(CorpusState))]


def test_upgrade_gives_exactly_the_models_schema(app: Flask) -> None:
    with app.app_context():
        assert differences() == []
        assert tables() == {*Base.metadata.tables, "alembic_version"}


def test_difference_would_be_seen(app: Flask) -> None:
    with app.app_context():
        with db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE experts ADD COLUMN shoe_size INTEGER")
            connection.exec_driver_sql("DROP INDEX ix_experts_status")
        assert {change[0] for change in differences()} == {"remove_column", "add_index"}


def test_corpus_state_begins_with_its_one_row(app: Flask) -> None:
    with app.app_context():
        assert counter() == [(1, 0)]


def test_downgrade_leaves_nothing_and_upgrade_works_again(app: Flask) -> None:
    with app.app_context():
        with transaction() as session:
            experts.create(session, {"name": {"zh": "林岚"}, "kind": "K-PA"}, actor=SYSTEM, now=START)
        flask_migrate.downgrade(revision="base")
        assert tables() == {"alembic_version"}
        flask_migrate.upgrade()
        assert differences() == []
        assert counter() == [(1, 0)]
        with transaction(read_only=True) as session:
            assert session.scalars(select(Expert)).all() == []


ROWS_OF_THE_FIRST_REVISION = (
    "INSERT INTO organisations (id, name_zh, name_sort, kind, version, created_at)"
    " VALUES ('o-1', '衡正', 'hengzheng', 'O-AGY', 1, '2026-01-01 00:00:00+00:00')",
    "INSERT INTO experts (id, name_zh, name_sort, name_search, content_search, kind, organisation_id, languages,"
    " licences, availability, statement, status, version, created_at, updated_at)"
    " VALUES ('e-1', '林岚', 'linlan', '|lin', '', 'K-PA', 'o-1', '[]', '[]', '{}', '', 'draft', 1,"
    " '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00')",
    "INSERT INTO expert_items (id, expert_id, position, kind, title, text, verified)"
    " VALUES ('i-1', 'e-1', 0, 'case', '隔膜案', '', false)",
    "INSERT INTO expert_codes (expert_id, code, position) VALUES ('e-1', 'PAT', 0)",
    "INSERT INTO expert_transitions (id, expert_id, to_status, reason, actor, at)"
    " VALUES ('t-1', 'e-1', 'draft', 'entry', 'system', '2026-01-01 00:00:00+00:00')",
)


def test_upgrade_keeps_every_row(app: Flask) -> None:
    """Batch mode drops tables and makes them anew; with them went, once, all rows that pointed to them."""
    with app.app_context():
        flask_migrate.downgrade(revision="base")
        flask_migrate.upgrade(revision="0001")
        with db.engine.begin() as connection:
            for statement in ROWS_OF_THE_FIRST_REVISION:
                connection.exec_driver_sql(statement)
        flask_migrate.upgrade()
        with transaction(read_only=True) as session:
            (kept,) = session.scalars(select(Expert))
            assert (kept.name_zh, kept.organisation.name_zh, kept.codes) == ("林岚", "衡正", ["PAT"])
            assert [item.title for item in kept.items] == ["隔膜案"]
            assert [(row.to_status, row.actor) for row in kept.transitions] == [("draft", "system")]


def test_foreign_keys_hold_again_after_a_migration(app: Flask) -> None:
    with app.app_context():
        flask_migrate.upgrade()
        with pytest.raises(IntegrityError), db.engine.begin() as connection:
            connection.exec_driver_sql(
                "INSERT INTO expert_codes (expert_id, code, position) VALUES ('nobody', 'PAT', 0)"
            )


def test_upgrade_twice_changes_nothing(app: Flask) -> None:
    with app.app_context():
        with transaction() as session:
            experts.create(session, {"name": {"zh": "林岚"}, "kind": "K-PA"}, actor=SYSTEM, now=START)
        flask_migrate.upgrade()
        assert counter() == [(1, 1)]


def test_rows_below_a_table_that_is_rebuilt_survive(app: Flask) -> None:
    """SQLite rebuilds a table to change it; dropping the old one must not delete what points to it."""
    moment = "'2026-01-01 00:00:00'"
    request = f"'r', 'consultation', '标题', '', 'normal', 'submitted', 1, 't', {moment}, {moment}"
    columns = "id, kind, title, text, urgency, status, version, created_by, created_at, updated_at"
    with app.app_context():
        flask_migrate.downgrade(revision="0003")
        with db.engine.begin() as connection:
            connection.exec_driver_sql(f"INSERT INTO consultation_requests ({columns}) VALUES ({request})")
            connection.exec_driver_sql(
                "INSERT INTO request_parties (id, request_id, position, name, role) VALUES ('p', 'r', 0, '某公司', '')"
            )
        flask_migrate.upgrade()
        with transaction(read_only=True) as session:
            found = session.scalars(select(ConsultationRequest)).one()
            assert [party.name for party in found.parties] == ["某公司"]
            assert (found.secrecy, found.questions, found.earlier_stages) == ("internal", [], [])


def test_numbers_that_two_experts_share_are_kept_and_no_third_joins_them(app: Flask) -> None:
    numbers = ["11010519491231002X"] * 3 + ["110101199003072316"]
    with app.app_context():
        with transaction() as session:  # While the table has all that experts have today.
            ids = [experts.create(session, person(), actor=SYSTEM, now=START).id for _ in numbers]
        flask_migrate.downgrade(revision="0021")
        with transaction() as session:
            for id, number in zip(ids, numbers, strict=True):
                add_number(session, id, number)
        flask_migrate.upgrade()
        assert differences() == []
        with transaction() as session:
            rows = {row.expert_id: row for row in session.scalars(select(RestrictedValue))}
            assert [rows[id].position for id in ids] == [0, 1, 2, 0]
            assert [rows[id].opened(restricted.sealer_of(session)) for id in ids] == numbers
            with pytest.raises(AlreadyExists):
                experts.create(session, person(numbers[0]), actor=SYSTEM, now=START)
        with pytest.raises(IntegrityError), transaction() as session:
            add_number(session, experts.create(session, person(), actor=SYSTEM, now=START).id, numbers[0])


def add_number(session: Session, expert: str, number: str) -> None:
    """Give somebody this identity number, as before it was looked whether anybody has it."""
    session.flush()
    session.add_all(restricted.sealed(restricted.sealer_of(session), expert, {"id_number": number}, START))
    audit.record(session, SYSTEM, "expert.edited", kind="expert", id=expert)


def person(number: str | None = None) -> dict[str, Any]:
    return {"name": {"zh": "林岚"}, "kind": "K-PA", "restricted": {"id_number": number} if number else {}}


def test_names_go_from_the_rules_of_batches_that_have_ended(app: Flask) -> None:
    rules = [{"type": "keep_apart", "experts": ["林岚"]}, {"type": "at_most", "any_of": [{"experts": ["林岚"]}]}]
    jobs = [Job(kind="batch", status=status, input={"rules": rules}, **BY_NOBODY) for status in ("done", "queued")]
    with app.app_context():
        flask_migrate.downgrade(revision="0025")
        with transaction() as session:
            session.add_all(jobs)
            audit.record(session, SYSTEM, "job.submitted", kind="job", id="j")
        flask_migrate.upgrade()
        with transaction(read_only=True) as session:
            kept = {job.status: job.input["rules"] for job in session.scalars(select(Job))}
    assert kept == {"done": [{"type": "keep_apart"}, {"type": "at_most", "any_of": [{}]}], "queued": rules}


def test_names_go_from_the_rules_of_batches_that_ended_since(app: Flask) -> None:
    id = "01a22090-c73c-7086-b963-efa171aae4c6"
    rules = [{"type": "keep_apart", "experts": ["林岚", id]}, {"type": "at_most", "any_of": [{"experts": ["林岚"]}]}]
    jobs = [Job(kind="batch", status=status, input={"rules": rules}, **BY_NOBODY) for status in ("failed", "running")]
    with app.app_context():
        flask_migrate.downgrade(revision="0029")
        with transaction() as session:
            session.add_all(jobs)
            audit.record(session, SYSTEM, "job.submitted", kind="job", id="j")
        flask_migrate.upgrade()
        with transaction(read_only=True) as session:
            kept = {job.status: job.input["rules"] for job in session.scalars(select(Job))}
    nameless = [{"type": "keep_apart", "experts": [id]}, {"type": "at_most", "any_of": [{"experts": []}]}]
    assert kept == {"failed": nameless, "running": rules}


@pytest.mark.writes_rows_itself
@pytest.mark.parametrize(
    ("status", "answered", "ended", "kept"),
    [
        ("silent", LATER, LATER, None),
        ("withdrawn", LATER, LATER, None),  # Who never accepted: answered and ended at once.
        ("withdrawn", START, LATER, START),
        ("declined", LATER, LATER, LATER),
        ("accepted", START, None, START),
    ],
)
def test_time_of_an_answer_goes_where_there_was_none(
    app: Flask, status: str, answered: datetime, ended: datetime | None, kept: datetime | None
) -> None:
    with app.app_context():
        flask_migrate.downgrade(revision="0023")
        with transaction() as session:
            # By its columns of then: the model has some that came later.
            session.execute(insert(Engagement), engaged(session, status=status, answered_at=answered, ended_at=ended))
        flask_migrate.upgrade()
        with transaction(read_only=True) as session:
            (found,) = session.scalars(select(Engagement))
            assert (found.answered_at, found.ended_at) == (kept, ended)


def engaged(session: Session, **course: Any) -> dict[str, Any]:
    """The columns of an engagement of somebody on a panel of a request, with this course."""
    made: dict[str, Any] = {"created_by": "t", "created_at": START, "updated_at": START}
    expert = experts.create(session, person(), actor=SYSTEM, now=START)
    request = ConsultationRequest(kind="consultation", title="标题", text="", status="engaged", **made)
    session.add(request)
    session.flush()
    kept: dict[str, Any] = {"rules": [], "solver": {}, "snapshot": {}, "names": {}, "corpus_version": 1}
    panel = Panel(request_id=request.id, choice="solved", status="confirmed", **kept, **made)
    session.add(panel)
    session.flush()
    whose = {"panel_id": panel.id, "request_id": request.id, "expert_id": expert.id}
    return {"respond_by": START, **whose, **course, **made}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_migrations_refuse_to_leave_broken_keys(app: Flask) -> None:
    with app.app_context():
        flask_migrate.downgrade(revision="0003")
        driver = db.engine.raw_connection()
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute(
            "INSERT INTO request_parties (id, request_id, position, name, role) VALUES ('p', 'r', 0, 'n', '')"
        )
        driver.close()
        db.engine.dispose()
        with pytest.raises(SystemExit):
            flask_migrate.upgrade()
        assert "secrecy" not in {column["name"] for column in inspect(db.engine).get_columns("consultation_requests")}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_revisions_are_one_line_without_branches(app: Flask) -> None:
    script = ScriptDirectory(app.extensions["migrate"].directory)
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
