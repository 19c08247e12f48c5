"""match and evaluate."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config.settings import load
from expertdb import vocabularies
from expertdb.app import create_app
from expertdb.services.sample import SAMPLE
from matching.meaning import Meanings
from tests.cli.conftest import done, run
from tests.conftest import caller
from tests.reference.encoder import Characters

QUALITY = Path(__file__).parents[1] / "quality"
TEXT = "企业在德国收到锂电池隔膜专利侵权警告函，需判断专利稳定性并准备应诉。"


def matched(*arguments: str, stdin: str | None = None) -> dict[str, Any]:
    return dict(json.loads(done("match", *arguments, "--json", stdin=stdin).stdout))


def test_shortlist_is_printed_with_reasons(installation: Path) -> None:
    lines = done("match", "--text", TEXT, "--size", "3").stdout.splitlines()
    assert [line[:3] for line in lines if line[:3] in (" 1.", " 2.", " 3.", " 4.")] == [" 1.", " 2.", " 3."]
    assert sum(line.startswith("    terms: ") for line in lines) == 3
    assert lines[-1].startswith("Left out: ")


def test_shortlist_is_printed_in_chinese(installation: Path) -> None:
    said = done("match", "--text", TEXT, "--size", "3", "--language", "zh").stdout
    assert "匹配词: " in said
    assert "暂停资格" in said
    assert "suspended" not in said


def test_json_is_what_the_api_answers(installation: Path) -> None:
    app = create_app(load())
    body = {"title": "隔膜", "text": TEXT, "aspects": [{"code": "LG-INV", "need": "must"}, {"code": "SE05"}], "size": 4}
    answered = caller(app, "administrator").post("/shortlists/preview", body).json
    printed = matched("--title", "隔膜", "--text", TEXT, "--aspect", "LG-INV:must", "--aspect", "SE05", "--size", "4")
    assert printed == answered


def test_text_is_read_from_standard_input(installation: Path) -> None:
    assert matched("--text", "-", "--size", "2", stdin=TEXT) == matched("--text", TEXT, "--size", "2")


def test_aspect_alone_is_enough(installation: Path) -> None:
    entries = matched("--aspect", "LG-INV", "--size", "2")["entries"]
    assert all("LG-INV" in entry["reasons"]["aspects_covered"] for entry in entries)


@pytest.mark.parametrize("aspects", [["LG-INVV"], ["LG-INV", "LG-INVV:must"]])
def test_unknown_aspect_names_the_nearest(installation: Path, aspects: list[str]) -> None:
    options = [part for aspect in aspects for part in ("--aspect", aspect)]
    result = run("match", "--text", TEXT, *options)
    assert result.exit_code == 1
    assert f'/aspects/{len(aspects) - 1}/code: There is no code "LG-INVV"' in result.stderr
    assert "LG-INV," in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "pointer"),
    [
        ([], "/text"),
        (["--text", "x", "--aspect", "LG-INV:perhaps"], "/aspects/0/need"),
        (["--aspect", "LG-INV", "--aspect", "LG-INV:must"], "/aspects/1/code"),
        (["--text", "x", "--size", "0"], "/size"),
        (["--text", "x", "--size", "101"], "/size"),
        (["--text", "\udcff"], "/text"),
        (["--title", "x" * 301], "/title"),
    ],
)
def test_faulty_option_is_pointed_at(installation: Path, arguments: list[str], pointer: str) -> None:
    result = run("match", *arguments)
    assert result.exit_code == 1
    assert f"  {pointer}: " in result.stderr


def test_option_of_the_wrong_kind_is_a_usage_error(installation: Path) -> None:
    assert run("match", "--text", "x", "--size", "many").exit_code == 2
    assert run("match", "--text", "x", "--language", "fr").exit_code == 2
    assert "leave --title, --text" in run("match", "--text", "x", "--batch", str(SAMPLE / "experts.jsonl")).stderr


PROGRAM = Path(sys.executable).with_name("expertdb")


def piped(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The installed program itself, with pipes at all its ends."""
    return subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, text=True, timeout=120, check=False)


