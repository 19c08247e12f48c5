"""Moments as pages show them: clocks in China, and a deadline at the end of a day as that day's end."""

import pytest

from expertdb.console.rendering import deadline, moment


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-11-26T16:00:00Z", "2026-11-26 24:00"),
        ("2026-12-31T16:00:00+00:00", "2026-12-31 24:00"),
        ("2026-11-26T15:59:00Z", "2026-11-26 23:59"),
        (None, "—"),
    ],
)
def test_deadline_is_told_as_the_end_of_its_day(value: str | None, shown: str) -> None:
    assert deadline(value) == shown


def test_any_other_midnight_begins_a_day() -> None:
    assert moment("2026-11-26T16:00:00Z") == "2026-11-27 00:00"
