"""Signatures: any spelling of the expert's own name is theirs, and another name is not."""

import pytest

from expertdb.services.signatures import is_one_of

NAMES = ["柯志强", "Zhiqiang Ke"]


@pytest.mark.parametrize("signed", ["柯志强", "柯　志强", "Ke Zhiqiang", "ZHIQIANG KE", "Ke, Zhi-qiang", "柯志強"])
def test_other_spelling_of_the_name_is_the_name(signed: str) -> None:
    assert is_one_of(signed, NAMES)


@pytest.mark.parametrize(
    ("signed", "name"), [("Ouyang Shuo", "欧阳铄"), ("Shuo Ouyang", "歐陽鑠"), ("o'neill", "O’Neill")]
)
def test_latin_letters_of_a_chinese_name_are_the_name(signed: str, name: str) -> None:
    assert is_one_of(signed, [name])


@pytest.mark.parametrize("signed", ["李四", "柯", "科志强", "Ke Zhiqing", "—", "专家"])
def test_another_name_is_another(signed: str) -> None:
    assert not is_one_of(signed, NAMES)


def test_who_was_erased_has_no_name_to_differ_from() -> None:
    assert is_one_of("李四", [])
