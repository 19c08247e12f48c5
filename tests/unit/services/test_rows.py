"""Rows of cells become bodies of experts, and every fault knows its column and the nearest codes."""

from typing import Any

import pytest

from expertdb.services.columns import mapping
from expertdb.services.rows import Read, read
from expertdb.tables.cells import Cell, Number, Row, Trouble
from expertdb.tables.grids import Heading
from expertdb.wording import Text


def of(cells: dict[str, Cell]) -> Read:
    headings = tuple(Heading(place, text) for place, text in enumerate(cells))
    return read(Row(7, tuple(cells.values())), mapping(headings, {}).columns)


@pytest.mark.parametrize(
    ("heading", "cell", "body"),
    [
        ("姓名", "林岚", {"name": {"zh": "林岚"}}),
        ("姓名", "Lin Lan", {"name": {"en": "Lin Lan"}}),
        ("类别", "专利代理师", {"kind": "K-PA"}),
        ("单位", "某大学", {"organisation": "某大学"}),
        ("地区", Number("350200"), {"region": "350200"}),
        ("语言", "中文、英语", {"languages": ["zh", "en"]}),
        ("专长", "发明专利；LG-INV", {"codes": ["PAT-INV", "LG-INV"]}),
        ("产业领域", "新能源汽车", {"codes": ["SE05"]}),
        ("资格", "专利代理师、律师", {"licences": ["专利代理师", "律师"]}),
        (
            "证书编号",
            "专利代理师：3512345；678",
            {
                "restricted": {
                    "licence_numbers": [
                        {"licence": "专利代理师", "number": "3512345"},
                        {"licence": None, "number": "678"},
                    ]
                }
            },
        ),
        ("手机", Number("13800138000"), {"restricted": {"phone": "13800138000"}}),
        ("服务方式", "书面、线上", {"availability": {"modes": ["written", "online"]}}),
        ("年度上限", Number("5"), {"availability": {"max_load": 5}}),
        ("间隔天数", Number("30"), {"availability": {"cool_off_days": 30}}),
        (
            "不在期间",
            "2026-12-20 至 2027-01-05；2027年3月1日到2027年3月5日、2027/4/1",
            {
                "availability": {
                    "away": [
                        {"start": "2026-12-20", "end": "2027-01-05"},
                        {"start": "2027-03-01", "end": "2027-03-05"},
                        {"start": "2027-04-01", "end": "2027-04-01"},
                    ]
                }
            },
        ),
        (
            "away",
            "2026-12-20 to 2027-01-05; soon",
            {
                "availability": {
                    "away": [{"start": "2026-12-20", "end": "2027-01-05"}, {"start": "soon", "end": "soon"}]
                }
            },
        ),
        ("不在期间", Number("46053"), {"availability": {"away": [{"start": "2026-01-31", "end": "2026-01-31"}]}}),
        ("不承接领域", "发明专利、LG-INV", {"availability": {"not_wanted": {"codes": ["PAT-INV", "LG-INV"]}}}),
        (
            "不承接工作",
            "政策起草；咨询",
            {"availability": {"not_wanted": {"kinds": ["policy_drafting", "consultation"]}}},
        ),
        ("能否出差", "√", {"availability": {"travel": True}}),
        ("能否出差", "否", {"availability": {"travel": False}}),
        ("状态", "在库", {"status": "active"}),
        ("聘期开始", "2025年3月1日", {"term": {"start": "2025-03-01", "end": "2028-02-29"}}),
        ("到期日期", Number("46053"), {"term": {"end": "2026-01-31"}}),
        ("简介", "'-5 ℃ 起步", {"statement": "-5 ℃ 起步"}),
        ("备注", "不读", {}),
        ("姓名", "  ", {}),
    ],
)
def test_cell_fills_its_field(heading: str, cell: Cell, body: dict[str, Any]) -> None:
    found = of({heading: cell})
    assert (found.body, found.faults) == (body, [])


@pytest.mark.parametrize(
    ("heading", "cell", "items"),
    [
        (
            "案例",
            "隔膜专利无效案（2024）\n外观设计侵权案",
            [{"kind": "case", "title": "隔膜专利无效案", "year": 2024}, {"kind": "case", "title": "外观设计侵权案"}],
        ),
        (
            "论文",
            "从热失控报告提炼权利要求, 2023",
            [{"kind": "publication", "title": "从热失控报告提炼权利要求", "year": 2023}],
        ),
        (
            "成果",
            "案例｜隔膜案｜2024｜代表请求人",
            [{"kind": "case", "title": "隔膜案", "year": 2024, "text": "代表请求人"}],
        ),
        (
            "成果",
            '[{"kind": "patent", "title": "防爆阀", "text": "a\\nb"}]',
            [{"kind": "patent", "title": "防爆阀", "text": "a\nb"}],
        ),
        ("成果", "标准化调研", [{"kind": "project", "title": "标准化调研"}]),
    ],
)
def test_items_are_read_from_lines_and_from_json(heading: str, cell: str, items: list[dict[str, Any]]) -> None:
    assert of({heading: cell}).body["items"] == items


def test_several_columns_add_to_one_list() -> None:
    found = of({"论文 1": "甲", "论文 2": "乙", "案例": "丙", "专长": "商标", "产业领域": "SE05;SE05"})
    assert [item["title"] for item in found.body["items"]] == ["甲", "乙", "丙"]
    assert found.body["codes"] == ["TM", "SE05"]


def test_fault_of_a_code_has_its_column_and_the_nearest() -> None:
    (fault,) = of({"姓名": "林岚", "专长": "发明专利、无敌专利"}).faults
    assert (fault.pointer, fault.row, fault.column) == ("/rows/7/codes/1", 7, "B 专长")
    assert "无敌专利" in fault.detail
    assert fault.nearest[0] == "PAT"


def test_trouble_of_a_cell_is_a_fault_of_its_field() -> None:
    (fault,) = of({"姓名": Trouble(Text("There is no such day.")), "手机": None}).faults
    assert (fault.pointer, fault.column, fault.detail) == ("/rows/7/name", "A 姓名", "There is no such day.")
    (lost,) = of({"身份证": Number("3.50202199001011E+17")}).faults
    assert "15 digits" in lost.detail


def test_broken_json_of_items_is_a_fault() -> None:
    (fault,) = of({"成果": '[{"kind":'}).faults
    assert (fault.pointer, fault.column) == ("/rows/7/items", "A 成果")


def test_row_shorter_than_the_headings_is_filled_up() -> None:
    columns = mapping((Heading(0, "姓名"), Heading(1, "简介")), {}).columns
    assert read(Row(2, ("林岚",)), columns).body == {"name": {"zh": "林岚"}}


def test_term_without_an_end_whose_start_is_no_day_has_one_fault() -> None:
    found = of({"姓名": "林岚", "聘期开始": "二〇二六年"})
    assert [(fault.pointer, fault.column) for fault in found.faults] == [("/rows/7/term/start", "B 聘期开始")]
    assert "term" not in found.body


def test_year_of_thousands_of_digits_is_left_to_the_check_of_years() -> None:
    assert of({"成果": f"隔膜案｜{'1' * 5000}"}).body["items"][0]["year"] == "1" * 5000
