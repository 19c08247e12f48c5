"""The table of conflict types.

Pinned: each look-back period, to the day; what is not certain never excludes for good; every row is well formed.
"""

from datetime import date

import pytest

from expertdb import conflict_types
from expertdb.conflict_types import EFFECTS, effect_of, gravest, types

TODAY = date(2026, 11, 23)
LOOK_BACK = {"employment": 36, "mandate": 36, "board": 36, "shareholding": 36, "joint_project": 48, "co_author": 48}
FOR_EVER = ("party", "same_organisation", "kin", "adviser_student", "earlier_stage", "report_author", "beneficiary")


@pytest.mark.parametrize(("code", "months"), LOOK_BACK.items())
def test_tie_counts_until_its_look_back_is_over(code: str, months: int) -> None:
    last = date(TODAY.year - months // 12, TODAY.month, TODAY.day)
    assert effect_of(code, "certain", last, TODAY) == types()[code].effect
    assert effect_of(code, "certain", date(last.year, last.month, last.day - 1), TODAY) == "none"


@pytest.mark.parametrize("code", FOR_EVER)
def test_some_ties_never_lapse(code: str) -> None:
    assert effect_of(code, "certain", date(1950, 1, 1), TODAY) == types()[code].effect != "none"


def test_tie_that_nobody_knows_the_end_of_counts() -> None:
    assert effect_of("mandate", "certain", None, TODAY) == "exclude"


def test_uncertain_findings_exclude_nobody_for_good() -> None:
    for code, kind in types().items():
        assert effect_of(code, "probable", None, TODAY) != "exclude"
        assert effect_of(code, "possible", None, TODAY) == "disclose"
        assert effect_of(code, "certain", None, TODAY) == kind.effect


def test_look_back_over_the_end_of_february_and_of_time() -> None:
    assert effect_of("employment", "certain", date(2024, 2, 29), date(2027, 2, 28)) == "exclude"
    assert effect_of("employment", "certain", date(2024, 2, 29), date(2027, 3, 1)) == "none"
    assert effect_of("employment", "certain", date.max, date.max) == "exclude"


def test_table_is_well_formed() -> None:
    assert all(kind.effect in EFFECTS and kind.zh and kind.en for kind in types().values())
    assert {kind.look_back_months for kind in types().values()} <= {None, 36, 48}
    assert set(LOOK_BACK) <= set(conflict_types.declared())
    assert max(map(len, types())) <= 24


def test_gravest_effect_wins() -> None:
    assert gravest(["disclose", "exclude", "none"]) == "exclude"
    assert gravest([]) == "none"
