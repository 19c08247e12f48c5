"""Where words stand: terms of words, pairs, hyphenated words, symbols and Chinese words, from left to right."""

import pytest

from matching.standing import Words
from matching.text import pieces


def words(text, cut=()):
    return Words(pieces(text), list(cut))


@pytest.mark.parametrize(
    ("text", "term", "places"),
    [
        ("tea law, tea", "tea", [(0, 3), (9, 12)]),
        ("tea of the law", "tea law", [(0, 14)]),  # Stop words part no pair.
        ("tea 专利 law", "tea law", []),
        ("tea H04W law", "tea law", []),
        ("tea a-b law", "tea law", [(0, 11)]),  # Nor does what has no part worth a term.
        ("tea a-b law", "ab", [(4, 7)]),
        ("Wi-Fi chips", "wi fi", [(0, 5)]),
        ("Wi-Fi chips", "fi chips", [(3, 11)]),
        ("the tea-law-chips", "law chips", [(8, 17)]),
        ("tea-law and battery-chips", "law battery", [(4, 19)]),
        ("in H04W 4/00 and H04W", "h04w", [(3, 7), (17, 21)]),
        ("in H04W 4/00 and H04W", "h04w4/00", [(3, 12)]),
    ],
)
def test_native_terms_stand_where_their_words_do(text, term, places):
    assert words(text).native({term, "absent"}) == [("native", term, *place) for place in places]


def test_pivot_terms_of_both_languages_come_from_left_to_right():
    text = "电池 and battery，电池"
    found = words(text, [(0, 2, ("batteri", "cell")), (15, 17, ("batteri", "cell"))])
    assert found.pivot({"batteri"}) == [("pivot", "batteri", start, end) for start, end in ((0, 2), (7, 14), (15, 17))]


def test_a_text_without_words_has_no_places():
    assert words("，。 😀").native({"tea"}) == words("").pivot({"tea"}) == []
