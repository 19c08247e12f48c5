"""What a candidate's items, marks and words are; `test_ranking.py` has that all lines sum to the affinity."""

import pytest

from matching import Analyser, Aspect, Index, Item, Parameters, Pivot, Profile, Query, rank
from tests.reference.pools import CONCEPTS, LEXICON, by_id

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))
CANDIDATE = Profile(
    "a",
    "Batteries and a BATTERY",
    (
        Item("电池 battery tea", "商标", "patent"),
        Item("茶叶 licence tea-licence", "", "case", 2020, verified=False),
        Item("invalidity"),
        Item("H04W"),
    ),
    frozenset({"TM", "GI"}),
)
QUERY = Query("battery 电池", "tea licence; 商标 trademark GI", (Aspect("GI"), Aspect("FN-SEP")))
POOL = [CANDIDATE, Profile("b", "battery 电池 tea licence 商标 trademark GI"), Profile("c", "licence")]


def reasons(query=QUERY, pool=POOL, **parameters):
    index = Index.build(pool, ANALYSER)
    found = rank(index, query, 9, by_id(pool), Parameters(**{"shown_items": 9, **parameters})).candidates
    return next(one for one in found if one.expert == "a").reasons


def test_every_item_is_marked_by_the_words_that_it_shares_with_the_request():
    assert {(one.title, one.kind): one.marks for one in reasons().items} == {
        ("", "statement"): ("Batteries", "BATTERY"),
        ("", "profile"): ("GI", "TM"),
        ("", "codes"): ("GI", "TM"),
        ("电池 battery tea", "patent"): ("电池", "battery", "tea", "商标"),
        ("茶叶 licence tea-licence", "case"): ("茶叶", "licence", "tea-licence"),
        ("invalidity", ""): (),  # By the curated codes, which every item carries.
        ("H04W", ""): (),
    }


def test_an_item_says_what_it_is_and_the_greatest_share_comes_first():
    found = reasons().items
    assert [one.share for one in found] == sorted((one.share for one in found), reverse=True)
    case = next(one for one in found if one.kind == "case")
    assert (case.year, case.language, case.verified) == (2020, "zh", False)
    assert {one.kind: one.language for one in found if one.kind in ("patent", "codes")} == {"patent": "zh", "codes": ""}


@pytest.mark.parametrize(("shown", "left"), [(0, 7), (3, 4), (7, 0), (9, 0)])
def test_items_that_are_not_shown_are_counted(shown, left):
    found = reasons(shown_items=shown)
    assert found.items == reasons().items[:shown]
    assert found.items_left == left


def test_lines_that_are_not_shown_are_one_sum_and_counted():
    everything = reasons(shown_terms=99)
    assert (everything.rest, everything.rest_count) == (0.0, 0)
    assert [one.contribution for one in everything.terms] == sorted(
        (one.contribution for one in everything.terms), reverse=True
    )
    found = reasons(shown_terms=2)
    assert [one.label for one in found.terms] == [one.label for one in everything.terms[:2]]
    assert found.rest == sum(one.contribution for one in everything.terms[2:])
    assert found.rest_count == len(everything.terms) - 2 > 0


def test_aspects_are_those_of_the_request_covered_or_missing():
    assert (reasons().aspects_covered, reasons().aspects_missing) == (("GI",), ("FN-SEP",))


def test_a_line_is_named_by_four_spellings_at_most_those_of_the_request_first():
    pool = [Profile("a", "", (Item("BATTERY battery Batteries"), Item("BATTERIES", "batteries Battery")))]
    (line,) = (one for one in reasons(Query("Battery 电池"), pool).terms if one.field == "pivot")
    assert line.words[:2] == ("Battery", "电池")
    assert len(line.words) == len(set(line.words)) == 4


def test_words_are_those_of_items_that_are_shown():
    pool = [Profile("a", "", (Item("Batteries for tea"), Item("batteries and a great many other words")))]
    found = [reasons(Query("battery"), pool, shown_items=shown) for shown in range(4)]
    assert {word for item in found[3].items for word in item.marks} == {"Batteries", "batteries"}
    for one in found:
        (line,) = (term for term in one.terms if term.field == "pivot")
        assert line.words == ("battery", *(word for item in one.items for word in item.marks))


def test_whoever_is_not_the_first_is_marked_by_their_own_words():
    assert [one.expert for one in rank(Index.build(POOL, ANALYSER), QUERY, 9, by_id(POOL)).candidates] == [
        "b",
        "a",
        "c",
    ]


def test_neither_lone_han_characters_nor_pairs_across_words_are_marked():
    pool = [Profile("a", "", (Item("电站 专利"), Item("电池的商标")))]
    marks = {one.title: one.marks for one in reasons(Query("电池商标"), pool).items if one.title}
    assert marks == {"电池的商标": ("电池", "商标"), "电站 专利": ()}
    (item,) = reasons(Query("茶 battery"), [Profile("a", "茶，battery")]).items
    assert item.marks == ("battery",)
