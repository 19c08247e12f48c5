"""Draws: everybody has the same chance, rules hold, a record re-runs, and every tampering is named.

The library and `docs/verify_draw.py`, which share no code, must agree.
"""

import copy
import hashlib
import json
import random
import runpy
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as some
from scipy.stats import chisquare

from matching.draw import BadDrawInput, Frozen, Stratum, freeze, reveal, verify
from matching.draw.algorithm import below, numbers
from matching.panel import PanelCandidate, Who, check, parse
from tests.examples import tried
from tests.unit.matching.panel.pools import pool

SCRIPT = Path(__file__).parents[4] / "docs" / "verify_draw.py"
SECRET = hashlib.sha256(b"a secret of these tests").hexdigest()
TIMES = {
    "public_source": "双色球第2026151期开奖号码",
    "not_before": "2026-12-24T13:15:00Z",
    "frozen_at": "2026-12-20T08:00:00Z",
}
REVEALED = "2026-12-24T13:16:00Z"
LAW = Stratum("法律", 2, 1, Who(kinds=("K-LAW",)))
REST = Stratum("其他", 3, 2)
RULES = [{"type": "max_per_organisation"}, {"type": "max_share", "share": "2/5", "regulator": True}, {"type": "odd"}]


def frozen(candidates: list[PanelCandidate], *strata: Stratum, rules: Any = (), **changed: Any) -> Frozen:
    return freeze(candidates, strata, parse(list(rules)), **{"secret": SECRET, **TIMES, **changed})


def record(
    candidates: list[PanelCandidate], *strata: Stratum, value: str = "03 11 17", rules: Any = ()
) -> dict[str, Any]:
    made = frozen(candidates, *strata, rules=rules)
    return reveal(made, secret=SECRET, public_value=value, revealed_at=REVEALED)


def script_says(drawn: dict[str, Any], *published: str) -> list[str]:
    checks = runpy.run_path(str(SCRIPT))["checks"]
    return [name for name, sound in checks(json.loads(json.dumps(drawn)), *published) if not sound]


@given(seed=some.integers(0, 2**32), value=some.text(some.characters(categories=("L", "N")), min_size=1, max_size=9))
@tried(60)
def test_library_and_script_agree_on_any_draw(seed: int, value: str) -> None:
    candidates = pool(seed, 30)
    chance = random.Random(seed)
    rules = chance.sample(RULES[:2], chance.randrange(3))
    try:
        drawn = record(candidates, LAW, REST, value=value, rules=rules)
    except BadDrawInput:
        reject()  # Too few lawyers, or too few organisations.
    assert verify(drawn) == ()
    assert script_says(drawn, drawn["commitment"]) == []
    known = {one.expert: one for one in candidates}
    members = [known[one["expert"]] for one in drawn["members"]]
    assert check(members, parse(rules), 5) == ()
    assert [one["stratum"] for one in drawn["members"]] == ["法律"] * 2 + ["其他"] * 3


def test_any_reserve_can_join_the_members() -> None:
    candidates = pool(3, 60)
    drawn = record(candidates, LAW, REST, rules=RULES)
    known = {one.expert: one for one in candidates}
    limits = parse([RULES[0]])
    assert len(drawn["reserves"]) == 3
    assert check([known[one["expert"]] for one in drawn["members"] + drawn["reserves"]], limits) == ()


def test_everybody_is_drawn_equally_often() -> None:
    candidates = [PanelCandidate(f"e{number:02}", number / 20) for number in range(20)]
    made = frozen(candidates, Stratum("all", 4))
    seats: list[Counter[str]] = [Counter() for _ in range(4)]
    for number in range(4000):
        drawn = reveal(made, secret=SECRET, public_value=f"value {number}", revealed_at=REVEALED)
        for place, one in enumerate(drawn["members"]):
            seats[place][one["expert"]] += 1
    for counted in seats:
        assert chisquare([counted[one.expert] for one in candidates]).pvalue > 0.001


def test_pairs_are_drawn_equally_often() -> None:
    candidates = [PanelCandidate(f"e{number}", 0.5) for number in range(6)]
    made = frozen(candidates, Stratum("all", 2))
    pairs: Counter[frozenset[str]] = Counter()
    for number in range(3000):
        drawn = reveal(made, secret=SECRET, public_value=f"value {number}", revealed_at=REVEALED)
        pairs[frozenset(one["expert"] for one in drawn["members"])] += 1
    assert len(pairs) == 15
    assert chisquare(list(pairs.values())).pvalue > 0.001


