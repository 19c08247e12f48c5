"""Suggested aspects: the codes that a request's words point to, as spelt there, but those it names itself."""

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
