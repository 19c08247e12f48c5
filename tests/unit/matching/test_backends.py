"""What every index must do, whichever it is: order, scores, filters, gaps, places, and an edit in the very next list.

`memory` is compared with itself built afresh, `qdrant` (a real shard in this process) with `memory`: no list differs.
"""

import itertools
from collections.abc import Callable, Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching import (
    Analyser,
    Aspect,
    Filter,
    Index,
    Item,
    Parameters,
    Pivot,
    Profile,
    Query,
    best,
    gaps,
    places,
    rank,
    recompute,
    snapshot,
)
from matching.qdrant import QdrantIndex
from tests.edge import EdgeEngine
from tests.reference.pools import CONCEPTS, EXPERTS, LEXICON, by_id, pools, profile_of, queries

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))
Make = Callable[[Iterable[Profile]], Index | QdrantIndex]
POOL = [
    Profile("a", "电池专利", tags=frozenset({"region:1", "kind:x"}), days=(10, 20)),
    Profile("b", "电池许可", codes=frozenset({"TM"}), tags=frozenset({"region:2", "kind:x"}), days=(15, 30)),
    Profile(
        "c", "", (Item("电池", verified=False), Item("茶叶")), tags=frozenset({"region:1", "kind:y"}), days=(1, 12)
    ),
]
filters = st.builds(
    Filter,
    st.lists(st.frozensets(st.sampled_from(("t:1", "t:2", "t:3")), min_size=1), max_size=2).map(tuple),
    st.one_of(st.none(), st.integers(0, 6)),
    st.frozensets(st.sampled_from(EXPERTS), max_size=2),
    st.one_of(st.none(), st.frozensets(st.sampled_from(EXPERTS))),
)
marks = st.tuples(
    st.frozensets(st.sampled_from(("t:1", "t:2", "t:3"))), st.tuples(st.integers(0, 3), st.integers(3, 6))
)


@pytest.fixture(params=["memory", "qdrant"])
def make(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Make:
    if request.param == "memory":
        return lambda pool: Index.build(pool, ANALYSER)
    folders = (tmp_path_factory.mktemp("shard") / str(number) for number in itertools.count())
    return lambda pool: QdrantIndex.build(pool, ANALYSER, EdgeEngine(next(folders)))


anywhere = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
edits = st.lists(st.tuples(st.booleans(), st.sampled_from(EXPERTS).flatmap(profile_of)), max_size=4)


def marked(pool, given):
    return [
        Profile(p.expert, p.statement, p.items, p.codes, tags, days)
        for p, (tags, days) in zip(pool, given, strict=False)
    ]


@anywhere
@given(
    pool=pools,
    given=st.lists(marks, min_size=6, max_size=6),
    steps=edits,
    query=queries,
    wanted=filters,
    k=st.integers(0, 7),
    parameters=st.sampled_from((Parameters(), Parameters(baseline=0.5))),
)
def test_lists_are_those_of_a_fresh_index_in_memory(make, pool, given, steps, query, wanted, k, parameters):
    index, current = make(marked(pool, given)), by_id(marked(pool, given))
    for keep, profile in steps:
        index = index.apply([profile]) if keep else index.apply(deletes=[profile.expert])
        current = {expert: one for expert, one in current.items() if expert != profile.expert}
        current |= {profile.expert: profile} if keep else {}
    fresh = Index.build(current.values(), ANALYSER)
    for allowed in (None, wanted):
        assert best(index, query, k, parameters, allowed) == best(fresh, query, k, parameters, allowed)
        assert gaps(index, query, allowed) == gaps(fresh, query, allowed)
        assert index.count(allowed) == fresh.count(allowed)
    assert index.who(Filter(), wanted) == fresh.who(Filter(), wanted)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(), "abc"),
        (Filter(any_of=(frozenset({"region:1"}),)), "ac"),
        (Filter(any_of=(frozenset({"region:1", "region:2"}), frozenset({"kind:x"}))), "ab"),
        (Filter(day=15), "ab"),
        (Filter(day=10), "ac"),
        (Filter(without=frozenset({"a", "unknown"})), "bc"),
        (Filter(only=frozenset({"a", "unknown"})), "a"),
        (Filter(any_of=(frozenset({"region:9"}),)), ""),
        (Filter(any_of=(frozenset(),)), ""),
    ],
)
def test_a_filter_leaves_these(make, wanted, expected):
    index = make(POOL)
    assert {expert for expert, _ in best(index, Query("电池"), 9, allowed=wanted)} == set(expected)
    assert index.count(wanted) == len(expected)


def test_who_may_be_ranked_is_that_of_the_day_and_of_the_other_filters(make):
    index, tenth, fifteenth = make(POOL), Filter(day=10), Filter(day=15)
    assert [index.count(one) for one in (fifteenth, tenth, fifteenth)] == [2, 2, 2]
    assert index.who(Filter(day=15, any_of=(frozenset({"region:1"}),)), Filter(only=frozenset())) == ["a"]
    assert (index.who(fifteenth, tenth), index.who(tenth, fifteenth)) == (["b"], ["c"])


