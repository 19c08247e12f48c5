"""A saved index answers as the one in memory, before and after edits; whatever is damaged or foreign is refused whole;
an interrupted publication leaves the old snapshot; a new one takes nothing from those who have the old one open.
"""

import hashlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import (
    Analyser,
    Index,
    Pivot,
    Profile,
    Query,
    UnusableSnapshot,
    best,
    current_snapshot,
    load_snapshot,
    save_snapshot,
)
from tests.examples import tried
from tests.reference.pools import CONCEPTS, LEXICON, pools, queries
from tests.unit.matching.test_index import edits

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))
POOL = [Profile("a", "电池专利无效"), Profile("b", "茶叶许可 trademark", tags=frozenset({"region:350200"}))]
QUERY = Query("电池许可")


@tried(60)
@given(pools, edits, edits, queries, st.sampled_from(("scipy", "numba")))
def test_a_loaded_index_answers_as_the_saved_one_before_and_after_edits(
    tmp_path_factory, pool, before, after, query, kernel
):
    folder = tmp_path_factory.mktemp("index")
    index = edited(Index.build(pool, ANALYSER, kernel=kernel), before)
    save_snapshot(index, folder, {"version": 7})
    loaded, about = load_snapshot(folder, ANALYSER, 40, kernel)
    assert about == {"version": 7}
    assert loaded.experts == index.experts
    assert best(loaded, query, 9) == best(index, query, 9)
    assert best(edited(loaded, after), query, 9) == best(edited(index, after), query, 9)


def edited(index, steps):
    for keep, profile in steps:
        index = index.apply([profile]) if keep else index.apply(deletes=[profile.expert])
    return index


def saved(folder: Path) -> Path:
    """The folder of a fresh snapshot."""
    return folder / save_snapshot(Index.build(POOL, ANALYSER), folder, {})


def refused(
    folder: Path, reason: str, max_items: int = 40, kernel: str = "numba", analyser: Analyser = ANALYSER
) -> None:
    with pytest.raises(UnusableSnapshot, match=reason):
        load_snapshot(folder, analyser, max_items, kernel)


@pytest.mark.parametrize("place", [0, 1, -1, 500])
def test_a_single_changed_byte_is_noticed(tmp_path: Path, place: int) -> None:
    file = saved(tmp_path) / "index.bin"
    raw = bytearray(file.read_bytes())
    raw[place] ^= 1
    file.write_bytes(raw)
    refused(tmp_path, "damaged")


@pytest.mark.parametrize("size", [0, 1, 64, 1000])
def test_a_file_cut_short_is_noticed(tmp_path: Path, size: int) -> None:
    os.truncate(saved(tmp_path) / "index.bin", size)
    refused(tmp_path, "damaged|mapped")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"body": "{}", "checksum": "0"}', "\x00"])
def test_a_broken_description_is_noticed(tmp_path: Path, text: str) -> None:
    (saved(tmp_path) / "index.json").write_text(text)
    refused(tmp_path, "cannot be read|damaged")


@pytest.mark.parametrize("said", ["[]", "{}", "7", "[" * 100_000])
def test_a_description_that_is_whole_but_describes_no_index_is_refused(tmp_path: Path, said: str) -> None:
    checksum = hashlib.sha256(said.encode()).hexdigest()
    (saved(tmp_path) / "index.json").write_text(json.dumps({"body": said, "checksum": checksum}))
    refused(tmp_path, "cannot be read|another analyser")


def test_a_changed_description_is_noticed(tmp_path: Path) -> None:
    file = saved(tmp_path) / "index.json"
    envelope = json.loads(file.read_text())
    envelope["body"] = envelope["body"].replace('"items": ', '"items": 1')
    file.write_text(json.dumps(envelope))
    refused(tmp_path, "damaged")


def test_an_index_of_another_kernel_cap_or_analyser_is_refused(tmp_path: Path) -> None:
    saved(tmp_path)
    refused(tmp_path, "another analyser", max_items=7)
    refused(tmp_path, "another analyser", kernel="scipy")
    refused(tmp_path, "another analyser", analyser=Analyser(CONCEPTS, Pivot({"电池": "cell"})))


def test_an_empty_or_absent_folder_has_no_snapshot(tmp_path: Path) -> None:
    refused(tmp_path, "no current snapshot")
    refused(tmp_path / "absent", "no current snapshot")
    (tmp_path / "current").write_text("gone")
    refused(tmp_path, "cannot be read")


@pytest.mark.parametrize("step", range(6))
def test_a_publication_that_dies_leaves_the_old_snapshot(
    tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = saved(tmp_path)
    calls = iter(range(100))
    real = os.fsync

    def dying(handle: int) -> None:
        if next(calls) == step:
            raise KeyboardInterrupt
        real(handle)

    monkeypatch.setattr(os, "fsync", dying)
    try:
        save_snapshot(Index.build(POOL[:1], ANALYSER), tmp_path, {})
    except KeyboardInterrupt:
        monkeypatch.undo()
        loaded, _ = load_snapshot(tmp_path, ANALYSER, 40)
        assert loaded.experts in (("a", "b"), ("a",))
        assert loaded.experts == ("a", "b") or current_snapshot(tmp_path) != old.name
    monkeypatch.undo()
    save_snapshot(Index.build(POOL, ANALYSER), tmp_path, {})
    assert load_snapshot(tmp_path, ANALYSER, 40)[0].experts == ("a", "b")


def test_rubbish_of_the_dead_is_swept_away_and_the_last_two_snapshots_stay(tmp_path: Path) -> None:
    (tmp_path / ".halfwritten").mkdir()
    names = [saved(tmp_path).name for _ in range(4)]
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == set(names[-2:])


def test_who_has_an_old_snapshot_open_keeps_it(tmp_path: Path) -> None:
    saved(tmp_path)
    index, _ = load_snapshot(tmp_path, ANALYSER, 40)
    for _ in range(3):
        saved(tmp_path)
    assert best(index, QUERY, 5) == best(Index.build(POOL, ANALYSER), QUERY, 5)


def test_no_text_and_nothing_but_terms_ids_and_tags_is_written(tmp_path: Path) -> None:
    pool = [Profile("a", "机密陈述甲乙丙丁 alpha beta gamma")]
    place = tmp_path / save_snapshot(Index.build(pool, ANALYSER), tmp_path, {})
    written = (place / "index.bin").read_bytes() + (place / "index.json").read_bytes()
    assert "机密陈述".encode() not in written
    assert b"alpha beta gamma" not in written
    assert b"alpha beta" in written  # A pair of words is a term.
