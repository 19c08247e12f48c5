"""Norms and df are the same however many rows or postings are counted at once; `test_bounds.py` has how they lag."""

import numpy as np
import pytest

from matching import Analyser, Index, Item, Pivot, Profile, live
from matching.live import Live, count
from matching.scanning import matrices
from matching.weights import FIELDS
from tests.reference.pools import CONCEPTS, LEXICON

POOL = [Profile(f"e{number}", "电池 " * number, (Item(f"battery tea word{number}"),)) for number in range(7)]
INDEX = Index.build(POOL, Analyser(CONCEPTS, Pivot(LEXICON)))
SEGMENT = INDEX.parts[0].segment


@pytest.mark.parametrize("rows", [1, 2, 5, 100])
def test_norms_are_those_of_the_rows_by_the_formula(monkeypatch, rows):
    monkeypatch.setattr(live, "_ROWS", rows)
    with INDEX.at_version() as current:
        fresh = Live({field: current.table(field) for field in FIELDS}, current.items)
        _, expected = matrices(SEGMENT, current, {field: current.width(field) for field in FIELDS})
    assert SEGMENT.n_rows > 5
    for field in FIELDS:
        assert fresh.norms(SEGMENT)[field] == pytest.approx(expected[field], rel=1e-6)


@pytest.mark.parametrize("postings", [1, 2, 5, 1000])
def test_df_is_the_number_of_rows_that_hold_a_term(monkeypatch, postings):
    monkeypatch.setattr(live, "_CHUNK", postings)
    for field in FIELDS:
        width = len(INDEX.vocabularies[field])
        expected = [len(SEGMENT.rows_with(field, term)) for term in range(width)]
        assert count(SEGMENT.fields[field], width).tolist() == expected


def test_an_unknown_term_stands_in_no_row():
    with INDEX.at_version() as current:
        for field in FIELDS:
            last = current.width(field) - 1
            found = current.df(field, np.array([-1, last, last + 1, 0]))
            assert found.tolist() == [0, current.table(field)[last], 0, current.table(field)[0]]
