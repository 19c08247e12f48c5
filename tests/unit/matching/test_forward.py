"""Terms and tf in four bytes: what goes in comes out, however often a word stands in a text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import Analyser, Index, Item, Pivot, Profile
from matching.forward import compact, packed
from matching.live import count
from matching.ranges import bounds
from matching.weights import FIELDS
from tests.reference.pools import CONCEPTS, LEXICON

POSTINGS = st.tuples(
    st.integers(0, 9) | st.just(2**28 - 1),
    st.integers(1, 3) | st.sampled_from([14, 15, 16, 255, 256, 70_000, 2**32 - 1]),
)
ROWS = st.lists(st.lists(POSTINGS, max_size=5), max_size=6)
ANALYSER = Analyser(CONCEPTS, Pivot(LEXICON))


@given(ROWS, st.data())
def test_what_is_packed_is_read_again(rows, data):
    every = [one for row in rows for one in row]
    terms, tfs = np.array(every, dtype=np.int64).reshape(-1, 2).T
    forward = packed(bounds(np.array([len(row) for row in rows])), terms, tfs)

    start, stop = sorted(data.draw(st.tuples(*[st.integers(0, len(every))] * 2)))
    at = data.draw(st.lists(st.integers(0, len(every) - 1), max_size=8)) if every else []

    assert read(forward) == every
    assert read(forward, slice(start, stop)) == every[start:stop]
    assert read(forward, np.array(at, dtype=np.int64)) == [every[one] for one in at]


def read(forward, *at):
    return list(zip(forward.terms(*at).tolist(), forward.tfs(*at).tolist(), strict=True))


def test_a_term_that_would_not_fit_is_refused():
    with pytest.raises(OverflowError, match="more terms than four bytes"):
        packed(np.array([0, 1]), np.array([2**28]), np.array([1]))


def test_numbers_take_as_few_bytes_as_the_greatest_needs():
    assert [compact(np.array(one, dtype=np.int64)).dtype for one in ([], [0, 255], [256], [2**16], [2**32])] == [
        np.uint8, np.uint8, np.uint16, np.uint32, np.uint64,
    ]  # fmt: skip


def test_words_said_often_keep_their_numbers_when_segments_are_put_together():
    said, rest = {"a": (40, 2), "b": (1, 15), "c": (300, 16)}, " ".join(f"w{number}" for number in range(200))
    pool = [
        Profile(expert, "电池 " * one + rest, (Item("", "电池 " * other + rest),))
        for expert, (one, other) in said.items()
    ]
    index = Index.build(pool[:1], ANALYSER).apply([pool[1]]).apply([pool[2]])

    segment, *_ = index.compacted()

    (battery,) = index.vocabularies["native"].find(["电池"])
    for expert, expected in said.items():
        forward = segment.fields["native"]
        at, _ = forward.take(segment.rows_of(segment.names.find(expert)))
        assert {*expected} <= {tf for term, tf in read(forward, at) if term == battery}
    for field in FIELDS:
        assert count(segment.fields[field], 999).sum() == len(segment.fields[field].packed)
