"""What it is worth that a request names aspects, and what that costs.

An office that names aspects names some of the codes it wants. Here lots choose from `wanted`, by a hash of request and
code, so that anybody draws the same; `wanted` itself never reaches the matcher.
"""

import hashlib
from dataclasses import replace
from functools import cache

import numpy as np

from expertdb import vocabularies
from expertdb.services.analysers import default_analyser
from matching import Aspect, suggest
from matching.judged import JudgedRequest
from tests.quality.judged import JudgedSet, Scorer, best, ndcgs

DRAWS = 3
ALL = 99
DEPTH = 7


def naming(judged: JudgedSet, count: int, draw: int = 0) -> JudgedSet:
    """The same set, with `count` of the codes that each request wants named as aspects."""
    return replace(judged, requests=tuple(_naming(one, count, draw) for one in judged.requests))


def _naming(one: JudgedRequest, count: int, draw: int) -> JudgedRequest:
    lots = sorted(one.wanted, key=lambda code: hashlib.sha256(f"{draw} {one.id} {code}".encode()).digest())
    return replace(one, query=replace(one.query, aspects=tuple(Aspect(code) for code in lots[:count])))


def draws(judged: JudgedSet, count: int) -> list[JudgedSet]:
    """The set with so many codes named, once for each draw; once only where there is nothing to draw."""
    return [naming(judged, count, draw) for draw in range(DRAWS if 0 < count < ALL else 1)]


def confirming(judged: JudgedSet) -> JudgedSet:
    """The same set, with every subject, service and kind that the words of a request point to named as an aspect."""
    return replace(judged, requests=tuple(_confirming(one) for one in judged.requests))


def _confirming(one: JudgedRequest) -> JudgedRequest:
    found = tuple(Aspect(code) for code in suggested(one) if code in offered())
    return replace(one, query=replace(one.query, aspects=found))


def suggested(one: JudgedRequest) -> list[str]:
    """The codes that the words of a request point to."""
    return [suggestion.code for suggestion in suggest(default_analyser(), one.query)]


@cache
def offered() -> frozenset[str]:
    """The codes of subjects, services and kinds of experts."""
    names = ("ip_subject", "service_kind", "expert_kind")
    return frozenset(term.code for name in names for term in vocabularies.load(name))


def ndcgs_of_draws(sets: list[JudgedSet], score: Scorer) -> dict[str, float | None]:
    """nDCG@10 of each request, the mean over the draws; None where nobody in the pool is of any use for it."""
    found = [ndcgs(one, score) for one in sets]
    return {id: None if value is None else float(np.mean([one[id] for one in found])) for id, value in found[0].items()}


def held(ranked: list[JudgedSet], named: list[JudgedSet], score: Scorer) -> float:
    """The share of the codes named in `named`, of those that anybody holds, that the first seven for `ranked` hold."""
    return float(np.mean([value for own in zip(ranked, named, strict=True) for value in _held(*own, score)]))


def _held(ranked: JudgedSet, named: JudgedSet, score: Scorer) -> list[float]:
    codes = {one.expert: one.codes for one in ranked.experts}
    pool = frozenset[str]().union(*codes.values())
    lists = best(ranked, score, DEPTH)
    shares = []
    for one in named.requests:
        wanted = {aspect.code for aspect in one.query.aspects} & pool
        if wanted:
            shares.append(len(wanted & frozenset[str]().union(*(codes[id] for id in lists[one.id]))) / len(wanted))
    return shares
