"""Words looked for in texts in memory.

Pinned: whoever is found is whose text holds the word, after any edits, in blocks of any size, among whomever it is
asked.
"""

from itertools import pairwise
from unittest import mock

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from expertdb.services import texts as module
from expertdb.services.texts import Texts

IDS = st.sampled_from([f"{place:02}" for place in range(30)])
TEXTS = st.text("ab专利𠮷|% ", max_size=6)
EDITS = st.lists(st.dictionaries(IDS, st.none() | TEXTS, max_size=12), max_size=6)


@given(EDITS, st.text("ab专利𠮷|%", min_size=1, max_size=4), st.integers(2, 9), st.randoms(use_true_random=False))
def test_those_are_found_whose_text_holds_the_word(
    edits: list[dict[str, str | None]], word: str, most: int, chance: object
) -> None:
    naive: dict[str, str] = {}
    texts = Texts()
    with mock.patch.object(module, "MOST", most):
        for edit in edits:
            stated = {id: text for id, text in edit.items() if text is not None}
            naive = {id: text for id, text in naive.items() if id not in edit} | stated
            texts = texts.replaced(edit, stated)
        among = np.array([chance.random() < 0.5 for _ in naive], bool)  # type: ignore[attr-defined]
        found = texts.holding(word, among)
    assert [id for block in texts.blocks for id in block.ids] == sorted(naive)
    assert found.tolist() == [one and word in naive[id] for one, id in zip(among, sorted(naive), strict=True)]


def test_an_edit_leaves_the_blocks_of_others_as_they_are() -> None:
    many = {f"{place:05}": "text" for place in range(3 * module.MOST)}
    texts = Texts().replaced([], many)
    edited = texts.replaced(["00007"], {"00007": "another"})
    assert [one is other for one, other in zip(texts.blocks, edited.blocks, strict=True)].count(False) == 1
    assert all(len(block.ids) <= module.MOST for block in edited.blocks)
    assert all(one.ids[-1] < other.ids[0] for one, other in pairwise(edited.blocks))
