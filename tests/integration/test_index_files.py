"""The index on disk under bad conditions: processes that are killed, that write at once, and a clock that goes back.

Pinned: whoever dies while merging or publishing leaves a whole snapshot and no lock behind; of processes that write at
once each snapshot is whole, and readers never find a torn one; no clock decides what is new.
"""

import os
import signal
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask

from expertdb.app import warm_up
from expertdb.database import transaction
from expertdb.services import checking, experts
from expertdb.services.actors import SYSTEM
from expertdb.services.index_files import IndexFiles
from matching import Analyser, Index, Parameters, Pivot, Profile, Query, best, saving
from tests.callers import Clock
from tests.children import ended, in_child
from tests.conftest import close, make_app
from tests.reference.pools import CONCEPTS, LEXICON

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))
QUERY = Query("电池许可")
PARAMETERS = Parameters()


def pool(version: int) -> Index:
    """An index that tells by its experts which version it is of."""
    return Index.build([Profile(f"v{version}-{number}", "电池许可 " * (1 + number)) for number in range(5)], ANALYSER)


def is_whole(files: IndexFiles) -> bool:
    """Whether what is current can be opened, and all of it is of one version."""
    stored = files.opened(ANALYSER, PARAMETERS)
    assert stored is not None
    return [expert for expert, _ in best(stored.index, QUERY, 9)] == [
        expert for expert, _ in best(pool(stored.version), QUERY, 9)
    ]


STEPS = {
    "merging": (Index, "compacted"),
    "writing": (saving, "_write_arrays"),
    "describing": (saving, "_write"),
    "naming": (Path, "rename"),
    "publishing": (Path, "replace"),
    "sweeping": (saving.shutil, "rmtree"),
}


@pytest.mark.parametrize("step", STEPS)
def test_whoever_is_killed_leaves_a_whole_snapshot_and_no_lock(tmp_path: Path, step: str) -> None:
    files = IndexFiles(tmp_path)
    assert files.write(pool(1), 1, "one")
    assert files.write(pool(2), 2, "two")  # From the third on old ones are swept away.

    def killed() -> None:
        where, name = STEPS[step]
        setattr(where, name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
        files.write(pool(3), 3, "three")

    assert ended(in_child(killed)) == -signal.SIGKILL
    assert is_whole(files)
    assert files.write(pool(4), 4, "four")
    assert is_whole(files)
    assert (stored := files.opened(ANALYSER, PARAMETERS))
    assert stored.version == 4
    assert not [path for path in tmp_path.iterdir() if path.is_dir() and path.name.startswith(".")]


def test_of_processes_that_merge_at_once_each_snapshot_is_whole(tmp_path: Path) -> None:
    files = IndexFiles(tmp_path)
    assert files.write(pool(0), 0, "")
    ready, go = os.pipe()

    def write_three(first: int) -> None:
        os.read(ready, 1)
        for version in range(first, first + 3):
            IndexFiles(tmp_path).write(pool(version), version, "")

    children = [in_child(lambda first=first: write_three(first)) for first in (10, 20, 30)]  # type: ignore[misc]
    os.write(go, b"xxx")
    seen = [is_whole(IndexFiles(tmp_path)) for _ in range(20)]
    assert [ended(child) for child in children] == [0, 0, 0]
    assert all(seen)
    assert is_whole(files)
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) <= 2


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_clock_that_goes_back_hides_no_edit_and_no_snapshot(app: Flask, clock: Clock, tmp_path: Path) -> None:
    url, folder = str(app.config["SQLALCHEMY_DATABASE_URI"]), str(tmp_path / "index")
    one, other = (make_app(url, clock, index_dir=folder) for _ in range(2))
    entered = [_entered(one, clock)]
    warm_up(one)
    warm_up(other)
    for back in (1, 400, 4000):
        clock.now -= timedelta(days=back)
        entered.append(_entered(one, clock))
        for made in (one, other):
            assert _found(made) == set(entered)
        one.extensions["corpus"].tending.tend(_pool(one))  # A snapshot with an earlier date than the one in use.
        assert other.extensions["corpus"].files.renewed()
        other.extensions["corpus"].tending.change_over()
        assert _found(other) == set(entered)
    with other.app_context(), transaction(read_only=True) as session:
        assert checking.check(session, other.extensions["corpus"]).is_sound
    for made in (one, other):
        close(made)


def _entered(app: Flask, clock: Clock) -> str:
    body = {"name": {"zh": "林岚"}, "kind": "K-PA", "statement": "电池", "status": "active", "reason": "接收"}
    term = {"start": date(2000, 1, 1), "end": date(2099, 12, 31)}
    with app.app_context(), transaction() as session:
        return experts.create(session, {**body, "term": term}, actor=SYSTEM, now=clock()).id


def _pool(app: Flask):  # type: ignore[no-untyped-def]
    with app.app_context(), transaction(read_only=True) as session:
        return app.extensions["corpus"].refresh(session)


def _found(app: Flask) -> set[str]:
    return {expert for expert, _ in best(_pool(app).index, Query("电池"), 9)}
