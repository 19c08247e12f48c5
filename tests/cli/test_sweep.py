"""`expertdb sweep`: what it prints, that it leaves a trace and an anchor, and what a failure looks like."""

import json
import sqlite3
from pathlib import Path

from tests.cli.conftest import done, run

ANCHOR = Path("instance/audit-anchor.tsv")


def end_terms(count: int) -> None:
    with sqlite3.connect("instance/expertdb.sqlite3") as connection:
        ids = "SELECT id FROM experts WHERE status = 'active' AND term_end > date('now', '+90 days') LIMIT ?"
        connection.execute(f"UPDATE experts SET term_end = '2020-01-01' WHERE id IN ({ids})", (count,))


def test_sweep_moves_what_is_due_and_says_what_waits(installation: Path) -> None:
    end_terms(3)
    first = json.loads(done("sweep", "--json").stdout)
    assert first["done"]["terms ended"] >= 3
    assert first["waiting"]["expired"] >= 3
    again = json.loads(done("sweep", "--json").stdout)
    assert set(again["done"].values()) == {0}
    assert again["waiting"] == first["waiting"]


def test_lines_are_for_people(installation: Path) -> None:
    end_terms(2)
    lines = done("sweep").stdout.splitlines()
    assert any(line.startswith("terms ended: ") for line in lines)
    assert any(line.startswith("waiting: expired ") for line in lines)
    assert "nothing to move" in done("sweep").stdout


def test_every_run_leaves_a_trace_and_an_anchor(installation: Path) -> None:
    for number in (1, 2):
        done("sweep")
        entries = done("audit", "list", "--action", "sweep.ran", "--json").stdout.splitlines()
        assert len(entries) == number
        assert ANCHOR.read_text().splitlines()[-1].split("\t")[0] == str(json.loads(entries[0])["seq"])
    assert done("audit", "verify")


def test_anchor_that_cannot_be_written_ends_the_sweep_with_1_after_its_work(installation: Path) -> None:
    end_terms(1)
    ANCHOR.unlink()
    ANCHOR.mkdir()
    result = run("sweep")
    assert (result.exit_code, "cannot be written" in result.stderr) == (1, True)
    assert "terms ended: " in result.stdout


def test_year_without_public_holidays_is_named(installation: Path) -> None:
    rules = Path("pool.toml")
    rules.write_text("[periods]\npublicity_days = 7\n")
    settings = Path("instance/expertdb.env")
    settings.write_text(settings.read_text() + f"EXPERTDB_POOL_FILE={rules}\n")
    assert "are not in EXPERTDB_POOL_FILE" in done("sweep").stdout


def test_wrong_rules_stop_the_start(installation: Path) -> None:
    Path("pool.toml").write_text("[periods]\npublicity_days = -7\n")
    settings = Path("instance/expertdb.env")
    settings.write_text(settings.read_text() + "EXPERTDB_POOL_FILE=pool.toml\n")
    result = run("sweep")
    assert (result.exit_code, "publicity_days is -7" in result.stderr) == (1, True)
