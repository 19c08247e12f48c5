"""Terms in arrays have the numbers they had in the vocabulary, however many are looked up, and by how many threads."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from matching import terms
from matching.terms import Terms, tabulate
from matching.vocabulary import Vocabulary

WORDS = [f"词{number}" for number in range(300)]


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Terms:
    """All words, in a table that forgets after ten."""
    monkeypatch.setattr(terms, "REMEMBERED", 10)
    vocabulary = Vocabulary()
    vocabulary.number(WORDS)
    return tabulate(vocabulary, len(WORDS))


def test_a_term_is_found_beside_new_ones_when_the_table_forgets(table: Terms) -> None:
    for start in range(0, 200, 7):
        asked = [*WORDS[:5], *WORDS[start : start + 9], "unknown"]
        assert table.find(asked) == [0, 1, 2, 3, 4, *range(start, start + 9), -1]
    assert table.find([]) == []


def test_threads_that_look_up_at_once_find_the_same(table: Terms) -> None:
    def look_up(first: int) -> bool:
        return all(
            table.find(WORDS[at : at + 12]) == list(range(at, at + 12)) for at in range(first, 280 + first % 8, 3)
        )

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(look_up, range(8)))
    finally:
        sys.setswitchinterval(interval)
