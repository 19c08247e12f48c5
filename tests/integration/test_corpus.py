"""The index follows the database whatever happens to it: writes past us, a restored copy, a pruned log, a transaction
that began before; and the files that processes share follow the index.
"""

import contextlib
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, text, update

from config.apart import run_apart
from expertdb.app import lay_out, warm_up
from expertdb.database import db, transaction
from expertdb.models import triggers
from expertdb.models.corpus import CorpusChange, CorpusState, CorpusTouched, CorpusVersion, ExpertStanding
from expertdb.models.experts import Expert, ExpertItem
from expertdb.services import audit, checking, experts, vocabularies
from expertdb.services import corpus as corpus_module
from expertdb.services.actors import SYSTEM
from expertdb.services.analysers import analyser_for
from expertdb.services.corpus import Corpus, again_while_moving
from expertdb.services.index_files import IndexFiles
from expertdb.services.pools import Pool
from expertdb.services.tending import Tending
from matching import Index, Profile, Query, best
from tests.callers import Clock
from tests.children import ended, in_child
from tests.conftest import START, close, make_app

BODY = {
    "name": {"zh": "林岚"},
    "kind": "K-PA",
    "statement": "锂电池隔膜专利无效",
    "status": "active",
    "term": {"start": date(2026, 1, 1), "end": date(2028, 12, 31)},
    "reason": "接收",
}
BATTERIES = Query("锂电池隔膜")


def entered(app: Flask, **changes: object) -> str:
    """The id of a new active expert."""
    with app.app_context(), transaction() as session:
        return experts.create(session, BODY | changes, actor=SYSTEM, now=START).id


def pool_of(app: Flask) -> Pool:
    with app.app_context(), transaction(read_only=True) as session:
        return app.extensions["corpus"].refresh(session)


def found(app: Flask, query: Query = BATTERIES) -> list[str]:
    return [expert for expert, _ in best(pool_of(app).index, query, 9)]


def suspended(app: Flask) -> int:
    """How many experts are suspended by the census."""
    with app.app_context(), transaction(read_only=True) as session:
        return int(app.extensions["directory"].refresh(session).having("status", ["suspended"]).sum())


def raw(app: Flask, statement: object) -> None:
    """Write past the service, as a script or a person at the database would."""
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def is_sound(app: Flask) -> bool:
    with app.app_context(), transaction(read_only=True) as session:
        return checking.check(session, app.extensions["corpus"]).is_sound


def test_a_write_past_the_service_is_in_the_next_list_and_is_numbered_by_the_next_edit(app: Flask) -> None:
    one = entered(app)
    assert found(app) == [one]
    raw(app, update(Expert).values(statement="茶叶许可"))
    assert found(app) == []
    raw(app, text("UPDATE experts SET statement = '锂电池隔膜'"))
    assert found(app) == [one]
    item = {"id": "i", "expert_id": one, "position": 0, "kind": "case", "title": "陶瓷", "text": "", "verified": True}
    raw(app, insert(ExpertItem).values(item))
    assert found(app, Query("陶瓷")) == [one]
    raw(app, delete(ExpertItem))
    assert found(app, Query("陶瓷")) == []
    other = entered(app)
    with app.app_context(), transaction(read_only=True) as session:
        assert session.scalar(select(func.count()).select_from(CorpusTouched)) == 0
        numbered = select(CorpusChange.expert_id).where(CorpusChange.version == 2).order_by(CorpusChange.expert_id)
        assert list(session.scalars(numbered)) == sorted([one, other])


def test_a_write_past_the_service_that_ends_after_a_later_one_is_in_the_next_list(app: Flask) -> None:
    """On PostgreSQL the later of two may be committed first: what is known by then has the higher number already."""
    one, other = entered(app), entered(app)
    assert set(found(app)) == {one, other}
    away = update(Expert).values(status="suspended")
    with app.app_context(), db.engine.connect() as slow:
        if slow.dialect.name == "postgresql":
            slow.execute(away.where(Expert.id == one))
        raw(app, away.where(Expert.id == other))
        assert (found(app), suspended(app)) == ([one], 1)
        if slow.dialect.name == "sqlite":  # Which has one writer at a time.
            slow.execute(away.where(Expert.id == one))
        slow.commit()
    assert found(app) == []
    assert suspended(app) == 2


