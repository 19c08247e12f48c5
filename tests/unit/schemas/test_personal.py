"""Restricted values are taken as people write them; masks, bank data and mistyped numbers are refused.

No refusal repeats the value.
"""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema, ValidationError

from expertdb import schemas
from expertdb.schemas.batches import BatchBody
from expertdb.schemas.experts import ExpertBody, ExpertTransitionBody
from expertdb.schemas.fields import Str
from expertdb.schemas.organisations import OrganisationPatch
from expertdb.schemas.panels import PanelBody
from expertdb.schemas.personal import Restricted
from expertdb.schemas.vocabularies import WordSuggestionBody

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


# A matter is its requester's: what it says is kept as it came.
OF_MATTERS = {"requests", "shortlists.PreviewBody"}
# Names and ids that are looked up, and nothing is kept of what is not found; what is read and not kept; a public value
# is kept exactly as it was published, and may be a row of digits.
LOOKED_UP = {"expert", "experts", "forced", "forbidden", "organisation", "parent", "login", "bootstrap", "into"}
LOOKED_UP |= {"sides"}  # Who speaks for them; their names are tried below.
NOT_KEPT = {"conflicts.Named", "conflicts.CheckForm", "draws.RecordToVerify", "panel_forms.RecordForm", "imports."}
NOT_KEPT |= {"import_forms.", "panel_forms.RuleForm.type"}
AS_PUBLISHED = {"draws.RevealBody.public_value"}
SHORTEST_NUMBER, ID = 15, 36


def texts() -> Iterator[tuple[str, Str]]:
    """Every field, and every key and value in one, that takes any text long enough for such a number."""
    for module in pkgutil.iter_modules(schemas.__path__, "expertdb.schemas."):
        for name, schema in vars(importlib.import_module(module.name)).items():
            if isinstance(schema, type) and issubclass(schema, Schema) and schema.__module__ == module.name:
                for field_name, field in schema().load_fields.items():
                    place = f"{module.name.rpartition('.')[2]}.{name}.{field_name}"
                    yield from ((place, one) for one in parts(field) if type(one) is Str and len_of(one))


def parts(field: Any) -> Iterator[Any]:
    yield field
    for name in ("inner", "key_field", "value_field"):
        if getattr(field, name, None) is not None:
            yield from parts(getattr(field, name))


def len_of(field: Str) -> bool:
    return field.maximum >= SHORTEST_NUMBER and field.maximum != ID


def is_exempt(place: str) -> bool:
    _, schema, field = place.split(".")
    of_matter = place.startswith(tuple(OF_MATTERS)) and field not in ("reason", "note")
    return (
        of_matter
        or schema.endswith("Query")
        or field in LOOKED_UP
        or place.startswith(tuple(NOT_KEPT))
        or place in AS_PUBLISHED
    )


def test_no_text_that_is_kept_may_hold_a_bank_card_or_an_identity_number() -> None:
    assert sorted({place for place, _ in texts() if not is_exempt(place)}) == []


@pytest.mark.parametrize("number", [CARD, PERSON])
@pytest.mark.parametrize(
    ("schema", "body"),
    [
        (PanelBody, {"rules": [{"type": "odd", "name": "付款{}"}]}),
        (PanelBody, {"sides": {"{}": ["e"]}}),
        (BatchBody, {"requests": ["r"], "rules": [{"type": "odd", "name": "付款{}"}]}),
        (OrganisationPatch, {"aliases": ["户{}"]}),
        (WordSuggestionBody, {"do": "add_alias", "code": "GI", "alias": "茶{}"}),
    ],
)
def test_number_is_refused_in_names_that_people_give(schema: type[Schema], body: dict[str, Any], number: str) -> None:
    text = json.dumps(body, ensure_ascii=False)
    schema().load(json.loads(text.replace("{}", "甲")))
    with pytest.raises(ValidationError):
        schema().load(json.loads(text.replace("{}", number)))


def test_id_in_a_rule_is_no_number_however_its_digits_fall() -> None:
    rules = [{"type": "forced", "experts": ["62220212-3456-7890-1280-000000000000"]}]
    assert PanelBody().load({"rules": rules})["rules"] == rules


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
