"""Filling by coverage equals a naive greedy choice; a share of 0 is the order of affinity; affinities never change."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matching import Analyser, Aspect, Index, Parameters, Pivot, Profile, Query, ask, rank
from matching.diversity import fill, worth_of
from tests.examples import tried
from tests.reference.pools import CONCEPTS, LEXICON, by_id

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))
amounts = st.lists(st.integers(0, 8).map(lambda n: n / 8), min_size=1, max_size=7)


def naive(affinities, held, weights, k, share):
    """Take, again and again, whoever is worth most now; the straightforward way."""
    order = sorted((one for one in range(len(affinities)) if affinities[one] > 0), key=lambda one: -affinities[one])
    taken, covered = [], set()
    while order and len(taken) < k:
        top = max(affinities)

        def worth(one, top=top, covered=frozenset(covered)):
            new = sum(w for code, w in enumerate(weights) if held[code][one] and code not in covered)
            return (1 - share) * affinities[one] / top + share * new / sum(weights)

        best = max(order, key=lambda one: round(worth(one), 9))
        order.remove(best)
        taken.append(best)
        covered |= {code for code in range(len(weights)) if held[code][best]}
    return taken


@tried(200)
@given(
    amounts,
    st.lists(st.sampled_from([1.0, 2.0]), min_size=1, max_size=4),
    st.integers(0, 9),
    st.sampled_from([0.0, 0.25, 0.5, 1.0]),
    st.data(),
)
def test_filling_takes_what_a_naive_greedy_choice_takes(affinities, weights, k, share, data):
    row = st.lists(st.booleans(), min_size=len(affinities), max_size=len(affinities))
    held = [np.array(data.draw(row)) for _ in weights]
    assert fill(np.array(affinities), held, weights, k, share) == naive(affinities, held, weights, k, share)


def test_share_of_zero_is_the_order_of_affinity():
    held = [np.array([False, True, True])]
    assert fill(np.array([0.5, 0.2, 0.4]), held, [1.0], 3, 0.0) == [0, 2, 1]


def test_affinity_counts_in_proportion_to_the_greatest():
    held = [np.array([False, True])]
    for top in (0.8, 0.08):  # However low all are: a part of the greatest and a code, against the greatest alone.
        assert fill(np.array([top, 0.6 * top]), held, [1.0], 1, 0.25) == [0]
        assert fill(np.array([top, 0.7 * top]), held, [1.0], 1, 0.25) == [1]


def test_a_code_is_worth_its_weight_among_all():
    held = [np.array([True, False]), np.array([False, True])]
    assert fill(np.array([0.5, 0.5]), held, [1.0, 2.0], 1, 0.5) == [1]
    assert fill(np.array([0.5, 0.4]), held, [1.0, 2.0], 1, 0.25) == [0]
    assert fill(np.array([0.5, 0.4]), held, [1.0, 2.0], 1, 0.5) == [1]


def test_of_equals_to_nine_digits_the_first_is_taken():
    held = [np.array([True, False]), np.array([False, True]), np.array([False, True])]
    assert fill(np.array([0.5, 0.5]), held, [0.3, 0.1, 0.2], 1, 1.0) == [0]


def test_with_nothing_to_cover_the_order_is_that_of_affinity():
    with np.errstate(all="raise"):
        assert fill(np.array([0.2, 0.5, 0.4]), [], [], 2, 0.5) == [1, 2]


def test_covering_a_named_aspect_is_worth_twice_what_the_words_point_to():
    asked = ask(Query("商标 GI", aspects=(Aspect("GI"), Aspect("FN-SEP", "must"))), ANALYSER)
    index = Index.build([], ANALYSER)
    with index.at_version() as live:
        prepared = index.prepared(asked, Parameters(), live)
    assert worth_of(asked, prepared) == {"TM": 1.0, "GI": 2.0, "FN-SEP": 2.0}


def test_second_place_goes_to_whoever_covers_what_the_first_does_not():
    pool = [
        Profile("a", "商标 商标", codes=frozenset({"TM"})),
        Profile("b", "商标", codes=frozenset({"TM"})),
        Profile("c", "地理标志 茶叶 电池", codes=frozenset({"GI"})),
    ]
    query = Query("商标", aspects=(Aspect("TM"), Aspect("GI")))
    index = Index.build(pool, ANALYSER)
    plain = {one.expert: one.affinity for one in rank(index, query, 3, by_id(pool)).candidates}
    spread = rank(index, query, 2, by_id(pool), Parameters(diversify=0.8)).candidates
    assert {one.expert for one in spread} >= {"c"}
    assert all(one.affinity == plain[one.expert] for one in spread)


def test_nobody_without_affinity_fills_a_place():
    assert fill(np.array([0.0, 0.0]), [np.array([True, True])], [1.0], 2, 1.0) == []
