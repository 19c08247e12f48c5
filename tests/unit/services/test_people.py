"""When two names can be one person's, and that quoting a cell loses nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expertdb.names import fold_name
from expertdb.quoting import FORMULA, quoted, unquoted
from expertdb.services.people import are_namesakes, latin_forms

Name = tuple[str | None, str | None]


def namesakes(one: Name, other: Name) -> bool:
    def forms(name: Name) -> tuple[str, frozenset[str]]:
        return fold_name(name[0]) if name[0] else "", latin_forms(*name)

    return are_namesakes(*forms(one), *forms(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("林岚", None), ("林嵐", None)),
        (("林岚", None), (None, "Lin Lan")),
        (("林岚", None), (None, "LAN LIN")),
        (("林清远", None), (None, "Lin, Qing-Yuan")),
        (("林清远", None), (None, "Qingyuan Lin")),
        (("吕岚", None), (None, "Lyu Lan")),
        (("吕岚", None), (None, "Lv Lan")),
        (("曾冰", None), (None, "Zeng Bing")),
        (("欧阳锋", None), (None, "Feng Ouyang")),
        (("林岚", "Alan Lin"), (None, "Alan Lin")),
        ((None, "John Smith"), (None, "Smith, John")),
        (("林岚", None), ("林　岚", None)),
        (("林岚", None), ("林\u200b岚", None)),
        (("林 岚", None), (None, "Lin Lan")),
        (("买买提·艾力", None), ("买买提・艾力", None)),
        (("买买提·艾力", None), ("买买提艾力", None)),
    ],
)
def test_one_name_in_two_spellings_is_one(one: Name, other: Name) -> None:
    assert namesakes(one, other)
    assert namesakes(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("林岚", None), ("林兰", None)),
        (("刘岚", None), (None, "Lu Lan")),
        (("林岚", "Lin Lan"), ("林兰", "Lin Lan")),
        ((None, "John Smith"), (None, "John Smyth")),
        (("林岚", None), ("林岚（女）", None)),
        ((None, None), (None, None)),
    ],
)
def test_two_names_are_two(one: Name, other: Name) -> None:
    assert not namesakes(one, other)
    assert not namesakes(other, one)


@given(st.text(alphabet="'=+-@＝\t\n a林", max_size=12))
def test_quoting_keeps_formulas_out_and_is_undone(text: str) -> None:
    assert not FORMULA.match(quoted(text)) or quoted(text).startswith("'")
    assert unquoted(quoted(text)) == text
