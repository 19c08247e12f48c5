"""Vocabularies: every file is whole, codes mean one thing, and an unknown code is met with the nearest ones."""

import json
from collections import Counter
from functools import cache
from typing import Any

import pytest

from expertdb import vocabularies
from expertdb.models.experts import ExpertCode
from expertdb.services.sample import SAMPLE
from expertdb.vocabularies import EXPERTISE, NAMES, load, nearest, with_descendants


@cache
def sample(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in SAMPLE.joinpath(name).read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", NAMES)
def test_file_is_whole(name: str) -> None:
    vocabulary = load(name)
    assert vocabulary.name == name
    assert vocabulary.version
    assert vocabulary.source
    assert len(vocabulary.terms) > 3
    for term in vocabulary:
        assert term.zh.strip() == term.zh != ""
        assert term.en.strip() == term.en != ""
        assert all(alias.strip() == alias != "" for alias in term.aliases)


@pytest.mark.parametrize("name", NAMES)
def test_no_code_stands_twice_in_a_file(name: str) -> None:
    path = vocabularies.files("expertdb").joinpath(f"data/vocabularies/{name}.json")
    codes = [term["code"] for term in json.loads(path.read_text("utf-8"))["terms"]]
    assert [code for code, count in Counter(codes).items() if count > 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_alias_stands_twice_at_a_term(name: str) -> None:
    repeated = {term.code: alias for term in load(name) for alias, n in Counter(term.aliases).items() if n > 1}
    assert repeated == {}


@pytest.mark.parametrize("name", NAMES)
def test_parents_exist_and_lead_to_a_root(name: str) -> None:
    vocabulary = load(name)
    for term in vocabulary:
        seen, parent = {term.code}, term.parent
        while parent is not None:
            assert parent in vocabulary, f"{term.code}: {parent} is no code of {name}"
            assert parent not in seen, f"{term.code} is its own ancestor"
            seen.add(parent)
            parent = vocabulary.terms[parent].parent


def test_code_of_expertise_means_one_thing() -> None:
    counts = Counter(term.code for term in vocabularies.expertise_terms())
    assert [code for code, count in counts.items() if count > 1] == []


def test_codes_fit_their_columns() -> None:
    length = ExpertCode.__table__.c.code.type.length
    assert [term.code for name in NAMES for term in load(name) if len(term.code) > length] == []


def test_unknown_vocabulary_names_the_choices() -> None:
    with pytest.raises(KeyError, match="ip_subject, service_kind"):
        load("nope")


def test_versions_are_told_of_every_vocabulary() -> None:
    assert set(vocabularies.versions()) == set(NAMES)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("LG-INVV", "LG-INV"), ("lg-inv", "LG-INV"), ("LGINV", "LG-INV"), ("专利无效", "LG-INV"), ("外观设计", "DES")],
)
def test_nearest_codes_hold_the_one_that_was_meant(typed: str, meant: str) -> None:
    assert meant in nearest(typed, EXPERTISE)


def test_nearest_are_valid_codes_and_at_most_three() -> None:
    found = nearest("PAT-INVENTION", EXPERTISE)
    assert 0 < len(found) <= 3
    assert set(found) <= vocabularies.expertise_codes()


def test_nothing_is_near_nonsense() -> None:
    assert nearest("〇" * 5000, EXPERTISE) == []


def test_descendants_of_a_province_are_its_cities() -> None:
    found = with_descendants("350000", ("region",))
    assert {"350000", "350100", "350200", "350900"} <= found
    assert "440100" not in found


def test_leaf_has_itself_only() -> None:
    assert with_descendants("350200", ("region",)) == {"350200"}


def test_unknown_code_has_no_descendants() -> None:
    assert with_descendants("nope", NAMES) == set()


def test_parent_of_subjects_holds_its_children() -> None:
    assert {"PAT", "PAT-INV", "PAT-UM"} <= with_descendants("PAT", ("ip_subject",))


def test_every_code_of_the_sample_pool_exists() -> None:
    known = vocabularies.expertise_codes()
    unknown = {expert["id"]: set(expert.get("codes", [])) - known for expert in sample("experts.jsonl")}
    assert {expert: codes for expert, codes in unknown.items() if codes} == {}


@pytest.mark.parametrize(
    ("field", "name"), [("kind", "expert_kind"), ("region", "region"), ("title_level", "title_level")]
)
def test_every_expert_of_the_sample_has_known_words(field: str, name: str) -> None:
    stated = {expert[field] for expert in sample("experts.jsonl") if expert.get(field)}
    assert stated - set(load(name).terms) == set()


def test_every_organisation_of_the_sample_has_known_words() -> None:
    assert {one["kind"] for one in sample("organisations.jsonl")} <= set(load("organisation_kind").terms)
    assert {one["region"] for one in sample("organisations.jsonl") if one.get("region")} <= set(load("region").terms)


def test_every_language_of_the_sample_is_known() -> None:
    stated = {language for expert in sample("experts.jsonl") for language in expert.get("languages", [])}
    assert stated <= set(load("language").terms)
