"""Words that stand in most requests count less, and nothing else changes."""

import json
from dataclasses import replace

import pytest

from matching import (
    Analyser,
    Aspect,
    Concepts,
    Index,
    Parameters,
    Pivot,
    Profile,
    Query,
    best,
    rank,
    recompute,
    snapshot,
)
from matching.rarity import requests
from tests.reference.naive import naive_affinities
from tests.reference.pools import CONCEPTS, LEXICON, by_id

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))
ASKING, KNOWING = Profile("asking", "please recommend experts"), Profile("knowing", "lithium separators")
POOL = [ASKING, KNOWING]
QUERY = Query("", "please recommend experts who know lithium separators")
FINGERPRINT = (
    "851255647765cdcaf7d3dd821f49f1517b2f57c4eaf27f47dac35c9afcd58004"  # of the version before there was rarity
)
ON, OFF = Parameters(request_rarity=1.0), Parameters()
BEFORE = Parameters(aspect_floor=0.0, aspect_weight=2.0, gloss_damping=0.0, repetition=0.0)


def rarity(language, term):
    (found,) = ANALYSER.rarities.of(language, "native", [term])
    return found


def test_the_background_has_fifty_requests_in_either_language():
    languages = [language for language, _ in requests()]
    assert [languages.count(language) for language in ("zh", "en")] == [50, 50]
    assert len(set(requests())) == 100
    assert all(Analyser(Concepts(), Pivot({})).analyse(text).language == language for language, text in requests())


def test_a_word_counts_the_less_the_more_requests_hold_it():
    held = {word: sum(word in text for language, text in requests() if language == "zh") for word in ("专", "家", "锂")}
    assert held["专"] > held["锂"]
    assert rarity("zh", "专") < rarity("zh", "锂") <= 1.0
    assert rarity("en", "expert") < 0.5
    assert rarity("en", "lithium separators") == 1.0


def test_nothing_is_usual_in_a_language_without_a_background():
    assert rarity("", "expert") == 1.0


def test_whoever_knows_stands_before_whoever_writes_like_a_request():
    index = Index.build(POOL, ANALYSER)
    assert [expert for expert, _ in best(index, QUERY, 2, ON)] == ["knowing", "asking"]
    assert [expert for expert, _ in best(index, QUERY, 2, OFF)] == ["asking", "knowing"]


def test_a_request_of_such_words_alone_still_finds_who_writes_them():
    assert [expert for expert, _ in best(Index.build(POOL, ANALYSER), Query("", "experts, please"), 2, ON)] == [
        "asking"
    ]


def test_a_code_counts_in_full_however_many_requests_hold_it():
    assert any("=TM" in ANALYSER.analyse(text).native for language, text in requests() if language == "zh")
    assert rarity("zh", "=TM") == 1.0 > rarity("zh", "商标")


@pytest.mark.parametrize("parameters", [ON, OFF])
def test_a_stored_list_recomputes_with_it_and_without(parameters):
    ranking = rank(Index.build(POOL, ANALYSER), QUERY, 2, by_id(POOL), parameters)
    stored = json.loads(json.dumps(snapshot(ranking)))

    assert ("rarities" in stored["query"]["fields"]["native"]) == (parameters is ON)
    assert recompute(stored) == [(one.expert, one.affinity) for one in ranking.candidates]


@pytest.mark.parametrize("kernel", ["numba", "scipy"])
def test_affinities_equal_those_of_the_naive_reference(kernel):
    query = Query("请推荐专家", "请推荐两名熟悉商标与电池专利无效的专家，召开一次论证会。", (Aspect("TM", "nice"),))
    pool = [*POOL, Profile("c", "商标论证会，电池专利无效", codes=frozenset({"TM"})), Profile("d", "推荐专家")]
    found = dict(best(Index.build(pool, ANALYSER, kernel=kernel), query, 9, ON))

    expected = naive_affinities(pool, query, ANALYSER, ON)
    assert found == pytest.approx({one: value for one, value in expected.items() if value > 0}, abs=1e-9)
    assert found != pytest.approx(dict(best(Index.build(pool, ANALYSER), query, 9)), abs=1e-3)


def test_without_it_a_list_has_the_fingerprint_it_had():
    assert OFF.fingerprint() != ON.fingerprint()
    assert BEFORE.fingerprint() == FINGERPRINT != OFF.fingerprint()


def test_a_range_is_kept():
    with pytest.raises(ValueError, match="request_rarity is 3; choose from 0 to 2"):
        replace(OFF, request_rarity=3)
