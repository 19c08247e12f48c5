"""prepare, demo: from an empty folder to a shortlist; and what is said when something is missing."""

import stat
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from flask import Flask

from config.settings import load
from expertdb.app import create_app
from expertdb.database import transaction
from expertdb.models.experts import Expert
from tests.cli.conftest import done, run

SECRETS = Path("instance/expertdb.env")


def count_experts() -> int:
    app: Flask = create_app(load())
    with app.app_context(), transaction(read_only=True) as session:
        return session.query(Expert).count()


def test_prepare_writes_secrets_that_only_the_owner_can_read(installation: Path) -> None:
    assert stat.S_IMODE(SECRETS.stat().st_mode) == 0o600
    settings = load()
    assert len(settings.secret_key) == 64
    assert settings.bootstrap_token.startswith("xdb_")


def test_prepare_never_prints_a_secret(folder: Path) -> None:
    said = done("prepare", "--no-sample").output
    settings = load()
    assert str(SECRETS) in said
    assert settings.secret_key not in said
    assert settings.bootstrap_token not in said


def test_prepare_leaves_secrets_that_are_there(installation: Path) -> None:
    before = SECRETS.read_text()
    done("prepare")
    assert SECRETS.read_text() == before


def test_two_installations_have_different_secrets(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load()
    (installation / "other").mkdir()
    monkeypatch.chdir(installation / "other")
    done("prepare", "--no-sample")
    assert load().secret_key != first.secret_key


def test_prepare_loads_the_sample_once_and_not_twice(installation: Path) -> None:
    before = count_experts()
    assert before >= 240
    assert done("prepare").output == ""
    assert count_experts() == before


def test_prepare_without_the_sample_says_which_database_it_brings_up_to_date(folder: Path) -> None:
    assert "sqlite:///instance/expertdb.sqlite3" in done("prepare", "--no-sample").output


@pytest.mark.parametrize("variable", ["EXPERTDB_ENV_FILE", "EXPERTDB_DATABASE_URL"])
def test_prepare_says_what_it_cannot_write(folder: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    (folder / "file").write_text("")
    monkeypatch.setenv(
        variable, {"EXPERTDB_ENV_FILE": "", "EXPERTDB_DATABASE_URL": "sqlite:///"}[variable] + "file/x/y"
    )
    result = run("prepare", "--no-sample")
    assert (result.exit_code, "Traceback" in result.output) == (1, False)
    assert variable in result.stderr
    assert "file/x" in result.stderr


def test_missing_settings_are_told_with_the_file_that_was_looked_for(folder: Path) -> None:
    said = run("token", "list").stderr
    assert "instance/expertdb.env, which is not there" in said
    assert "EXPERTDB_ENV_FILE" in said


def test_prepare_leaves_the_database_empty_when_told_to(folder: Path) -> None:
    done("prepare", "--no-sample")
    assert count_experts() == 0
    assert "nobody" in done("match", "--text", "电池").output.casefold()


def test_demo_answers_in_both_languages(installation: Path) -> None:
    said = done("demo").stdout
    assert "未列入名单" in said
    assert "Left out" in said
    assert said.count("\n 1. ") == 2
    assert said.count("\n 7. ") == 2


def test_missing_secret_key_is_said_with_the_way_out(folder: Path) -> None:
    result = run("match", "--text", "电池")
    assert result.exit_code == 1
    assert "EXPERTDB_SECRET_KEY is not set" in result.stderr
    assert "expertdb prepare" in result.stderr


def test_database_without_a_schema_is_said_with_the_way_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPERTDB_SECRET_KEY", "s" * 40)
    monkeypatch.setenv("EXPERTDB_DATABASE_URL", "sqlite:///new.sqlite3")
    result = run("match", "--text", "电池")
    assert result.exit_code == 1
    assert "no such table" in result.stderr
    assert "expertdb prepare" in result.stderr


def test_database_in_a_folder_that_is_missing_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPERTDB_SECRET_KEY", "s" * 40)
    monkeypatch.setenv("EXPERTDB_DATABASE_URL", "sqlite:///nowhere/new.sqlite3")
    result = run("token", "list")
    assert result.exit_code == 1
    assert "unable to open database file" in result.stderr


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("native_weight = 7", "native_weight is 7; choose from 0 to 1"),
        ("no_such_parameter = 1", "no_such_parameter"),
        ("not toml", "at line 1"),
    ],
)
def test_faulty_matching_file_is_said(
    installation: Path, monkeypatch: pytest.MonkeyPatch, line: str, said: str
) -> None:
    Path("mine.toml").write_text(line)
    monkeypatch.setenv("EXPERTDB_MATCHING_FILE", "mine.toml")
    result = run("match", "--text", "电池")
    assert result.exit_code == 1
    assert "mine.toml" in result.stderr
    assert said in result.stderr


def test_faults_of_both_named_files_are_told_at_once(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("mine.toml").write_text("gloss_dampinng = 1")
    monkeypatch.setenv("EXPERTDB_MATCHING_FILE", "mine.toml")
    monkeypatch.setenv("EXPERTDB_POOL_FILE", "none.toml")
    said = run("token", "list").stderr
    assert "EXPERTDB_MATCHING_FILE mine.toml: there is no parameter 'gloss_dampinng'" in said
    assert "EXPERTDB_POOL_FILE none.toml: it cannot be read" in said


def test_help_needs_no_installation(folder: Path) -> None:
    said = done("--help").stdout
    assert all(command in said for command in ("prepare", "serve", "import", "match", "evaluate", "token"))
    assert "--dry-run" in done("import", "--help").stdout


def test_bench_hands_over_to_the_source_tree_or_says_what_is_missing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run("bench", "--help")
    assert (result.exit_code == 0) == (find_spec("bm25s") is not None)
    assert result.exit_code == 0 or "make bench" in result.stderr
    monkeypatch.setattr("expertdb.commands.benches.ROOT", folder)
    assert "in the source tree only" in run("bench").stderr


def test_serving_leaves_the_application_to_the_server() -> None:
    program = (
        "import sys, expertdb.cli; print(*sys.modules.keys() & {'expertdb.app', 'flask', 'sqlalchemy', 'matching'})"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout == "\n"
