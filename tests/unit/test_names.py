"""Names: sort keys, the forms a name is found by, and the keys organisations are compared by."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expertdb.models.base import SortKey
from expertdb.models.organisations import OrganisationName
from expertdb.names import HAN, fold, organisation_key, search_forms, sort_key

# What `schemas.fields.Str` lets through: no control characters, no lone surrogates.
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=100)
HAN_TEXT = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=4)


def is_found(typed: str, zh: str | None, en: str | None = None) -> bool:
    """As `experts.find` does it: every word typed is the beginning of a form."""
    forms = search_forms(zh, en)
    return all(f"|{word}" in forms for word in fold(typed).split())


@pytest.mark.parametrize("typed", ["林岚", "岚", "linlan", "lin lan", "lan", "ll", "LIN", "林嵐"])
def test_chinese_name_is_found_by_characters_pinyin_and_initials(typed: str) -> None:
    assert is_found(typed, "林岚")


@pytest.mark.parametrize("typed", ["lü lan", "lülan", "lv lan", "lvlan", "lulan", "lu lan", "ll", "LÜ", "lu\u0308"])
def test_u_umlaut_is_found_however_it_is_typed(typed: str) -> None:
    assert is_found(typed, "吕岚")


@pytest.mark.parametrize("typed", ["park", "seo-jin", "SEO", "parkseojin", "psj"])
def test_english_name_is_found_by_words_and_initials(typed: str) -> None:
    assert all(is_found(part, None, "Park Seo-jin") for part in typed.split("-"))


def test_name_is_not_found_by_its_middle() -> None:
    assert not is_found("in", "林岚")


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("曾国藩", "zeng"),
        ("单田芳", "shan"),
        ("仇英", "qiu"),
        ("区元", "ou"),
        ("解缙", "xie"),
        ("查良镛", "zha"),
        ("朴瑞真", "piao"),
        ("盖叫天", "ge"),
        ("翟志刚", "zhai"),
        ("覃塘", "qin"),
        ("缪昌文", "miao"),
        ("單小明", "shan"),
    ],
)
def test_surname_is_read_as_a_surname(name: str, reading: str) -> None:
    assert sort_key(name, None).split()[0] == reading
    assert is_found(reading, name)


@pytest.mark.parametrize(
    ("name", "initials", "spelt"),
    [("尉迟恭", "ycg", "yu chi gong"), ("万俟卨", "mqx", "mo qi xie"), ("单于飞", "cyf", "chan yu fei")],
)
def test_two_character_surnames_have_two_syllables(name: str, initials: str, spelt: str) -> None:
    assert sort_key(name, None).startswith(spelt)
    assert is_found(initials, name)
    assert is_found(spelt, name)


def test_surname_reading_holds_for_the_surname_only() -> None:
    assert sort_key("王曾", None).split()[:2] == ["wang", "ceng"]


def test_organisation_has_no_surname() -> None:
    assert sort_key("解放军总医院", None, person=False).startswith("jie fang")
    assert sort_key("单位", None, person=False).startswith("dan wei")


def test_names_sort_by_pinyin_and_latin_among_them() -> None:
    people = [("张三", None), ("曾力", None), (None, "Mill"), ("陈一", None), (None, "adams"), ("吕岚", None)]
    ordered = sorted(people, key=lambda name: sort_key(*name))
    assert [zh or en for zh, en in ordered] == ["adams", "陈一", "吕岚", "Mill", "曾力", "张三"]


def test_namesakes_in_pinyin_are_told_apart_by_characters() -> None:
    assert sort_key("李明", None) != sort_key("黎明", None)


def test_chinese_name_is_preferred_for_sorting() -> None:
    assert sort_key("林岚", "Aaron Lin").startswith("lin lan")


@pytest.mark.parametrize(
    "variant",
    ["闽都衡正 知识产权代理(有限)公司", "閩都衡正知識產權代理（有限）公司", "闽都衡正知识产权代理有限公司。"],
)
def test_spaces_brackets_and_traditional_characters_do_not_part_organisations(variant: str) -> None:
    assert organisation_key(variant) == organisation_key("闽都衡正知识产权代理有限公司")


def test_case_width_and_punctuation_do_not_part_organisations() -> None:
    assert organisation_key("Xiamen Lanwei IP Agency Co., Ltd.") == organisation_key(
        "ＸＩＡＭＥＮ lanwei ip-agency co ltd"
    )


def test_different_organisations_have_different_keys() -> None:
    assert organisation_key("泉州锦岫专利代理事务所") != organisation_key("福州锦岫专利代理事务所")


def test_name_without_a_letter_has_no_key() -> None:
    assert organisation_key("（—·…）") == ""


@pytest.mark.parametrize("typed", ["林　岚", "林 岚", "林\u200b岚", "林·岚"])
def test_what_parts_the_characters_of_a_name_is_no_part_of_it(typed: str) -> None:
    assert sort_key(typed, None) == sort_key("林岚", None)
    assert search_forms(typed, None) == search_forms("林岚", None)


def test_rare_characters_are_chinese() -> None:
    assert HAN.search("𬱖")
    assert not HAN.search("Müller é ど")


@given(TEXT)
def test_any_text_has_keys_that_fit_their_columns(text: str) -> None:
    assert len(sort_key(text, None)) <= SortKey.length
    assert len(sort_key(None, text)) <= SortKey.length
    assert len(organisation_key(text)) <= OrganisationName.__table__.c.key.type.length


@given(TEXT)
def test_any_text_folds_to_storable_text_with_single_spaces(text: str) -> None:
    folded = fold(text)
    folded.encode("utf-8")
    assert folded == " ".join(folded.split())


@given(TEXT)
def test_forms_are_bounded_whatever_the_name(text: str) -> None:
    # The longest real name is some ten characters; this is about names made to hurt.
    assert len(search_forms(text, text)) < 1_000_000


@given(HAN_TEXT)
def test_every_chinese_name_is_found_by_its_beginning_and_its_given_name(name: str) -> None:
    assert is_found(name, name)
    assert is_found(name[:1], name)
    assert is_found(name[-1:], name)


@given(TEXT)
def test_organisation_key_does_not_depend_on_composition(text: str) -> None:
    assert organisation_key(unicodedata.normalize("NFD", text)) == organisation_key(unicodedata.normalize("NFC", text))


def test_halves_of_characters_fold_to_question_marks() -> None:
    assert fold("林\ud83d") == "林?"
