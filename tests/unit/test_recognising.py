"""Numbers that give a person away are recognised as people type them, and numbers that do not are let through.

The cards are the issuers' published test numbers, or made up with a right check digit; so is the identity number, which
is the example of GB 11643-1999.
"""

import pytest

from expertdb.recognising import (
    BANK_ACCOUNT,
    BANK_CARD,
    ID_NUMBER,
    compared,
    forbidden_in,
    hushed,
    is_iban,
    plain,
)

FORBIDDEN = [
    ("银行卡 6222 0212 3456 7890 128", BANK_CARD, 5),
    ("卡号4111-1111-1111-1111，谢谢", BANK_CARD, 3),
    ("付款请到６２２２０２１２３４５６７８９０１２８", BANK_CARD, 5),
    ("MasterCard 5555555555554444.", BANK_CARD, 12),
    ("Amex 378282246310005", BANK_CARD, 6),
    ("身份证11010519491231002X", ID_NUMBER, 4),
    ("身份证号码：１１０１０５１９４９１２３１００２Ｘ", ID_NUMBER, 7),
    ("id 110105 19491231 002x", ID_NUMBER, 4),
    ("Pay to DE89 3704 0044 0532 0130 00 please", BANK_ACCOUNT, 8),
    ("开户行：建设银行福州分行 3500 1234 5678", BANK_ACCOUNT, 14),
    ("对公账号 351234567890123", BANK_ACCOUNT, 6),
    ("Bank account no. 123-456-789-012", BANK_ACCOUNT, 18),
]
HARMLESS = [
    "专利 ZL201310123456.7 与 CN202310987654A，申请号 2013101234567",
    "统一社会信用代码 91350200MA2XN3QX4D",
    "ISBN 978-7-5130-1234-5, DOI 10.1000/182",
    "案号（2023）闽01民初1234号，标的 120,000,000 元",
    "微信账号 13800138000",
    "2018 2019 2020 2021 年共办理 4111 件",
    "中国人民银行公布的美元对人民币汇率中间价 2026-11-28 09:15",
    "上海银行间同业拆放利率（Shibor）隔夜，2026-11-28 11:00",
    "110105194912310020",  # the check character is wrong
    "4111111111111112",  # Luhn's digit is wrong
    "DE88 3704 0044 0532 0130 00",
    "",
]


@pytest.mark.parametrize(("text", "kind", "place"), FORBIDDEN)
def test_forbidden_number_is_found_where_it_stands(text: str, kind: str, place: int) -> None:
    found = forbidden_in(text)
    assert found is not None
    assert (found.kind, found.place) == (kind, place)


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_number_is_let_through(text: str) -> None:
    assert forbidden_in(text) is None


@pytest.mark.parametrize("text", ["DE89", "GB82WEST12345698765431", "X" * 40])
def test_what_is_no_iban_is_not_taken_for_one(text: str) -> None:
    assert not is_iban(text)


def test_plain_form_is_one_for_all_ways_to_type_a_number() -> None:
    assert {plain(one) for one in ("110105-19491231 002x", "１１０１０５１９４９１２３１００２Ｘ")} == {
        "11010519491231002X"
    }


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("11010519491231002X", "***"),
        ("手机138 0013 8000, lin@example.cn", "手机***, ***"),
        ("E12345678", "E***"),
        ("350200", "350200"),
        ("福州，2024", "福州，2024"),
    ],
)
def test_message_does_not_repeat_what_gives_a_person_away(value: str, said: str) -> None:
    assert hushed(value) == said


def test_identity_number_of_fifteen_digits_is_compared_as_its_eighteen() -> None:
    assert compared("id_number", "110105 491231 002") == "11010519491231002X"
    assert compared("id_number", "11010519491231002x") == "11010519491231002X"
    assert compared("licence_numbers", "110105491231002") == "110105491231002"


@pytest.mark.parametrize("filling", ["1 " * 10_000, "A1 " * 7_000, "DE89" * 5_000, "a" * 20_000 + "@", "1" * 20_000])
def test_long_texts_are_looked_through_to_their_end(filling: str) -> None:
    # Each would hold a worker for minutes if a pattern went back and forth over it.
    found = forbidden_in(f"{filling}。身份证11010519491231002X")
    assert found is not None
    assert (found.kind, found.place) == (ID_NUMBER, len(filling) + 5)
    assert hushed(f"{filling}。身份证11010519491231002X").endswith("。身份证***")
