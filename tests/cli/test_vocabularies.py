"""vocabulary: list, show, history, change, suggestions, decide."""

from pathlib import Path

import pytest

from expertdb import vocabularies
from tests.cli.conftest import done, run


def test_vocabularies_are_listed_with_their_versions(folder: Path) -> None:
    lines = done("vocabulary", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(vocabularies.NAMES)
    assert lines[0].split()[1] == vocabularies.load("ip_subject").version


def test_vocabulary_is_shown_whole(folder: Path) -> None:
    lines = done("vocabulary", "show", "ip_subject").stdout.splitlines()
    assert len(lines) == len(vocabularies.load("ip_subject").terms)
    assert lines[0].split()[0] == "PAT"


@pytest.mark.parametrize("q", ["外观", "industrial design", "des"])
def test_vocabulary_is_narrowed_by_code_label_or_alias(folder: Path, q: str) -> None:
    lines = done("vocabulary", "show", "ip_subject", "-q", q).stdout.splitlines()
    assert any(line.startswith("DES ") for line in lines)
    assert len(lines) < len(vocabularies.load("ip_subject").terms)


def test_unknown_vocabulary_names_the_choices(folder: Path) -> None:
    result = run("vocabulary", "show", "nope")
    assert result.exit_code == 2
    assert "ip_subject" in result.stderr


def change(*arguments: str) -> str:
    return done("vocabulary", "change", "ip_subject", *arguments, "--reason", "用户建议").stdout


def test_change_makes_a_version_that_is_listed_shown_and_explained(empty: Path) -> None:
    assert change("add_alias", "TS", "--alias", "看家本事").startswith("ip_subject is 2026.1+1 now")
    change("add_code", "NFT", "--zh", "数字藏品", "--en", "Digital collectibles", "--parent", "CR")
    change("merge", "NFT", "--into", "CR")
    assert done("vocabulary", "list").stdout.splitlines()[0].split()[1] == "2026.1+3"
    assert "TS " in done("vocabulary", "show", "ip_subject", "-q", "看家").stdout
    assert "NFT        数字藏品 · Digital collectibles (now CR)" in done("vocabulary", "show", "ip_subject").stdout
    assert "NFT" not in done("vocabulary", "show", "ip_subject", "--version", "2026.1+1").stdout
    history = done("vocabulary", "history", "ip_subject").stdout.splitlines()
    assert [line.split("\t")[2].split()[0] for line in history] == ["merge", "add_code", "add_alias"]
    assert history[0].endswith("用户建议")


def test_change_that_makes_no_sense_is_refused(empty: Path) -> None:
    result = run("vocabulary", "change", "ip_subject", "merge", "TS", "--reason", "x y")
    assert (result.exit_code, "/changes/0/into" in result.stderr) == (1, True)
    assert "--reason" in run("vocabulary", "change", "ip_subject", "deprecate", "TS").stderr


def test_earlier_version_needs_an_installation(folder: Path) -> None:
    result = run("vocabulary", "show", "ip_subject", "--version", "2026.1+1")
    assert (result.exit_code, "database" in result.stderr) == (1, True)
