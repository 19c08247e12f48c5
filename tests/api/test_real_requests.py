"""Seven real matters against the sample pool, over HTTP, in Chinese and English.

Pinned: of the expertise that a matter wants and somebody in the pool holds (`codes` or `kind`), the best seven of the
list hold at least 85 % on average in each language; nobody who is suspended, on leave, retired or past their term is
ever listed. What a matter wants is for measuring and never reaches the matcher.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.api.people import listed, pages
from tests.callers import Caller, Clock
from tests.conftest import ENGINES, START, Databases, caller, close, make_app

TESTS = Path(__file__).parents[1]
CASES = [json.loads(line) for line in (TESTS / "quality" / "cases.jsonl").read_text("utf-8").splitlines()]
PROPOSAL = json.loads((TESTS.parent / "expertdb" / "data" / "demo_zh.json").read_text("utf-8")) | {
    "id": "ZH-PROPOSAL",
    "kind": "policy_drafting",
    "wanted": ["MG-STN", "PL-JOB", "FN-PLDG", "FN-VAL", "FN-RISK", "IN-NAV", "PL-NORM", "MG-UNI"],
}
REQUESTS = [*CASES, PROPOSAL]
TOP, LEAST = 7, 0.85

Experts = dict[str, dict[str, Any]]
Lists = dict[str, dict[str, Any]]


@pytest.fixture(scope="module", params=ENGINES)
def office(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Caller]:
    """A policy office on one sample pool for all tests of this file, which change nothing but lists."""
    app: Flask = make_app(databases.fresh(request.param, pool=True), Clock(START))
    yield caller(app, "policy_office")
    close(app)


@pytest.fixture(scope="module")
def experts(office: Caller) -> Experts:
    """Everybody in the pool by id, whatever their status."""
    return {one["id"]: one for page in pages(office, "/experts?limit=200") for one in page}


@pytest.fixture(scope="module")
def lists(office: Caller) -> Lists:
    """The stored list of each matter by the matter's id."""
    found = {}
    for one in REQUESTS:
        body = {name: one[name] for name in ("kind", "title", "text", "requester", "urgency") if name in one}
        asked = office.made("/requests", body)
        found[one["id"]] = office.made(f"/requests/{asked['id']}/shortlists", {"size": 20})
    return found


def held(expert: dict[str, Any]) -> set[str]:
    return {*expert["codes"], expert["kind"]}


def coverage(one: dict[str, Any], lists: Lists, experts: Experts) -> tuple[float, list[str]]:
    """The share of the wanted codes that the best seven hold, among those that the pool has, and those missing."""
    pool = set().union(*map(held, experts.values()))
    top = set().union(*(held(experts[id]) for id in listed(lists[one["id"]])[:TOP]))
    present = [code for code in one["wanted"] if code in pool]
    return len(top & set(present)) / len(present), [code for code in present if code not in top]


def test_there_are_seven_matters_in_two_languages() -> None:
    assert len(REQUESTS) == 7
    assert {one["id"][:2] for one in REQUESTS} == {"ZH", "EN"}


@pytest.mark.parametrize("language", ["ZH", "EN"])
def test_wanted_expertise_of_the_pool_is_among_the_best_seven(lists: Lists, experts: Experts, language: str) -> None:
    found = {one["id"]: coverage(one, lists, experts) for one in REQUESTS if one["id"].startswith(language)}
    mean = sum(share for share, _ in found.values()) / len(found)
    assert mean >= LEAST, f"coverage@{TOP} {mean:.3f}: {found}"


def test_nobody_is_listed_who_is_not_active_within_their_term(lists: Lists, experts: Experts) -> None:
    today = START.date().isoformat()
    may = {id for id, one in experts.items() if one["status"] == "active" and _in_term(one["term"], today)}
    assert may != set(experts)
    for found in lists.values():
        assert set(listed(found)) <= may


def test_everybody_left_out_has_a_reason(lists: Lists, experts: Experts) -> None:
    for found in lists.values():
        reasons = {one["expert"]["id"]: one["reason"] for one in found["excluded"]}
        for id, reason in reasons.items():
            assert reason == "term_not_current" or reason == experts[id]["status"] != "active"
        assert len(found["entries"]) + sum(found["left_out"].values()) == len(experts)


def _in_term(term: dict[str, str] | None, today: str) -> bool:
    return term is not None and term["start"] <= today <= term["end"]
