"""Which encoding a file is in: what Chinese offices write is read right, all else is refused and not guessed at."""

import io

import pytest

from expertdb.errors import InvalidInput
from expertdb.tables.encoding import encoding_of

ROSTER = "姓名,单位,类别,简介\r\n林岚,闽都衡正知识产权代理有限公司,专利代理师,主攻锂电池专利无效\r\n"
TRADITIONAL = "姓名,單位,類別,簡介\r\n林嵐,閩都衡正智慧財產代理有限公司,專利代理師,主攻鋰電池專利無效\r\n"


def found(data: bytes) -> str:
    return encoding_of(io.BytesIO(data))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "gb2312"]
)
def test_roster_is_read_right_in_every_encoding_offices_write(encoding: str) -> None:
    data = ROSTER.encode(encoding)
    assert data.decode(found(data)).lstrip("\ufeff") == ROSTER


def test_traditional_characters_in_utf_8_are_read_right() -> None:
    assert found(TRADITIONAL.encode()) == "utf-8"


def test_plain_ascii_is_utf_8() -> None:
    assert found(b"name,kind\r\nLin Lan,K-PA\r\n") == "utf-8"
    assert found(b"") == "utf-8"


def test_rare_characters_of_names_are_read_in_gb18030() -> None:
    data = (ROSTER + "林㛃,某大学,学者,研究𠮷\r\n").encode("gb18030")
    assert found(data) == "gb18030"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (TRADITIONAL.encode("big5"), "Big5"),
        ("Name,Ort\r\nJürgen Müller,Köln\r\nRené,Besançon\r\n".encode("cp1252"), "none of UTF-8"),
        (ROSTER.encode("utf-32"), "UTF-32"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4, "not a text file"),
        (ROSTER.encode("gb18030") + b"\xff\xff", "byte"),
        (ROSTER.encode("utf-16")[:-1], "byte"),
        (b"\xef\xbb\xbf" + ROSTER.encode("gb18030"), "byte"),
    ],
)
def test_other_encodings_are_refused_by_what_they_seem_to_be(data: bytes, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        found(data)
    (fault,) = caught.value.faults
    assert fault.pointer == "/file"
    assert said in fault.detail


def test_fault_far_down_is_placed() -> None:
    with pytest.raises(InvalidInput, match="nothing was stored") as caught:
        found(b"\xef\xbb\xbf" + b"a" * 3_000_000 + b"\xff")
    assert "3000004" in caught.value.faults[0].detail
