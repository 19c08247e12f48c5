"""Fast scores lie within the error that they are said to have: nobody is passed over who belongs on a list."""

import random

import numpy as np
import pytest

from matching import Analyser, Index, Item, Parameters, Pivot, Profile, Query, ask
from matching.scanning import fast
from tests.reference.pools import CONCEPTS, LEXICON

ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))
PARAMETERS = Parameters()
WORDS = [*LEXICON, "battery", "licence", "trademark", "tea", "patent", *(f"word{number}" for number in range(60))]
QUERIES = [Query("电池许可 battery"), Query("tea licence word3 word5 trademark"), Query(" ".join(WORDS))]


def pool(number, draw, longest=12):
    """So many experts, whose words are the rarer the later they stand among all."""
    weights = [1 / (1 + place) for place in range(len(WORDS))]
    for one in range(number):
        texts = [" ".join(draw.choices(WORDS, weights, k=draw.randint(1, longest))) for _ in range(draw.randint(1, 4))]
        yield Profile(f"e{one:04}", texts[0], tuple(Item(text) for text in texts[1:]))


def furthest_off(index):
    """The greatest relative error of a fast score, and the least that they are said to have."""
    furthest, least = 0.0, 1.0
    for query in QUERIES:
        asked = ask(query, ANALYSER)
        with index.at_version() as live:
            prepared = index.prepared(asked, PARAMETERS, live)
            scores, error = fast(index.parts, prepared, PARAMETERS, index.kernel, index.select(None), [], live)
            alive = np.concatenate(index.select(None))
            exact = index.affinities(prepared, PARAMETERS, live)[alive]
        found = np.concatenate(scores).astype(np.float64)[alive]
        assert ((found > 0) == (exact > 0)).all()
        off = np.abs(found - exact)[exact > 0] / exact[exact > 0]
        assert off.max(initial=0.0) <= error
        furthest, least = max(furthest, float(off.max(initial=0.0))), min(least, error)
    return furthest, least


@pytest.mark.parametrize("kernel", ["numba", "scipy"])
def test_scores_are_as_exact_as_they_are_said_to_be_whatever_is_edited(kernel):
    draw = random.Random(f"bounds {kernel}")
    index = Index.build(pool(400, draw), ANALYSER, kernel=kernel)
    fresh, said = furthest_off(index)
    assert fresh < said < 2e-5  # Nothing lags yet, and hardly anybody is looked at in vain.
    worst = 0.0
    for step, profile in enumerate(pool(90, draw)):
        index = index.apply([profile]) if step % 9 else index.apply(deletes=[f"e{399 - step:04}"])
        if step % 10 == 5:
            worst = max(worst, furthest_off(index)[0])
    assert worst > 10 * fresh  # Norms do lag, and by far more than rounding does.


@pytest.mark.parametrize("kernel", ["numba", "scipy"])
def test_few_are_reckoned_exactly_for_a_short_list(kernel):
    index = Index.build(pool(400, random.Random("few")), ANALYSER, kernel=kernel)
    for query in QUERIES:
        asked = ask(query, ANALYSER)
        with index.at_version() as live:
            prepared = index.prepared(asked, PARAMETERS, live)
            found = index.promising(asked, prepared, 8, PARAMETERS, index.select(None), live)
        assert 8 <= len(found) <= 12  # Nothing lags, so that only who nearly equals the eighth is looked at in vain.


@pytest.mark.parametrize("kernel", ["numba", "scipy"])
def test_words_said_very_often_are_rounded_by_no_more_than_is_said(kernel):
    draw = random.Random("often")
    others = " ".join(f"other{number}" for number in range(200))  # So that the text is no mere repetition.
    often = [Profile(f"o{number}", f"{'电池 ' * (100 + 37 * number)} {others}") for number in range(1, 9)]
    index = Index.build([*pool(60, draw), *often], ANALYSER, kernel=kernel)
    off, said = furthest_off(index)
    # The compiled kernel's postings hold a tf above 128 by its logarithm.
    assert (off > 1e-4, 0.006 < said < 0.007) == ((kernel == "numba"),) * 2
