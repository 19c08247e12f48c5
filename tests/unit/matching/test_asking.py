"""A request is read once, and what is remembered of it never outlives a change of the pool or of the parameters."""

import pytest

from matching import Analyser, Aspect, Index, Parameters, Pivot, Profile, Query, ask, asking, best
from matching.remembering import Latest
from tests.reference.pools import CONCEPTS, LEXICON

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))
POOL = [Profile("a", "电池 许可"), Profile("b", "商标 licence licence")]
QUERY = Query("", "电池 licence 海关")


def test_a_request_that_comes_again_is_not_read_again(monkeypatch):
    first = ask(Query("", "同样 的 文字"), ANALYSER)
    monkeypatch.setattr(Analyser, "read", pytest.fail)

    assert ask(Query("", "同样 的 文字"), ANALYSER) is first


def test_other_aspects_and_other_analysers_make_another_request():
    plain, other = ask(QUERY, ANALYSER), Analyser(CONCEPTS, Pivot({}))

    assert ask(Query("", QUERY.text, (Aspect("TM"),)), ANALYSER).aspects == ("TM",)
    assert ask(QUERY, other) is not plain


def test_a_huge_request_is_not_kept():
    huge = Query("", "电池 " * asking.CHARACTERS)

    assert ask(huge, ANALYSER) is not ask(huge, ANALYSER)


def test_what_was_not_asked_for_the_longest_is_forgotten():
    latest, made = Latest(10), []

    def get(key, size):
        return latest.get(key, size, lambda: made.append(key) or key.upper())

    assert [get("a", 4), get("b", 4), get("a", 4), get("c", 4)] == ["A", "B", "A", "C"]  # There is room for two.
    assert made == ["a", "b", "c"]
    assert [get("a", 4), get("huge", 11), get("c", 4), get("b", 4)] == ["A", "HUGE", "C", "B"]
    assert made == ["a", "b", "c", "huge", "b"]


@pytest.mark.parametrize("kernel", ["numba", "scipy"])
def test_a_word_that_comes_into_the_pool_later_is_found(kernel):
    index = Index.build(POOL, ANALYSER, kernel=kernel)
    before = best(index, QUERY, 3)

    edited = index.apply([Profile("c", "海关 查扣")])

    assert {expert for expert, _ in before} == {"a", "b"}
    assert {expert for expert, _ in best(edited, QUERY, 3)} == {"a", "b", "c"}
    assert best(index, QUERY, 3) == before


@pytest.mark.parametrize("kernel", ["numba", "scipy"])
def test_lists_with_other_parameters_or_of_other_pools_in_between_leave_no_trace(kernel):
    indexes = [Index.build(pool, ANALYSER, kernel=kernel) for pool in (POOL, POOL[::-1])]
    damped = Parameters(repetition=0.2)
    query = Query("", "许可 licence licence licence licence 电池")
    expected = [best(indexes[0], query, 3, damped), best(indexes[0], query, 3)]

    assert expected[0] != expected[1]
    for index in [*indexes, *indexes]:
        assert [best(index, query, 3, damped), best(index, query, 3)] == expected
