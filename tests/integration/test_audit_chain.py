"""Tampering with the audit log, on both engines.

Pinned: the database refuses to change or delete entries; what its owner does all the same is found, and found where it
was done: an entry edited, removed, added, a tail cut, a chain rewritten by somebody with the key, an old copy put back.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from expertdb.anchor import Anchor
from expertdb.database import db, transaction
from expertdb.errors import KeysHaveChanged
from expertdb.keys import AuditKeys, audit_keys
from expertdb.models.audit import FIRST_SEAL, AuditEntry, AuditHead, seal_of
from expertdb.services import audit, audit_chain
from expertdb.services.actors import SYSTEM
from expertdb.services.audit_chain import Verdict
from tests.callers import Clock
from tests.conftest import close, make_app

ENTRIES = 8
KEY, NEW_KEY, STRANGE_KEY = "k" * 32, "n" * 32, "x" * 32
COLUMNS = ("at", "actor", "person", "role", "action", "kind", "subject", "call", "details")


@pytest.fixture
def app(engine: str, databases: object, clock: Clock, tmp_path: Path) -> Iterator[Flask]:
    """An application with an anchor and eight entries, the fifth of them anchored; its context is pushed."""
    settings = {"audit_key": KEY, "audit_anchor": str(tmp_path / "anchor.tsv")}
    app = make_app(databases.fresh(engine), clock, **settings)  # type: ignore[attr-defined]
    with app.app_context():
        for number in range(1, ENTRIES + 1):
            clock.forward(minutes=1)
            noted(f"e-{number}")
        yield app
    close(app)


def noted(id: str) -> None:
    with transaction() as session:
        audit.record(session, SYSTEM, "expert.moved", kind="expert", id=id, reason="复核")


def verdict(app: Flask, keys: AuditKeys | None = None, *, anchored: bool = True) -> Verdict:
    anchor: Anchor = app.extensions["audit_anchor"]
    lines = anchor.lines() if anchored else ()
    with transaction(read_only=True) as session:
        return audit_chain.verify(session, keys or app.extensions["audit_keys"], lines)


def found(app: Flask, **options: bool) -> list[tuple[str, int]]:
    """What is found, and at which entry."""
    return [(one.kind, one.seq) for one in verdict(app, **options).findings]


def as_owner(*statements: str) -> None:
    """Do what only the owner of the tables can, and without leaving a trace."""
    with db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
            for name in names:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("ALTER TABLE audit_entries DISABLE TRIGGER USER")
            connection.exec_driver_sql("ALTER TABLE audit_head DISABLE TRIGGER USER")
        for statement in statements:
            connection.execute(text(statement))


def rewritten(app: Flask, key: str, first: int, change: Callable[[dict[str, object]], None]) -> None:
    """Change entry `first` and all behind it, and seal them anew with this key."""
    sealing = audit_keys(key, "")
    with transaction(read_only=True) as session:
        rows = [dict(row._mapping) for row in session.execute(select(*AuditEntry.__table__.columns))]
    chain = FIRST_SEAL
    as_owner()
    with db.engine.begin() as connection:
        for row in sorted(rows, key=lambda row: row["seq"]):
            seal = row.pop("seal")
            if row["seq"] >= first:
                row["key"] = sealing.name
                change(row)
                seal = seal_of(sealing.current, chain, row)
                table = AuditEntry.__table__
                connection.execute(table.update().where(table.c.seq == row["seq"]).values(**row, seal=seal))
            chain = seal
        connection.execute(AuditHead.__table__.update().values(seal=chain))


def test_untouched_log_is_whole(app: Flask) -> None:
    made = verdict(app)
    assert (made.valid, made.entries, made.last, made.anchored) == (True, ENTRIES, ENTRIES, 2)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET actor = 'nobody' WHERE seq = 3",
        "DELETE FROM audit_entries WHERE seq = 3",
        "DELETE FROM audit_entries",
        "UPDATE audit_head SET seq = 3",
        "DELETE FROM audit_head",
    ],
)
def test_database_refuses_to_change_what_is_recorded(app: Flask, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"append-only|only counts up"), db.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert verdict(app).valid


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO audit_entries SELECT * FROM audit_entries WHERE seq = 3",
        "REPLACE INTO audit_head (id, seq, seal) VALUES (1, 0, '')",
    ],
)
def test_sqlite_refuses_to_replace_what_is_recorded(app: Flask, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"append-only|only counts up"), db.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert verdict(app).valid


def test_postgresql_refuses_to_truncate_it(app: Flask, engine: str) -> None:
    if engine == "postgresql":
        with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
            connection.exec_driver_sql("TRUNCATE audit_entries")
    assert verdict(app).valid


@pytest.mark.parametrize("column", COLUMNS)
def test_edited_entry_is_found(app: Flask, column: str) -> None:
    value = "'2026-01-01 00:00:00+00:00'" if column == "at" else "'{}'" if column == "details" else "'nobody'"
    as_owner(f"UPDATE audit_entries SET {column} = {value} WHERE seq = 4")
    assert found(app) == [("edited", 4)]


def test_edited_seal_is_found_where_it_is_and_behind_it(app: Flask) -> None:
    as_owner(f"UPDATE audit_entries SET seal = '{'0' * 64}' WHERE seq = 4")
    assert found(app) == [("edited", 4), ("edited", 5)]


@pytest.mark.parametrize("seq", [1, 4])
def test_removed_entry_is_found(app: Flask, seq: int) -> None:
    as_owner(f"DELETE FROM audit_entries WHERE seq = {seq}")
    assert found(app, anchored=False) == [("removed", seq)]


def test_several_removed_entries_are_named_together(app: Flask) -> None:
    as_owner("DELETE FROM audit_entries WHERE seq IN (3, 4, 5)")
    (finding,) = verdict(app).findings
    assert str(finding.detail) == "Entries 3 to 5 are missing."


def test_removed_entry_is_found_when_the_others_close_ranks(app: Flask) -> None:
    moves = [f"UPDATE audit_entries SET seq = {seq - 1} WHERE seq = {seq}" for seq in range(5, ENTRIES + 1)]
    as_owner("DELETE FROM audit_entries WHERE seq = 4", *moves, f"UPDATE audit_head SET seq = {ENTRIES - 1}")
    assert found(app, anchored=False)[0] == ("edited", 4)


@pytest.mark.parametrize("seq", [-7, 0, ENTRIES + 1])
def test_added_entry_is_found(app: Flask, seq: int) -> None:
    columns = "at, actor, person, role, action, kind, subject, call, details, key, seal"
    as_owner(f"INSERT INTO audit_entries (seq, {columns}) SELECT {seq}, {columns} FROM audit_entries WHERE seq = 3")
    assert ("added", seq) in found(app, anchored=False)


def test_cut_tail_is_found_by_the_head(app: Flask) -> None:
    as_owner("DELETE FROM audit_entries WHERE seq > 6")
    assert found(app) == [("removed", 7)]


def test_cut_tail_is_found_by_the_anchor_when_the_head_was_put_back(app: Flask) -> None:
    head = "UPDATE audit_head SET seq = 4, seal = (SELECT seal FROM audit_entries WHERE seq = 4)"
    as_owner("DELETE FROM audit_entries WHERE seq > 4", head)
    assert found(app, anchored=False) == []
    (finding,) = verdict(app).findings
    assert (finding.kind, finding.seq) == ("cut", 5)
    assert "it held 6 entries" in finding.detail


def test_log_that_was_emptied_is_found(app: Flask) -> None:
    as_owner("DELETE FROM audit_entries", "UPDATE audit_head SET seq = 0, seal = ''")
    assert found(app) == [("cut", 1)]


@pytest.mark.parametrize("statement", ["DELETE FROM audit_head", f"UPDATE audit_head SET seal = '{'0' * 64}'"])
def test_head_taken_or_changed_is_found(app: Flask, statement: str) -> None:
    as_owner(statement)
    assert found(app) == [("head", ENTRIES)]


def changed_reason(row: dict[str, object]) -> None:
    row["details"] = json.dumps({"reason": "无"})


def test_chain_rewritten_without_the_key_is_found(app: Flask) -> None:
    rewritten(app, STRANGE_KEY, 3, changed_reason)
    kinds = found(app, anchored=False)
    assert kinds[:6] == [("key", seq) for seq in range(3, ENTRIES + 1)]


def test_chain_rewritten_by_somebody_who_has_the_key_is_found_by_the_anchor(app: Flask) -> None:
    rewritten(app, KEY, 3, changed_reason)
    assert found(app, anchored=False) == []
    assert found(app) == [("rewritten", 6)]


def test_line_taken_from_the_anchor_is_found(app: Flask) -> None:
    path: Path = app.extensions["audit_anchor"].path
    path.write_text("".join(path.read_text().splitlines(keepends=True)[1:]))
    assert found(app) == [("anchor", 1)]


def test_key_is_replaced_and_both_verify(app: Flask) -> None:
    keys = audit_keys(NEW_KEY, "", [KEY])
    assert [one.kind for one in verdict(app, keys).findings] == ["key"]  # Nothing is sealed with the new one yet.
    app.extensions["audit_keys"] = keys
    noted("e-9")
    assert verdict(app).valid
    assert not verdict(app, audit_keys(NEW_KEY, "")).valid


def test_key_that_was_replaced_seals_no_more(app: Flask) -> None:
    app.extensions["audit_keys"] = keys = audit_keys(NEW_KEY, "", [KEY])
    noted("e-9")
    rewritten(app, KEY, 10, changed_reason)
    app.extensions["audit_keys"] = audit_keys(KEY, "")
    noted("e-10")
    assert [(one.kind, one.seq) for one in verdict(app, keys, anchored=False).findings] == [("key", 10)]


def test_process_that_lacks_the_key_that_seals_now_cannot_spoil_the_log(app: Flask, clock: Clock) -> None:
    old, keys = audit_keys(KEY, "", since=clock()), audit_keys(NEW_KEY, "", [KEY], since=clock())
    app.extensions["audit_keys"] = keys
    noted("e-9")
    app.extensions["audit_keys"] = old
    with pytest.raises(KeysHaveChanged):
        noted("e-10")
    assert (verdict(app, keys).valid, verdict(app, keys).last) == (True, 9)
    # One that was started afterwards and was told to do without the key goes on: verifying tells of it.
    clock.forward(minutes=1)
    app.extensions["audit_keys"] = audit_keys(KEY, "", since=clock())
    noted("e-10")


def test_log_rewritten_whole_with_a_replaced_key_is_found(app: Flask) -> None:
    app.extensions["audit_keys"] = audit_keys(NEW_KEY, "", [KEY])
    noted("e-9")
    rewritten(app, KEY, 1, changed_reason)
    assert found(app, anchored=False) == [("key", 9)]


def test_entries_from_before_keys_had_names_verify(app: Flask) -> None:
    def unnamed(row: dict[str, object]) -> None:
        row["key"] = None

    rewritten(app, KEY, ENTRIES, unnamed)
    assert found(app, anchored=False) == []


def test_more_findings_than_can_be_listed_are_counted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_chain, "LISTED", 3)
    as_owner("UPDATE audit_entries SET actor = 'nobody'")
    made = verdict(app)
    assert (len(made.findings), made.count) == (3, ENTRIES)


def test_log_is_read_in_chunks(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_chain, "CHUNK", 3)
    seen: list[int] = []
    with transaction(read_only=True) as session:
        assert audit_chain.verify(session, app.extensions["audit_keys"], progress=seen.append).valid
    assert seen == [3, 6, 8]
