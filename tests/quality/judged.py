"""Reads the judged set, cuts it by language, and scores it with the matcher or with a peer."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import linear_kernel

from matching import (
    Analyser,
    Index,
    JudgedRequest,
    Judgment,
    Parameters,
    Profile,
    read_experts,
    read_judgments,
    read_requests,
)
from matching.evaluation import measured

HERE = Path(__file__).parent
POOL = HERE.parents[1] / "expertdb/data/sample/experts.jsonl"
REQUESTS = ("cases.jsonl", "requests.jsonl")

# Affinities, shape (n_requests, n_experts), in the order of the requests and of the sorted experts.
Scorer = Callable[["JudgedSet"], np.ndarray]


@dataclass(frozen=True)
class JudgedSet:
    """Experts sorted by id, requests and judgments; `written` has the language of each expert: zh, en or both."""

    experts: tuple[Profile, ...]
    requests: tuple[JudgedRequest, ...]
    judgments: tuple[Judgment, ...]
    written: dict[str, str]

    def cut(self, asked: str | None = None, written: str | None = None) -> "JudgedSet":
        """The requests asked in one language, with the experts written in one (all where None)."""
        experts = tuple(one for one in self.experts if written in (None, self.written[one.expert]))
        requests = tuple(one for one in self.requests if asked in (None, language_of(one)))
        kept = {one.expert for one in experts}, {one.id for one in requests}
        judgments = tuple(one for one in self.judgments if one.expert in kept[0] and one.request in kept[1])
        return replace(self, experts=experts, requests=requests, judgments=judgments)


def load() -> JudgedSet:
    """The whole judged set."""
    experts = tuple(sorted(read_experts(POOL), key=lambda one: one.expert))
    requests = tuple(one for name in REQUESTS for one in read_requests(HERE / name))
    ids = {one.id for one in requests}, {one.expert for one in experts}
    judgments = tuple(read_judgments(HERE / "judgments.tsv", *ids))
    lines = (json.loads(line) for line in POOL.read_text("utf-8").splitlines())
    written = {line["id"]: "both" if len(line["name"]) == 2 else next(iter(line["name"])) for line in lines}
    return JudgedSet(experts, requests, judgments, written)


def pairs() -> list[tuple[str, str]]:
    """The ids of the requests that put one matter in two languages."""
    found: dict[str, list[str]] = {}
    for line in (HERE / "requests.jsonl").read_text("utf-8").splitlines():
        one = json.loads(line)
        if "pair" in one:
            found.setdefault(one["pair"], []).append(one["id"])
    return [(first, second) for first, second in found.values()]


def language_of(request: JudgedRequest) -> str:
    """zh or en: a quarter of Han characters makes a request Chinese."""
    text = request.query.title + request.query.text
    return "zh" if sum("一" <= one <= "鿿" for one in text) > len(text) / 4 else "en"


def matcher(analyser: Analyser, parameters: Parameters | None = None, *, codes: bool = True) -> Scorer:
    """Our matcher, with this analyser; `codes` off withholds the curated codes."""
    parameters = parameters or Parameters()

    def score(judged: JudgedSet) -> np.ndarray:
        experts = [one if codes else replace(one, codes=frozenset()) for one in judged.experts]
        index = Index.build(experts, analyser, parameters.max_items)
        return np.array([index.score(one.query, parameters).affinities for one in judged.requests])

    return score


def scikit_learn_defaults(judged: JudgedSet) -> np.ndarray:
    """The peer: TfidfVectorizer as it comes, on all of a profile's text in one piece."""
    vectorizer = TfidfVectorizer()
    texts = ["\n".join([one.statement, *(f"{i.title}\n{i.text}" for i in one.items)]) for one in judged.experts]
    matrix = vectorizer.fit_transform(texts)
    asked = vectorizer.transform([f"{one.query.title}\n{one.query.text}" for one in judged.requests])
    return np.asarray(linear_kernel(asked, matrix))


def figures(judged: JudgedSet, score: Scorer) -> dict[str, Any]:
    """The metrics of `expertdb evaluate` for a scorer, grouped by request."""
    ids = [one.expert for one in judged.experts]
    return measured(np.round(score(judged), 12), ids, judged.experts, judged.requests, judged.judgments, "request")


def best(judged: JudgedSet, score: Scorer, count: int = 10) -> dict[str, list[str]]:
    """The first `count` experts for each request, ties by id."""
    table = np.round(score(judged), 12)
    ids: Sequence[str] = [one.expert for one in judged.experts]
    order = [sorted(range(len(ids)), key=lambda place: (-row[place], ids[place]))[:count] for row in table]
    return {one.id: [ids[place] for place in places] for one, places in zip(judged.requests, order, strict=True)}
