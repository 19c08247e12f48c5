"""import and vocabulary."""

import json
from pathlib import Path
from typing import Any

import pytest

from expertdb import vocabularies
from tests.cli.conftest import done, run
from tests.cli.test_installation import count_experts

GOOD: dict[str, Any] = {
    "id": "R-1",
    "name": {"zh": "林岚", "en": "Lin Lan"},
    "kind": "K-PA",
    "organisation": "闽都衡正知识产权代理有限公司",
    "statement": "主攻锂电池专利无效。",
    "codes": ["LG-INV"],
    "items": [{"kind": "case", "title": "隔膜专利无效案", "year": 2024}],
    "status": "active",
}


@pytest.fixture
def empty(folder: Path) -> Path:
    """An installation without experts."""
    done("prepare", "--no-sample")
    return folder


def roster(*experts: dict[str, Any] | str) -> str:
    """A file of these lines, as `import` takes it."""
    lines = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in experts]
    Path("roster.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "roster.jsonl"


def test_good_file_is_entered_whole(empty: Path) -> None:
    said = done("import", roster(GOOD, GOOD | {"id": "R-2"}))
    assert said.stdout == "2 rows read, 2 experts entered.\n"
    assert said.stderr == ""
    assert count_experts() == 2


def test_imported_expert_is_on_the_very_next_shortlist(empty: Path) -> None:
    done("import", roster(GOOD))
    assert "林岚 / Lin Lan" in done("match", "--text", "锂电池专利无效").stdout


def test_dry_run_stores_nothing(empty: Path) -> None:
    assert done("import", "--dry-run", roster(GOOD)).stdout == "1 rows read, 0 experts entered (dry run).\n"
    assert count_experts() == 0


def test_every_fault_of_every_row_is_reported_and_nothing_is_stored(empty: Path) -> None:
    bad = GOOD | {"id": "R-2", "kind": "K-PAA", "region": "999999", "shoe_size": 42}
    result = run("import", roster(GOOD, bad, "{", "", "[]", GOOD))
    assert result.exit_code == 1
    assert result.stdout == ""
    pointers = [line.split(":")[0] for line in result.stderr.splitlines()[:-1]]
    assert pointers == [
        "/rows/2/kind",
        "/rows/2/region",
        "/rows/2/shoe_size",
        "/rows/3",
        "/rows/5",
        "/rows/6/id",
    ]
    assert result.stderr.splitlines()[-1] == "Error: 5 rows read, 6 faults; nothing was stored."
    assert "nearest: K-PA" in result.stderr
    assert count_experts() == 0


def test_second_import_of_the_same_file_is_refused(empty: Path) -> None:
    done("import", roster(GOOD))
    result = run("import", roster(GOOD))
    assert result.exit_code == 1
    assert "/rows/1/id: The expert" in result.stderr
    assert count_experts() == 1


def test_faults_found_while_storing_roll_everything_back(empty: Path) -> None:
    unknown = GOOD | {"id": "R-2", "organisation": "00000000-0000-7000-8000-000000000000"}
    result = run("import", roster(GOOD, unknown))
    assert result.exit_code == 1
    assert "/rows/2/organisation" in result.stderr
    assert count_experts() == 0


def test_file_that_is_not_there_is_a_usage_error(empty: Path) -> None:
    result = run("import", "nowhere.jsonl")
    assert result.exit_code == 2
    assert "nowhere.jsonl" in result.stderr


def test_file_that_is_no_text_is_reported(empty: Path) -> None:
    Path("roster.xlsx").write_bytes(b"PK\x03\x04\xff\xfe\n\x00")
    result = run("import", "roster.xlsx")
    assert result.exit_code == 1
    assert "/rows/1: This line cannot be read as JSON" in result.stderr


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
