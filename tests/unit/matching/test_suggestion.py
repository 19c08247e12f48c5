"""Suggested aspects: the codes that a request's words point to, as spelt there, but those it names itself."""

import pytest

from matching import Analyser, Aspect, Concept, Concepts, Pivot, Query, suggest
from matching.suggestion import Suggestion

ANALYSER = Analyser(Concepts([Concept("LG-INV", ("无效宣告", "invalidity")), Concept("TM", ("商标",))]), Pivot({}))


def test_words_of_both_languages_suggest_a_code_once_with_all_its_spellings():
    found = suggest(ANALYSER, Query("專利無效宣告", "An Invalidity case; 无效宣告; invalidity"))
    assert found == (Suggestion("LG-INV", ("無效宣告", "Invalidity", "无效宣告", "invalidity")),)


def test_named_aspect_is_not_suggested_again():
    assert suggest(ANALYSER, Query("商标", aspects=(Aspect("TM"),))) == ()


def test_request_without_known_words_suggests_nothing():
    assert suggest(ANALYSER, Query("", "😀")) == ()


@pytest.mark.parametrize(
    "text",
    [
        "本案不涉及商标，只问无效宣告。",
        "只问无效宣告，不包括任何商标",
        "無效宣告案，無需商標代理",
        "不含著作权、商标等，只问无效宣告",
        "An invalidity case that does not involve 商标",
        "An invalidity case, not about the 商标",
        "Invalidity, excluding designs and 商标",
        "Everything about invalidity except for 商标",
        "Invalidity and rights OTHER THAN the 商标",
    ],
)
def test_words_that_a_request_puts_outside_its_matter_suggest_nothing(text):
    assert [one.code for one in suggest(ANALYSER, Query("", text))] == ["LG-INV"]


@pytest.mark.parametrize(
    "text",
    [
        "本案不涉及专利，只问商标",
        "不涉及专利，而是商标",
        "不涉及专利的商标案",
        "除商标外，还问别的",
        "没有人管商标",
        "Not patents, 商标",
        "Patents are excluded. 商标",
        "not only 商标",
        "We do not 商标",
        "We do not know whether to file a 商标",
        "We have no 商标 and go without 商标",
        "Valid except where the 商标 lapsed",
        "不涉及商标。另一件商标案要办",
    ],
)
def test_words_beside_what_is_put_outside_or_of_what_is_lacking_suggest_their_code(text):
    assert suggest(ANALYSER, Query("", text)) == (Suggestion("TM", ("商标",)),)