def test_pipe_gets_plain_lines(installation: Path) -> None:
    ended = piped("match", "--text", "-", "--size", "2", stdin=TEXT)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "\x1b" not in ended.stdout
    assert ended.stdout == done("match", "--text", TEXT, "--size", "2").stdout


def test_program_ends_with_one_sentence_and_no_trace(folder: Path) -> None:
    ended = piped("match", "--text", "x")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("Error: The settings are not usable:\n- EXPERTDB_SECRET_KEY is not set")
    assert "Traceback" not in ended.stderr


METRICS = ("ndcg@10", "precision@5", "recall@10", "mrr", "coverage@7", "pairwise_loss")


@pytest.fixture
def judged(folder: Path) -> list[str]:
    """The judged set of this repository, as the options of `evaluate`."""
    requests = "".join((QUALITY / name).read_text("utf-8") for name in ("cases.jsonl", "requests.jsonl"))
    Path("requests.jsonl").write_text(requests, encoding="utf-8")
    Path("experts.jsonl").write_bytes(SAMPLE.joinpath("experts.jsonl").read_bytes())
    judgments = str(QUALITY / "judgments.tsv")
    return ["--experts", "experts.jsonl", "--requests", "requests.jsonl", "--judgments", judgments]


def test_evaluation_has_exactly_the_agreed_keys(judged: list[str]) -> None:
    measured = json.loads(done("evaluate", *judged, "--json").stdout)
    assert set(measured) == {*METRICS, "method", "n_requests", "n_experts", "seconds"}
    for name in METRICS:
        assert set(measured[name]) == {"value", "low", "high"}
        assert 0 <= measured[name]["low"] <= measured[name]["value"] <= measured[name]["high"] <= 1
    assert measured["n_requests"] == len(Path("requests.jsonl").read_text("utf-8").splitlines())
    assert measured["n_experts"] == 246


def test_evaluation_by_expert_is_printed_as_a_table(judged: list[str]) -> None:
    lines = done("evaluate", *judged, "--group-by", "expert").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(METRICS)
    requests = len(Path("requests.jsonl").read_text("utf-8").splitlines())
    assert f"{requests} requests, 246 experts" in lines[0]


def test_evaluation_takes_a_baseline_and_says_so(judged: list[str]) -> None:
    plain = json.loads(done("evaluate", *judged, "--json").stdout)
    half = json.loads(done("evaluate", *judged, "--baseline", "0.5", "--json").stdout)
    assert half["method"] != plain["method"]
    assert half["ndcg@10"]["value"] == pytest.approx(plain["ndcg@10"]["value"], abs=0.02)
    for value in ("2", "nan"):
        assert run("evaluate", *judged, "--baseline", value).exit_code == 2


def test_evaluation_takes_meaning_into_account_and_says_so(judged: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("expertdb.services.analysers.load_meanings", lambda: Meanings(Characters()))
    vocabularies.current().memory.clear()
    plain = json.loads(done("evaluate", *judged, "--json").stdout)
    alike = json.loads(done("evaluate", *judged, "--semantic", "0.2", "--json").stdout)
    vocabularies.current().memory.clear()  # Nobody else reads with this encoder.
    assert alike["method"] != plain["method"]
    assert alike["ndcg@10"] != plain["ndcg@10"]


def test_evaluation_without_the_extra_says_how_to_install_it(
    judged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matching.meaning.find_spec", lambda name: None)
    vocabularies.current().memory.clear()  # An earlier test may have read with it.
    result = run("evaluate", *judged, "--semantic", "0.2")
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: the extra 'semantic' is not installed: pip install 'expertdb[semantic]'\n",
    )


def test_evaluation_needs_no_settings_and_names_a_bad_line(judged: list[str]) -> None:
    Path("requests.jsonl").write_text('{"id": "A"}\n{"id": 3.5}\n')
    result = run("evaluate", *judged)
    assert result.exit_code == 1
    assert "requests.jsonl, line 2, id" in result.stderr
