"""Spellings, plurals and acronyms."""

import pytest

from matching.english import acronym, american, is_stop_word, singular, stem


@pytest.mark.parametrize(
    ("one", "other"),
    [("licence", "license"), ("securitisation", "securitization"), ("behaviour", "behavior"), ("centre", "center"),
     ("programme", "program"), ("catalogue", "catalog"), ("defence", "defense"), ("prioritised", "prioritized"),
     ("fibre", "fiber"), ("mould", "mold"), ("analysed", "analyzed")],
)  # fmt: skip
def test_british_and_american_spelling_meet(one, other):
    assert american(one) == american(other)
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["our", "hour", "basis", "raise", "this", "four"])
def test_folds_leave_short_words_alone(word):
    assert american(word) == word


@pytest.mark.parametrize("word", ["supervise", "appraiser", "advised", "expertise", "enterprises", "compromising"])
def test_words_in_ise_on_both_sides_of_the_ocean_are_left_alone(word):
    assert american(word) == word


@pytest.mark.parametrize(
    ("one", "other"),
    [("inventors", "invention"), ("registration", "registered"), ("licensee", "licences"), ("settlement", "settled"),
     ("opponent", "opposition"), ("supervision", "supervised"), ("appraiser", "appraisal"), ("Taiwanese", "Taiwan"),
     ("analyses", "analytics"), ("sued", "sue"), ("judicial", "judge")],
)  # fmt: skip
def test_words_of_one_family_have_one_stem(one, other):
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("customs", "customers"), ("authorities", "authors"), ("authorised", "author"), ("designated", "design"),
     ("objections", "objects"), ("utility", "utilisation")],
)  # fmt: skip
def test_words_that_only_look_alike_keep_apart(one, other):
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    ("word", "stopped"),
    [("three", True), ("Weeks", True), ("people", True), ("making", True), ("ONE", False), ("patent", False)],
)
def test_words_that_say_little_are_stopped_in_any_form_but_capitals(word, stopped):
    assert is_stop_word(word) == stopped


@pytest.mark.parametrize(
    ("plural", "one"), [("utilities", "utility"), ("boxes", "box"), ("patents", "patent"), ("basis", "basis")]
)
def test_regular_plurals_become_singular(plural, one):
    assert singular(plural) == one


def test_acronyms_are_neither_stopped_nor_stemmed():
    assert (acronym("SEPs"), acronym("Sep"), acronym("A")) == ("SEP", None, None)
    assert (is_stop_word("us"), is_stop_word("US"), is_stop_word("A")) == (True, False, True)
    assert (stem("TRIPS"), stem("trips")) == ("trips", "trip")