def test_an_edit_is_in_the_very_next_list(make):
    index = make(POOL)
    index = index.apply([Profile("d", "电池 电池 专利")])
    assert {expert for expert, _ in best(index, Query("电池"), 9)} == set("abcd")
    index = index.apply([Profile("a", "茶叶")], ["b"])
    assert {expert for expert, _ in best(index, Query("电池"), 9)} == set("cd")
    assert ("a" in index, "b" in index) == (True, False)


@pytest.mark.parametrize("k", [0, 1, 3, 1000])
def test_any_size_of_list_is_right(make, k):
    assert len(best(make(POOL), Query("电池"), k)) == min(k, 3)


def test_an_empty_pool_or_a_request_with_no_known_term_gives_an_empty_list(make):
    assert best(make([]), Query("电池"), 5) == []
    assert best(make(POOL), Query("陶瓷"), 5) == []
    assert best(make(POOL), Query(""), 5) == []
    assert gaps(make([]), Query("", aspects=(Aspect("TM"),))) == ("TM",)


def test_a_list_has_reasons_and_recomputes_to_the_same_digits(make):
    ranking = rank(make(POOL), Query("电池许可", aspects=(Aspect("TM", "must"),)), 3, by_id(POOL))
    assert ranking.candidates[0].expert == "b"
    assert ranking.candidates[0].reasons.items[0].marks
    assert recompute(snapshot(ranking)) == [(one.expert, one.affinity) for one in ranking.candidates]


def test_a_missing_must_have_moves_somebody_down_behind_one_who_was_not_sent_first(make):
    pool = [Profile(f"e{number:03}", "电池 " * (1 + number % 3) + "专利 许可") for number in range(80)]
    pool.append(Profile("held", "商标 电池 茶叶 许可"))
    query = Query("电池 专利 许可", aspects=(Aspect("TM", "must"),))
    parameters = Parameters(missing_must_factor=0.0, aspect_floor=0.0)
    assert best(make(pool), query, 1, parameters) == best(Index.build(pool, ANALYSER), query, 1, parameters)


def test_places_are_those_of_the_whole_list(make):
    index, listed = make(POOL), best(make(POOL), Query("电池许可"), 9)
    found = places(index, Query("电池许可"), "abc", allowed=Filter())
    assert found.ranks == {expert: rank for rank, (expert, _) in enumerate(listed, 1)}
    assert (found.ranked, found.affinities) == (3, dict(listed))


@pytest.mark.parametrize("place", [1, 71, -1])
def test_a_place_is_found_without_the_whole_list(make, place):
    pool = [
        Profile(f"e{number:03}", "电池 专利 " + "许可 " * (number % 60) + "茶叶 " * (number // 60))
        for number in range(300)
    ]
    listed = best(Index.build(pool, ANALYSER), Query("电池许可"), 300)
    expert, affinity = listed[place]
    found = places(make(pool), Query("电池许可"), [expert], allowed=Filter(), counted=False)
    assert (found.ranks, found.affinities) == ({expert: listed.index((expert, affinity)) + 1}, {expert: affinity})


def test_vectors_written_anew_give_the_same_lists(tmp_path):
    engine = EdgeEngine(tmp_path / "shard")
    index = QdrantIndex.build(POOL, ANALYSER, engine)
    for number in range(30):
        index.apply([Profile(f"n{number}", "电池 专利 商标 茶叶"[: 2 + number % 9])])
    before, error = best(index, Query("电池许可"), 9), index.error
    index.renew()
    assert best(index, Query("电池许可"), 9) == before
    assert index.error < 1e-4 < error


def test_words_that_come_with_edits_do_not_loosen_the_bound_of_everybody(tmp_path):
    pool = [Profile(f"e{number:03}", f"电池 专利 word{number} term{number % 7}") for number in range(120)]
    index, memory = QdrantIndex.build(pool, ANALYSER, EdgeEngine(tmp_path / "shard")), Index.build(pool, ANALYSER)
    for number in range(40):
        edit = [Profile(f"e{number:03}", f"电池 专利 许可 fresh{number % 3} word{number} only{number}")]
        index, memory = index.apply(edit), memory.apply(edit)
    assert index.error < 0.2
    for text in ("fresh1 电池", "许可 only7", "term3 word100", "专利"):
        assert best(index, Query(text), 9) == best(memory, Query(text), 9)


def test_parameters_that_vectors_do_not_fit_are_refused(tmp_path):
    index = QdrantIndex.build(POOL, ANALYSER, EdgeEngine(tmp_path / "shard"))
    with pytest.raises(ValueError, match="best is 5, but the index was built with 3"):
        best(index, Query("电池"), 3, Parameters(best=5))
    with pytest.raises(ValueError, match="semantic is above 0, but the index on Qdrant holds no vectors"):
        best(index, Query("battery"), 5, Parameters(semantic=0.2))
