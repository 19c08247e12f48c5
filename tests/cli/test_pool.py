"""import and export."""

import json
from pathlib import Path
from typing import Any

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


def roster(*experts: dict[str, Any] | str) -> str:
    """A file of these lines, as `import` takes it."""
    lines = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in experts]
    Path("roster.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "roster.jsonl"


def test_good_file_is_entered_whole(empty: Path) -> None:
    said = done("import", roster(GOOD, GOOD | {"id": "R-2"}))
    assert said.stdout == "2 rows read, 2 experts entered.\n"
    assert said.stderr == "/rows/2: same name as row 1 (possible): new\n"
    assert count_experts() == 2


def test_imported_expert_is_on_the_very_next_shortlist(empty: Path) -> None:
    done("import", roster(GOOD))
    assert "林岚 / Lin Lan" in done("match", "--text", "锂电池专利无效").stdout


def test_dry_run_stores_nothing(empty: Path) -> None:
    assert done("import", "--dry-run", roster(GOOD)).stdout == "1 row read, 0 experts entered (dry run).\n"
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
    assert "/file: This is not an XLSX workbook, or it is damaged." in result.stderr


def spreadsheet(*rows: str) -> str:
    """A CSV file of these rows, in the encoding that a Chinese office writes."""
    Path("名册.csv").write_text("\n".join(rows) + "\n", encoding="gb18030")
    return "名册.csv"


def test_spreadsheet_is_imported_with_labels_and_a_stated_heading(empty: Path) -> None:
    file = spreadsheet("姓名,类别,城市,方向,备注", "林岚,专利代理师,厦门市,发明专利,x", "曾冰,律师,泉州,商标,y")
    said = done("import", file, "--map", "方向=codes", "--map", "备注=")
    assert said.stdout == "2 rows read, 2 experts entered.\n"
    assert said.stderr == '/headings/E: The column "备注" is not read.\n'


def test_faults_of_a_spreadsheet_name_the_column_and_the_nearest_code(empty: Path) -> None:
    result = run("import", "--dry-run", spreadsheet("姓名,类别", "林岚,专利大理师"))
    assert result.exit_code == 1
    assert result.stderr.startswith('/rows/2/kind: [B 类别] There is no code "专利大理师"')
    assert "K-PA" in result.stderr


def test_duplicates_are_merged_as_the_options_say(empty: Path) -> None:
    rows = ("姓名,类别,单位,职务", "林岚,律师,某大学,教授")
    done("import", spreadsheet("姓名,类别,单位", "林岚,律师,某大学"))
    refused = run("import", spreadsheet(*rows))
    assert (refused.exit_code, "Decide for this row: pass it over, merge it, or enter it anew." in refused.stderr) == (
        1,
        True,
    )
    dry = done("import", "--dry-run", "--duplicates", "merge", spreadsheet(*rows))
    assert dry.stdout == "1 row read, 0 experts entered (dry run), 0 would be entered, 1 merged.\n"
    assert "merge; fills position" in dry.stderr
    Path("decisions.json").write_text('{"2": "merge"}')
    assert done("import", "--decisions", "decisions.json", spreadsheet(*rows)).stdout.endswith("1 merged.\n")
    assert count_experts() == 1


def test_report_is_printed_as_the_api_answers_it(empty: Path) -> None:
    report = json.loads(done("import", "--json", "--dry-run", spreadsheet("姓名,类别", "林岚,律师")).stdout)
    assert (report["rows"], report["planned"]["created"], report["errors"]) == (1, 1, [])
    assert report["columns"][1] == {"column": "B", "heading": "类别", "field": "kind"}


def test_export_is_read_back_by_import(empty: Path) -> None:
    done("import", roster(GOOD, GOOD | {"id": "R-2", "status": "draft"}))
    assert done("export", "全部.xlsx").stdout == "2 experts exported to 全部.xlsx.\n"
    assert done("export", "a.csv", "--filter", "status=active").stdout == "1 expert exported to a.csv.\n"
    assert Path("a.csv").stat().st_mode & 0o777 == 0o600
    said = done("import", "全部.xlsx", "--duplicates", "merge")
    assert said.stdout == "2 rows read, 0 experts entered, 2 unchanged.\n"


def test_export_takes_the_place_of_a_file_that_others_can_read(empty: Path) -> None:
    Path("a.csv").write_text("x")
    Path("a.csv").chmod(0o644)
    done("export", "a.csv")
    assert Path("a.csv").stat().st_mode & 0o777 == 0o600
    assert [one.name for one in Path().iterdir() if "a.csv" in one.name] == ["a.csv"]
    refused = run("export", "nowhere/a.csv")
    assert (refused.exit_code, "cannot be written" in refused.stderr) == (1, True)


def test_export_says_which_formats_and_filters_there_are(empty: Path) -> None:
    assert "jsonl" in run("export", "a.docx").stderr
    assert "/shape" in run("export", "a.csv", "--filter", "shape=round").stderr
    assert "/reason" in run("export", "a.csv", "--restricted").stderr
    assert not Path("a.csv").exists()
