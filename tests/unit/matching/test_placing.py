"""A place is the one in the whole list, for experts on it and for those who are not allowed; both kernels."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matching import Analyser, Index, Pivot, Profile, Query, best, places
from tests.examples import tried
from tests.reference.pools import CONCEPTS, EXPERTS, LEXICON, pools, queries

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))


@tried(100)
@given(pools, queries, st.sets(st.sampled_from(EXPERTS)), st.sampled_from(("scipy", "numba")))
@example([Profile("e-0")], Query(""), set(), "numba")  # Nobody has anything to be scored.
def test_a_place_is_the_one_in_the_whole_list(pool, query, allowed, kernel):
    index = Index.build(pool, ANALYSER, kernel=kernel)
    listed = best(index, query, 99, allowed=allowed)
    found = places(index, query, EXPERTS, allowed=allowed)
    assert found.ranked == len(listed)
    assert found.ranks.keys() == {profile.expert for profile in pool}
    for expert, affinity in best(index, query, 99):
        before = sum((-other, name) < (-affinity, expert) for name, other in listed)
        assert (found.ranks[expert], found.affinities[expert]) == (1 + before, affinity)


@pytest.mark.parametrize("expert", ["nobody", ""])
def test_who_is_not_in_the_pool_has_no_place(expert):
    assert places(Index.build([Profile("a", "电池")], ANALYSER), Query("电池"), [expert]).ranks == {}
