"""Odd requests and odd pools: every one is answered with finite affinities from 0 to 1 that add up, in a stable order.

Third languages and signs over HTTP are in `tests/api/test_shortlists.py`, texts of 200,000 characters in
`test_text.py`.
"""

from dataclasses import replace

import pytest

from matching import Analyser, Aspect, Index, Item, Parameters, Pivot, Profile, Query, places, rank, recompute, snapshot
from tests.reference.naive import naive_affinities
from tests.reference.pools import CONCEPTS, LEXICON, by_id

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))
POOL = [
    Profile(
        "a", "电池专利无效", (Item("锂电池专利无效案"), Item("Battery patent", verified=False)), frozenset({"LG-INV"})
    ),
    Profile("b", "茶叶商标许可", (Item("tea trademark licence"),), frozenset({"TM"})),
    Profile("c", "Патент на аккумулятор 🔋"),
    Profile("d"),
]
REQUESTS = {
    "nothing": "",
    "white space": " \n\t　",
    "one character": "茶",
    "one word": "battery",
    "a stop word": "the",
    "a third language": "Патент на аккумулятор и товарный знак",
    "kana": "電池の特許",
    "from right to left": "براءة اختراع",
    "emoji": "🔋🚗👩‍⚖️" * 50,
    "halves of characters": "电池\ud800专利\udfff",
    "signs": "？！……()[]{}%$\\",
    "one word ten thousand times": "专利" * 10_000,
    "one English word ten thousand times": "battery " * 10_000,
    "200 kB": "请推荐熟悉电池专利无效宣告的专家。" * 4_000,
}


def check(pool, query, parameters=None):
    """Rank the pool, hold the list against the naive reference, and return it."""
    ranking = rank(Index.build(pool, ANALYSER), query, 9, by_id(pool), parameters)
    expected = naive_affinities(pool, query, ANALYSER, parameters or Parameters())
    assert {one.expert: one.affinity for one in ranking.candidates} == pytest.approx(
        {expert: affinity for expert, affinity in expected.items() if affinity > 0}, abs=1e-9
    )
    for one in ranking.candidates:
        lines = [*(line.contribution for line in one.reasons.terms), *(line.value for line in one.reasons.adjustments)]
        assert sum(lines) + one.reasons.rest == one.affinity <= 1 + 1e-12
    assert recompute(snapshot(ranking)) == [(one.expert, one.affinity) for one in ranking.candidates]
    return [one.expert for one in ranking.candidates]


@pytest.mark.parametrize("text", REQUESTS.values(), ids=REQUESTS.keys())
def test_any_request_is_answered_as_the_naive_reference_answers_it(text):
    check(POOL, Query("", text))


@pytest.mark.parametrize("text", ["", " ", "the", "？！", "😀"])
def test_a_request_that_says_nothing_finds_nobody_unless_an_aspect_does(text):
    assert check(POOL, Query("", text)) == []
    assert check(POOL, Query("", text, (Aspect("TM", "must"),))) == ["b"]


def test_a_word_said_ten_thousand_times_finds_the_same_people_as_said_once():
    assert check(POOL, Query("", "电池" * 10_000))[:1] == check(POOL, Query("", "电池"))[:1] == ["a"]
    assert check(POOL, Query("", "battery " * 10_000)) == check(POOL, Query("", "battery"))


@pytest.mark.parametrize("text", REQUESTS.values(), ids=REQUESTS.keys())
def test_a_pool_of_one_is_ranked(text):
    assert check(POOL[:1], Query("", text)) in ([], ["a"])


def test_the_only_expert_is_found_by_a_word_and_stands_first():
    index = Index.build(POOL[:1], ANALYSER)
    assert check(POOL[:1], Query("", "电池")) == ["a"]
    assert places(index, Query("", "电池"), ["a"]).ranks == {"a": 1}


@pytest.mark.parametrize("parameters", [Parameters(), Parameters(diversify=0.5), Parameters(baseline=0.1)])
def test_identical_experts_stand_in_the_order_of_their_ids(parameters):
    pool = [replace(POOL[0], expert=name) for name in ("d", "b", "c", "a")]
    query = Query("", "battery 无效", (Aspect("LG-INV"),))
    ranking = rank(Index.build(pool, ANALYSER), query, 9, by_id(pool), parameters)
    assert [one.expert for one in ranking.candidates] == ["a", "b", "c", "d"]
    assert len({one.affinity for one in ranking.candidates}) == 1
