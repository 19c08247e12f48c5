"""Restricted values are taken as people write them; masks, bank data and mistyped numbers are refused.

No refusal repeats the value.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema, ValidationError, fields

from expertdb import schemas
from expertdb.schemas.experts import ExpertBody, ExpertTransitionBody
from expertdb.schemas.fields import Choice, Str
from expertdb.schemas.personal import FreeText, Restricted

CARD = "6222021234567890128"
PERSON = "11010519491231002X"


def refusals(**values: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        Restricted().load(values)
    return str(caught.value.messages)


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("phone", " 138 0013 8000 ", "138 0013 8000"),
        ("phone", "+86-591-87654321转8001", "+86-591-87654321转8001"),
        ("phone", "（0592）5151234", "(0592)5151234"),
        ("phone", "１３８００１３８０００", "13800138000"),
        ("email", "lin.lan@example.cn", "lin.lan@example.cn"),
        ("address", "厦门市思明区湖滨南路1号", "厦门市思明区湖滨南路1号"),
        ("id_number", "110105 19491231 002x", PERSON),
        ("id_number", "130503670401001", "130503670401001"),
        ("id_number", "E12345678", "E12345678"),
        ("email", None, None),
    ],
)
def test_value_is_taken_as_people_write_it(field: str, typed: str | None, kept: str | None) -> None:
    assert Restricted().load({field: typed}) == {field: kept}


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("phone", "138****8000", "masked"),
        ("phone", CARD, "bank card"),
        ("phone", "call me", "not a telephone number"),
        ("phone", "----- -----", "not a telephone number"),
        ("email", "l***@example.cn", "masked"),
        ("email", "lin.lan", "not an e-mail address"),
        ("address", f"厦门，卡号{CARD}", "bank card"),
        ("id_number", "110105194912310021", "check character"),
        ("id_number", "11010519491331002X", "check character"),
        ("id_number", "130503671301001", "check character"),
        ("id_number", "无", "6 to 20"),
        ("id_number", CARD, "bank card"),
    ],
)
def test_wrong_value_is_refused_without_being_repeated(field: str, typed: str, said: str) -> None:
    found = refusals(**{field: typed})
    assert said in found
    assert typed not in found


def test_licence_number_may_say_which_licence_it_is_of() -> None:
    assert Restricted().load({"licence_numbers": [{"number": "1"}]}) == {
        "licence_numbers": [{"licence": None, "number": "1"}]
    }
    assert "number" in refusals(licence_numbers=[{"licence": "专利代理师"}])
    both = {"licence": "专利代理师", "number": "3512345"}
    assert Restricted().load({"licence_numbers": [both]}) == {"licence_numbers": [both]}


@pytest.mark.parametrize(
    "place",
    [
        {"statement": "{}"},
        {"position": "{}"},
        {"reason": "{}"},
        {"licences": ["{}"]},
        {"availability": {"note": "{}"}},
        {"items": [{"kind": "case", "title": "{}"}]},
        {"items": [{"kind": "case", "title": "案", "text": "{}"}]},
    ],
)
@pytest.mark.parametrize(("number", "said"), [(CARD, "bank card number"), (PERSON, 'the field "Identity number"')])
def test_bank_card_or_identity_number_is_refused_in_every_free_text(
    place: dict[str, Any], number: str, said: str
) -> None:
    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [filled(one) for one in value]
        return value.replace("{}", f"请付到{number}。")

    with pytest.raises(ValidationError) as caught:
        ExpertBody().load({"name": {"zh": "林岚"}, "kind": "K-PA", **filled(place)})
    assert said in str(caught.value.messages)
    assert number not in str(caught.value.messages)


# What is written about people beside their profile; the log keeps most of it for ever.
REMARKS = {
    *("reason", "note", "comment", "text", "reference", "evidence", "notice", "signed_by", "counterpart", "statement"),
    *("source_id", "confirmed_by", "position", "title", "source", "zh", "en"),
}
# A matter is its requester's: what it says is kept as it came. Labels of codes are nobody's.
OF_MATTERS = {"schemas.requests", "schemas.shortlists", "schemas.vocabularies", "schemas.engagement_forms.MatterForm"}


def remarks() -> Iterator[tuple[str, fields.Field[Any]]]:
    for module in pkgutil.iter_modules(schemas.__path__, "expertdb.schemas."):
        for name, schema in vars(importlib.import_module(module.name)).items():
            if isinstance(schema, type) and issubclass(schema, Schema) and schema.__module__ == module.name:
                for field_name, field in schema().load_fields.items():
                    if field_name in REMARKS and isinstance(field, Str) and not isinstance(field, Choice):
                        yield f"{module.name.removeprefix('expertdb.')}.{name}.{field_name}", field


@pytest.mark.parametrize(("place", "field"), list(remarks()))
def test_no_remark_about_people_may_hold_an_identity_number(place: str, field: fields.Field[Any]) -> None:
    of_matter = any(place.startswith(one) for one in OF_MATTERS) and not place.endswith((".reason", ".note"))
    assert of_matter or isinstance(field, FreeText)


def test_remark_with_an_identity_number_says_what_to_do() -> None:
    with pytest.raises(ValidationError) as caught:
        ExpertTransitionBody().load({"to": "withdrawn", "reason": f"本人{PERSON}申请退出"})
    assert "character 3. Remove it" in str(caught.value.messages)
    assert PERSON not in str(caught.value.messages)


@pytest.mark.parametrize("body", [{"name": {"zh": CARD}}, {"source_id": PERSON}, {"organisation": CARD}])
def test_no_name_or_id_of_a_profile_may_be_such_a_number(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        ExpertBody().load({"name": {"zh": "林岚"}, "kind": "K-PA"} | body)
    assert set(body) == set(caught.value.messages_dict)
