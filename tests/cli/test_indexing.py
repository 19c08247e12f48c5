"""check-index: says whether the index is what the database says, and mends it."""

import json
import shutil
import sqlite3
from pathlib import Path

from tests.cli.conftest import done, run


def test_a_fresh_installation_is_sound(installation: Path) -> None:
    shutil.rmtree(installation / "instance" / "index")  # Nothing has served there yet.
    assert "The index is what the database says." in done("check-index").output
    assert json.loads(done("check-index", "--json").stdout)["sound"] is True


def test_what_was_written_past_everything_is_named_and_mended(installation: Path) -> None:
    done("check-index")
    database = sqlite3.connect(installation / "instance" / "expertdb.sqlite3")
    database.execute("DROP TRIGGER touch_experts_update")
    (expert,) = database.execute("SELECT id FROM experts WHERE status = 'active' ORDER BY id LIMIT 1").fetchone()
    database.execute("UPDATE experts SET statement = 'other' WHERE id = ?", (expert,))
    database.commit()
    found = run("check-index")
    assert found.exit_code == 1
    assert "touch_experts_update" in found.output
    assert done("check-index", "--repair").exit_code == 0
    assert json.loads(done("check-index", "--json").stdout)["sound"] is True
