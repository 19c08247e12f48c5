"""Why A stands before B: the lines add up to the difference of the affinities exactly, from a stored snapshot too."""

import json

from hypothesis import assume, given
from hypothesis import strategies as st

from matching import Analyser, Aspect, Index, Item, Pivot, Profile, Query, compare, rank, reckonings, snapshot
from tests.examples import tried
from tests.reference.pools import CONCEPTS, LEXICON, by_id, pools, queries

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))


@tried(60)
@given(pools, queries, st.randoms(use_true_random=False))
def test_differences_sum_to_the_difference_of_the_affinities_in_any_order(pool, query, random):
    ranking = rank(Index.build(pool, ANALYSER), query, 9, by_id(pool))
    assume(len(ranking.candidates) >= 2)
    stored = json.loads(json.dumps(snapshot(ranking)))
    (_, first), *_, (_, last) = reckonings(stored)
    lines = list(compare(first, last))
    random.shuffle(lines)
    assert sum(line.value for line in lines) == first.affinity - last.affinity


def test_most_decisive_line_comes_first_and_adjustments_have_lines_of_their_own():
    pool = [
        Profile("a", "商标", (Item("商标 品牌"),), codes=frozenset({"TM"})),
        Profile("b", "商标 许可", (Item("商标", verified=False),), frozenset()),
    ]
    query = Query("商标", aspects=(Aspect("GI", "must"),))
    found = dict(reckonings(snapshot(rank(Index.build(pool, ANALYSER), query, 2, by_id(pool)))))
    lines = compare(found["a"], found["b"])
    assert lines[0].field == "concept"
    assert lines[0].label == "TM"
    assert {line.label for line in lines if line.field == "adjustment"} == {"missing_must GI", "unverified"}


def test_nobody_differs_from_themselves():
    pool = [Profile("a", "商标")]
    found = dict(reckonings(snapshot(rank(Index.build(pool, ANALYSER), Query("商标"), 1, by_id(pool)))))
    assert compare(found["a"], found["a"]) == ()
