"""The figures of the statistics against plain reckoning.

Pinned: Gini's coefficient is the mean difference of all pairs over twice the mean; the top tenth is rounded up; the
slowest tenth is a value that occurs; a gap names the cities where nobody is.
"""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expertdb.services.statistics import _span, gaps, gini, spread_of

START = datetime(2026, 11, 1, tzinfo=UTC)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=20), st.integers(0, 30))
def test_gini_is_the_mean_difference_of_all_pairs(counts: list[int], idle: int) -> None:
    everybody = [*counts, *[0] * idle]
    n = len(everybody)
    pairs = sum(abs(one - other) for one in everybody for other in everybody)
    assert gini(sorted(counts, reverse=True), n) == pytest.approx(pairs / (2 * n * sum(everybody)), abs=1e-9)


def test_concentration_of_nothing_has_no_figure() -> None:
    found = spread_of(Counter(), 5)
    assert (found.asked, found.experts, found.never, found.gini, found.top_tenth) == (0, 5, 5, None, None)


def test_one_who_is_always_asked_has_everything() -> None:
    found = spread_of(Counter({"e-1": 7}), 20)
    assert (found.asked, found.never, found.gini, found.top_tenth) == (7, 19, pytest.approx(0.95), 1.0)
    assert found.most == (("e-1", 7),)


def test_whoever_left_the_pool_meanwhile_still_counts() -> None:
    assert spread_of(Counter({"e-1": 1, "e-2": 1}), 1).experts == 2


@given(st.lists(st.integers(1, 9), min_size=1, max_size=60))
def test_top_tenth_is_rounded_up(counts: list[int]) -> None:
    found = spread_of(Counter({f"e-{place}": count for place, count in enumerate(counts)}), 0)
    tenth = (len(counts) + 9) // 10
    assert found.top_tenth == pytest.approx(sum(sorted(counts)[-tenth:]) / sum(counts))


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=40))
def test_slowest_tenth_is_reached_by_nine_in_ten(hours: list[int]) -> None:
    steps = [{"submitted": START, "delivered": START + timedelta(hours=number)} for number in hours]
    span = _span(steps, "delivered")
    within = sum(number <= (span.slowest_tenth_hours or 0) for number in hours)
    assert within >= 0.9 * len(hours)
    assert span.slowest_tenth_hours in hours
    assert (span.reached, _span(steps, "confirmed").reached) == (len(hours), 0)


def held(**codes: dict[str | None, int]) -> defaultdict[str, Counter[str | None]]:
    return defaultdict(Counter, {code: Counter(regions) for code, regions in codes.items()})


def test_gap_names_the_cities_where_nobody_is() -> None:
    found = {gap.code: gap for gap in gaps(held(PAT={"350200": 2}, TM={None: 1}), "ip_subject")}
    assert (found["PAT"].held_by, found["TM"].held_by) == (2, 1)
    assert "350200" not in found["PAT"].cities
    assert "350100" in found["PAT"].cities
    assert "350200" in found["TM"].cities  # Whoever has no region serves no city in particular.
    assert found["GI"].held_by == 0


def test_gaps_begin_with_what_nobody_holds() -> None:
    listed = gaps(held(TM={"350200": 5}), "ip_subject")
    assert listed[0].held_by == 0
    assert [gap.held_by for gap in listed] == sorted(gap.held_by for gap in listed)
