"""Cores of organisation names.

Pinned: legal forms, brackets, branches and leading places do not tell two names of one firm apart; the place is the
name of a university or an office; every name has a core, whatever it is made of.
"""

import pytest

from expertdb.names import organisation_key
from expertdb.organisation_names import core_of

ONE_FIRM = [
    "厦门澜桅知识产权代理有限公司",
    "厦门市澜桅知识产权代理有限责任公司",
    "澜桅知识产权代理（厦门）有限公司",
    "澜桅知识产权代理(厦门)股份有限公司",
    "廈門瀾桅知識產權代理有限公司",
    "厦门澜桅知识产权代理有限公司福州分公司",
    "澜桅知识产权代理",
]


@pytest.mark.parametrize("name", ONE_FIRM)
def test_variants_of_one_name_share_a_core(name: str) -> None:
    assert core_of(name).core == "澜桅知识产权代理"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lanwei IP Agency Co., Ltd.", "Lanwei IP Agency"),
        ("Lanwei IP Agency (Xiamen) Company Limited", "LANWEI I.P. AGENCY"),
        ("Brandtner Kessling Patentanwälte PartG mbB", "Brandtner Kessling Patentanwälte"),
        ("中国工商银行股份有限公司厦门分行", "中国工商银行"),
        ("北京大成（厦门）律师事务所", "北京大成律师事务所"),
        ("大成律师事务所厦门分所", "北京大成律师事务所"),
        ("天健会计师事务所（特殊普通合伙）", "天健会计师事务所"),
    ],
)
def test_forms_brackets_and_branches_do_not_count(one: str, other: str) -> None:
    assert core_of(one).core == core_of(other).core
    assert core_of(one).agrees_with(core_of(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("厦门大学", "福州大学"),
        ("福建省知识产权局", "知识产权局"),
        ("宁德市市场监督管理局", "南平市市场监督管理局"),
        ("厦门澜桅知识产权代理有限公司", "厦门衡正知识产权代理有限公司"),
        ("厦门有限公司", "福州有限公司"),
    ],
)
def test_different_bodies_keep_different_cores(one: str, other: str) -> None:
    assert core_of(one).core != core_of(other).core


def test_places_tell_branches_in_two_cities_apart() -> None:
    one, other, bare = map(
        core_of, ("衡舟商标代理（福州）有限公司", "衡舟商标代理（厦门）有限公司", "衡舟商标代理有限公司")
    )
    assert one.core == other.core == bare.core
    assert not one.agrees_with(other)
    assert one.agrees_with(bare)
    assert (one.places, other.places) == ({"福州"}, {"厦门"})


@pytest.mark.parametrize(
    "name", ["公司", "有限公司", "集团", "厦门", "Co., Ltd.", "A", "（厦门）", "𠮷野", "ﷺ" * 60, "1"]
)
def test_name_that_is_nothing_but_form_or_place_is_its_own_core(name: str) -> None:
    core = core_of(name)
    assert core.core == organisation_key(name) or len(core.core) >= 2
    assert len(core.core) <= 200


def test_name_without_a_letter_has_no_core() -> None:
    assert core_of(")(").core == ""
