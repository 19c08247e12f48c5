"""The glosses of one Chinese word share its weight, and repetition in a request counts less than in an item."""

import json
from dataclasses import replace

import pytest

from matching import Analyser, Concepts, Index, Parameters, Pivot, Profile, Query, best, rank, recompute, snapshot
from matching.asking import ask, factors
from tests.reference.naive import naive_affinities
from tests.reference.pools import by_id

# One word with four stems, one with one.
ANALYSER = Analyser(Concepts(), Pivot({}, {"研讨": "discussion; seminar; deliberate; explore", "电池": "battery"}))
POOL = [
    Profile("talks", "seminar: to deliberate and explore, with discussion"),
    Profile("knows", "battery cells"),
    Profile("zh", "电池研讨"),
]
ON, OFF = Parameters(gloss_damping=1.0), Parameters(gloss_damping=0.0, repetition=0.0)


def factor(text, field, term, parameters=ON):
    asked = ask(Query("", text), ANALYSER)
    terms = asked.counted.terms
    own = terms[: asked.counted.native] if field == "native" else terms[asked.counted.native :]
    place = own.index(term) + (0 if field == "native" else asked.counted.native)
    return float(factors(asked, ANALYSER, parameters)[place])


def test_each_of_four_glosses_counts_a_quarter_and_an_only_one_in_full():
    assert factor("电池研讨", "pivot", "seminar") == 0.25
    assert factor("电池研讨", "pivot", "batteri") == 1.0
    assert factor("电池研讨", "native", "研讨") == 1.0


def test_half_a_damping_lies_between():
    assert factor("研讨", "pivot", "seminar", replace(ON, gloss_damping=0.5)) == 0.5


def test_a_word_that_is_written_in_english_as_well_counts_by_the_mean_of_its_mentions():
    assert ANALYSER.read("研讨 seminar").gloss_shares()["seminar"] == (0.25 + 1.0) / 2
    assert ANALYSER.read("研讨，研讨 seminar").gloss_shares()["seminar"] == pytest.approx((0.25 + 0.25 + 1.0) / 3)


def test_an_english_request_has_no_glosses():
    assert ANALYSER.read("a seminar on battery cells").gloss_shares() == {}


def test_four_mentions_count_twice_one():
    alone, fourfold = ask(Query("", "battery"), ANALYSER), ask(Query("", "battery; " * 4), ANALYSER)
    levels = [
        (1.0 + 1.3862943611198906 * (asked is fourfold)) * factors(asked, ANALYSER, ON)[-1]
        for asked in (alone, fourfold)
    ]
    assert levels == pytest.approx([1.0, 2.0])


def test_both_off_leave_every_weight_as_in_an_item():
    assert factors(ask(Query("", "研讨研讨 battery battery"), ANALYSER), ANALYSER, OFF).tolist() == pytest.approx(
        [1.0] * len(ask(Query("", "研讨研讨 battery battery"), ANALYSER).counted.terms)
    )


def test_whoever_holds_the_word_stands_before_whoever_holds_glosses_of_another():
    query, index = Query("", "电池研讨"), Index.build(POOL, ANALYSER)
    assert [expert for expert, _ in best(index, query, 3, ON)] == ["zh", "knows", "talks"]
    assert [expert for expert, _ in best(index, query, 3, OFF)] == ["zh", "talks", "knows"]


@pytest.mark.parametrize("kernel", ["numba", "scipy"])
@pytest.mark.parametrize("parameters", [ON, OFF, replace(ON, request_rarity=1.0, gloss_damping=0.5, repetition=0.3)])
def test_affinities_equal_those_of_the_naive_reference(kernel, parameters):
    query = Query("电池研讨", "请安排电池研讨，研讨 battery 的安全 seminar，电池专家两名。")
    found = dict(best(Index.build(POOL, ANALYSER, kernel=kernel), query, 9, parameters))

    expected = naive_affinities(POOL, query, ANALYSER, parameters)
    assert found == pytest.approx({one: value for one, value in expected.items() if value > 0}, abs=1e-9)


@pytest.mark.parametrize("parameters", [ON, OFF])
def test_a_stored_list_recomputes_with_both_and_without(parameters):
    ranking = rank(Index.build(POOL, ANALYSER), Query("", "电池研讨研讨"), 3, by_id(POOL), parameters)
    stored = json.loads(json.dumps(snapshot(ranking)))
    expected = [(one.expert, one.affinity) for one in ranking.candidates]

    assert recompute(stored) == expected
    assert ("rarities" in stored["query"]["fields"]["pivot"]) == (parameters is ON)


def test_a_list_of_the_time_before_recomputes_though_it_states_neither():
    ranking = rank(Index.build(POOL, ANALYSER), Query("", "电池研讨研讨"), 3, by_id(POOL), OFF)
    stored = json.loads(json.dumps(snapshot(ranking)))
    for name in ("gloss_damping", "repetition"):
        del stored["parameters"][name]

    assert recompute(stored) == [(one.expert, one.affinity) for one in ranking.candidates]


def test_ranges_are_kept():
    for name in ("gloss_damping", "repetition"):
        with pytest.raises(ValueError, match=f"{name} is 1.5; choose from 0 to 1"):
            replace(OFF, **{name: 1.5})
