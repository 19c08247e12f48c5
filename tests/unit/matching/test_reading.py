"""Texts give the terms, and stand at the places, that reading them the slow way gives."""

from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from expertdb.services.analysers import default_analyser
from matching import Analyser, Concept, Concepts, Pivot, read_experts, read_requests
from matching.asking import query_text
from matching.documents import item_text
from tests.reference.pools import CONCEPTS, LEXICON
from tests.reference.reading import SlowConcepts, SlowPivot, SlowReading

ROOT = Path(__file__).parents[3]
SAMPLE, JUDGED = ROOT / "expertdb/data/sample/experts.jsonl", ROOT / "tests/quality/cases.jsonl"
ODD = Concepts(
    [
        *CONCEPTS.concepts,
        Concept("T-LAW", ("专利 law", "SEP许可", "R&D", "& Co", "Wi-Fi", "standard essential patents", "利")),
        Concept("T-AI", ("AI", "AI芯片", "无效宣告请求", "H04W", "patent pool (portfolio)")),
    ]
)
SMALL = Pivot(
    {"无效宣告": "invalidation", "标准": "standard", "池": "pool"}, dict(LEXICON) | {"专利无": "wrong", "效宣告": "x"}
)
ANALYSER = Analyser(ODD, SMALL)
SLOW = SlowConcepts(ODD), SlowPivot(SMALL)
WORDS = (
    "专利 无效宣告 无效 标准 必要 SEP SEPs sep 许可 AI ai 芯片 R&D & Co Wi-Fi wifi H04W 4/00 H04W4/00 law Laws patent "
    "pools "
    "standard-essential 5G C++ ㈱ é 專利 ，。 | ( ) \n , - _ 。 １２ " + "x" * 70
).split(" ")
TEXTS = st.lists(st.sampled_from([*WORDS, " ", ""])).map("".join) | st.lists(st.sampled_from(WORDS)).map(" ".join)


def wanted(places, every=1):
    found = {}
    for field, term, *_ in places[::every]:
        found.setdefault(field, set()).add(term)
    return found


def by_term(places):
    """Return the places of each term in the order they are in."""
    terms = {}
    for field, term, *place in places:
        terms.setdefault((field, term), []).append(place)
    return terms


@settings(deadline=None)
@given(TEXTS | st.text() | st.text(st.characters() | st.characters(categories=["Cs"])))
@example("x" * 70 + "，专利" + "-y" * 40 + " & SEP专利 law")
@example("&专利池&")
def test_any_text_gives_the_terms_and_places_of_the_slow_reading(text):
    expected, reading = SlowReading(text, *SLOW), ANALYSER.read(text)
    assert reading.terms() == expected.terms()
    assert by_term(reading.places_of(wanted(expected.places()))) == by_term(expected.places())


@settings(deadline=None)
@given(TEXTS, st.integers(1, 5))
def test_places_of_wanted_terms_are_those_among_all(text, every):
    everything = SlowReading(text, *SLOW).places()
    terms = wanted(everything, every)
    expected = [place for place in everything if place[1] in terms.get(place[0], ())]
    assert by_term(ANALYSER.read(text).places_of(terms)) == by_term(expected)


@settings(deadline=None)
@given(TEXTS, st.lists(st.sampled_from(["native", "pivot", "concept"]), min_size=1, max_size=4))
def test_text_that_is_marked_again_has_the_places_it_has_at_first(text, fields):
    reading, terms = ANALYSER.read(text), wanted(SlowReading(text, *SLOW).places())
    for field in fields:  # Whatever was looked for before.
        one = {field: terms.get(field, set())}
        assert reading.places_of(one) == ANALYSER.read(text).places_of(one)
    assert reading.places_of(terms) == ANALYSER.read(text).places_of(terms)


def test_the_texts_of_the_sample_pool_and_its_requests_give_the_terms_of_the_slow_reading():
    analyser = default_analyser()
    concepts, pivot = SlowConcepts(analyser._concepts), SlowPivot(analyser._pivot)
    texts = [text for one in read_experts(SAMPLE) for text in (one.statement, *map(item_text, one.items))]
    for text in [*texts[::7], *(query_text(one.query) for one in read_requests(JUDGED))]:
        assert analyser.analyse(text) == SlowReading(text, concepts, pivot).terms()
