"""What an aspect weighs: its code counts at least as much as `aspect_floor` mentions, whatever the text has of it, and
`aspect_weight` more.
"""

import json
import math

import pytest

from matching import Analyser, Aspect, Index, Parameters, Pivot, Profile, Query, best, rank, recompute, snapshot
from tests.reference.naive import naive_affinities
from tests.reference.pools import CONCEPTS, LEXICON, by_id

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))

POOL = [
    Profile("mark", "商标 电池", codes=frozenset({"TM"})),
    Profile("origin", "茶叶 地理标志", codes=frozenset({"GI"})),
    Profile("plain", "电池 许可"),
]
FLOOR, SUM = Parameters(aspect_floor=1.25), Parameters(aspect_floor=0.0, aspect_weight=2.0)


def weight(text, parameters, *aspects):
    """What the code of trade marks weighs in a request, in mentions."""
    index = Index.build(POOL, ANALYSER)
    ranking = rank(index, Query("", text, tuple(map(Aspect, aspects))), 3, by_id(POOL), parameters)
    field = ranking.prepared.fields["pivot"]
    place = field.terms.index("=TM")
    tf = int(field.tfs[place])
    return (1.0 + math.log(tf) if tf else 0.0) * float(field.rarities[place]) + float(field.boosts[place])


def test_aspect_that_the_text_does_not_have_counts_as_the_floor():
    assert weight("电池", FLOOR, "TM") == 1.25


def test_aspect_that_the_text_has_once_is_lifted_to_the_floor():
    assert weight("商标", FLOOR) == 1.0
    assert weight("商标", FLOOR, "TM") == 1.25


def test_naming_what_the_text_says_often_enough_changes_nothing():
    assert weight("商标，商标", FLOOR, "TM") == weight("商标，商标", FLOOR) == pytest.approx(math.sqrt(2))
    query, named = Query("", "商标，商标与电池"), Query("", "商标，商标与电池", (Aspect("TM"),))
    index = Index.build(POOL, ANALYSER)
    assert best(index, query, 3, FLOOR) == best(index, named, 3, FLOOR)


def test_weight_is_added_to_mentions_and_floor():
    assert weight("商标", SUM, "TM") == 3.0
    assert weight("电池", Parameters(aspect_floor=1.25, aspect_weight=0.5), "TM") == 1.75


def test_requests_without_aspects_are_ranked_as_before():
    index = Index.build(POOL, ANALYSER)
    assert best(index, Query("", "电池商标"), 3, FLOOR) == best(index, Query("", "电池商标"), 3, SUM)


@pytest.mark.parametrize("kernel", ["numba", "scipy"])
@pytest.mark.parametrize("parameters", [FLOOR, SUM, Parameters(aspect_weight=0.5, repetition=0.0)])
def test_affinities_equal_those_of_the_naive_reference(kernel, parameters):
    query = Query("商标", "电池商标与茶叶", (Aspect("TM", "must"), Aspect("GI")))
    found = dict(best(Index.build(POOL, ANALYSER, kernel=kernel), query, 9, parameters))

    expected = naive_affinities(POOL, query, ANALYSER, parameters)
    assert found == pytest.approx({one: value for one, value in expected.items() if value > 0}, abs=1e-9)


def test_a_list_of_the_time_before_recomputes_though_it_states_no_floor():
    query = Query("", "商标与电池", (Aspect("TM"), Aspect("GI")))
    ranking = rank(Index.build(POOL, ANALYSER), query, 3, by_id(POOL), SUM)
    stored = json.loads(json.dumps(snapshot(ranking)))
    del stored["parameters"]["aspect_floor"]

    assert recompute(stored) == [(one.expert, one.affinity) for one in ranking.candidates]
