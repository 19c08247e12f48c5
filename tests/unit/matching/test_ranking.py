"""Order, exact sums, must-haves, gaps, and that a snapshot recomputes to the same digits."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import (
    Analyser,
    Aspect,
    Index,
    Item,
    Parameters,
    Pivot,
    Profile,
    ProfileMoved,
    Query,
    best,
    gaps,
    rank,
    recompute,
    snapshot,
)
from tests.examples import tried
from tests.reference.pools import CONCEPTS, LEXICON, by_id, pools, queries

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))


def ranked(profiles, query, k, parameters=None, allowed=None):
    return rank(Index.build(profiles, ANALYSER), query, k, by_id(profiles), parameters, allowed)


@tried(100)
@given(pools, queries, st.integers(0, 12), st.randoms(use_true_random=False))
def test_contributions_and_adjustments_sum_to_the_affinity_in_any_order(pool, query, shown, random):
    for candidate in ranked(pool, query, 9, Parameters(shown_terms=shown)).candidates:
        reasons = candidate.reasons
        lines = [term.contribution for term in reasons.terms] + [line.value for line in reasons.adjustments]
        lines.append(reasons.rest)
        random.shuffle(lines)
        assert sum(lines) == candidate.affinity
        assert 0 < candidate.affinity <= 1 + 1e-12
        shares = sum(item.share for item in reasons.items)
        assert shares == pytest.approx(1) or (reasons.items_left and shares < 1)


@tried(100)
@given(pools, queries)
def test_a_ranking_is_the_sorted_scores_without_zeros(pool, query):
    index = Index.build(pool, ANALYSER)
    scores = index.score(query)
    ranking = rank(index, query, 99, by_id(pool)).candidates
    assert {one.expert: one.affinity for one in ranking} == pytest.approx(
        {expert: value for expert, value in zip(scores.experts, scores.affinities, strict=True) if value > 0},
        abs=1e-12,
    )
    assert list(ranking) == sorted(ranking, key=lambda one: (-one.affinity, one.expert))
    assert rank(index, query, 2, by_id(pool)).candidates == ranking[:2]


@tried(100)
@given(pools, queries)
def test_a_stored_snapshot_recomputes_to_the_same_digits(pool, query):
    ranking = ranked(pool, query, 5)
    stored = json.loads(json.dumps(snapshot(ranking), ensure_ascii=False))
    assert recompute(stored) == [(one.expert, one.affinity) for one in ranking.candidates]


def test_a_snapshot_of_another_algorithm_is_refused():
    stored = snapshot(ranked([Profile("a", "电池")], Query("电池"), 1)) | {"algorithm": "0"}
    with pytest.raises(ValueError, match="algorithm 0; this code holds"):
        recompute(stored)


def test_equal_experts_stand_in_the_order_of_their_ids():
    pool = [*(Profile(expert, "电池专利许可") for expert in "cab")]
    assert [one.expert for one in ranked(pool, Query("电池"), 2).candidates] == ["a", "b"]


def test_only_allowed_experts_are_candidates():
    pool = [Profile("a", "电池"), Profile("b", "电池")]
    assert [one.expert for one in ranked(pool, Query("电池"), 5, allowed=frozenset({"b"})).candidates] == ["b"]


def test_a_missing_must_have_is_an_adjustment_of_its_own():
    pool = [Profile("a", "电池 商标"), Profile("b", "电池 茶叶")]
    query = Query("电池", aspects=(Aspect("TM", "must"), Aspect("GI")))
    with_it, without = ranked(pool, query, 2).candidates
    assert (with_it.expert, with_it.reasons.aspects_covered, with_it.reasons.adjustments) == (
        "a",
        ("TM",),
        (),
    )
    (line,) = without.reasons.adjustments
    assert (line.name, line.code) == ("missing_must", "TM")
    assert line.value == pytest.approx(-0.25 * without.affinity)
    assert without.reasons.aspects_missing == ("TM", "GI")


def test_an_unverified_item_weighs_less_and_says_so():
    pool = [Profile("a", "", (Item("电池", verified=False),)), Profile("b", "", (Item("电池", verified=None),))]
    sure, doubted = ranked(pool, Query("电池"), 2).candidates
    assert (sure.expert, sure.reasons.adjustments) == ("b", ())
    assert [line.name for line in doubted.reasons.adjustments] == ["unverified"]
    assert doubted.affinity == pytest.approx(0.9 * sure.affinity)


def test_an_aspect_finds_who_holds_the_code_whatever_the_language():
    pool = [Profile("zh", "地理标志二十年"), Profile("en", "Geographical indications"), Profile("no", "电池")]
    ranking = ranked(pool, Query("", aspects=(Aspect("GI"),)), 5)
    assert {one.expert for one in ranking.candidates} == {"zh", "en"}


def test_chinese_and_english_meet_in_the_pivot():
    pool = [Profile("en", "Battery licence"), Profile("no", "Ceramics")]
    (only,) = ranked(pool, Query("电池许可"), 5).candidates
    assert {(term.field, term.label) for term in only.reasons.terms} == {
        ("pivot", "batteri"),
        ("pivot", "licens"),
    }
    assert next(term.words for term in only.reasons.terms if term.label == "batteri") == ("电池", "Battery")


def test_reasons_mark_the_words_as_the_item_spells_them():
    pool = [Profile("a", "", (Item("電池專利許可談判", "三件"),))]
    (only,) = ranked(pool, Query("电池许可"), 1).candidates
    assert only.reasons.items[0].marks == ("電池", "許可")


def test_gaps_are_aspects_that_nobody_allowed_covers():
    pool = [Profile("a", "商标"), Profile("b", codes=frozenset({"GI"}))]
    query = Query("x", aspects=(Aspect("GI"), Aspect("TM", "must"), Aspect("K-TMA")))
    assert gaps(Index.build(pool, ANALYSER), query) == ("K-TMA",)
    assert gaps(Index.build(pool, ANALYSER), query, allowed={"b"}) == ("TM", "K-TMA")


def test_an_empty_pool_gives_an_empty_ranking():
    ranking = ranked([], Query("电池", aspects=(Aspect("TM"),)), 5)
    assert (ranking.candidates, ranking.gaps) == ((), ("TM",))


@pytest.mark.parametrize("now", [{}, {"a": Profile("a", "电池 商标")}], ids=["gone", "edited"])
def test_a_profile_that_is_not_as_it_was_indexed_is_refused_by_name(now):
    index = Index.build([Profile("a", "电池")], ANALYSER)
    for profiles in (now, lambda wanted: now):
        with pytest.raises(ProfileMoved, match="the profile of a is not the one that was indexed") as refused:
            rank(index, Query("电池"), 1, profiles)
        assert refused.value.expert == "a"


@pytest.mark.parametrize("kernel", ["numba", "scipy"])
def test_whom_a_missing_must_have_leaves_nothing_is_no_candidate(kernel):
    pool = [Profile("a", "电池 商标"), Profile("b", "电池")]
    index = Index.build(pool, ANALYSER, kernel=kernel)
    query = Query("电池", aspects=(Aspect("TM", "must"),))
    for factor in (0.0, 1e-20):  # The latter leaves a fast score something, and no multiple of 2**-50.
        found = best(index, query, 9, Parameters(missing_must_factor=factor))
        assert [expert for expert, _ in found] == ["a"]


def test_a_negative_size_is_refused():
    with pytest.raises(ValueError, match="k is -1"):
        ranked([], Query("x"), -1)


def test_best_is_the_ranking_without_its_reasons():
    pool = [*(Profile(expert, f"电池 {expert}") for expert in ("x1", "x2", "x3"))]
    query = Query("电池 x2")
    assert best(Index.build(pool, ANALYSER), query, 2) == [
        (one.expert, one.affinity) for one in ranked(pool, query, 2).candidates
    ]


def test_characters_and_pairs_of_a_chinese_word_are_shown_as_the_word():
    pool = [Profile("a", "标准必要专利许可"), Profile("b", "茶")]
    (only,) = ranked(pool, Query("标准必要专利"), 1).candidates
    assert [term.label for term in only.reasons.terms if term.field == "native"] == ["标准必要专利"]
