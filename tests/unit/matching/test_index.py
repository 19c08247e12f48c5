"""The index equals the naive reference, before and after any edits; edits leave the old index as it was."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import linear_kernel

from matching import Analyser, Index, Item, Parameters, Pivot, Profile, Query, best, rank
from matching import storage as storage_module
from matching.scoring import cosines
from tests.reference.naive import naive_affinities
from tests.reference.pools import CONCEPTS, EXPERTS, LEXICON, pools, profile_of, queries

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))
PARAMETERS = Parameters(max_items=3)
edits = st.lists(st.tuples(st.booleans(), st.sampled_from(EXPERTS).flatmap(profile_of)), min_size=1, max_size=6)


@settings(max_examples=150, deadline=None)
@given(pools, queries)
def test_affinities_equal_those_of_the_naive_reference(pool, query):
    index = Index.build(pool, ANALYSER, max_items=3)
    scores = index.score(query, PARAMETERS)
    expected = naive_affinities(pool, query, ANALYSER, PARAMETERS)
    assert dict(zip(scores.experts, scores.affinities, strict=True)) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=150, deadline=None)
@given(pools, edits, queries, st.sampled_from((0, 4, 1024)))
def test_an_edited_index_ranks_as_a_fresh_one(pool, steps, query, small):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage_module, "_SMALL", small)  # 0: everything is joined into the base at every edit.
        index = Index.build(pool, ANALYSER, max_items=3)
        current = {profile.expert: profile for profile in pool}
        for keep, profile in steps:
            index = index.apply([profile]) if keep else index.apply(deletes=[profile.expert])
            current.pop(profile.expert, None)
            current |= {profile.expert: profile} if keep else {}
    fresh = Index.build(current.values(), ANALYSER, max_items=3)
    edited_list = [(one.expert, one.affinity) for one in rank(index, query, 4, PARAMETERS).candidates]
    assert edited_list == [(one.expert, one.affinity) for one in rank(fresh, query, 4, PARAMETERS).candidates]
    np.testing.assert_allclose(
        index.score(query, PARAMETERS).affinities,
        fresh.score(query, PARAMETERS).affinities,
        rtol=0,
        atol=1e-12,
    )


@given(pools, queries)
@settings(max_examples=50, deadline=None)
def test_cosines_equal_scikit_learns_to_nine_digits(pool, query):
    index = Index.build(pool, ANALYSER, max_items=3)
    prepared = index.prepare(Query(query.title, query.text), PARAMETERS)
    for field in ("native", "pivot"):
        sources = [source for block in index.storage.blocks for source in block.sources]
        rows = np.concatenate([index.storage.blocks[1].rows[field].toarray()])
        names = sorted(index.storage.vocabularies[field], key=index.storage.vocabularies[field].__getitem__)
        texts = [[name for name, tf in zip(names, row, strict=True) for _ in range(tf)] for row in rows]
        if not any(texts):
            continue
        vectorizer = TfidfVectorizer(analyzer=list, sublinear_tf=True)
        matrix = vectorizer.fit_transform(texts)
        asked = vectorizer.transform([getattr(ANALYSER.analyse(f"{query.title}\n{query.text}"), field)])
        ours = cosines(field, prepared, index.storage.vocabularies[field], index.storage.blocks, index.layout)
        assert len(sources) == len(ours)
        np.testing.assert_allclose(ours, linear_kernel(asked, matrix)[0], rtol=0, atol=1e-9)


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
