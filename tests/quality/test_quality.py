"""The floor of quality: a change that ranks the judged set worse than this is a regression.

Pinned: nDCG@10 of the whole list and of each pair of languages, against floors a little below what was measured; far
better than scikit-learn's defaults; curated codes and concepts earn their place; a request and its translation agree.
"""

import pytest

from expertdb.services.analysers import default_analyser
from matching import Analyser, Concepts, Pivot
from tests.quality.judged import (
    SETS,
    JudgedSet,
    best,
    figures,
    language_of,
    load,
    matcher,
    scikit_learn_defaults,
    translations,
)

# Measured figures stand in docs/quality.md; the floors leave .02 for harmless change.
FLOORS = {
    ("first", None, None): 0.78,
    ("first", "zh", "zh"): 0.79,
    ("first", "en", "en"): 0.77,
    ("first", "zh", "en"): 0.8,
    ("first", "en", "zh"): 0.73,
    ("later", None, None): 0.68,
    ("later", "zh", "zh"): 0.67,
    ("later", "en", "en"): 0.685,
    ("later", "zh", "en"): 0.635,
    ("later", "en", "zh"): 0.61,
}


@pytest.fixture(scope="module")
def judged() -> JudgedSet:
    return load()


@pytest.fixture(scope="module")
def later() -> JudgedSet:
    return load("later")


def ndcg(judged: JudgedSet, scorer) -> float:  # type: ignore[no-untyped-def]
    return figures(judged, scorer)["ndcg@10"]["value"]


@pytest.mark.parametrize(("name", "asked", "written"), FLOORS)
def test_ranking_is_no_worse_than_its_floor(
    judged: JudgedSet, later: JudgedSet, name: str, asked: str | None, written: str | None
) -> None:
    chosen = {"first": judged, "later": later}[name]
    assert ndcg(chosen.cut(asked, written), matcher(default_analyser())) >= FLOORS[name, asked, written]


def test_list_is_at_least_three_times_as_good_as_scikit_learn_defaults(judged: JudgedSet) -> None:
    assert ndcg(judged, matcher(default_analyser())) > 3 * ndcg(judged, scikit_learn_defaults)


def test_curated_codes_and_concepts_earn_their_place(judged: JudgedSet) -> None:
    whole = ndcg(judged, matcher(default_analyser()))
    uncoded = ndcg(judged, matcher(default_analyser(), codes=False))
    bare = ndcg(judged, matcher(Analyser(Concepts(), Pivot.load()), codes=False))
    assert whole > uncoded + 0.015
    assert uncoded > bare + 0.04


@pytest.mark.parametrize("name", SETS)
def test_every_request_has_somebody_to_find_and_every_expert_a_grade(name: str) -> None:
    judged = load(name)
    found = {one.request for one in judged.judgments if one.grade >= 2}
    assert found == {one.id for one in judged.requests}
    assert len(judged.judgments) == len(judged.requests) * len(judged.experts)


def test_third_of_relevant_grades_are_wholly_across_languages(judged: JudgedSet) -> None:
    asked = {one.id: language_of(one) for one in judged.requests}
    relevant = [one for one in judged.judgments if one.grade >= 2]
    across = [one for one in relevant if {judged.written[one.expert], asked[one.request]} == {"zh", "en"}]
    assert len(across) >= len(relevant) / 3


def test_request_and_its_translation_find_mostly_the_same_people(judged: JudgedSet) -> None:
    first = best(judged, matcher(default_analyser()))
    shared = [len(set(first[one]) & set(first[other])) for one, other in translations()]
    assert sum(shared) / len(shared) >= 6.8
