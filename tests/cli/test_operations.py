"""docs/operations.md is kept true: its tested commands run, and what it names exists."""

import re
from pathlib import Path

import click
import pytest

from config.settings import Settings
from expertdb.cli import main
from tests.cli.conftest import run
from tests.unit.config.test_settings import documented

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "operations.md").read_text("utf-8")
TESTED = re.findall(r"\*tested\*\n```bash\n(.*?)```", DOCUMENT, flags=re.DOTALL)
SOURCES = ("metrics.py", "services/readiness.py", "api/health.py")
METRICS = "".join((ROOT / "expertdb" / name).read_text("utf-8") for name in SOURCES)


@pytest.mark.parametrize("block", TESTED, ids=range(len(TESTED)))
def test_tested_commands_run(installation: Path, block: str) -> None:
    for line in block.splitlines():
        command, _, otherwise = line.partition(" || ")
        program, *arguments = command.split()
        assert program == "expertdb"
        result = run(*arguments)
        assert result.exit_code == 0 or otherwise, f"{line}\n{result.output}"


def test_every_command_that_is_named_exists() -> None:
    named = set(re.findall(r"expertdb ((?:audit|keys|token|user|restore|backup|sweep|prepare|serve)\b)", DOCUMENT))
    assert named <= set(main.list_commands(click.Context(main)))


def test_every_setting_that_is_named_exists() -> None:
    assert set(re.findall(r"`?(EXPERTDB_[A-Z_]+)", DOCUMENT)) <= set(documented())


def test_every_figure_that_is_named_is_given() -> None:
    named = set(re.findall(r"`(expertdb_[a-z_]+)", DOCUMENT))
    assert named
    for name in named:
        assert re.sub(r"_(total|bucket)$", "", name) in METRICS, name


def test_every_file_that_is_named_exists() -> None:
    files = set(re.findall(r"\bdeploy/[\w.-]+", DOCUMENT)) - {"deploy/secrets"}  # Which make-secrets makes.
    pages = re.findall(r"\]\((\w+\.md)\)", DOCUMENT)
    assert files
    assert pages
    for name in files:
        assert (ROOT / name).exists(), name
    for name in pages:
        assert (ROOT / "docs" / name).exists(), name


def test_numbers_of_the_server_are_its_own() -> None:
    from config import pacing, worker

    said = re.search(r"head must arrive within (\d+) s, its body at (\d+) kB/s after the first (\d+) s", DOCUMENT)
    assert said
    assert [int(number) for number in said.groups()] == [
        worker.HEAD_PATIENCE,
        pacing.PACE / 1000,
        pacing.BODY_PATIENCE,
    ]
    assert Settings().queue > 0
