"""Reckonings of experts whom nothing connects with the request; `test_ranking.py` has the sums of those whom something
does.
"""

import pytest

from matching import Analyser, Index, Item, Parameters, Pivot, Profile, Query, ask
from matching.gathering import gather
from matching.reckoning import reckon
from tests.reference.pools import CONCEPTS, LEXICON

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))


def test_the_shares_of_an_experts_items_sum_to_one_or_where_none_has_any_to_nothing():
    pool = [Profile("a", "电池", (Item("battery tea"),)), Profile("b", "商标", (Item("licence"),)), Profile("c")]
    index, parameters = Index.build(pool, ANALYSER), Parameters()
    with index.at_version() as live:
        prepared = index.prepared(ask(Query("电池"), ANALYSER), parameters, live)
        evidence = gather([index.located([one])[one] for one in "abc"], prepared, live)
    found = reckon(prepared.fields, prepared.language, evidence, [()] * 3, parameters).all
    assert [sum(one.shares) for one in found] == [pytest.approx(1.0), 0.0, 0.0]
    assert [(one.affinity, one.terms) for one in found[1:]] == [(0.0, ())] * 2
