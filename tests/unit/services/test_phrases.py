"""Labels and aliases where codes are expected, one or several to a cell."""

import pytest

from expertdb.services.phrases import MOST_CHARACTERS, code_of, in_body, split
from expertdb.vocabularies import EXPERTISE, NAMES, load
from expertdb.wording import Text

REGION, KIND = ("region",), ("expert_kind",)


@pytest.mark.parametrize(
    ("phrase", "names", "code"),
    [
        ("厦门市", REGION, "350200"),
        ("廈門", REGION, "350200"),
        ("XIAMEN", REGION, "350200"),
        ("晋江", REGION, "350500"),
        ("350200", REGION, "350200"),
        ("350200 厦门市", REGION, "350200"),
        ("专利代理师", KIND, "K-PA"),
        ("Patent  Attorney", KIND, "K-PA"),
        ("K-PA：专利代理师", KIND, "K-PA"),
        ("教授", ("title_level",), "T1"),
        ("英文", ("language",), "en"),
        ("无此地", REGION, "无此地"),
    ],
)
def test_phrase_stands_for_its_code(phrase: str, names: tuple[str, ...], code: str) -> None:
    assert code_of(phrase, names) == code


@pytest.mark.parametrize("name", NAMES)
def test_every_label_of_every_vocabulary_stands_for_its_own_code(name: str) -> None:
    for term in load(name):
        for label in (term.code, term.zh, term.en):
            assert term.code in str(code_of(label, (name,))), label


def test_phrase_that_can_mean_several_codes_says_which() -> None:
    found = code_of("评估师", (*KIND, "service_kind"))
    ambiguous = [
        alias for term in load("expert_kind") for alias in term.aliases if isinstance(code_of(alias, KIND), Text)
    ]
    assert found == "K-APPR"
    for alias in ambiguous:
        assert "can mean" in str(code_of(alias, KIND))


@pytest.mark.parametrize(
    ("cell", "phrases"),
    [
        ("发明专利、LG-INV；SE05", ["发明专利", "LG-INV", "SE05"]),
        ("发明专利 商标", ["发明专利", "商标"]),
        ("皮革、毛皮、羽毛及其制品和制鞋业、商标", ["皮革、毛皮、羽毛及其制品和制鞋业", "商标"]),
        ("Leather, fur, feather and footwear, Trade secret", ["Leather, fur, feather and footwear", "Trade secret"]),
        ("商标\n商标", ["商标"]),
        ("无敌专利/商标", ["无敌专利", "商标"]),
        ("、，；", []),
    ],
)
def test_cell_with_several_is_split_and_labels_with_separators_stay_whole(cell: str, phrases: list[str]) -> None:
    assert list(split(cell, EXPERTISE)) == phrases


def test_body_gets_codes_for_labels_and_keeps_what_is_unknown() -> None:
    body = {
        "kind": "专利代理师",
        "region": "厦门",
        "languages": ["中文", 5],
        "codes": ["商标", "XX"],
        "title_level": None,
    }
    assert in_body(body, "") == []
    assert body == {
        "kind": "K-PA",
        "region": "350200",
        "languages": ["zh", 5],
        "codes": ["TM", "XX"],
        "title_level": None,
    }


def test_no_label_is_longer_than_what_is_looked_up() -> None:
    terms = [term for name in NAMES for term in load(name)]
    assert max(len(phrase) for term in terms for phrase in (term.code, *term.phrases)) < MOST_CHARACTERS


def test_long_run_of_combining_marks_is_not_sorted() -> None:
    """Folding this takes minutes, since Unicode's order of marks is found in quadratic time."""
    endless = "林" + "\u0315\u0300" * 200_000
    body: dict[str, object] = {"kind": endless, "codes": [endless]}
    assert in_body(body, "") == []
    assert body == {"kind": endless, "codes": [endless]}
