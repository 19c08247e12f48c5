"""Compiled steps against what NumPy and `math` say, digit by digit."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matching.asking import Counted
from matching.kernels import compiled, plain
from matching.kernels.terms import exact_sum
from matching.live import Live

SCORES = st.floats(0, 1, width=32) | st.sampled_from([0.0, 0.25, 0.5, 2.0**-149])
COUNTS = st.integers(0, 3) | st.sampled_from([254, 255, 256, 65_534, 65_535, 65_536, 9_999_999])


@given(st.lists(arrays(np.float32, st.integers(0, 300), elements=SCORES), min_size=1, max_size=3), st.data())
def test_the_same_scores_reach_the_line(scores, data):
    k, factor = data.draw(st.integers(1, 400)), data.draw(st.sampled_from([1.0, 0.99, 0.5]))

    found, expected = (kernel.reaching(scores, k, factor) for kernel in (compiled, plain))

    assert [places.tolist() for places in found] == [places.tolist() for places in expected]


def test_those_as_good_as_the_kth_reach_the_line():
    scores = np.array([0.0, 0.5, 0.25, 0.25, 0.125], dtype=np.float32)

    assert [places.tolist() for places in compiled.reaching([scores, scores[:2]], 3, 1.0)] == [[1, 2, 3], [1]]
    assert [places.tolist() for places in compiled.reaching([scores], 99, 1.0)] == [[1, 2, 3, 4]]


@given(st.lists(st.floats(-1e30, 1e30) | st.sampled_from([1.0, 2.0**-53, 1 + 2.0**-52, -(2.0**-54)]), max_size=40))
def test_sums_are_rounded_once(values):
    assert exact_sum(np.array(values, dtype=np.float64)) == math.fsum(values)


@given(st.lists(st.tuples(st.integers(-1, 9), COUNTS, st.booleans()), max_size=30), st.data())
def test_terms_weigh_the_same(terms, data):
    native, weight = data.draw(st.integers(0, len(terms))), data.draw(st.sampled_from([0.0, 0.5]))
    df = {
        field: np.array(data.draw(st.lists(COUNTS, min_size=8, max_size=8)), np.int32) for field in ("native", "pivot")
    }
    counted = Counted(
        tuple(map(str, range(len(terms)))),
        native,
        np.array([tf for _, tf, _ in terms], dtype=np.int64),
        np.array([named for *_, named in terms], dtype=np.bool_),
    )
    numbers = np.array([number for number, *_ in terms], dtype=np.int64)

    found, expected = (kernel.known(counted, numbers, Live(df, 10_000_000), weight) for kernel in (compiled, plain))

    assert found.native == expected.native
    for name in ("places", "numbers", "dfs", "weights"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist()
