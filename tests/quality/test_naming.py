"""Pinned: naming aspects that a request wants makes its list better, naming only a few of them or confirming whatever
its words point to makes it no worse, and more of what is named is held by the first seven.
"""

import pytest

from expertdb.services.analysers import default_analyser
from matching.metrics import mean_interval
from tests.quality.judged import SETS, JudgedSet, load, matcher
from tests.quality.naming import ALL, confirming, draws, held, ndcgs_of_draws

SCORE = matcher(default_analyser())


@pytest.fixture(scope="module", params=SETS)
def judged(request: pytest.FixtureRequest) -> JudgedSet:
    return load(request.param)


def ndcg(named: list[JudgedSet]) -> float:
    return mean_interval(list(ndcgs_of_draws(named, SCORE).values())).value


def test_naming_all_that_is_wanted_makes_lists_better(judged: JudgedSet) -> None:
    assert ndcg(draws(judged, ALL)) > ndcg([judged]) + 0.015


def test_naming_a_few_does_no_harm(judged: JudgedSet) -> None:
    unnamed = ndcg([judged])
    assert ndcg(draws(judged, 1)) > unnamed - 0.005
    assert ndcg(draws(judged, 3)) > unnamed


def test_confirming_whatever_is_recognised_changes_little(judged: JudgedSet) -> None:
    assert ndcg([confirming(judged)]) > ndcg([judged]) - 0.01


def test_first_seven_hold_more_of_what_is_named(judged: JudgedSet) -> None:
    named = draws(judged, 3)
    assert held(named, named, SCORE) > held([judged] * len(named), named, SCORE) + 0.03
