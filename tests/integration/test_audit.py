"""The audit chain, on both engines.

Pinned: what a service records is stored when, and only when, its transaction commits; entries are numbered without a
gap and chained, also when many write at once; the seal covers every column.
"""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from expertdb.database import transaction
from expertdb.models.audit import FIRST_SEAL, AuditEntry, seal_of
from expertdb.services import audit
from expertdb.services.actors import SYSTEM, Actor
from tests.callers import Caller


@pytest.fixture(autouse=True)
def in_application(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def entries() -> list[AuditEntry]:
    with transaction(read_only=True) as session:
        found = list(session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))
        session.expunge_all()
    return found


def noted(action: str, id: str = "e-1", **details: object) -> None:
    with transaction() as session:
        audit.record(session, SYSTEM, action, kind="expert", id=id, **details)


def is_whole(app: Flask, found: list[AuditEntry]) -> bool:
    chain, key = FIRST_SEAL, app.extensions["audit_keys"].current
    for number, entry in enumerate(found, start=1):
        fields = {c.key: getattr(entry, c.key) for c in AuditEntry.__table__.columns if c.key != "seal"}
        chain = seal_of(key, chain, fields)
        if (entry.seq, entry.seal) != (number, chain):
            return False
    return True


def test_deeds_are_chained_in_order(app: Flask) -> None:
    noted("expert.created", status="draft")
    noted("expert.moved", reason="复核")
    found = entries()
    assert [(entry.seq, entry.action) for entry in found] == [(1, "expert.created"), (2, "expert.moved")]
    assert is_whole(app, found)


def test_deed_of_a_failed_transaction_is_forgotten() -> None:
    def fail() -> None:
        with transaction() as session:
            audit.record(session, SYSTEM, "expert.created", kind="expert", id="e-1")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    noted("expert.moved")
    assert [(entry.seq, entry.action) for entry in entries()] == [(1, "expert.moved")]


def test_deed_taken_back_within_a_transaction_is_forgotten() -> None:
    with transaction() as session:
        audit.record(session, SYSTEM, "expert.created", kind="expert", id="e-1")
        session.rollback()
    assert entries() == []


@pytest.mark.parametrize("column", ["actor", "person", "role", "action", "kind", "subject", "details"])
def test_seal_covers_every_column(app: Flask, column: str) -> None:
    noted("expert.created")
    found = entries()
    setattr(found[0], column, "another")
    assert not is_whole(app, found)


def test_chain_is_whole_when_many_write_at_once(app: Flask) -> None:
    def write(person: int) -> None:
        with app.app_context():
            for number in range(10):
                noted("expert.edited", id=f"e-{person}-{number}")

    threads = [threading.Thread(target=write, args=(person,)) for person in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(entries()) == 40
    assert is_whole(app, entries())


def test_entry_names_caller_and_call_and_no_text_of_the_profile(administrator: Caller) -> None:
    made = administrator.made("/experts", {"name": {"zh": "林岚"}, "kind": "K-PA", "statement": "专利代理师"})
    (entry,) = [entry for entry in entries() if entry.action == "expert.created"]
    assert (entry.kind, entry.subject, entry.role) == ("expert", made["id"], "administrator")
    assert entry.call
    assert "林岚" not in entry.details
    assert "专利代理师" not in entry.details


def test_two_tokens_of_one_user_are_one_person() -> None:
    first = Actor("t-1", "a", "reviewer", frozenset(), user_id="u-1")
    second = Actor("t-2", "b", "administrator", frozenset(), user_id="u-1")
    assert first.person == second.person == "u-1"
    assert Actor("t-3", "c", "reviewer", frozenset()).person == "t-3"


def test_deed_cannot_be_recorded_where_nothing_is_written() -> None:
    def read() -> None:
        with transaction(read_only=True) as session:
            audit.record(session, SYSTEM, "contact.read", kind="expert", id="e-1")

    with pytest.raises(RuntimeError, match="only reads"):
        read()
    assert entries() == []
