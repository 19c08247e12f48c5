"""Reads the judged set, cuts it by language, and scores it with the matcher or with a peer."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

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
from matching.metrics import Group, ndcg

HERE = Path(__file__).parent
POOL = HERE.parents[1] / "expertdb/data/sample/experts.jsonl"
# The requests and the grades of each set. On the first the matcher was chosen; the later one came when that was done.
SETS: dict[str, tuple[tuple[str, ...], str]] = {
    "first": (("cases.jsonl", "requests.jsonl", "translations.jsonl"), "judgments.tsv"),
    "later": (("later.jsonl",), "later.tsv"),
}

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


def load(name: str = "first") -> JudgedSet:
    """One of the judged sets."""
    files, grades = SETS[name]
    experts = tuple(sorted(read_experts(POOL, as_served=True), key=lambda one: one.expert))
    requests = tuple(one for file in files for one in read_requests(HERE / file))
    ids = {one.id for one in requests}, {one.expert for one in experts}
    judgments = tuple(_with_translations(read_judgments(HERE / grades, *ids)))
    lines = (json.loads(line) for line in POOL.read_text("utf-8").splitlines())
    written = {line["id"]: "both" if len(line["name"]) == 2 else next(iter(line["name"])) for line in lines}
    return JudgedSet(experts, requests, judgments, written)


def _with_translations(judgments: Iterable[Judgment]) -> Iterator[Judgment]:
    """The judgments, and the same grades again for the translation of a request: one matter has one truth."""
    translated = dict(translations())
    for one in judgments:
        yield one
        if one.request in translated:
            yield replace(one, request=translated[one.request])


def translations() -> list[tuple[str, str]]:
    """The ids of the requests that were translated, each with that of its translation."""
    return [(line["translation_of"], line["id"]) for line in _lines("translations.jsonl")]


def retold() -> list[tuple[str, str]]:
    """The ids of the requests in which two offices tell one matter, each in its own language and words."""
    found: dict[str, list[str]] = {}
    for line in _lines("requests.jsonl"):
        if "pair" in line:
            found.setdefault(line["pair"], []).append(line["id"])
    return [(first, second) for first, second in found.values()]


def matter_of(request: str) -> str:
    """The id of the first request that put this one's matter."""
    firsts = {second: first for first, second in (*translations(), *retold())}
    return firsts.get(request, request)


def is_for_tuning(request: str) -> bool:
    """Whether a request belongs to the half on which changes are chosen; the other half only confirms them.

    By the hash of its matter, so that the versions of a matter stay together and nobody chose.
    """
    return hashlib.sha256(matter_of(request).encode()).digest()[0] % 2 == 0


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]


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


def scikit_learn_defaults(judged: JudgedSet, *, on_requests: bool = False) -> np.ndarray:
    """The peer: TfidfVectorizer as it comes, on all of a profile's text in one piece.

    With `on_requests` it has seen the requests before, too, and knows how rare their words are.
    """
    profiles = ["\n".join([one.statement, *(f"{i.title}\n{i.text}" for i in one.items)]) for one in judged.experts]
    requests = [f"{one.query.title}\n{one.query.text}" for one in judged.requests]
    vectorizer = TfidfVectorizer().fit(profiles + requests if on_requests else profiles)
    return np.asarray(linear_kernel(vectorizer.transform(requests), vectorizer.transform(profiles)))


def figures(judged: JudgedSet, score: Scorer, group_by: Literal["request", "expert"] = "request") -> dict[str, Any]:
    """The metrics of `expertdb evaluate` for a scorer."""
    ids = [one.expert for one in judged.experts]
    return measured(np.round(score(judged), 12), ids, judged.experts, judged.requests, judged.judgments, group_by)


def ndcgs(judged: JudgedSet, score: Scorer) -> dict[str, float | None]:
    """nDCG@10 of each request; None where nobody in the pool is of any use for it."""
    grades: dict[str, dict[str, float]] = {}
    for one in judged.judgments:
        grades.setdefault(one.request, {})[one.expert] = one.grade
    ranked = best(judged, score, len(judged.experts))
    return {id: ndcg(Group(tuple(experts), {}, grades[id], frozenset())) for id, experts in ranked.items()}


def best(judged: JudgedSet, score: Scorer, count: int = 10) -> dict[str, list[str]]:
    """The first `count` experts for each request, ties by id."""
    table = np.round(score(judged), 12)
    ids: Sequence[str] = [one.expert for one in judged.experts]
    order = [sorted(range(len(ids)), key=lambda place: (-row[place], ids[place]))[:count] for row in table]
    return {one.id: [ids[place] for place in places] for one, places in zip(judged.requests, order, strict=True)}
