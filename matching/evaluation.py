"""Evaluation: how well the matcher ranks a judged set, as `expertdb evaluate` reports it.

With `group_by="request"` a group is one request's ranking of all experts; with "expert" it is one expert's
requests, ranked by the expert's affinity to each, which asks whether affinities compare across requests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, Literal

import numpy as np

from matching.analysis import Analyser
from matching.index import Index
from matching.judged import JudgedRequest, Judgment
from matching.metrics import GROUP_METRICS, Group, least_relevant, mean_interval, pairwise_loss, ratio_interval
from matching.parameters import ALGORITHM, Parameters
from matching.profile import Profile
from matching.weights import Floats

COVERAGE_DEPTH = 7
# Affinities closer than this are a tie: fast scores are right to about 1e-15, and equal experts must not be
# told apart by rounding.
_DECIMALS = 12


def evaluate(
    experts: Sequence[Profile],
    requests: Sequence[JudgedRequest],
    judgments: Sequence[Judgment],
    group_by: Literal["request", "expert"],
    analyser: Analyser,
    clock: Callable[[], float],
    parameters: Parameters | None = None,
) -> dict[str, Any]:
    """Return the metrics with 95 % intervals, `method`, `n_requests`, `n_experts` and `seconds` by the clock
    given.

    Raises ValueError for an unknown `group_by`.
    """
    parameters = parameters or Parameters()
    start = clock()
    index = Index.build(experts, analyser, parameters.max_items)
    table = _table(index, requests, parameters)
    return {
        **measured(table, index.experts, experts, requests, judgments, group_by),
        "method": f"matching {ALGORITHM}, parameters {parameters.fingerprint()[:12]}, grouped by {group_by}",
        "n_requests": len(requests),
        "n_experts": len(experts),
        "seconds": clock() - start,
    }


def measured(
    table: Floats,
    ranked: Sequence[str],
    experts: Sequence[Profile],
    requests: Sequence[JudgedRequest],
    judgments: Sequence[Judgment],
    group_by: Literal["request", "expert"],
) -> dict[str, dict[str, float | None]]:
    """Return the metrics of any matcher's affinities: `table`, shape (n_requests, n_experts), columns as `ranked`.

    Raises ValueError for an unknown `group_by`.
    """
    if group_by not in ("request", "expert"):
        raise ValueError(f"group_by is {group_by!r}; choose 'request' or 'expert'")
    groups = _groups(table, tuple(request.id for request in requests), ranked, judgments, group_by)
    metrics = {name: mean_interval([metric(group) for group in groups]) for name, metric in GROUP_METRICS.items()}
    metrics["coverage@7"] = mean_interval(_coverage(table, ranked, experts, requests))
    metrics["pairwise_loss"] = ratio_interval([pairwise_loss(group) for group in groups])
    return {name: asdict(interval) for name, interval in metrics.items()}


def _table(index: Index, requests: Sequence[JudgedRequest], parameters: Parameters) -> Floats:
    """Return all affinities, shape (n_requests, n_experts), 0 to 1, rounded so that equals are equal."""
    rows = [index.score(request.query, parameters).affinities for request in requests]
    return np.round(np.array(rows).reshape(len(requests), len(index.experts)), _DECIMALS)


def _groups(
    table: Floats,
    requests: Sequence[str],
    experts: Sequence[str],
    judgments: Sequence[Judgment],
    group_by: str,
) -> list[Group]:
    """Return the groups that have judgments, in the order of requests or experts.

    Who is relevant depends on the grades of the request, also in the group of an expert.
    """
    names, members, scores = (requests, experts, table) if group_by == "request" else (experts, requests, table.T)
    of_requests: dict[str, list[float]] = {}
    for judgment in judgments:
        of_requests.setdefault(judgment.request, []).append(judgment.grade)
    least = {request: least_relevant(grades) for request, grades in of_requests.items()}
    grades: dict[str, dict[str, float]] = {}
    relevant: dict[str, set[str]] = {}
    for judgment in judgments:
        pair = (judgment.request, judgment.expert) if group_by == "request" else (judgment.expert, judgment.request)
        grades.setdefault(pair[0], {})[pair[1]] = judgment.grade
        if judgment.grade >= least[judgment.request]:
            relevant.setdefault(pair[0], set()).add(pair[1])
    return [
        _group(members, row, grades[name], frozenset(relevant.get(name, ())))
        for name, row in zip(names, scores, strict=True)
        if name in grades
    ]


def _group(members: Sequence[str], row: Floats, grades: dict[str, float], relevant: frozenset[str]) -> Group:
    ranked = tuple(members[place] for place in _order(members, row))
    scores = dict(zip(members, row.tolist(), strict=True))
    return Group(ranked, {one: scores[one] for one in grades}, grades, relevant)


def _order(members: Sequence[str], row: Floats) -> list[int]:
    """Return places by score, descending, then by id."""
    return sorted(range(len(members)), key=lambda place: (-row[place], members[place]))


def _coverage(
    table: Floats, ranked: Sequence[str], experts: Sequence[Profile], requests: Sequence[JudgedRequest]
) -> list[float | None]:
    """Return per request the share, 0 to 1, of the wanted codes held in the pool that the first seven hold."""
    codes = {expert.expert: expert.codes for expert in experts}
    held = frozenset[str]().union(*codes.values())
    shares: list[float | None] = []
    for request, row in zip(requests, table, strict=True):
        wanted = request.wanted & held
        first = [ranked[place] for place in _order(ranked, row)[:COVERAGE_DEPTH]]
        found = wanted & frozenset[str]().union(*(codes[expert] for expert in first))
        shares.append(len(found) / len(wanted) if wanted else None)
    return shares
