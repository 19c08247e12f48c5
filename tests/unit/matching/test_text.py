"""Tokens, languages and the terms of both fields; any text at all is survived, in linear time."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matching import Analyser, Pivot
from matching.text import language, normalise, normalise_with_places, stretch, tokens
from tests.reference.pools import CONCEPTS, LEXICON

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))
MONSTERS = (
    "专利" * 100_000,
    "a" * 200_000,
    "word " * 10_000,
    " ".join(f"w{number}x" for number in range(20_000)),
    "a-" * 100_000,
    "H04W 4/" * 30_000,
    "e\u0301" * 60_000,
    "(" * 200_000,
)


def places(text):
    """Where each term of a text stands in it."""
    terms = ANALYSER.analyse(text)
    concepts = {term for term in terms.pivot if term.startswith("=")}
    wanted = {"native": {*terms.native} - concepts, "pivot": {*terms.pivot} - concepts, "concept": concepts}
    return ANALYSER.read(text).places_of(wanted)


def native(text):
    return set(ANALYSER.analyse(text).native)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("專利無效", {"专", "利", "专利", "无", "利无", "效", "无效"}),
        ("LED芯片", {"led", "芯", "片", "芯片"}),
        ("SEP许可", {"sep", "许", "可", "许可", "=FN-SEP"}),
        ("Wi-Fi 6E", {"wi", "fi", "wi fi", "wifi", "6e", "fi 6e"}),
        ("５Ｇ and C++", {"5g", "c++", "5g c++"}),
        ("the claims of it", {"claims"}),
        ("IT in the US", {"it", "us", "it us"}),
        ("H04W 4/00", {"h04w", "h04w4/00", "=H04W"}),
        ("B01D/B03C", {"b01d", "b03c", "=B01D", "=B03C"}),
        ("", set()),
        ("😀 … 。", set()),
    ],
)
def test_text_becomes_these_native_terms(text, terms):
    assert native(text) == terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [("LED芯片", "zh"), ("华为 FRAND", "zh"), ("an English text on 专利", "en"), ("2024 😀", ""), ("Заявка", "en")],
)
def test_a_text_has_the_language_of_its_dominant_script(text, expected):
    assert language(list(tokens(normalise(text)))) == expected


@pytest.mark.parametrize("text", MONSTERS, ids=lambda text: text[:6])
def test_a_monster_is_read_to_its_end(text):
    """In time that grows as the text does: with its square, none of these would end for minutes."""
    terms, found = ANALYSER.analyse(text), places(text)
    concepts = sum(term.startswith("=") for term in terms.native)  # In both fields, for one place.
    assert len(found) == len(terms.native) + len(terms.pivot) - concepts
    assert not found or max(end for _, _, _, end in found) > len(text) - 8


@given(st.text(st.characters() | st.characters(categories=["Cs"])))  # Halves of characters, too.
@example("ヿ")  # One character that becomes two.
@example("㈱专利")
def test_any_text_is_analysed_and_every_place_lies_within_it(text):
    analysed = ANALYSER.analyse(text)
    assert analysed == ANALYSER.analyse(text)
    assert all(0 <= start < end <= len(text) for _, _, start, end in places(text))


@given(st.text(alphabet="专利無效 aBé㈱ﷺ-5G\u0301"))
def test_places_lead_from_each_normalised_character_back_to_the_text(text):
    normalised, origin = normalise_with_places(text)
    assert len(origin) == len(normalised) + 1
    assert list(origin) == sorted(origin)


def test_pivot_terms_are_stems_of_the_glossary_and_the_words():
    assert ANALYSER.analyse("茶叶 licences").pivot == ("licens", "tea", "leav")
    assert ANALYSER.analyse("标准必要专利").pivot == ("standard", "essenti", "patent", "sep", "=FN-SEP")


def test_the_glossary_has_precedence_over_the_lexicon():
    pivot = Pivot({"无效宣告": "invalidation"}, {"专利无": "wrong", "专利": "patent", "无": "without"})
    assert pivot.cut("专利无效宣告") == [(0, 2, ("patent",)), (2, 6, ("invalid",))]


def test_the_shipped_lexicon_knows_the_field_and_the_world():
    pivot = Pivot.load()
    stems = {stem for _, _, own in pivot.cut("商业秘密 运动鞋 印度尼西亚") for stem in own}
    assert {"trade", "secret", "shoe", "indonesia"} <= stems


def naive_words_of_terms(text):
    """The same by what the words say: of every position that lies in a word, that word."""
    reading = ANALYSER.read(text)
    normalised, origin = normalise_with_places(text)
    word_at = {}
    for start, end, _ in ANALYSER._pivot.cut(normalised):
        word_at |= dict.fromkeys(range(start, end), text[slice(*stretch(origin, start, end))])
    words = {}
    for token in tokens(normalised):
        for at in range(len(token.text)) if token.kind == "han" else ():
            for term in (token.text[at], token.text[at : at + 2]):
                if token.start + at in word_at:
                    words.setdefault(term, word_at[token.start + at])
    return reading.words_of_terms(), words


@given(st.text(alphabet="专利無效宣告标电池茶叶，。 aB-5").map(lambda text: f"{text}。專利无效。{text}，专利无效"))
def test_each_term_is_shown_as_the_word_in_which_it_first_begins_also_where_runs_come_again(text):
    found, expected = naive_words_of_terms(text)
    assert found == expected
