"""The anchor file.

Pinned: a line stands for the log's state and for the line before; a line changed or taken out shows; nothing is written
twice or backwards, whoever writes at once; a torn line costs itself only.
"""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from expertdb.anchor import Anchor, Line
from expertdb.keys import AuditKeys, audit_keys

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
KEYS = audit_keys("k" * 32, "s" * 32)


@pytest.fixture
def anchor(tmp_path: Path) -> Anchor:
    return Anchor(tmp_path / "elsewhere" / "anchor.tsv", KEYS)


def filled(anchor: Anchor, *numbers: int) -> None:
    for seq in numbers:
        anchor.write(seq, f"{seq:064x}", NOW + timedelta(minutes=seq))


def sound(anchor: Anchor) -> list[int]:
    """The numbers of the log that sound lines of the anchor hold."""
    return [line.seq for line in anchor.lines() if isinstance(line, Line) and line.sound]


def test_lines_come_back_as_written(anchor: Anchor) -> None:
    filled(anchor, 1, 5)
    first, second = anchor.lines()
    assert isinstance(first, Line)
    assert isinstance(second, Line)
    assert (first.seq, first.seal, first.at, first.sound) == (1, f"{1:064x}", "2026-11-23T09:01:00+00:00", True)
    assert (second.number, second.seq, second.sound) == (2, 5, True)


def test_state_is_written_once_and_never_backwards(anchor: Anchor) -> None:
    assert anchor.write(5, "a" * 64, NOW)
    assert not anchor.write(5, "a" * 64, NOW)
    assert not anchor.write(4, "b" * 64, NOW)
    assert sound(anchor) == [5]


@pytest.mark.parametrize("column", range(5))
def test_change_of_any_column_shows(anchor: Anchor, column: int) -> None:
    filled(anchor, 1, 5, 9)
    lines = anchor.path.read_text().splitlines()
    parts = lines[1].split("\t")
    parts[column] = {0: "6", 2: "2026-11-24T09:00:00+00:00"}.get(column, "0" * len(parts[column]))
    anchor.path.write_text("\n".join([lines[0], "\t".join(parts), lines[2], ""]))
    # Where the keyed hash itself was changed, the line behind it does not follow either.
    assert sound(anchor) == ([1] if column == 4 else [1, 9])


def test_line_taken_out_shows_at_the_next(anchor: Anchor) -> None:
    filled(anchor, 1, 5, 9, 12)
    lines = anchor.path.read_text().splitlines(keepends=True)
    anchor.path.write_text("".join([lines[0], *lines[2:]]))
    assert sound(anchor) == [1, 12]


def test_line_of_somebody_without_the_key_is_unsound(anchor: Anchor) -> None:
    filled(anchor, 1)
    Anchor(anchor.path, audit_keys("x" * 32, "s" * 32)).write(2, "a" * 64, NOW)
    assert sound(anchor) == [1]


def test_line_of_an_old_key_stays_sound(anchor: Anchor) -> None:
    filled(anchor, 1)
    fresh = Anchor(anchor.path, audit_keys("n" * 32, "s" * 32, ["k" * 32]))
    filled(fresh, 2)
    assert sound(fresh) == [1, 2]


def test_torn_line_costs_itself_only(anchor: Anchor) -> None:
    filled(anchor, 1)
    with anchor.path.open("a") as file:
        file.write("7\tabc")
    filled(anchor, 8)
    assert [line if isinstance(line, int) else line.seq for line in anchor.lines()] == [1, 2, 8]
    assert sound(anchor) == [1, 8]


def test_file_full_of_junk_is_read_in_little_memory(anchor: Anchor) -> None:
    anchor.path.parent.mkdir()
    anchor.path.write_bytes(b"\xff" * 100_000 + b"\n\n\t\t\t\t\n")
    assert all(isinstance(line, int) for line in anchor.lines())
    filled(anchor, 3)
    assert [line.seq for line in anchor.lines() if isinstance(line, Line)] == [3]


def test_many_writers_at_once_leave_one_chain(anchor: Anchor) -> None:
    def write(first: int) -> None:
        filled(Anchor(anchor.path, KEYS), *range(first, 200, 4))

    threads = [threading.Thread(target=write, args=(first,)) for first in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sound(anchor)
    assert numbers == sorted(set(numbers))
    assert len(numbers) == len(anchor.path.read_text().splitlines())
    assert numbers[-1] == 199


def test_it_is_noted_every_five_minutes(anchor: Anchor) -> None:
    for minute in range(12):
        anchor.note(minute + 1, f"{minute:064x}", NOW + timedelta(minutes=minute))
    assert sound(anchor) == [1, 6, 11]


def test_anchor_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    anchor = Anchor(tmp_path / "file" / "anchor.tsv", KEYS)
    anchor.note(1, "a" * 64, NOW)
    with pytest.raises(OSError, match="file"):
        anchor.write(1, "a" * 64, NOW)


def test_names_of_keys_tell_them_apart_and_their_order() -> None:
    keys = audit_keys("n" * 32, "s" * 32, ["o" * 32, "p" * 32])
    old = audit_keys("o" * 32, "s" * 32)
    assert keys.place(old.name) == keys.place(None) == 0
    assert keys.place(keys.name) == 2
    assert AuditKeys(keys.ordered[1:]).place(old.name) is None
    assert audit_keys("", "s" * 32).name == audit_keys("s" * 32, "t" * 32).name


def test_line_of_a_restore_takes_the_place_of_those_behind_where_it_went_back_to(anchor: Anchor) -> None:
    filled(anchor, 1, 5, 9, 12)
    assert anchor.write(8, "b" * 64, NOW, back=7)
    filled(anchor, 10)
    lines = [line for line in anchor.lines() if isinstance(line, Line)]
    assert [(line.seq, line.replaced) for line in lines] == [
        (1, False),
        (5, False),
        (9, True),
        (12, True),
        (8, False),
        (10, False),
    ]
    assert [line.back for line in lines if line.back is not None] == [7]
    assert all(line.sound for line in lines)


def test_restore_made_up_without_the_key_replaces_nothing(anchor: Anchor) -> None:
    filled(anchor, 1, 5)
    with anchor.path.open("a") as file:
        file.write("\t".join(["2", "b" * 64, NOW.isoformat(), KEYS.name, "restored:1", "0" * 64]) + "\n")
    assert sound(anchor) == [1, 5]
    assert not any(line.replaced for line in anchor.lines() if isinstance(line, Line))
