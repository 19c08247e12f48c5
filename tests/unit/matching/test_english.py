"""Spellings, plurals and acronyms."""

import pytest

from matching.english import acronym, american, is_stop_word, singular, stem


@pytest.mark.parametrize(
    ("one", "other"),
    [("licence", "license"), ("securitisation", "securitization"), ("behaviour", "behavior"), ("centre", "center"),
     ("programme", "program"), ("catalogue", "catalog"), ("defence", "defense"), ("prioritised", "prioritized")],
)  # fmt: skip
def test_british_and_american_spelling_meet(one, other):
    assert american(one) == american(other)
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["our", "hour", "basis", "raise", "this", "four"])
def test_folds_leave_short_words_alone(word):
    assert american(word) == word


@pytest.mark.parametrize(
    ("plural", "one"), [("utilities", "utility"), ("boxes", "box"), ("patents", "patent"), ("basis", "basis")]
)
def test_regular_plurals_become_singular(plural, one):
    assert singular(plural) == one


def test_acronyms_are_neither_stopped_nor_stemmed():
    assert (acronym("SEPs"), acronym("Sep"), acronym("A")) == ("SEP", None, None)
    assert (is_stop_word("us"), is_stop_word("US"), is_stop_word("A")) == (True, False, True)
    assert (stem("TRIPS"), stem("trips")) == ("trips", "trip")
