"""Scores with SciPy and NumPy: who reaches the line, and what rows count, whatever was asked before."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matching import Analyser, Index, Item, Parameters, Pivot, Profile, Query, ask
from matching.kernels import plain
from matching.scanning import fast
from tests.reference.pools import CONCEPTS, LEXICON

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))

SCORES = st.floats(0, 1, width=32) | st.sampled_from([0.0, 0.25, 0.5, 2.0**-149])
PROFILES = [
    Profile("zh", "专利侵权判定与诉讼。"),
    Profile("en", "Patent infringement opinions."),
    Profile("doubted", "", (Item("Patent infringement", "An opinion.", verified=False),)),
]


@given(st.lists(arrays(np.float32, st.integers(0, 700), elements=SCORES), min_size=1, max_size=3), st.data())
def test_exactly_those_who_reach_the_line_are_found(scores, data):
    k, factor = data.draw(st.integers(1, 900)), data.draw(st.sampled_from([1.0, 0.99, 0.5]))
    everybody = np.sort(np.concatenate(scores))[::-1]
    line = np.float32(float(everybody[k - 1]) * factor if k <= len(everybody) else 0.0)

    found = plain.reaching(scores, k, factor)

    assert [own.tolist() for own in found] == [np.flatnonzero((own > 0) & (own >= line)).tolist() for own in scores]


def scores_of(index, query, parameters):
    with index.at_version() as live:
        prepared = index.prepared(ask(query, ANALYSER), parameters, live)
        return fast(index.parts, prepared, parameters, index.kernel, index.select(None), [], live)[0][0].tolist()


def test_what_rows_count_is_remembered_for_its_way_of_counting_alone():
    used = Index.build(PROFILES, ANALYSER, kernel="scipy")
    ways = [*(Parameters(native_weight=one / 10) for one in range(5)), Parameters(unverified_factor=0.25), Parameters()]
    for parameters in (*ways, *reversed(ways)):
        for query in (Query("专利侵权判定与诉讼"), Query("patent infringement opinions 专利")):
            anew = Index.build(PROFILES, ANALYSER, kernel="scipy")
            found = scores_of(used, query, parameters)
            assert found == scores_of(anew, query, parameters)
            assert any(found)
