"""Why A stands before B: the lines add up to the difference of the affinities exactly, from a stored snapshot too."""

import json

from hypothesis import assume, given
from hypothesis import strategies as st

from matching import (
    Adjustment,
    Analyser,
    Aspect,
    Difference,
    Index,
    Item,
    Parameters,
    Pivot,
    Profile,
    Query,
    compare,
    rank,
    reckonings,
    snapshot,
)
from matching.comparison import Wording, wording
from matching.reckoning import Reckoning, Term
from tests.examples import tried
from tests.reference.pools import CONCEPTS, LEXICON, by_id, pools, queries

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))


@tried(60)
@given(pools, queries, st.randoms(use_true_random=False))
def test_differences_sum_to_the_difference_of_the_affinities_in_any_order(pool, query, random):
    ranking = rank(Index.build(pool, ANALYSER), query, 9, by_id(pool))
    assume(len(ranking.candidates) >= 2)
    stored = json.loads(json.dumps(snapshot(ranking)))
    (_, first), *_, (_, last) = reckonings(stored)
    lines = list(compare(first, last))
    random.shuffle(lines)
    assert sum(line.value for line in lines) == first.affinity - last.affinity


def test_most_decisive_line_comes_first_and_adjustments_have_lines_of_their_own():
    pool = [
        Profile("a", "商标", (Item("商标 品牌"),), codes=frozenset({"TM"})),
        Profile("b", "商标 许可", (Item("商标", verified=False),), frozenset()),
    ]
    query = Query("商标", aspects=(Aspect("GI", "must"),))
    found = dict(reckonings(snapshot(rank(Index.build(pool, ANALYSER), query, 2, by_id(pool)))))
    lines = compare(found["a"], found["b"])
    assert lines[0].field == "concept"
    assert lines[0].label == "TM"
    assert {line.label for line in lines if line.field == "adjustment"} == {"missing_must GI", "unverified"}


def reckoning(*terms, adjustments=()):
    """One with these terms, written as field, term and how much it gave."""
    return Reckoning(0.0, tuple(Term(*one) for one in terms), tuple(adjustments), ())


def test_lines_come_by_what_they_decide_whichever_side_and_equal_ones_by_name():
    first = reckoning(("pivot", "tea", 0.25), ("native", "b", 0.5), ("native", "a", 0.5), ("concept", "=TM", 0.125))
    second = reckoning(("pivot", "law", 1.0), ("concept", "=TM", 0.125), adjustments=[Adjustment("baseline", -0.5)])
    found = [(one.field, one.label, one.value) for one in compare(first, second)]
    assert found == [
        ("pivot", "law", -1.0),
        ("adjustment", "baseline", 0.5),
        ("native", "a", 0.5),
        ("native", "b", 0.5),
        ("pivot", "tea", 0.25),
    ]


def test_parts_of_a_chinese_word_of_the_request_are_one_line_by_its_name():
    said = Wording(ANALYSER.read("标准必要专利 battery"), ())
    first = reckoning(("native", "标准", 0.25), ("native", "必", 0.125), ("native", "茶叶", 0.5), ("pivot", "必", 2.0))
    second = reckoning(("native", "标准", 0.125))
    found = {(one.field, one.label): (one.first, one.second) for one in compare(first, second, said)}
    assert found == {
        ("native", "标准必要专利"): (0.375, 0.125),
        ("native", "茶叶"): (0.5, 0.0),  # Of no word of the request.
        ("pivot", "必"): (2.0, 0.0),  # A stem is no part of a word.
    }


def test_lines_are_spelt_by_the_request_then_by_the_items_that_were_shown():
    pool = [
        Profile("a", "", (Item("Batteries for tea"), Item("batteries and a great many other words"))),
        Profile("b", "battery Battery batteries"),
        Profile("c", "Batteries' battery"),
    ]
    query = Query("A battery 电池")
    ranking = rank(Index.build(pool, ANALYSER), query, 9, by_id(pool), Parameters(shown_items=2))
    stored = json.loads(json.dumps(snapshot(ranking)))
    found = dict(reckonings(stored))
    a, b = found["a"], found["b"]
    said = wording(stored, {"a": a, "b": b}, ANALYSER)
    texts = [reading.text.strip() for reading in said.items]
    assert [text for text in texts if text] == [
        "battery Battery batteries",
        "Batteries for tea",
    ]  # The others are codes.
    lines = {(one.field, one.label): one.words for one in said.spelt(compare(a, b, said))}
    assert lines["pivot", "batteri"] == ("battery", "电池", "Battery", "batteries")  # And no more.


def test_what_no_text_spells_has_no_words():
    said = Wording(ANALYSER.read("battery"), ())
    (line,) = said.spelt([Difference("adjustment", "unverified", 0.5, 0.0)])
    assert line == Difference("adjustment", "unverified", 0.5, 0.0, ())


def test_nobody_differs_from_themselves():
    pool = [Profile("a", "商标")]
    found = dict(reckonings(snapshot(rank(Index.build(pool, ANALYSER), Query("商标"), 1, by_id(pool)))))
    assert compare(found["a"], found["a"]) == ()
