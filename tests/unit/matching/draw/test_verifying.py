"""Records that are wrong in one thing alone are found out by it; `test_draw.py` has tampering with any record."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from matching.draw import Stratum, freeze, reveal, verify, verifying
from matching.draw.algorithm import commitment_of, digest, drawn, seed_of
from matching.panel import PanelCandidate, Who, parse

SECRET = hashlib.sha256(b"a third secret of these tests").hexdigest()
TIMES = {"frozen_at": "2026-12-20T08:00:00Z", "not_before": "2026-12-24T13:15:00Z"}
POOL = [PanelCandidate(f"e{number}", 0.5, kind="K-LAW" if number < 4 else "K-TECH") for number in range(9)]
STRATA = (Stratum("law", 1, 1, Who(kinds=("K-LAW",))), Stratum("rest", 2, 1))


def record() -> dict[str, Any]:
    made = freeze(POOL, STRATA, parse([]), secret=SECRET, public_source="a lottery", **TIMES)
    return reveal(made, secret=SECRET, public_value="7", revealed_at=TIMES["not_before"])


def made_anew(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """A record by somebody who changes its terms and then makes all hashes, and the draw, fit."""
    forged = record()
    change(forged)
    forged["pool_hash"] = digest("pool", forged["terms"])
    forged["commitment"] = commitment_of(SECRET, forged["pool_hash"])
    forged["seed"] = seed_of(SECRET, forged["public_value"], forged["pool_hash"])
    again = drawn(forged["terms"], forged["seed"])
    if again:
        forged["attempt"], forged["members"], forged["reserves"] = again
    return forged


def test_a_record_with_nothing_wrong_has_no_problems() -> None:
    assert verify(record()) == () == verify(made_anew(lambda one: None))
    made = record()
    assert verify(made, {"commitment": made["commitment"], "pool_hash": made["pool_hash"]}) == ()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda one: one["terms"].update(not_before=TIMES["frozen_at"]), "after the freeze"),
        (lambda one: one.update(revealed_at="2026-12-24T13:14:59Z"), "earliest time"),
        (lambda one: one["terms"].pop("frozen_at"), "must be moments"),
        (lambda one: one["terms"].update(not_before=7), "must be moments"),
        (lambda one: one["terms"]["pool"].append(one["terms"]["pool"][-1]), "in pool twice"),
        (lambda one: one["terms"]["strata"].append(one["terms"]["strata"][-1]), "in strata twice"),
        (lambda one: one["terms"]["strata"][0].update(seats=5), "Attempt 1 does not fill every seat"),
    ],
    ids=["at once", "too early", "no freeze", "a number", "two chances", "a stratum twice", "too few"],
)
def test_a_record_that_was_made_to_fit_is_found_out_by_one_thing(change: Callable[[Any], Any], word: str) -> None:
    (problem,) = verify(made_anew(change))
    assert word in problem


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda one: one.update(members=one["members"][::-1]), "The members are not those that the seed draws."),
        (lambda one: one.update(reserves=[]), "The reserves are not those that the seed draws, in this order."),
        (lambda one: one.update(attempt=0), "The record lacks: attempt."),
        (lambda one: one.update(attempt=1001), "The record lacks: attempt."),
        (
            lambda one: one.update(attempt=1000),
            "The draw succeeds in attempt 1, which is not the one recorded.",
        ),
        (lambda one: one.update(attempt=1.0, reserves="e1"), "The record lacks: reserves, attempt."),
        (lambda one: [one.pop("seed"), one["terms"].pop("rules")], "The record lacks: seed, terms/rules."),
        (lambda one: one.update(secret=SECRET[:-1]), "Secret and seed must be 64 hexadecimal digits in lower case."),
        (lambda one: one.update(seed=SECRET.upper()), "Secret and seed must be 64 hexadecimal digits in lower case."),
    ],
)
def test_what_was_changed_is_named_alone(change: Callable[[Any], Any], problem: str) -> None:
    made = record()
    change(made)
    assert verify(made) == (problem,)


@pytest.mark.parametrize("name", ["commitment", "pool_hash"])
def test_a_hash_that_was_not_published_is_named(name: str) -> None:
    assert verify(record(), {name: "0f" * 32}) == (f"The {name} is not the one published at the freeze.",)


def test_a_record_that_takes_too_long_is_not_run_but_its_hashes_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    made = record() | {"attempt": 2}
    monkeypatch.setattr(verifying, "LONGEST_WORK", 18)  # Twice the sub-pool.
    assert verify(made) == ("The draw succeeds in attempt 1, which is not the one recorded.",)
    monkeypatch.setattr(verifying, "LONGEST_WORK", 17)
    assert ["too large" in problem for problem in verify(made)] == [True]
    assert len(verify(made | {"commitment": "0f" * 32})) == 2
