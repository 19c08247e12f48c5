"""import-items: works of a record come in once, a dry run stores nothing, and a record of somebody else is refused."""

import json
from pathlib import Path

import pytest

from tests.api.test_item_imports import OPENALEX, ORCID
from tests.cli.conftest import done, run

COMMAND = "import-items"


@pytest.fixture
def expert(installation: Path) -> str:
    """The id of an expert of the sample pool, who wrote nothing of what is imported."""
    found = json.loads(done("match", "--text", "电池专利无效", "--size", "1", "--json").stdout)
    return str(found["entries"][0]["expert"]["id"])


def written(record: object) -> str:
    Path("record.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    return "record.json"


def test_works_come_in_once_and_a_dry_run_stores_nothing(expert: str) -> None:
    file = written(OPENALEX)
    dry = done(COMMAND, expert, file, "--same-person", "--dry-run").stdout.splitlines()
    assert dry[-2:] == ["2 new, 0 known; left out: 1 dataset, 1 retraction.", "Nothing was stored."]
    first = done(COMMAND, expert, file, "--same-person").stdout.splitlines()
    assert first == dry[:-1]
    assert [line.split()[:2] for line in first[:2]] == [["publication", "2023"], ["patent", "2021"]]
    again = done(COMMAND, expert, file, "--same-person").stdout
    assert again == "0 new, 2 known; left out: 1 dataset, 1 retraction.\n"


def test_what_came_in_is_in_the_very_next_list(expert: str) -> None:
    done(COMMAND, expert, written(ORCID), "--same-person")
    found = json.loads(done("match", "--text", "隔膜专利导航", "--size", "3", "--json").stdout)
    assert found["entries"][0]["expert"]["id"] == expert
    assert "隔膜专利导航" in [item["title"] for item in found["entries"][0]["reasons"]["items"]]


def test_only_works_since_a_year_come_in(expert: str) -> None:
    assert "1 new" in done(COMMAND, expert, written(OPENALEX), "--same-person", "--since", "2022").stdout


def test_a_record_of_somebody_else_is_refused_unless_somebody_answers_for_it(expert: str) -> None:
    refused = run(COMMAND, expert, written(OPENALEX))
    assert refused.exit_code == 1
    assert "same_person" in refused.output
    assert "0 known" in done(COMMAND, expert, "record.json", "--same-person").stdout


@pytest.mark.parametrize(
    ("text", "said"), [("{", "cannot be read as JSON"), ("[]", ""), ('{"neither": "kind"}', ""), ('"a"', "")]
)
def test_a_file_of_another_kind_ends_the_command(expert: str, text: str, said: str) -> None:
    Path("record.json").write_text(text)
    found = run(COMMAND, expert, "record.json")
    assert found.exit_code != 0
    assert said in found.output
    assert "Traceback" not in found.output


def test_nobody_has_this_id(installation: Path) -> None:
    assert run(COMMAND, "nobody", written(OPENALEX)).exit_code != 0
