"""The reader of the public gold standard, on a folder of its form with invented people and papers in it."""

import json
from pathlib import Path

import pytest

from tests.quality.gold_standard import main

PAPERS = {
    "a1": ("Peer review of papers", "How reviewers are assigned to submissions."),
    "b1": ("Batteries with solid electrolytes", "Ceramic separators in lithium cells."),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two researchers: each rates both papers and knows one; one paper is not on record, one abstract is missing."""
    draw = tmp_path / "evaluation_datasets" / "d_20_1"
    (draw / "archives").mkdir(parents=True)
    (draw / "submissions.json").write_text(json.dumps({id: _record(*texts) for id, texts in PAPERS.items()}))
    (draw / "archives" / "~1.jsonl").write_text(json.dumps(_record("Assigning reviewers to submissions", None)) + "\n")
    (draw / "archives" / "~2.jsonl").write_text(json.dumps(_record("Lithium cells", "Solid electrolytes.\u2028")))
    (tmp_path / "data").mkdir()
    heads = ["ParticipantID", *(f"{name}{place}" for name in ("Paper", "Expertise") for place in range(1, 11))]
    rows = [heads, _rated("1", {"a1": "5.0", "b1": "1.0", "no_ss": "4.0"}), _rated("2", {"a1": "2.5", "b1": "4.75"})]
    (tmp_path / "data/evaluations.csv").write_text("".join("\t".join(row) + "\n" for row in rows))
    return tmp_path


def _record(title: str, abstract: str | None) -> dict[str, object]:
    return {"id": title, "content": {"title": title, "abstract": abstract}}


def _rated(researcher: str, ratings: dict[str, str]) -> list[str]:
    papers, grades = list(ratings), list(ratings.values())
    return [researcher, *papers, *[""] * (10 - len(papers)), *grades, *[""] * (10 - len(grades))]


def test_ratings_are_measured_by_researcher(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(folder, folder / "out")
    said = capsys.readouterr().out
    assert "d_20_1: 2 researchers, 4 ratings" in said
    assert "| ours | 0.000 |" in said


def test_swapped_ratings_are_all_loss(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ratings = folder / "data/evaluations.csv"
    ratings.write_text(ratings.read_text().replace("5.0\t1.0", "1.0\t5.0").replace("2.5\t4.75", "4.75\t2.5"))
    main(folder, folder / "out")
    assert "| ours | 1.000 |" in capsys.readouterr().out


def test_folder_without_draws_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="clone of the repository"):
        main(tmp_path, tmp_path / "out")
