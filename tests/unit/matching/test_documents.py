"""What of a profile counts: its statement, distinct items, curated codes, and all of it as one."""

import pytest

from matching import Analyser, Item, Pivot, Profile
from matching.documents import CODES, PROFILE, STATEMENT, documents
from tests.reference.pools import CONCEPTS, LEXICON

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))
ITEMS = (Item("商标 许可", kind="case"), Item("tea licence", kind="publication"))


def read(profile, cap=40):
    return documents(profile, ANALYSER, cap)


def test_codes_statement_items_and_the_whole_are_documents():
    kinds = [one.item.kind for one in read(Profile("a", "专利", ITEMS, frozenset({"TM"})))]
    assert kinds == [CODES, STATEMENT, "case", "publication", PROFILE]


def test_whole_has_the_terms_of_all_texts_and_the_codes_once():
    *_, whole = read(Profile("a", "商标", ITEMS, frozenset({"GI"})))
    assert whole.terms.native.count("商标") == 2
    assert {"licence", "许可", "=GI"} <= set(whole.terms.native)
    assert whole.terms.native.count("=GI") == 1


def test_single_text_is_not_counted_twice():
    assert [one.item.kind for one in read(Profile("a", "专利"))] == [STATEMENT]


@pytest.mark.parametrize(("statement", "language"), [("许可许可许可", "zh"), ("an expert in licensing of tea", "en")])
def test_whole_is_in_the_language_that_most_of_it_is_written_in(statement, language):
    *_, whole = read(Profile("a", statement, (Item("商标"), Item("tea"))))
    assert whole.terms.language == language


@pytest.mark.parametrize(
    ("verified", "expected"), [((False, False), False), ((False, True), None), ((None, None), None)]
)
def test_whole_is_unverified_where_most_items_are(verified, expected):
    items = tuple(Item(f"商标 {n}", verified=one) for n, one in enumerate(verified))
    *_, whole = read(Profile("a", items=items))
    assert whole.item.verified is expected


def test_whole_holds_no_more_than_the_newest_items():
    items = (Item("茶", year=2001), Item("商标", year=2020), Item("专利", year=2021))
    *_, whole = read(Profile("a", items=items), cap=2)
    assert "茶" not in whole.terms.native


@pytest.mark.parametrize(("text", "kept"), [("商标许可" * 9, True), ("商标许可" * 200, False), ("tea " * 5, True)])
def test_text_that_says_the_same_over_and_over_is_no_document(text, kept):
    assert [one.item.title for one in read(Profile("a", items=(Item(text),)))] == [text] * kept