def test_what_a_transaction_ranked_that_came_to_nothing_is_nobody_elses(app: Flask) -> None:
    """SQLite numbers the rows that were written anew after a rollback, and the next list has the same number."""
    one, other = entered(app), entered(app)
    assert set(found(app)) == {one, other}
    corpus, directory = app.extensions["corpus"], app.extensions["directory"]
    with app.app_context(), contextlib.suppress(ZeroDivisionError), transaction() as session:
        session.get_one(Expert, one).status = "suspended"
        session.flush()
        assert [expert for expert, _ in best(corpus.refresh(session).index, BATTERIES, 9)] == [other]
        assert directory.refresh(session).having("status", ["suspended"]).sum() == 1
        raise ZeroDivisionError
    raw(app, update(Expert).where(Expert.id == other).values(status="suspended", region="350200"))
    assert found(app) == [one]
    with app.app_context(), transaction(read_only=True) as session:
        census = directory.refresh(session)
        assert census.ids(census.having("status", ["suspended"]).nonzero()[0]) == [other]


def test_a_transaction_that_began_before_an_edit_sees_the_pool_as_it_was(app: Flask) -> None:
    one = entered(app)
    corpus: Corpus = app.extensions["corpus"]
    edited = threading.Event()
    with app.app_context(), transaction(read_only=True) as session:
        before = corpus.refresh(session)

        def edit() -> None:
            raw(app, update(Expert).values(statement="茶叶许可"))
            assert found(app) == []
            edited.set()

        thread = threading.Thread(target=edit)
        thread.start()
        thread.join(30)
        assert edited.is_set()
        again = corpus.refresh(session)
        assert (again.mark, best(again.index, BATTERIES, 9)) == (before.mark, best(before.index, BATTERIES, 9))
    assert found(app) == []
    assert one in pool_of(app).index


