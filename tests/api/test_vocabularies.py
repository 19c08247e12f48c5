"""The controlled vocabularies over HTTP.

Pinned here:
- every vocabulary of DESIGN §7 is served whole, with its version, labels in both languages and aliases;
- `q` narrows by part of a code, label or alias, however it is written, and takes wildcards literally;
- every role may read them, nobody without a token; an unknown name is not found.
"""

import pytest
from flask import Flask

from expertdb import vocabularies
from tests.callers import Caller
from tests.conftest import caller

NAMES = [
    "ip_subject",
    "service_kind",
    "expert_kind",
    "emerging_industry",
    "manufacturing_division",
    "ipc",
    "region",
    "title_level",
    "organisation_kind",
    "jurisdiction",
    "language",
]


@pytest.fixture
def engine() -> str:
    """SQLite alone: vocabularies do not come out of the database."""
    return "sqlite"


@pytest.mark.parametrize("name", NAMES)
def test_vocabulary_is_served_whole(agency: Caller, name: str) -> None:
    served = agency.get(f"/vocabularies/{name}").json
    assert served["name"] == name
    assert served["version"]
    assert served["next"] is None
    codes = [term["code"] for term in served["items"]]
    assert codes
    assert len(codes) == len(set(codes))
    for term in served["items"]:
        assert term["zh"]
        assert term["en"]
        assert term["parent"] is None or term["parent"] in codes


def test_no_code_of_expertise_means_two_things() -> None:
    terms = [term.code for term in vocabularies.expertise_terms()]
    assert len(terms) == len(set(terms))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("ip_subject?q=发明", "PAT-INV"),
        ("ip_subject?q=發明", "PAT-INV"),
        ("ip_subject?q=pat-inv", "PAT-INV"),
        ("region?q=xiamen", "350200"),
        ("region?q=晋江", "350500"),
        ("language?q=ＪＡ", "ja"),
    ],
)
def test_q_finds_terms_by_code_label_or_alias(agency: Caller, path: str, code: str) -> None:
    served = agency.get(f"/vocabularies/{path}").json["items"]
    assert code in [term["code"] for term in served]
    assert len(served) < 20


@pytest.mark.parametrize("q", ["%25", "_", "没有这个词", "a\\"])
def test_q_that_nothing_holds_finds_nothing(agency: Caller, q: str) -> None:
    assert agency.get(f"/vocabularies/ip_subject?q={q}").json["items"] == []


def test_every_role_reads_vocabularies_and_nobody_else(app: Flask) -> None:
    for role in ("administrator", "reviewer", "agency", "policy_office", "auditor"):
        assert caller(app, role).get("/vocabularies/ip_subject").status_code == 200
    assert Caller(app, "xdb_nobody").get("/vocabularies/ip_subject").status_code == 401


@pytest.mark.parametrize("name", ["colours", "..", "IP_SUBJECT", "%00", "ip_subject%2F.."])
def test_unknown_vocabulary_is_not_found(agency: Caller, name: str) -> None:
    answer = agency.get(f"/vocabularies/{name}")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
