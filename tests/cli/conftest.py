"""Installations for the command line: a folder of its own with secrets, database and working directory."""

import os
import shutil
from pathlib import Path
from unittest import mock

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from config.settings import load
from expertdb.app import create_app
from expertdb.cli import main
from expertdb.database import transaction
from tests.conftest import ROUTES, close, uncounted


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    """Run `expertdb` in the working directory; a trace fails the test, an error message does not."""
    with mock.patch.object(Flask, "url_map_class", ROUTES):
        result = CliRunner().invoke(main, [*arguments], input=stdin, prog_name="expertdb")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def done(*arguments: str, stdin: str | bytes | None = None) -> Result:
    """Run `expertdb` and insist that it went well."""
    result = run(*arguments, stdin=stdin)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `expertdb prepare` has run once, and a service that left its index there."""
    return _prepare(tmp_path_factory.mktemp("prepared"))


@pytest.fixture(scope="session")
def prepared_empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, without the sample pool."""
    return _prepare(tmp_path_factory.mktemp("empty"), "--no-sample")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory; nothing of ours in the environment."""
    _move_to(tmp_path, monkeypatch)
    return tmp_path


@pytest.fixture
def installation(folder: Path, prepared: Path) -> Path:
    """A working directory with secrets and the sample pool."""
    shutil.copytree(prepared / "instance", folder / "instance")
    return folder


@pytest.fixture
def empty(folder: Path, prepared_empty: Path) -> Path:
    """A working directory with secrets and an empty database."""
    shutil.copytree(prepared_empty / "instance", folder / "instance")
    return folder


def _prepare(folder: Path, *options: str) -> Path:
    with pytest.MonkeyPatch.context() as patch, uncounted():
        _move_to(folder, patch)
        done("prepare", *options)
        _leave_an_index(create_app(load()))
    return folder


def _leave_an_index(app: Flask) -> None:
    """Write the index of the pool, as a service does; each command would else build it anew."""
    corpus = app.extensions["corpus"]
    with app.app_context(), transaction(read_only=True) as session:
        made = corpus.refresh(session)
        if made.index.n_experts:
            assert corpus.files.write(made.index, made.mark.version, made.mark.stamp)
    close(app)


def _move_to(folder: Path, patch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("EXPERTDB_")]:
        patch.delenv(name)
    patch.chdir(folder)