def test_a_transaction_that_many_edits_have_passed_is_begun_anew_and_compares_nobody(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody was compared to go back, under a lock behind which others grew as old: a process stood for ever."""
    one = entered(app)
    corpus: Corpus = app.extensions["corpus"]
    monkeypatch.setattr(corpus_module, "compared", lambda *given: pytest.fail("everybody was compared"))
    tries: list[bool] = []

    def edit() -> None:
        for _ in range(corpus_module.KEPT + 1):
            assert entered(app) in pool_of(app).index

    def ranked() -> Pool:
        with app.app_context(), transaction(read_only=True) as session:
            session.scalar(select(func.count()).select_from(Expert))  # From here on it sees one state.
            if not tries:
                thread = threading.Thread(target=edit)
                thread.start()
                thread.join(60)
            tries.append(True)
            return corpus.refresh(session)

    assert one in again_while_moving(ranked).index
    assert len(tries) == 2


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_restored_database_is_followed_though_its_versions_have_the_same_numbers(app: Flask, tmp_path: Path) -> None:
    file = Path(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
    kept = entered(app)
    copy(app, file, tmp_path / "backup")
    lost = [entered(app), entered(app)]
    assert set(found(app)) == {kept, *lost}
    copy(app, tmp_path / "backup", file)
    assert found(app) == [kept]
    others = [entered(app), entered(app)]  # Versions 2 and 3 once more, with other stamps.
    assert set(found(app)) == {kept, *others}
    assert is_sound(app)


def copy(app: Flask, source: Path, target: Path) -> None:
    with app.app_context():
        db.engine.dispose()
    with contextlib.closing(sqlite3.connect(source)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(source, target)


def test_where_the_log_was_pruned_every_profile_is_compared(app: Flask) -> None:
    one = entered(app)
    pool_of(app)
    other = entered(app)
    with app.app_context(), transaction() as session:
        session.execute(delete(CorpusChange))
        session.execute(delete(CorpusVersion))
    assert set(found(app)) == {one, other}


def test_check_names_what_was_written_past_the_triggers_and_mends_it(app: Flask) -> None:
    one, other = entered(app), entered(app)
    pool_of(app)
    with app.app_context(), db.engine.begin() as connection:
        on = "" if connection.dialect.name == "sqlite" else " ON experts"
        connection.exec_driver_sql(f"DROP TRIGGER {triggers.name_of('experts', 'update')}{on}")
        connection.execute(update(Expert).where(Expert.id == one).values(statement="茶叶许可"))
    with app.app_context():
        with transaction(read_only=True) as session:
            seen = checking.check(session, app.extensions["corpus"])
        assert (seen.found.stale, seen.missing_triggers) == ((one,), ["touch_experts_update"])
        with transaction() as session:
            checking.mend(session, seen)
    assert is_sound(app)
    assert found(app) == [other]


def test_standings_tell_who_could_not_be_ranked_at_any_version(app: Flask) -> None:
    one = entered(app)
    for changes in ({"status": "suspended"}, {"statement": "another"}):
        with app.app_context(), transaction() as session:
            for name, value in changes.items():
                setattr(session.get_one(Expert, one), name, value)
            audit.record(session, SYSTEM, "expert.edited", kind="expert", id=one)
    with app.app_context(), transaction(read_only=True) as session:
        rows = session.scalars(select(ExpertStanding).order_by(ExpertStanding.since))
        assert [(row.since, row.until, row.status) for row in rows] == [(1, 2, "active"), (2, None, "suspended")]


@pytest.fixture
def sharing(app: Flask, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """Another process's application on the same database, with files for the index, as `app` has none."""
    made = make_app(str(app.config["SQLALCHEMY_DATABASE_URI"]), clock, index_dir=str(tmp_path / "index"))
    yield made
    close(made)


def test_a_process_that_starts_opens_the_files_and_reads_only_what_changed(
    app: Flask, sharing: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = entered(app)
    warm_up(sharing)
    other = entered(app, statement="锂电池隔膜涂布")
    monkeypatch.setattr("expertdb.services.profiles.everybody", None)  # Reading everybody would fail.
    later = make_app(
        str(app.config["SQLALCHEMY_DATABASE_URI"]), clock, index_dir=sharing.extensions["corpus"].files.folder
    )
    assert set(found(later)) == {one, other}
    close(later)


def test_files_that_are_damaged_or_of_another_database_are_not_used(app: Flask, sharing: Flask, clock: Clock) -> None:
    entered(app)
    warm_up(sharing)
    folder: Path = sharing.extensions["corpus"].files.folder
    with app.app_context(), transaction() as session:
        session.execute(update(CorpusState).values(stamp="of another"))
        session.execute(update(CorpusVersion).values(stamp="of another"))
        session.execute(delete(Expert))
    later = make_app(str(app.config["SQLALCHEMY_DATABASE_URI"]), clock, index_dir=str(folder))
    assert found(later) == []
    for file in folder.glob("*/index.bin"):
        file.write_bytes(b"rubbish")
    another = make_app(str(app.config["SQLALCHEMY_DATABASE_URI"]), clock, index_dir=str(folder))
    assert found(another) == []
    for made in (later, another):
        close(made)


def test_files_are_written_apart_where_none_fit_and_then_merely_opened(
    app: Flask, sharing: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = entered(app)
    lay_out(app)  # Which has no files.
    files: IndexFiles = sharing.extensions["corpus"].files
    assert run_apart(lay_out, sharing)
    assert not files.renewed()  # A pool as small as this is left to `warm_up`.
    monkeypatch.setattr("expertdb.app.LARGE", 1)
    assert run_apart(lay_out, sharing)
    monkeypatch.setattr("expertdb.services.profiles.everybody", None)  # Reading everybody would fail.
    warm_up(sharing)
    assert files.is_open
    assert found(sharing) == [one]
    assert [path.name for path in files.folder.iterdir() if path.is_dir()] == [files.name]


def test_one_process_builds_and_another_waits_for_it(
    app: Flask, sharing: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered(app)
    files: IndexFiles = sharing.extensions["corpus"].files
    other = make_app(str(app.config["SQLALCHEMY_DATABASE_URI"]), clock, index_dir=str(files.folder))
    gate, go = os.pipe()
    monkeypatch.setattr("expertdb.app.LARGE", 1)

    def wait() -> None:
        os.read(gate, 1)
        lay_out(other)

    with monkeypatch.context() as nobody:
        nobody.setattr("expertdb.services.profiles.everybody", None)  # In the child, reading everybody would fail.
        waiting = in_child(wait)  # Before the lock is held: a child holds what its parent does.
    with files.building():
        os.write(go, b"x")
        warm_up(sharing)
    assert ended(waiting) == 0
    close(other)


def test_files_that_do_not_fit_are_replaced_before_processes_are_forked(
    app: Flask, sharing: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = entered(app)
    warm_up(sharing)
    files: IndexFiles = sharing.extensions["corpus"].files
    for file in files.folder.glob("*/index.bin"):
        file.write_bytes(b"of another release")
    monkeypatch.setattr("expertdb.services.tending.threading.Thread", None)  # Starting one would fail.
    later = make_app(str(app.config["SQLALCHEMY_DATABASE_URI"]), clock, index_dir=str(files.folder))
    warm_up(later)
    monkeypatch.setattr("expertdb.services.profiles.everybody", None)  # So would reading everybody.
    assert later.extensions["corpus"].files.is_open
    assert files.renewed()
    assert found(later) == [one]
    close(later)


def test_a_new_snapshot_is_taken_over_by_all_and_no_edit_is_lost(app: Flask, sharing: Flask, clock: Clock) -> None:
    one = entered(app)
    warm_up(sharing)
    url, folder = str(app.config["SQLALCHEMY_DATABASE_URI"]), str(sharing.extensions["corpus"].files.folder)
    second = make_app(url, clock, index_dir=folder)
    assert found(second) == [one]
    other = entered(app)
    pool = pool_of(sharing)
    last = entered(app)  # Between the pool that is written and the change-over.
    sharing.extensions["corpus"].tending.tend(pool)
    assert second.extensions["corpus"].files.renewed()
    second.extensions["corpus"].tending.change_over()
    for made in (sharing, second):
        pool = pool_of(made)
        assert set(found(made)) == {one, other, last}
        assert len(pool.index.parts[0].alive) == 2
        assert is_sound(made)
    close(second)


def test_a_snapshot_of_a_history_that_was_given_up_is_compared_when_it_is_taken_over(
    app: Flask, sharing: Flask, clock: Clock
) -> None:
    """A process that knows the state before a copy was restored may still write its files."""
    one = entered(app)
    warm_up(sharing)
    corpus: Corpus = sharing.extensions["corpus"]
    ghost = Index.build([Profile("ghost", "锂电池专利无效")], analyser_for(corpus.parameters))
    IndexFiles(corpus.files.folder).write(ghost, 99, "of another")
    sharing.extensions["corpus"].tending.change_over()
    assert found(sharing) == [one]
    assert is_sound(sharing)


def test_with_other_words_everybody_is_read_anew_and_the_files_follow(
    app: Flask, sharing: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = entered(app, statement="熟悉岩韵金标的运用。")
    warm_up(sharing)
    change = {"do": "add_alias", "code": "GI", "alias": "岩韵金标"}
    with app.app_context(), transaction() as session:
        vocabularies.change(session, "ip_subject", [change], "用户建议", version=None, actor=SYSTEM, now=START)
    by_concept = Query("", "geographical indication")
    assert found(app, by_concept) == found(sharing, by_concept) == [one]
    with sharing.extensions["corpus"].tending._busy:  # Waits for the thread that writes the files.
        pass
    monkeypatch.setattr("expertdb.services.profiles.everybody", None)  # Reading everybody would fail.
    later = make_app(
        str(app.config["SQLALCHEMY_DATABASE_URI"]), clock, index_dir=sharing.extensions["corpus"].files.folder
    )
    assert found(later, by_concept) == [one]
    close(later)


def test_only_one_process_writes_at_a_time(app: Flask, sharing: Flask, tmp_path: Path) -> None:
    entered(app)
    pool, files = pool_of(sharing), IndexFiles(tmp_path / "index")
    with files._locked() as first, IndexFiles(tmp_path / "index")._locked() as second:
        assert (first, second) == (True, False)
        assert not IndexFiles(tmp_path / "index").write(pool.index, 1, "stamp")
    assert files.write(pool.index, 1, "stamp")


def test_a_folder_that_cannot_be_written_stops_nobody(
    app: Flask, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    one = entered(app)
    made = make_app(str(app.config["SQLALCHEMY_DATABASE_URI"]), clock, index_dir=str(tmp_path / "file" / "index"))
    with monkeypatch.context() as nobody:
        nobody.setattr("expertdb.app.LARGE", 1)
        nobody.setattr("expertdb.services.profiles.everybody", None)  # Nobody is read for files that cannot be.
        lay_out(made)
    warm_up(made)
    assert found(made) == [one]
    close(made)


def test_tending_begins_by_itself_once_edits_have_gathered(
    app: Flask, sharing: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("expertdb.services.tending.SMALL", 3)
    entered(app)
    warm_up(sharing)
    for _ in range(4):
        entered(app)
    tending: Tending = sharing.extensions["corpus"].tending
    pool_of(sharing)
    with tending._busy:  # Waits for the thread.
        pass
    assert len(pool_of(sharing).index.parts) == 1
    assert len(found(sharing)) == 5
