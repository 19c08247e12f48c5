"""backup and restore, on both engines and from each to the other.

Pinned: what is restored is what was there, row by row and value by value, the audit chain whole; restricted values
stay sealed in the file; a running process sees the restored pool in its next answer, older though it is; a file that
was damaged, changed or sealed elsewhere restores nothing; a database that holds something is not replaced unasked.
"""

import json
import sqlite3
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import MetaData, select

from expertdb.database import db, transaction
from expertdb.models.corpus import CorpusState
from expertdb.services import audit
from expertdb.services.actors import SYSTEM
from tests.api.people import ASKED, expert
from tests.callers import Clock
from tests.cli.conftest import run
from tests.conftest import AGENCY, ENGINES, START, Databases, caller, close, make_app

NOT_COPIED = {"sealing_state", "user_sessions", "sign_in_windows", "alembic_version"}
PHONE, ID_NUMBER = "13800138000", "11010519491231002X"
SECRETS = (PHONE, ID_NUMBER)
FILE = "all.backup"
OTHERS = [(one, other) for one in ENGINES for other in ENGINES]


@pytest.fixture
def at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Point the commands at a database; they run in an empty folder with the tests' secret key."""
    monkeypatch.setenv("EXPERTDB_SECRET_KEY", "s" * 40)
    return lambda url: monkeypatch.setenv("EXPERTDB_DATABASE_URL", url)


@pytest.fixture(params=ENGINES)
def source(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Flask]:
    """A small pool with requests, lists, tokens and restricted values in it."""
    app = make_app(databases.begun(request.param, (("pool", fill), ("list", list_somebody))).url, Clock(START))
    yield app
    close(app)


def list_somebody(app: Flask) -> None:
    """Enter restricted values, a request and its list."""
    expert(caller(app, "administrator"), restricted={"phone": PHONE, "id_number": ID_NUMBER})
    agency = caller(app, "agency", AGENCY)
    agency.made(f"/requests/{agency.made('/requests', ASKED)['id']}/shortlists", {"size": 5})


def filled(databases: Databases, engine: str) -> Flask:
    return make_app(databases.begun(engine, (("pool", fill),)).url, Clock(START))


def fill(app: Flask) -> None:
    """Enter three experts with an item each."""
    administrator = caller(app, "administrator")
    for name in ("林岚", "陈望舒", "游思敏"):
        made = expert(administrator, name)
        administrator.made(
            f"/experts/{made['id']}/items", {"kind": "case", "title": f"{name}外观设计侵权案", "year": 2024}
        )


def url_of(app: Flask) -> str:
    return str(app.config["SQLALCHEMY_DATABASE_URI"])


def everything(app: Flask) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, as values that both engines give alike."""
    with app.app_context(), db.engine.connect() as connection:
        found = MetaData()
        found.reflect(connection)
        return {
            table.name: sorted(
                (
                    {name: alike(value) for name, value in row._mapping.items()}
                    for row in connection.execute(select(table))
                ),
                key=str,
            )
            for table in found.sorted_tables
            if table.name not in NOT_COPIED
        }


def alike(value: Any) -> Any:
    return value.replace(tzinfo=None).isoformat() if hasattr(value, "tzinfo") else value


def without_the_restore(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The rows less what backing up and restoring change: two deeds, the head behind them, lineage and stamps."""
    changed = ("audit_head", "corpus_state", "corpus_versions", "corpus_touched")
    kept = {name: list(found) for name, found in rows.items() if name not in changed}
    ours = ("database.backed_up", "database.restored")
    kept["audit_entries"] = [row for row in kept["audit_entries"] if row["action"] not in ours]
    return kept


@pytest.mark.parametrize("target", ENGINES)
def test_what_is_restored_is_what_was_there(
    source: Flask, target: str, databases: Databases, at: Callable[[str], None]
) -> None:
    at(url_of(source))
    done = run("backup", FILE)
    assert (done.exit_code, "Checksums and seal are right" in done.output) == (0, True), done.output
    url = databases.fresh(target)
    at(url)
    restored = run("restore", FILE)
    assert restored.exit_code == 0, restored.output
    app = make_app(url, Clock(START))
    found, was_there = everything(app), everything(source)
    assert without_the_restore(found) == without_the_restore(was_there)
    assert found["corpus_state"][0]["lineage"] != was_there["corpus_state"][0]["lineage"]
    assert found["corpus_touched"] == []
    assert run("audit", "verify").exit_code == 0
    checked = run("check-index")
    assert checked.exit_code == 0, checked.output  # The triggers are there too.
    with app.app_context(), transaction() as session:  # Counters and triggers work as before.
        audit.record(session, SYSTEM, "expert.created", kind="expert", id="e-1")
    assert caller(app, "administrator").get("/experts?limit=1").status_code == 200
    close(app)


