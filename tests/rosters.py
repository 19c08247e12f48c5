"""Invented rosters of any size, with faults of twenty kinds planted in them, each row of which is known.

Nobody in them exists: names, employers and numbers are drawn, and the numbers only have right check digits.
"""

import csv
import io
import random
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import openpyxl

from expertdb.recognising import _CHECKS, _WEIGHTS, is_card
from expertdb.tables.cells import letter

_HEADINGS = """
编号 姓名 英文姓名 工作单位 职务 专家类别（必填） 职称 所在地区 语言 专长 执业资格 执业证号
个人简介 代表案例 论文 服务方式 年度上限 状态 聘期开始 聘期结束 手机号码 邮箱 通讯地址 身份证号码 备注
"""
HEADINGS = tuple(_HEADINGS.split())
SURNAMES = "林陈黄张吴李王郑蔡刘杨许谢苏赖曾叶何邱罗"
GIVEN = "岚清远婉婷荐泉砺川亦桅望舒思敏启明国樟志强雅琴文博晓峰嘉禾子墨若溪景行云帆"
PLACES = ("福州", "厦门市", "莆田市", "三明", "泉州市", "漳州", "350700", "龙岩市", "宁德", "平潭综合实验区")
KINDS = ("专利代理师", "律师", "K-TECH", "高校教师", "资产评估师", "Patent attorney", "技术经理人", "商标代理人")
TITLES = ("正高级", "高级工程师", "T3", "教授", "无职称")
CODES = (
    "发明专利",
    "LG-INV",
    "商标",
    "专利导航",
    "SE05",
    "质押融资",
    "H01M",
    "海外知识产权纠纷应对",
    "Trade secret",
    "皮革、毛皮、羽毛及其制品和制鞋业",
)
WORDS = "电池隔膜专利无效宣告请求案代表权利人检索现有技术外观设计商标许可质押评估导航预警标准必要转移茶叶鞋服陶瓷芯片"


@dataclass
class Roster:
    """Rows below the headings; `faults` has the kind and the pointer of each planted fault, by row number."""

    rows: list[list[Any]] = field(default_factory=list)
    faults: dict[int, tuple[str, str]] = field(default_factory=dict)

    def csv(self, encoding: str = "utf-8-sig") -> BinaryIO:
        """The roster as a CSV file."""
        text = io.StringIO()
        csv.writer(text).writerows([HEADINGS, *self.rows])
        return io.BytesIO(text.getvalue().encode(encoding))

    def xlsx(self) -> BinaryIO:
        """The roster as a workbook."""
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("专家名册")
        for row in [HEADINGS, *self.rows]:
            sheet.append(row)
        file = io.BytesIO()
        book.save(file)
        file.seek(0)
        return file


def roster(count: int, faulty: int, seed: int = 0) -> Roster:
    """`count` rows of which `faulty`, spread evenly, have a fault, the twenty kinds in turn."""
    chance, made = random.Random(seed), Roster()
    step = count // faulty if faulty else count + 1
    for place in range(count):
        row = _row(chance, place)
        if faulty and place % step == step - 1 and len(made.faults) < faulty:
            kind = tuple(FAULTS)[len(made.faults) % len(FAULTS)]
            heading, pointer, value = FAULTS[kind]
            row[_place(heading)] = value(row, made.rows) if callable(value) else value
            made.faults[place + 2] = (kind, f"/rows/{place + 2}{pointer}")
        made.rows.append(row)
    return made


def _row(chance: random.Random, place: int) -> list[Any]:
    name = chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, 2))
    year = chance.randint(2015, 2025)
    return [
        f"FJ-{place:06}",
        name,
        None,
        f"{chance.choice(PLACES[:5])}{''.join(chance.sample(GIVEN, 2))}知识产权有限公司",
        chance.choice(("合伙人", "主任", "教授", None)),
        chance.choice(KINDS),
        chance.choice(TITLES),
        chance.choice(PLACES),
        chance.choice(("中文", "中文、英语", "zh;en;ja")),
        chance.choice("、；") .join(chance.sample(CODES, 3)),
        "专利代理师",
        f"专利代理师：35{place:08}",
        _text(chance, 120),
        f"{_text(chance, 18)}（{year}）\n{_text(chance, 15)}",
        f"{_text(chance, 16)}, {year}",
        chance.choice(("书面、会议", "线上", "written")),
        chance.choice((3, 5, 8)),
        chance.choice(("在库", "active", "休假")),
        "2025年3月1日",
        chance.choice(("2028-02-29", "2028/2/28", None)),
        f"13{place:09}",
        f"expert{place}@example.cn",
        f"福建省某市某路{place % 300 + 1}号",
        id_number(place),
        "第一批",
    ]  # fmt: skip


def _text(chance: random.Random, length: int) -> str:
    return "".join(chance.choices(WORDS, k=length))


def id_number(place: int) -> str:
    """An invented identity number of a region that does not exist, with the right check character."""
    first = (
        f"9900{place % 100:02}19{60 + place % 30}{place // 100 % 12 + 1:02}{place // 1200 % 28 + 1:02}{place % 1000:03}"
    )
    return first + _CHECKS[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first, strict=True)) % 11]


def card_number() -> str:
    """An invented bank card number."""
    return next(number for end in range(10) if is_card(number := f"622202999988887777{end}"))


def _place(heading: str) -> int:
    return next(place for place, one in enumerate(HEADINGS) if one.startswith(heading))


def column_of(kind: str) -> str:
    """The letter of the column in which a fault of this kind is planted."""
    return letter(_place(FAULTS[kind][0]))


# kind: heading, pointer below the row, the faulty value or how to make it of the row and those before
FAULTS: dict[str, tuple[str, str, Any]] = {
    "unknown kind": ("专家类别", "/kind", "专利大理师"),
    "no kind": ("专家类别", "/kind", None),
    "unknown region": ("所在地区", "/region", "厦门是"),
    "unknown title": ("职称", "/title_level", "特高级"),
    "unknown code": ("专长", "/codes/1", "发明专利、无敌专利"),
    "unknown language": ("语言", "/languages/0", "火星语"),
    "no name": ("姓名", "/name", None),
    "no such day": ("聘期开始", "/term/start", "2026-02-30"),
    "term backwards": ("聘期结束", "/term/end", "2020-01-01"),
    "no telephone number": ("手机", "/restricted/phone", "请打座机"),
    "masked telephone number": ("手机", "/restricted/phone", "138****8000"),
    "no mail address": ("邮箱", "/restricted/email", "expert.example.cn"),
    "mistyped identity number": ("身份证号码", "/restricted/id_number", "110105194912310021"),
    "bank card in a text": ("个人简介", "/statement", f"劳务费请付至 {card_number()}"),
    "identity number in a text": ("个人简介", "/statement", f"身份证 {id_number(7)}"),
    "too long": ("职务", "/position", "长" * 101),
    "no number": ("年度上限", "/availability/max_load", "不限"),
    "unknown status": ("状态", "/status", "神秘"),
    "id of another row": ("编号", "/id", lambda row, before: before[0][0]),
    "identity number of another row": (
        "身份证号码",
        "/restricted/id_number",
        lambda row, before: before[1][_place("身份证号码")],
    ),
}
