"""Working days in China.

Pinned: weekends and public holidays are off, make-up days are not; a period begins on the day after; dates are China's;
the committed calendar is the one the State Council published, and its years balance.
"""

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Settings
from expertdb.services.rules import Rules, read
from expertdb.workdays import Workdays, local_day

POOL = Path(Settings(secret_key="s" * 40).pool_file)
COMMITTED = read(tomllib.loads(POOL.read_text("utf-8"))).workdays


def test_date_is_the_one_in_china() -> None:
    assert local_day(datetime(2026, 11, 23, 15, 59, tzinfo=UTC)) == date(2026, 11, 23)
    assert local_day(datetime(2026, 11, 23, 16, 0, tzinfo=UTC)) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 11, 20), True),  # a Friday
        (date(2026, 11, 21), False),  # a Saturday
        (date(2026, 10, 5), False),  # a Monday of the National Day holiday
        (date(2026, 10, 10), True),  # the Saturday that makes up for it
        (date(2026, 2, 14), True),  # a Saturday before the Spring Festival
        (date(2026, 2, 16), False),
    ],
)
def test_holidays_are_off_and_make_up_days_are_worked(day: date, working: bool) -> None:
    assert COMMITTED.is_working(day) == working


def test_period_begins_on_the_next_day_and_passes_over_days_off() -> None:
    assert COMMITTED.after(date(2026, 11, 23), 5) == date(2026, 11, 30)
    # 30 September is a Wednesday: seven days off, then Thursday, Friday and the Saturday that is worked.
    assert COMMITTED.after(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert COMMITTED.after(date(2026, 11, 21), 0) == date(2026, 11, 21)


def test_period_ends_with_its_last_day_in_china() -> None:
    late = datetime(2026, 11, 22, 17, tzinfo=UTC)  # The 23rd in China.
    assert COMMITTED.end_after(late, 5) == datetime(2026, 11, 30, 16, tzinfo=UTC)


def test_year_that_nobody_entered_has_its_weekends_only() -> None:
    assert COMMITTED.after(date(2026, 12, 31), 1) == date(2027, 1, 1)


@pytest.mark.parametrize(("year", "days"), [(2025, 248), (2026, 248)])
def test_committed_years_have_the_working_days_of_their_notice(year: int, days: int) -> None:
    """365 days less 104 Saturdays and Sundays and 13 public holidays; what is moved to a weekday is made up for."""
    every = (date(year, 1, 1) + timedelta(days=offset) for offset in range(365))
    assert sum(map(COMMITTED.is_working, every)) == days


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 40), st.sets(st.integers(0, 80), max_size=20))
def test_period_holds_as_many_working_days_as_it_says(start: date, count: int, off: set[int]) -> None:
    days = Workdays(frozenset(start + timedelta(days=offset) for offset in off))
    end = days.after(start, count)
    within = (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))
    assert sum(map(days.is_working, within)) == count
    assert count == 0 or days.is_working(end)


def test_empty_file_gives_the_defaults() -> None:
    assert read({}) == Rules()


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ("[periods]\npublicity_days = -1", "publicity_days is -1"),
        ("[periods]\npublicity_days = true", "publicity_days is True"),
        ('[periods]\npublicity_days = "5"', "publicity_days is '5'"),
        ("[periods]\npublicity = 5", r"\[periods\] holds 'publicity'; it takes publicity_days"),
        ("periods = 5", r"\[periods\] is no table"),
        ("[rules]", "the file holds 'rules'"),
        ("[calendar.2027]\nholiday = []", r"\[calendar.2027\] holds 'holiday'"),
        ("[calendar.2027]\nholidays = [2026-01-01]", "2026-01-01 is no day of 2027"),
        ("[calendar.2027]\nworking = ['2027-01-02']", "2027-01-02 is no day of 2027"),
        ("[calendar.2027]\nholidays = [[2027-01-03, 2027-01-01]]", "a holiday is a day or a pair"),
        ("[calendar.2027]\nholidays = ['2027-01-03']", "a holiday is a day or a pair"),
        ("[calendar.2027]\nholidays = 5", "holidays is no list"),
        ("[calendar.next]", r"\[calendar.next\] is no year"),
        ("[calendar]\n2027 = 5", r"\[calendar.2027\] is no year"),
    ],
)
def test_fault_of_the_file_is_named(stated: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read(tomllib.loads(stated))
