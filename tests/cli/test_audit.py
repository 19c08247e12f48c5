"""`expertdb audit`: list, verify, anchor, rotate, on an installation with its own files."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import done, run

ANCHOR = Path("instance/audit-anchor.tsv")
SETTINGS = Path("instance/expertdb.env")
DATABASE = Path("instance/expertdb.sqlite3")


def tampered(statement: str) -> None:
    with sqlite3.connect("instance/expertdb.sqlite3") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)


def setting(name: str) -> str:
    return dict(line.split("=", 1) for line in SETTINGS.read_text().splitlines() if "=" in line)[name]


def test_fresh_installation_is_whole_and_anchored(installation: Path) -> None:
    assert "1 anchor line: whole." in done("audit", "verify").stdout
    assert ANCHOR.read_text().count("\n") == 1


def test_verdict_can_be_read_by_a_machine(installation: Path) -> None:
    verdict = json.loads(done("audit", "verify", "--json").stdout)
    assert (verdict["valid"], verdict["count"], verdict["findings"]) == (True, 0, [])
    assert verdict["entries"] == verdict["last"] > 400  # The sample's organisations and experts.


def test_tampering_ends_the_command_with_1_and_is_located(installation: Path) -> None:
    tampered("UPDATE audit_entries SET actor = 'nobody' WHERE seq = 17")
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "edited\tEntry 17 is not as it was sealed." in result.stdout
    assert "NOT whole: 1 findings" in result.stdout


def test_anchor_that_was_taken_away_is_missed(installation: Path) -> None:
    ANCHOR.unlink()
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "somebody took it away" in result.stderr
    assert "Anchored: entry" in done("audit", "anchor").stdout
    assert "Anchored already" in done("audit", "anchor").stdout
    assert done("audit", "verify")


def test_anchor_is_asked_for_by_name(installation: Path) -> None:
    SETTINGS.write_text(SETTINGS.read_text().replace("EXPERTDB_AUDIT_ANCHOR=", "#"))
    result = run("audit", "anchor")
    assert (result.exit_code, "EXPERTDB_AUDIT_ANCHOR is not set" in result.stderr) == (1, True)
    assert "0 anchor lines: whole." in done("audit", "verify").stdout


def test_anchor_that_cannot_be_written_is_a_failure(installation: Path) -> None:
    ANCHOR.unlink()
    ANCHOR.mkdir()
    result = run("audit", "anchor")
    assert (result.exit_code, "cannot be written" in result.stderr) == (1, True)


def test_entries_are_listed_newest_first_and_by_filter(installation: Path) -> None:
    done("token", "create", "--name", "x", "--role", "auditor")
    first, second = done("audit", "list", "--limit", "2").stdout.splitlines()
    assert "token.created" in first
    assert int(first.split("\t")[0]) == int(second.split("\t")[0]) + 1
    lines = done("audit", "list", "--kind", "expert", "--limit", "300", "--json").stdout.splitlines()
    assert {json.loads(line)["action"] for line in lines} == {"expert.imported"}
    assert len(lines) == 246
    assert run("audit", "list", "--since", "yesterday").exit_code == 1


def test_key_is_rotated(installation: Path) -> None:
    old, text = setting("EXPERTDB_AUDIT_KEY"), SETTINGS.read_text()
    SETTINGS.write_text(text.replace(old, "n" * 64) + f"EXPERTDB_AUDIT_OLD_KEYS={old}\n")
    assert "run `expertdb audit rotate`" in run("audit", "verify").stdout
    assert "From the next entry on" in done("audit", "rotate").stdout
    assert done("audit", "verify")
    # Also after a reload, when the service has sealed something before.
    assert "already" in done("audit", "rotate").stdout
    SETTINGS.write_text(text.replace(old, "n" * 64))
    assert run("audit", "verify").exit_code == 1


def test_key_is_not_rotated_over_a_log_that_is_not_whole(installation: Path) -> None:
    old, text = setting("EXPERTDB_AUDIT_KEY"), SETTINGS.read_text()
    SETTINGS.write_text(text.replace(old, "n" * 64) + f"EXPERTDB_AUDIT_OLD_KEYS={old}\n")
    tampered("DELETE FROM audit_entries WHERE seq = 17")
    result = run("audit", "rotate")
    assert (result.exit_code, "nothing was changed" in result.stderr) == (1, True)
    assert "Entries 17 to 17 are missing." in result.stdout


def entries_after(*, anchored: bool) -> None:
    for name in "abc":
        done("token", "create", "--name", name, "--role", "auditor")
    if anchored:
        done("audit", "anchor")


def test_log_is_whole_after_a_restore_and_tells_of_it(installation: Path) -> None:
    done("backup", "b.backup")
    entries_after(anchored=True)
    replaced = json.loads(done("audit", "verify", "--json").stdout)["last"]
    done("restore", "--replace", "b.backup")
    found = done("audit", "verify").stdout
    assert f"went back to entry {replaced - 3}" in found
    assert "whole." in found
    (said,) = done("audit", "list", "--action", "database.restored", "--json").stdout.splitlines()
    details = json.loads(said)["details"]
    assert (details["replaced_entry"], len(details["replaced_seal"])) == (replaced, 64)
    assert isinstance(details["uid"], int)
    entries_after(anchored=True)
    assert done("audit", "verify")


def put_back() -> None:
    """Put an older copy of the database in the place of a log that went on, as no command of ours does."""
    copy = Path("copy.sqlite3")
    with sqlite3.connect(DATABASE) as live, sqlite3.connect(copy) as older:
        live.backup(older)
    entries_after(anchored=True)
    with sqlite3.connect(DATABASE) as live, sqlite3.connect(copy) as older:
        older.backup(live)


def test_older_copy_put_back_is_not_taken_for_a_restore(installation: Path) -> None:
    put_back()
    result = run("audit", "anchor")
    assert (result.exit_code, "--restored" in result.stderr) == (1, True)
    assert run("audit", "verify").exit_code == 1


@pytest.mark.parametrize("went_on", [False, True])
def test_restore_by_other_means_is_owned_up_to(installation: Path, went_on: bool) -> None:
    put_back()
    if went_on:
        entries_after(anchored=False)
        entries_after(anchored=False)
    assert run("audit", "verify").exit_code == 1
    assert "went back to entry" in done("audit", "anchor", "--restored").stdout
    assert "went back to entry" in done("audit", "verify").stdout
    assert "audit.set_back" in done("audit", "list", "--limit", "1").stdout
    assert run("audit", "anchor", "--restored").exit_code == 1  # There is nothing to own up to.


def test_log_that_is_not_whole_is_no_restored_one(installation: Path) -> None:
    put_back()
    tampered("UPDATE audit_entries SET actor = 'nobody' WHERE seq = 17")
    result = run("audit", "anchor", "--restored")
    assert (result.exit_code, "edited" in result.stdout) == (1, True)
