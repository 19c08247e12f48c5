"""The public gold standard of reviewer assignment, measured: `python -m tests.quality.gold_standard FOLDER OUT`.

FOLDER is a clone of the repository niharshah/goldstandard-reviewer-paper-match (Stelmakh, Wieting, Xi, Neubig and Shah,
arXiv 2303.16750): 58 researchers have rated from 1 to 5 how well they know each of a few papers, 477 ratings in all.
Profiles of twenty papers are drawn ten times over; each draw is written to OUT in the format of `expertdb evaluate` and
measured. The loss is that of the paper, lower is better.
"""

import csv
import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import mean
from typing import Any

from expertdb.services.analysers import default_analyser
from matching import Analyser, Concepts, Parameters, Pivot, read_experts, read_judgments, read_requests
from tests.quality.judged import JudgedSet, figures, matcher, scikit_learn_defaults

FILES = ("experts.jsonl", "requests.jsonl", "judgments.tsv")
RATED = 10  # papers at most, by each researcher


def main(folder: Path, out: Path) -> None:
    """Write and measure every draw that the folder has, and print the losses as Markdown."""
    scorers = {
        "ours": matcher(default_analyser()),
        "ours, words by their rarity in requests": matcher(default_analyser(), Parameters(request_rarity=1.0)),
        "native words only": matcher(Analyser(Concepts(), Pivot({})), Parameters(native_weight=1.0)),
        "scikit-learn defaults": scikit_learn_defaults,
        "the same, fitted to the papers asked for as well": partial(scikit_learn_defaults, on_requests=True),
    }
    found = {name: list[float]() for name in scorers}
    draws = sorted((folder / "evaluation_datasets").glob("d_20_*"))
    if not draws:
        raise SystemExit(f"{folder} has no evaluation_datasets/d_20_1 to d_20_10: name a clone of the repository.")
    for draw in draws:
        (out / draw.name).mkdir(parents=True, exist_ok=True)
        write(folder, draw, out / draw.name)
        judged = read(out / draw.name)
        print(f"{draw.name}: {len(judged.experts)} researchers, {len(judged.judgments)} ratings")
        for name, scorer in scorers.items():
            loss = figures(judged, scorer, "expert")["pairwise_loss"]
            found[name].append(loss["value"])
            print(f"  {name}: {loss['value']:.3f} [{loss['low']:.3f}, {loss['high']:.3f}]")
    print("\n| loss | mean |\n|---|---|")
    for name, losses in found.items():
        print(f"| {name} | {mean(losses):.3f} |")


def write(folder: Path, draw: Path, out: Path) -> None:
    """Write one draw in the format of `expertdb evaluate`; papers that the repository has no text of are left out."""
    papers = json.loads((draw / "submissions.json").read_text("utf-8"))
    archives = {path.stem.removeprefix("~"): path for path in sorted((draw / "archives").glob("*.jsonl"))}
    ratings = [one for one in _ratings(folder / "data/evaluations.csv") if one[0] in papers and one[1] in archives]
    experts = [{"id": id, "items": [_texts(line) for line in _lines(path)]} for id, path in archives.items()]
    requests = [{"id": id, **_texts(papers[id])} for id in sorted({paper for paper, _, _ in ratings})]
    for name, rows in zip(FILES, (experts, requests), strict=False):
        (out / name).write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), "utf-8")
    (out / FILES[-1]).write_text("".join("\t".join(rating) + "\n" for rating in ratings), "utf-8")


def _ratings(path: Path) -> Iterator[tuple[str, str, str]]:
    """Paper, researcher and rating."""
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            for place in range(1, RATED + 1):
                if row[f"Expertise{place}"]:
                    yield row[f"Paper{place}"], row["ParticipantID"], row[f"Expertise{place}"]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def _texts(record: dict[str, Any]) -> dict[str, str]:
    content = record["content"]
    return {"title": content["title"], "text": content["abstract"] or ""}


def read(folder: Path) -> JudgedSet:
    """What `write` wrote."""
    experts = tuple(sorted(read_experts(folder / FILES[0]), key=lambda one: one.expert))
    requests = tuple(read_requests(folder / FILES[1]))
    ids = {one.id for one in requests}, {one.expert for one in experts}
    return JudgedSet(experts, requests, tuple(read_judgments(folder / FILES[2], *ids)), {})


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit("usage: python -m tests.quality.gold_standard FOLDER OUT")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
