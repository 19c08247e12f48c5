"""The index equals the naive reference, before and after any edits; edits leave the old index as it was."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import linear_kernel

from matching import Analyser, Index, Item, Parameters, Pivot, Profile, Query, best, segment
from matching import index as index_module
from matching.kernels import postings
from tests.examples import tried
from tests.reference.naive import naive_affinities
from tests.reference.pools import CONCEPTS, EXPERTS, LEXICON, pools, profile_of, queries

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))
PARAMETERS = Parameters(max_items=3)
kernels = st.sampled_from(("scipy", "numba"))
edits = st.lists(st.tuples(st.booleans(), st.sampled_from(EXPERTS).flatmap(profile_of)), min_size=1, max_size=6)


@tried(150)
@given(pools, queries, kernels)
def test_affinities_equal_those_of_the_naive_reference(pool, query, kernel):
    index = Index.build(pool, ANALYSER, max_items=3, kernel=kernel)
    scores = index.score(query, PARAMETERS)
    expected = naive_affinities(pool, query, ANALYSER, PARAMETERS)
    assert dict(zip(scores.experts, scores.affinities, strict=True)) == pytest.approx(expected, abs=1e-9)
    assert dict(best(index, query, 9, PARAMETERS)) == pytest.approx(
        {expert: affinity for expert, affinity in expected.items() if affinity > 0}, abs=1e-9
    )


@tried(150)
@given(pools, edits, queries, st.sampled_from((0, 2, 64)), kernels)
def test_an_edited_index_ranks_as_a_fresh_one(pool, steps, query, pending, kernel):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_module, "_PENDING", pending)  # 0: every edit is given postings at once.
        patch.setattr(index_module, "_SMALL", pending)
        index = Index.build(pool, ANALYSER, max_items=3, kernel=kernel)
        current = {profile.expert: profile for profile in pool}
        for keep, profile in steps:
            index = index.apply([profile]) if keep else index.apply(deletes=[profile.expert])
            current.pop(profile.expert, None)
            current |= {profile.expert: profile} if keep else {}
    fresh = Index.build(current.values(), ANALYSER, max_items=3, kernel=kernel)
    assert best(index, query, 4, PARAMETERS) == best(fresh, query, 4, PARAMETERS)
    assert index.experts == fresh.experts
    ours, theirs = index.score(query, PARAMETERS), fresh.score(query, PARAMETERS)
    np.testing.assert_allclose(ours.affinities, theirs.affinities, rtol=0, atol=1e-12)


@tried(100)
@given(pools, edits, queries)
def test_every_layout_of_postings_gives_the_same_lists(pool, steps, query):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings, "RARE", 1)
        patch.setattr(postings, "_A_BLOCK", 0)
        patch.setattr(postings, "BLOCK", 8)
        patch.setattr(segment, "BLOCK", 8)
        patch.setattr(index_module, "_PENDING", 0)
        index = Index.build(pool, ANALYSER, max_items=3, kernel="numba")
        other = Index.build(pool, ANALYSER, max_items=3, kernel="scipy")
        for keep, profile in steps:
            change = ([profile], []) if keep else ([], [profile.expert])
            index, other = index.apply(*change), other.apply(*change)
            assert best(index, query, 3, PARAMETERS) == best(other, query, 3, PARAMETERS)


def test_a_term_that_occurs_a_thousand_times_ranks_alike_in_both_kernels():
    pool = [Profile("a", "电池 " * 1000 + "茶叶"), Profile("b", "电池 " * 130 + "商标"), Profile("c", "电池 许可")]
    lists = [best(Index.build(pool, ANALYSER, kernel=kernel), Query("电池 茶叶"), 3) for kernel in ("scipy", "numba")]
    assert lists[0] == lists[1]


@tried(50)
@given(pools, st.lists(edits, min_size=2, max_size=4), queries)
def test_every_version_of_an_index_answers_as_if_it_were_alone(pool, branches, query):
    versions = [(Index.build(pool, ANALYSER, max_items=3), {profile.expert: profile for profile in pool})]
    for number, steps in enumerate(branches):
        index, current = versions[number // 2]  # Some versions are followed by two others.
        for keep, profile in steps:
            index = index.apply([profile]) if keep else index.apply(deletes=[profile.expert])
            current = {expert: one for expert, one in current.items() if expert != profile.expert}
            current |= {profile.expert: profile} if keep else {}
            versions.append((index, current))
    for index, current in [*versions, *reversed(versions)]:
        fresh = Index.build(current.values(), ANALYSER, max_items=3)
        assert best(index, query, 4, PARAMETERS) == best(fresh, query, 4, PARAMETERS)


@given(pools, queries)
@tried(50)
def test_cosines_equal_scikit_learns_to_nine_digits(pool, query):
    """With the weights of one field only, one item each and one that counts, affinities are cosines."""
    pool = [replace(profile, items=(), codes=frozenset()) for profile in pool]
    index = Index.build(pool, ANALYSER, max_items=3)
    query = replace(query, aspects=())
    analysed = [ANALYSER.analyse(profile.statement) for profile in pool]
    texts = [list(one.pivot) for one in analysed if one.pivot or one.native]
    if any(texts):
        vectorizer = TfidfVectorizer(analyzer=list, sublinear_tf=True)
        matrix = vectorizer.fit_transform(texts)
        asked = vectorizer.transform([ANALYSER.analyse(f"{query.title}\n{query.text}").pivot])
        owners = [profile.expert for profile, one in zip(pool, analysed, strict=True) if one.pivot or one.native]
        expected = dict.fromkeys((profile.expert for profile in pool), 0.0)
        expected |= dict(zip(owners, linear_kernel(asked, matrix)[0], strict=True))
        plain = Parameters(max_items=3, native_weight=0.0, best=1, gloss_damping=0.0, repetition=0.0)
        scores = index.score(query, plain)
        assert dict(zip(scores.experts, scores.affinities, strict=True)) == pytest.approx(expected, abs=1e-9)


def test_exact_affinities_do_not_depend_on_the_order_in_which_experts_came():
    random = np.random.default_rng(0)
    words = [f"word{number}" for number in range(300)]
    pool = [Profile(f"e{number}", " ".join(random.choice(words, 120))) for number in range(30)]
    query = Query(" ".join(random.choice(words, 50)))
    grown = Index.build([], ANALYSER)
    for profile in reversed(pool):
        grown = grown.apply([profile])
    assert best(grown, query, 30) == best(Index.build(pool, ANALYSER), query, 30)


def test_applying_an_edit_leaves_the_old_index_as_it_was():
    old = Index.build([Profile("a", "电池专利")], ANALYSER)
    new = old.apply([Profile("b", "电池")], deletes=["a"])
    assert old.experts == ("a",)
    assert new.experts == ("b",)
    assert old.score(Query("电池")).affinities[0] > 0


def test_an_edit_that_changes_nothing_returns_the_same_index():
    index = Index.build([Profile("a", "电池")], ANALYSER)
    assert index.apply(deletes=["unknown"]) is index


def test_an_expert_with_nothing_to_read_has_affinity_zero():
    index = Index.build([Profile("empty"), Profile("signs", "😀 …", (Item("", ""),)), Profile("b", "电池")], ANALYSER)
    assert index.score(Query("电池")).affinities.tolist()[1:] == [0.0, 0.0]


def test_an_expert_with_codes_alone_is_found_by_them():
    index = Index.build([Profile("coded", codes=frozenset({"TM"})), Profile("other", "电池")], ANALYSER)
    affinities = index.score(Query("Trademark advice")).affinities
    assert affinities[0] > affinities[1]


def test_a_paper_entered_twice_counts_once():
    once = Profile("a", "电池", (Item("茶叶许可"), Item("商标")))
    twice = Profile("a", "电池", (Item("茶叶许可"), Item("茶葉許可 "), Item("商标")))
    query = Query("茶叶许可")
    scores = [Index.build([profile], ANALYSER).score(query).affinities[0] for profile in (once, twice)]
    assert scores[0] == scores[1]


def test_only_the_newest_items_count_beyond_the_cap():
    profile = Profile("a", "", (Item("电池", year=2019), Item("茶叶", year=2021), Item("商标", year=2020)))
    index = Index.build([profile], ANALYSER, max_items=2)
    assert index.score(Query("电池"), Parameters(max_items=2)).affinities[0] == 0
    assert index.score(Query("茶叶"), Parameters(max_items=2)).affinities[0] > 0


def test_allowed_experts_keep_the_affinities_they_have_among_all():
    index = Index.build([Profile("a", "电池"), Profile("b", "茶叶 电池")], ANALYSER)
    everybody, some = index.score(Query("电池")), index.score(Query("电池"), allowed={"b", "unknown"})
    assert some.experts == ("b",)
    assert some.affinities[0] == everybody.affinities[1]


def test_an_expert_given_twice_is_refused():
    with pytest.raises(ValueError, match="given twice in one edit: a;"):
        Index.build([Profile("a"), Profile("a")], ANALYSER)


def test_parameters_that_do_not_fit_the_index_are_refused():
    with pytest.raises(ValueError, match="max_items is 7, but the index was built with 40"):
        Index.build([], ANALYSER).score(Query("x"), Parameters(max_items=7))
