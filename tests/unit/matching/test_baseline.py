"""With a baseline: affinities equal the naive reference, ties stay ties, and nothing changes without one.
`test_shifting.py` has what holds of likeness, too.
"""

from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import Analyser, Index, Item, Parameters, Pivot, Profile, Query, best, rank
from matching.baseline import background
from tests.examples import tried
from tests.reference.naive import naive_affinities
from tests.reference.pools import CONCEPTS, LEXICON, by_id, pools, queries

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))
BASELINE = Parameters(baseline=0.7)
GENERALIST = Profile("general", "专利 商标 许可 trademark licence 电池", (), frozenset({"TM"}))
SPECIALIST = Profile("special", "电池 battery", (Item("电池"),))
POOL = [GENERALIST, SPECIALIST]
shares = st.sampled_from((0.3, 0.7, 1.0))


@tried(25)
@given(pools, queries, shares)
def test_affinities_equal_those_of_the_naive_reference(pool, query, share):
    index, parameters = Index.build(pool, ANALYSER), Parameters(baseline=share)
    scores = index.score(query, parameters)
    expected = naive_affinities(pool, query, ANALYSER, parameters)
    assert dict(zip(scores.experts, scores.affinities, strict=True)) == pytest.approx(expected, abs=1e-9)
    assert dict(best(index, query, 9, parameters)) == pytest.approx(
        {expert: affinity for expert, affinity in expected.items() if affinity > 1e-12}, abs=1e-9
    )


def test_equal_experts_stand_in_the_order_of_their_ids():
    pool = [replace(SPECIALIST, expert=name) for name in ("c", "a", "b")] + [GENERALIST]
    found = best(Index.build(pool, ANALYSER), Query("", "battery"), 2, BASELINE)
    assert [expert for expert, _ in found] == ["a", "b"]
    assert found[0][1] == found[1][1]


def test_what_is_shared_with_requests_in_general_is_a_line_of_its_own():
    (found,) = rank(Index.build(POOL, ANALYSER), Query("", "茶叶 licence"), 5, by_id(POOL), BASELINE).candidates
    index = Index.build(POOL, ANALYSER)
    means = np.mean([index.score(one).affinities for one in background()], axis=0)
    (line,) = found.reasons.adjustments
    assert (line.name, line.value) == ("baseline", pytest.approx(-0.7 * means[0]))


def test_whoever_has_no_more_in_common_than_with_any_request_is_no_candidate():
    query = Query("", "商标 电池")
    index = Index.build(POOL, ANALYSER)
    assert {expert for expert, _ in best(index, query, 5)} == {"general", "special"}
    weak = next(one for one in background() if "商标" in one.text)
    assert dict(best(index, weak, 5, Parameters(baseline=1.0))).keys() <= {"general"}


def test_a_list_filled_by_coverage_takes_the_corrected_affinities():
    query = Query("", "商标 电池 battery")
    index = Index.build(POOL, ANALYSER)
    spread = replace(BASELINE, diversify=0.2)
    assert dict(best(index, query, 5, spread)) == dict(best(index, query, 5, BASELINE))


def test_without_a_baseline_the_fingerprint_is_what_it_was():
    assert Parameters().fingerprint() == Parameters(baseline=0.0).fingerprint() != BASELINE.fingerprint()
    stored = asdict(Parameters())
    del stored["baseline"]  # As in lists from before.
    assert Parameters(**stored) == Parameters()


def test_the_background_is_as_many_requests_in_chinese_as_in_english():
    languages = [ANALYSER.analyse(one.text).language for one in background()]
    assert languages == ["zh", "en"] * 12