@pytest.mark.parametrize("n", [1, 2, 3, 7, 10, 2**63 + 1])
def test_numbers_below_n_are_unbiased(n: int) -> None:
    stream = numbers("ab" * 32, "s", 1)
    found = [below(stream, n) for _ in range(4000)]
    assert max(found) < n
    counts = Counter(number * 10 // n if n > 10 else number for number in found)
    assert chisquare([counts[place] for place in range(min(n, 10))]).pvalue > 0.001 or n == 1


def test_secret_and_public_value_both_change_the_draw() -> None:
    candidates = pool(1, 200)
    drawn = record(candidates, Stratum("all", 7))
    assert record(candidates, Stratum("all", 7), value="03 11 18")["members"] != drawn["members"]
    other = hashlib.sha256(b"another").hexdigest()
    made = frozen(candidates, Stratum("all", 7), secret=other)
    again = reveal(made, secret=other, public_value="03 11 17", revealed_at=REVEALED)
    assert again["members"] != drawn["members"]
    assert record(candidates[:-1], Stratum("all", 7))["members"] != drawn["members"]


def test_order_of_candidates_does_not_matter() -> None:
    candidates = pool(1, 50)
    assert record(candidates[::-1], LAW, REST, rules=RULES) == record(candidates, LAW, REST, rules=RULES)


def tampered() -> list[tuple[str, Any, str]]:
    """What is changed, how, and a word of the problem it must be reported by."""
    swap = lambda r: r["members"].__setitem__(0, r["reserves"][0])  # noqa: E731
    return [
        ("a member is exchanged", swap, "members"),
        ("the reserves change places", lambda r: r["reserves"].reverse(), "reserves"),
        ("somebody leaves the sub-pool", lambda r: r["terms"]["pool"].pop(), "pool_hash"),
        ("somebody has two chances", lambda r: r["terms"]["pool"].append(r["terms"]["pool"][0]), "twice"),
        ("a limit is dropped", lambda r: r["terms"]["limits"].pop(), "pool_hash"),
        ("another public value", lambda r: r.update(public_value="1"), "seed"),
        ("another secret", lambda r: r.update(secret="0f" * 32), "committed"),
        ("another seed", lambda r: r.update(seed="0f" * 32), "seed"),
        ("another commitment", lambda r: r.update(commitment="0f" * 32), "committed"),
        ("revealed too early", lambda r: r.update(revealed_at=TIMES["frozen_at"]), "earliest"),
        ("no moment", lambda r: r.update(revealed_at="tomorrow"), "moments"),
        ("another attempt", lambda r: r.update(attempt=r["attempt"] + 1), "attempt"),
        ("no attempt", lambda r: r.update(attempt="1"), "attempt"),
        ("another version", lambda r: r.update(version="expertdb-draw/2"), "version"),
        ("nothing drawn", lambda r: r.pop("members"), "members"),
        ("a seed that is none", lambda r: r.update(seed="seed"), "hexadecimal"),
        ("a float", lambda r: r["terms"].update(x=float("nan")), "JSON"),
        ("strata of numbers", lambda r: r["terms"].update(strata=[1]), "malformed"),
        ("a limit of nothing", lambda r: r["terms"].update(limits=[{}]), "malformed"),
    ]


@pytest.mark.parametrize(("how", "word"), [one[1:] for one in tampered()], ids=[one[0] for one in tampered()])
def test_every_tampering_is_named(how: Any, word: str) -> None:
    drawn = copy.deepcopy(record(pool(3, 60), LAW, REST, rules=RULES))
    how(drawn)
    problems = verify(drawn)
    assert any(word in problem for problem in problems), problems


@pytest.mark.parametrize("junk", [None, [], {}, "x", 3, {"terms": []}, {"terms": {}, "version": "expertdb-draw/1"}])
def test_what_is_no_record_is_said_to_be_none(junk: Any) -> None:
    assert verify(junk)


def test_record_made_anew_after_the_fact_does_not_match_what_was_published() -> None:
    first = frozen(pool(3, 60), LAW, REST)
    later = record(pool(3, 59), LAW, REST)
    assert verify(later) == ()
    published = {"commitment": first.commitment, "pool_hash": first.pool_hash}
    assert len(verify(later, published)) == 2
    assert script_says(later, first.commitment) == ["published commitment"]


def test_script_runs_alone(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    drawn = record(pool(3, 60), LAW, REST, rules=RULES)
    file.write_text(json.dumps(drawn, ensure_ascii=False), "utf-8")
    run = subprocess.run([sys.executable, "-I", SCRIPT, file, drawn["commitment"]], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, "valid\n")
    drawn["members"].reverse()
    file.write_text(json.dumps(drawn, ensure_ascii=False), "utf-8")
    run = subprocess.run([sys.executable, "-I", SCRIPT, file], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (1, "wrong: attempt, members or reserves\n")
    assert len(SCRIPT.read_text("utf-8").splitlines()) <= 60


def test_draw_starts_over_where_a_stratum_cannot_be_filled() -> None:
    """Of three organisations with one seat each, the only engineer's may be taken by a lawyer first."""
    candidates = [
        *(PanelCandidate(f"l{number}", 0.5, kind="K-LAW", organisation=f"o{number}") for number in range(3)),
        PanelCandidate("t", 0.5, kind="K-TECH", organisation="o0"),
    ]
    strata = (Stratum("law", 1, who=Who(kinds=("K-LAW",))), Stratum("tech", 1, who=Who(kinds=("K-TECH",))))
    attempts = set()
    for number in range(60):
        drawn = record(candidates, *strata, value=str(number), rules=[{"type": "max_per_organisation"}])
        attempts.add(drawn["attempt"])
        assert drawn["members"][0]["expert"] != "l0"
        assert verify(drawn) == () == tuple(script_says(drawn))
    assert len(attempts) > 1


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("no seats", {"strata": [Stratum("all", 0)]}, "/strata"),
    ("no strata", {"strata": []}, "/strata"),
    ("two strata of one name", {"strata": [Stratum("a", 1), Stratum("a", 1)]}, "/strata"),
    ("fewer seats than none", {"strata": [Stratum("a", -1)]}, "/strata/0"),
    ("more seats than people", {"strata": [Stratum("a", 61)]}, "/strata/0"),
    ("a secret that is none", {"secret": "secret"}, "/secret"),
    ("a secret that is no chance", {"secret": "0" * 64}, "/secret"),
    ("no source", {"public_source": "  "}, "/public_source"),
    ("a value that is out already", {"not_before": TIMES["frozen_at"]}, "/not_before"),
    ("no moment", {"not_before": "soon"}, "/not_before"),
    ("a demand among the rules", {"rules": [{"type": "at_least_one", "kinds": ["K-LAW"]}]}, "/rules/0"),
    ("an even number", {"strata": [Stratum("all", 2)], "rules": [{"type": "odd"}]}, "/size"),
    (
        "limits that leave too few",
        {"rules": [{"type": "max_per_organisation"}, {"type": "forbidden", "experts": ["x"]}]},
        "/rules",
    ),
]


@pytest.mark.parametrize(("changed", "pointer"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_what_cannot_be_drawn_is_refused_at_the_freeze(changed: dict[str, Any], pointer: str) -> None:
    candidates = [PanelCandidate(f"e{number}", 0.5, organisation=f"o{number % 3}") for number in range(60)]
    strata = changed.pop("strata", [Stratum("all", 5)])
    with pytest.raises(BadDrawInput) as refused:
        frozen(candidates, *strata, **changed)
    assert refused.value.pointer == pointer


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"secret": "0f" * 32}, "/secret"),
        ({"secret": hashlib.sha256(b"not mine").hexdigest()}, "/secret"),
        ({"public_value": ""}, "/public_value"),
        ({"public_value": " 7"}, "/public_value"),
        ({"public_value": "7\n"}, "/public_value"),
        ({"public_value": "x" * 501}, "/public_value"),
        ({"revealed_at": TIMES["frozen_at"]}, "/public_value"),
        ({"revealed_at": "now"}, "/revealed_at"),
    ],
)
def test_what_cannot_be_revealed_is_refused(changed: dict[str, Any], pointer: str) -> None:
    made = frozen(pool(1, 20), Stratum("all", 3))
    with pytest.raises(BadDrawInput) as refused:
        reveal(made, **{"secret": SECRET, "public_value": "7", "revealed_at": REVEALED, **changed})
    assert refused.value.pointer == pointer


def test_who_is_shut_out_is_not_in_the_sub_pool() -> None:
    candidates = pool(5, 40)
    rules = [
        {"type": "forbidden", "experts": ["e00001"]},
        {"type": "max_load", "limit": 5},
        {"type": "min_affinity", "limit": 0.3},
    ]
    made = frozen(candidates, Stratum("all", 3), rules=rules)
    expected = {one.expert for one in candidates if not check([one], parse(rules))}
    assert {one["expert"] for one in made.terms["pool"]} == expected
    assert 0 < len(expected) < 40


def test_published_example_still_draws_the_same_names() -> None:
    """Pins the algorithm: a change of any digit needs a new version."""
    drawn = record([PanelCandidate(f"e{number}", 0.5) for number in range(10)], Stratum("all", 3, 2))
    assert drawn["pool_hash"].startswith("9aa9c98c99ea3dd8")
    assert [one["expert"] for one in drawn["members"] + drawn["reserves"]] == ["e4", "e9", "e5", "e0", "e1"]
