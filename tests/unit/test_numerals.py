"""Whole numbers in what people and browsers send.

Pinned: whatever the text, the answer is a number or None; digits as a Chinese keyboard types them count.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expertdb.numerals import whole


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("２０２４", 2024),
        ("", None),
        (None, None),
        ("-1", None),
        ("1.0", None),
        ("²", None),
        (" 1", None),
    ],
)
def test_digits_alone_are_a_number(text: str | None, number: int | None) -> None:
    assert whole(text) == number


def test_more_digits_than_were_asked_for_are_none() -> None:
    assert (whole("123456789"), whole("1234567890"), whole("1234", 3), whole("1" * 5000)) == (
        123456789,
        None,
        None,
        None,
    )


@given(st.integers(0, 10**9 - 1))
def test_number_is_read_as_it_is_written(number: int) -> None:
    assert whole(str(number)) == number
