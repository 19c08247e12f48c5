"""openapi, access: the documents in docs/ are what the code says."""

from pathlib import Path

import pytest

from tests.cli.conftest import done, run

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENTS = [("openapi", "openapi.json"), ("access", "access.md")]


@pytest.mark.parametrize(("command", "name"), DOCUMENTS)
def test_committed_document_is_up_to_date(folder: Path, command: str, name: str) -> None:
    assert "up to date" in done(command, "--check", str(DOCS / name)).output


@pytest.mark.parametrize(("command", "name"), DOCUMENTS)
def test_stale_document_fails_the_check(folder: Path, command: str, name: str) -> None:
    Path(name).write_text("{}\n")
    result = run(command, "--check", name)
    assert result.exit_code == 1
    assert "make openapi" in result.stderr


@pytest.mark.parametrize(("command", "name"), DOCUMENTS)
def test_document_is_written_as_it_is_printed(folder: Path, command: str, name: str) -> None:
    done(command, "--write", name)
    assert Path(name).read_text("utf-8") == done(command).stdout