def test_running_process_sees_the_restored_pool_at_once(
    engine: str, databases: Databases, at: Callable[[str], None]
) -> None:
    running = filled(databases, engine)
    administrator = caller(running, "administrator")
    at(url_of(running))
    assert run("backup", FILE).exit_code == 0
    before = administrator.post("/shortlists/preview", {"title": "外观设计侵权"}).json
    first = before["entries"][0]["expert"]["id"]
    path = f"/experts/{first}"
    administrator.post(f"{path}/transitions", {"to": "suspended", "reason": "复核"}, etag="*")
    between = administrator.post("/shortlists/preview", {"title": "外观设计侵权"}).json
    assert first not in [entry["expert"]["id"] for entry in between["entries"]]

    done = run("restore", "--replace", FILE)
    assert done.exit_code == 0, done.output
    after = administrator.post("/shortlists/preview", {"title": "外观设计侵权"}).json
    assert after["corpus_version"] < between["corpus_version"]
    assert [entry["expert"]["id"] for entry in after["entries"]] == [e["expert"]["id"] for e in before["entries"]]
    close(running)


@pytest.mark.parametrize("source", ["sqlite"], indirect=True)
def test_database_that_holds_something_is_not_replaced_unasked(source: Flask, at: Callable[[str], None]) -> None:
    at(url_of(source))
    assert run("backup", FILE).exit_code == 0
    before = everything(source)
    done = run("restore", FILE)
    assert (done.exit_code, "--replace" in done.output) == (1, True)
    assert everything(source) == before


def test_check_does_not_write_to_the_anchor(installation: Path) -> None:
    assert run("audit", "anchor").exit_code == 0
    anchor = Path("instance/audit-anchor.tsv")
    assert run("backup", FILE).exit_code == 0
    before = anchor.read_text()
    assert run("restore", "--check", FILE).exit_code == 0
    assert anchor.read_text() == before
    assert run("audit", "verify").exit_code == 0


@pytest.mark.parametrize("source", ["sqlite"], indirect=True)
def test_check_restores_and_changes_nothing(source: Flask, at: Callable[[str], None], folder: Path) -> None:
    at(url_of(source))
    assert run("backup", FILE).exit_code == 0
    before = everything(source)
    done = run("restore", "--check", FILE)
    assert (done.exit_code, "nothing was changed" in done.output) == (0, True), done.output
    assert everything(source) == before
    assert [path.name for path in folder.iterdir()] == [FILE]


@pytest.mark.parametrize("source", ["sqlite"], indirect=True)
def test_file_is_its_owners_alone_and_is_not_written_over(source: Flask, at: Callable[[str], None]) -> None:
    at(url_of(source))
    assert run("backup", FILE).exit_code == 0
    assert Path(FILE).stat().st_mode & 0o777 == 0o600
    assert "--force" in run("backup", FILE).output
    assert run("backup", "--force", FILE).exit_code == 0
    assert "no folder" in run("backup", "nowhere/x.backup").output


@pytest.mark.parametrize("source", ["sqlite"], indirect=True)
def test_sessions_are_not_copied_and_secrets_stay_sealed(source: Flask, at: Callable[[str], None]) -> None:
    at(url_of(source))
    assert run("backup", FILE).exit_code == 0
    with zipfile.ZipFile(FILE) as archive:
        assert not {name.removeprefix("tables/").removesuffix(".jsonl") for name in archive.namelist()} & NOT_COPIED
        assert archive.read("tables/restricted_values.jsonl").count(b"\n") == 2
        assert not [name for name in archive.namelist() for secret in SECRETS if secret in archive.read(name).decode()]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("harm", ["cut", "bit", "row", "manifest", "member", "extra", "text", "empty", "other key"])
