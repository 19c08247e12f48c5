"""Headings: what is known is recognised however it is typed, what is stated wins, and what cannot be is refused."""

import pytest

from expertdb.schemas.experts import ExpertLine
from expertdb.services.columns import mapping, proposed
from expertdb.services.headings import bank_headings, columns
from expertdb.services.rows import pointer_of
from expertdb.tables.grids import Heading
from expertdb.vocabularies import NAMES


def headings(*texts: str) -> tuple[Heading, ...]:
    return tuple(Heading(place, text) for place, text in enumerate(texts))


def targets(*texts: str, **stated: str | None) -> list[str | None]:
    return [one.target for one in mapping(headings(*texts), stated).columns]


def pointers(*texts: str, **stated: str | None) -> list[str]:
    return [fault.pointer for fault in mapping(headings(*texts), stated).faults]


def test_every_column_fills_a_field_that_an_import_line_has() -> None:
    for column in columns():
        first = pointer_of(column.target).split("/")[1]
        assert first in ExpertLine().fields, column.target
        assert set(column.vocabularies) <= set(NAMES)


def test_no_heading_means_two_columns() -> None:
    for column in columns():
        for heading in column.headings:
            assert proposed(heading) is column, heading
    assert not any(proposed(heading) for heading in bank_headings())


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ("姓名", "name"),
        (" 姓 名 *", "name"),
        ("专家姓名（必填）", "name"),
        ("工作單位", "organisation"),
        ("手机号码(11位)", "phone"),
        ("E-Mail", "email"),
        ("Name (EN)", "name.en"),
        ("Title Level", "title_level"),
        ("论文 2", "items.publication"),
        ("语言3", "languages"),
        ("序号", None),
        ("性别", None),
    ],
)
def test_heading_is_recognised_however_it_is_typed(typed: str, target: str | None) -> None:
    found = proposed(typed)
    assert (found.target if found else None) == target


def test_stated_meaning_wins_and_null_leaves_a_column_unread() -> None:
    assert targets("姓名", "类别", "方向", "简介") == ["name", "kind", None, "statement"]
    assert targets("姓名", "类别", "方向", "简介", 方向="codes", 简介=None) == ["name", "kind", "codes", None]


def test_stated_heading_or_field_that_there_is_not_is_named_with_the_nearest() -> None:
    found = mapping(headings("姓名", "类别"), {"单位": "organisation", "类别": "kinds"}).faults
    assert [fault.pointer for fault in found] == ["/mapping/单位", "/mapping/类别", "/headings"]
    assert "姓名, 类别" in found[0].detail
    assert "nearest: kind" in found[1].detail


def test_two_columns_for_one_field_are_refused_and_for_a_list_are_not() -> None:
    assert pointers("姓名", "类别", "手机", "办公电话") == ["/headings/D"]
    assert pointers("姓名", "类别", "论文 1", "论文 2", "专长", "研究领域") == []


def test_heading_that_stands_twice_is_refused() -> None:
    found = mapping(headings("姓名", "类别", "备注", "备注"), {}).faults
    assert [fault.pointer for fault in found] == ["/headings/D"]
    assert "Column C" in found[0].detail


@pytest.mark.parametrize(
    "heading", ["银行卡号", "开户行", "Bank account", "收款账号（建行）", "开户行及账号", "Bank account no."]
)
def test_columns_of_bank_data_are_refused(heading: str) -> None:
    assert pointers("姓名", "类别", heading) == ["/headings/C"]
    assert pointers("姓名", "类别", heading, **{heading: "position"}) == ["/headings/C"]
    assert pointers("姓名", "类别", heading, **{heading: None}) == []


def test_columns_that_must_be_there_are_asked_for() -> None:
    assert [fault.detail.split(":")[0] for fault in mapping(headings("a", "b"), {}).faults] == [
        'No column fills "name"',
        'No column fills "kind"',
    ]
