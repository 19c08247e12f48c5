"""Compiled steps against what NumPy and `math` say, digit by digit."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matching.asking import Counted
from matching.kernels import compiled, plain
from matching.kernels.scan import select
from matching.kernels.terms import exact_sum
from matching.live import Live
from matching.moving import Moves, moved
from matching.ranges import bounds

SCORES = st.floats(0, 1, width=32) | st.sampled_from([0.0, 0.25, 0.5, 2.0**-149])
NONE = np.zeros(0, dtype=np.float32)
COUNTS = st.integers(0, 3) | st.sampled_from([254, 255, 256, 65_534, 65_535, 65_536, 9_999_999])


@given(st.lists(arrays(np.float32, st.integers(0, 300), elements=SCORES), min_size=1, max_size=3), st.data())
def test_the_same_scores_reach_the_line(scores, data):
    k, factor = data.draw(st.integers(1, 400)), data.draw(st.sampled_from([1.0, 0.99, 0.5]))

    found, expected = selected(scores, k, factor), plain.reaching(scores, k, factor)

    for number, (own, places, wanted) in enumerate(zip(scores, found, expected, strict=True)):
        line = np.float32(kth(scores[: number + 1], k, sum(map(len, scores))) * factor)
        assert places == np.flatnonzero((own > 0) & (own >= line)).tolist()
        assert set(wanted.tolist()) <= set(places)


def selected(scores, k, factor):
    """What `select` notes of several parts, one after the other."""
    heap = np.zeros(k if k <= sum(map(len, scores)) else 0, dtype=np.float32)
    everybody = [(own.copy(), np.ones(len(own), dtype=np.bool_)) for own in scores]
    return [select(*one, NONE, NONE, heap, factor, NONE).tolist() for one in everybody]


def kth(scores, k, total):
    """The k-th greatest of the scores so far, 0 where there are not so many or nobody is to be left out."""
    so_far = np.sort(np.concatenate(scores))
    return float(so_far[-k]) if k <= min(len(so_far), total) else 0.0


def test_those_as_good_as_the_kth_reach_the_line():
    scores = np.array([0.0, 0.5, 0.25, 0.25, 0.125], dtype=np.float32)

    assert selected([scores, scores[:2]], 3, 1.0) == [[1, 2, 3], [1]]
    assert selected([scores], 99, 1.0) == [[1, 2, 3, 4]]


@pytest.mark.parametrize(("k", "factor"), [(1, 1.0), (20, 0.97), (3000, 1.0), (6000, 1.0)])
def test_whoever_comes_last_may_be_the_best_of_many(k, factor):
    scores = np.arange(1, 5001, dtype=np.float32)  # Each is better than all before: most are noted in vain.

    (found,) = selected([scores], k, factor)

    least = max(5001 - k, 1) * factor
    assert found == [place for place, score in enumerate(scores.tolist()) if score >= np.float32(least)]


@given(st.integers(1, 1100), st.data())
def test_scores_are_moved_as_numpy_does(length, data):
    scores, added, factors = (
        data.draw(arrays(np.float32, length, elements=st.floats(0, 1, width=32), fill=st.just(0.25))) for _ in range(3)
    )
    mask = data.draw(arrays(np.bool_, length, fill=st.booleans()))
    moves = Moves(mask, *(one.astype(np.float64)[: length * data.draw(st.booleans())] for one in (added, factors)))
    out = np.full(length, -1, dtype=np.float32)

    select(scores.copy(), mask, *(one.astype(np.float32) for one in moves[1:]), NONE, 1.0, out)

    np.testing.assert_array_equal(out, np.where(mask, moved(scores, moves), np.float32(0)))


@example([1.0, -(2.0**-54), -2.2e-313])  # So little tells which way half a unit goes that a product with it is nothing.
@given(st.lists(st.floats(-1e30, 1e30) | st.sampled_from([1.0, 2.0**-53, 1 + 2.0**-52, -(2.0**-54)]), max_size=40))
def test_sums_are_rounded_once(values):
    assert exact_sum(np.array(values, dtype=np.float64)) == math.fsum(values)


@given(st.lists(st.tuples(st.integers(-1, 9), COUNTS, st.booleans()), max_size=30), st.data())
def test_terms_weigh_the_same(terms, data):
    native = data.draw(st.integers(0, len(terms)))
    df = {
        field: np.array(data.draw(st.lists(COUNTS, min_size=8, max_size=8)), np.int32) for field in ("native", "pivot")
    }
    rare = np.array(data.draw(st.lists(st.floats(0.01, 1.0), min_size=len(terms), max_size=len(terms))), dtype=float)
    counted = Counted(
        tuple(map(str, range(len(terms)))),
        native,
        np.array([tf for _, tf, _ in terms], dtype=np.int64),
        np.array([named for *_, named in terms], dtype=np.bool_),
    )
    numbers = np.array([number for number, *_ in terms], dtype=np.int64)
    boosts = np.where(counted.named, data.draw(st.sampled_from([0.0, 0.5])), 0.0)

    found, expected = (
        kernel.known(counted, rare, boosts, numbers, Live(df, 10_000_000)) for kernel in (compiled, plain)
    )

    assert found.native == expected.native
    for name in ("places", "numbers", "dfs", "weights"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist()


@given(st.data())
def test_norms_are_mended_the_same(data):
    wide = data.draw(st.booleans())
    n_terms = data.draw(st.integers(12, 40) if wide else st.integers(500, 2000))
    held = data.draw(st.lists(st.lists(st.integers(0, 11), max_size=8, unique=True), min_size=1, max_size=200))
    spread = 1 if wide else n_terms // 12  # Few postings and many terms: the segment numbers its own.
    columns = np.array([term * spread for row in held for term in sorted(row)], dtype=np.int32)
    tfs = np.array(data.draw(st.lists(st.integers(1, 3), min_size=len(columns), max_size=len(columns))), dtype=np.uint8)
    starts, rectangles = bounds(np.array([len(row) for row in held])), np.array([[0, 1, 0, len(held)]])
    terms = np.array(data.draw(st.lists(st.integers(0, n_terms + 3), min_size=1, max_size=6, unique=True)))
    gains = np.array(data.draw(st.lists(st.floats(-0.1, 2.0), min_size=len(terms), max_size=len(terms))))

    found = []
    for kernel in (compiled, plain):
        norms = np.full(len(held), 0.5, dtype=np.float32)
        kernel.invert(starts, columns, tfs, n_terms, rectangles).mend(norms, terms, gains)
        found.append(norms)

    np.testing.assert_allclose(*found, rtol=1e-6)


def test_what_is_made_of_a_few_edits_is_not_as_wide_as_the_vocabulary():
    columns, tfs = np.array([7, 900_000, 7], dtype=np.int32), np.array([1, 2, 1], dtype=np.uint8)
    made = [
        kernel.invert(np.array([0, 2, 3]), columns, tfs, 1_000_000, np.array([[0, 1, 0, 2]]))
        for kernel in (compiled, plain)
    ]

    assert all(one.terms.tolist() == [7, 900_000] for one in made)
    assert [sorted(one.postings(np.array([900_000, 8]))[0].tolist()) for one in made] == [[0], [0]]
    assert sum(array.nbytes for array in (made[0].blocks, *made[0].arrays)) < 1000