def test_file_that_is_not_what_was_written_restores_nothing(
    app: Flask, harm: str, at: Callable[[str], None], databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(url_of(app))
    caller(app, "administrator").made("/experts", {"name": {"zh": "林岚"}, "kind": "K-PA"})
    assert run("backup", FILE).exit_code == 0
    if harm == "other key":
        monkeypatch.setenv("EXPERTDB_SECRET_KEY", "z" * 40)
    else:
        hurt(Path(FILE), harm)
    at(databases.fresh("sqlite"))
    done = run("restore", FILE)
    assert done.exit_code == 1, done.output
    assert done.output.startswith("Error: ")
    if harm == "other key":
        assert run("restore", "--any-seal", FILE).exit_code == 0


def hurt(file: Path, harm: str) -> None:
    raw = file.read_bytes()
    if harm == "cut":
        file.write_bytes(raw[: len(raw) // 2])
    elif harm == "bit":
        file.write_bytes(raw[:200] + bytes([raw[200] ^ 1]) + raw[201:])
    elif harm in ("text", "empty"):
        file.write_bytes(b"not a backup" if harm == "text" else b"")
    else:
        with zipfile.ZipFile(file) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        members = tampered(members, harm)
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)


def tampered(members: dict[str, bytes], harm: str) -> dict[str, bytes]:
    if harm == "row":
        name = "tables/experts.jsonl"
        return members | {name: members[name].replace("林岚".encode(), "林峰".encode())}
    if harm == "manifest":
        manifest = json.loads(members["manifest.json"]) | {"revision": "0001"}
        return members | {"manifest.json": json.dumps(manifest).encode()}
    if harm == "extra":
        return members | {"tables/../../etc/passwd": b"x"}
    return {name: content for name, content in members.items() if name != "tables/experts.jsonl"}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_bomb_is_not_unpacked(app: Flask, at: Callable[[str], None], databases: Databases) -> None:
    at(url_of(app))
    assert run("backup", FILE).exit_code == 0
    with zipfile.ZipFile(FILE) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["tables/experts.jsonl"] = b" " * 50_000_000
    with zipfile.ZipFile(FILE, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert run("restore", "--any-seal", FILE).exit_code == 1


def test_backup_sees_one_state_while_others_write(engine: str, databases: Databases, at: Callable[[str], None]) -> None:
    """The audit head and its entries are two tables, read one after the other: in a copy they must agree."""
    app = filled(databases, engine)
    at(url_of(app))
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            with app.app_context(), transaction() as session:
                audit.record(session, SYSTEM, "expert.edited", kind="expert", id="e-1")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert all(run("backup", "--force", FILE).exit_code == 0 for _ in range(2))
    finally:
        stop.set()
        writer.join()
    with zipfile.ZipFile(FILE) as archive:
        entries = archive.read("tables/audit_entries.jsonl").splitlines()
        head = json.loads(archive.read("tables/audit_head.jsonl"))
    assert head[1] == json.loads(entries[-1])[0] == len(entries)
    close(app)


def test_database_of_strange_tables_is_left_alone(databases: Databases, at: Callable[[str], None]) -> None:
    app = filled(databases, "postgresql")
    at(url_of(app))
    assert run("backup", FILE).exit_code == 0
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE somebody_elses (id INTEGER)")
    done = run("restore", "--replace", FILE)
    assert (done.exit_code, "somebody_elses" in done.output) == (1, True)
    with app.app_context(), db.engine.connect() as connection:
        left = connection.exec_driver_sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'restore%%'").all()
        assert left == []
        assert connection.execute(select(CorpusState.version)).scalar()
    close(app)


@pytest.mark.parametrize("source", ["sqlite"], indirect=True)
def test_restored_file_keeps_its_journal_and_is_sound(source: Flask, at: Callable[[str], None], tmp_path: Path) -> None:
    at(url_of(source))
    assert run("backup", FILE).exit_code == 0
    at(f"sqlite:///{tmp_path}/new.sqlite3")
    assert run("restore", FILE).exit_code == 0
    with sqlite3.connect(tmp_path / "new.sqlite3") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("source", ["sqlite"], indirect=True)
def test_every_table_of_ours_is_copied(source: Flask, at: Callable[[str], None]) -> None:
    at(url_of(source))
    assert run("backup", FILE).exit_code == 0
    with zipfile.ZipFile(FILE) as archive:
        tables = set(json.loads(archive.read("manifest.json"))["tables"])
    assert tables == set(everything(source)) - {"corpus_touched"}
