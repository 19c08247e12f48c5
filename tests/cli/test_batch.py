"""A batch gives the lists of single calls, in order, whatever the number of processes; a bad line stops it all."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.cli.conftest import done, run

REQUESTS = [
    {"id": "r1", "title": "外观设计侵权", "text": "鞋服园区电商侵权快速处置", "size": 3},
    {"id": "r2", "text": "Pledge financing of a patent portfolio", "aspects": [{"code": "FN-PLDG", "need": "must"}]},
    {"id": "r3", "title": "无人知晓的词 qqqq", "filters": {"region": ["350200"]}, "size": 1},
]


def written(lines: list[object]) -> str:
    Path("batch.jsonl").write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n", "utf-8")
    return "batch.jsonl"


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_batch_gives_the_lists_of_single_calls(installation: Path, processes: str) -> None:
    source = written(REQUESTS * 40)
    found = done("match", "--batch", source, "--out", "out.jsonl", "--processes", processes)
    answers = [json.loads(line) for line in Path("out.jsonl").read_text("utf-8").splitlines()]
    assert [one["id"] for one in answers] == ["r1", "r2", "r3"] * 40
    assert "120 of 120 requests matched" in found.stderr
    single = json.loads(
        done("match", "--title", "外观设计侵权", "--text", "鞋服园区电商侵权快速处置", "--size", "3", "--json").stdout
    )
    for name in ("entries", "left_out", "suggested_aspects", "corpus_version"):
        assert answers[0][name] == single[name]
    assert [entry["rank"] for entry in answers[1]["entries"]] == list(range(1, 11))
    assert answers[0] == answers[3]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "line 2: not JSON"),
        ('{"text": "x"}', "line 2/id"),
        ('{"id": "x", "text": "x", "size": 0}', "line 2/size"),
        ('{"id": "x", "text": "x", "other": 1}', "line 2/other"),
        ('{"id": "x"}', "line 2/text"),
        ("[]", "line 2"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_matched(installation: Path, line: str, fault: str) -> None:
    Path("batch.jsonl").write_text('{"id": "a", "text": "专利"}\n' + line + "\n", "utf-8")
    found = run("match", "--batch", "batch.jsonl")
    assert found.exit_code == 1
    assert fault in found.output
    assert "nothing was matched" in found.output
    assert found.stdout == ""


def test_an_empty_batch_gives_nothing(installation: Path) -> None:
    Path("batch.jsonl").write_text("\n\n")
    assert done("match", "--batch", "batch.jsonl").stdout == ""


def test_a_killed_process_ends_the_batch_and_says_how_far_it_came(
    installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = written(REQUESTS)
    monkeypatch.setattr("expertdb.services.bulk.match", lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
    found = run("match", "--batch", source, "--processes", "2")
    assert found.exit_code == 1
    assert "the first 0 of 3 requests are answered" in found.stderr
