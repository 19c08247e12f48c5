"""Forms: what fields stand for, and how two edits of one thing are put together.

Pinned: a form is the JSON body that the schemas read; blank rows and cleared fields mean what a person means by them;
of two edits nothing is lost, and what both changed is told.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from expertdb.console import batch_forms, panel_forms
from expertdb.console.diffs import changed
from expertdb.console.forms import Form, plain, raw_body
from expertdb.console.preferences import own_address
from expertdb.schemas.experts import ExpertPatch
from expertdb.schemas.shortlists import ShortlistBody

FIELDS = st.sampled_from(["name", "statement", "codes"])
VALUES = st.one_of(st.none(), st.text("ab ", max_size=3), st.lists(st.sampled_from("xyz"), max_size=2))
PROFILES = st.dictionaries(FIELDS, VALUES)


def body(*pairs: tuple[str, str]) -> dict[str, Any]:
    return raw_body(ExpertPatch(), MultiDict(pairs))


def test_fields_are_json_pointers_into_the_body() -> None:
    found = body(("/name/zh", "林岚"), ("/name/en", ""), ("/term/start", "2026-01-01"), ("/statement", "甲\r\n乙"))
    assert found == {"name": {"zh": "林岚"}, "term": {"start": "2026-01-01"}, "statement": "甲\n乙"}


def test_fields_that_a_form_does_not_hold_are_left_out_and_cleared_ones_are_null() -> None:
    assert body() == {}
    assert body(("/position", " "), ("/statement", "")) == {"position": None}


def test_rows_keep_their_order_and_blank_ones_are_passed_over() -> None:
    rows = [("/items", ""), ("/items/10/title", "乙"), ("/items/10/kind", "case"), ("/items/2/title", "甲")]
    rows += [
        ("/items/3/kind", "patent"),
        ("/items/3/title", " "),
        ("/items/x/title", "无"),
        ("/items/4/verified", "true"),
    ]
    assert body(*rows) == {"items": [{"title": "甲"}, {"kind": "case", "title": "乙"}]}
    assert body(("/items", "")) == {"items": []}


def test_lists_of_codes_may_be_typed_with_anything_between() -> None:
    assert body(("/codes", ""), ("/codes", "PAT"), ("/codes", "TM, GI；PAT\n")) == {"codes": ["PAT", "TM", "GI"]}
    assert body(("/licences", "专利代理师 执业证\r\n\r\n律师")) == {"licences": ["专利代理师 执业证", "律师"]}


def test_numbers_and_ticks_are_read_and_what_is_no_number_is_left_to_the_schema() -> None:
    found = body(("/availability/max_load", " 4 "), ("/availability/travel", "false"), ("/availability/travel", "true"))
    assert found == {"availability": {"max_load": 4, "travel": True}}
    assert body(("/availability/max_load", "four")) == {"availability": {"max_load": "four"}}
    assert raw_body(ShortlistBody(), MultiDict({"/diversify": "0.3", "/size": "7"})) == {"diversify": 0.3, "size": 7}


def test_fault_of_a_value_stands_at_its_list_and_of_a_row_at_its_field() -> None:
    form = Form({}, {"/codes/3": ["x"], "/items/0/title": ["y"], "/name": ["z"]})
    assert [form.fault(pointer) for pointer in ("/codes", "/items/0/title", "/items", "/name", "/name/zh")] == [
        ["x"],
        ["y"],
        [],
        ["z"],
        [],
    ]


def merged(before: dict[str, Any], stored: dict[str, Any], typed: dict[str, Any]) -> Form:
    seen = Form.stored(before, 1).seen
    return Form(typed, seen=seen, is_clash=True).merged(stored, 2)


@given(PROFILES, PROFILES, PROFILES)
def test_of_two_edits_nothing_is_lost(before: dict[str, Any], stored: dict[str, Any], typed: dict[str, Any]) -> None:
    form = merged(before, stored, typed)
    told = {one.name for one in (*form.clashes, *form.taken_over)}
    for name, mine in typed.items():
        theirs = plain(stored).get(name)
        kept = form.value(f"/{name}")
        if name not in told:
            assert kept == mine
        else:
            assert kept == (mine if name in {one.name for one in form.clashes} else theirs)


def test_change_of_one_only_is_kept_and_of_both_is_told() -> None:
    before = {"a": "1", "b": "1", "c": "1", "d": None, "e": [], "f": "1"}
    stored = {"a": "2", "b": "1", "c": "2", "d": "2", "e": ["x"], "f": "3"}
    typed = {"a": "1", "b": "2", "c": "3", "d": "", "e": [], "f": "3"}
    form = merged(before, stored, typed)
    assert {one.name for one in form.taken_over} == {"a", "d", "e"}
    assert [one.name for one in form.clashes] == ["c"]
    assert form.values == {"a": "2", "b": "2", "c": "3", "d": "2", "e": ["x"], "f": "3"}
    assert form.version == 2


@pytest.mark.parametrize("seen", ["", "{", "[1]", "null", '{"a": 1}'])
def test_form_that_does_not_say_what_was_seen_is_all_clash(seen: str) -> None:
    form = Form({"a": "1"}, seen=seen, is_clash=True).merged({"a": "2"}, 2)
    assert [one.name for one in form.clashes] == ["a"]


@given(st.text("ab<&中 ", max_size=40), st.text("ab<&中 ", max_size=40))
def test_difference_holds_both_texts(before: str, after: str) -> None:
    marked = str(changed(before, after)).replace("&lt;", "<").replace("&amp;", "&")
    kept = marked.replace("<ins>", "\1").replace("</ins>", "\2").replace("<del>", "\3").replace("</del>", "\4")

    def without(start: str, end: str) -> str:
        text, inside = "", False
        for character in kept:
            inside = character == start or (inside and character != end)
            text += "" if inside or character in "\1\2\3\4" else character
        return text

    assert without("\3", "\4") == after
    assert without("\1", "\2") == before


def test_difference_of_long_texts_is_told_at_once() -> None:
    marked = changed("甲" * 100_000 + "a", "甲" * 100_000 + "b")
    assert marked.endswith("<del>a</del><ins>b</ins>")
    assert changed("a b " * 50_000, "b a " * 50_000).count("<ins>") == 1


@given(st.text())
def test_address_to_go_back_to_is_one_of_ours(address: str) -> None:
    own = own_address(address)
    assert own == "/" or (own == address and own.startswith("/") and own[1:2] not in ("/", "\\"))


@pytest.mark.parametrize("place", ["1" * 5000, "-1", "one", "2"])
def test_button_of_a_row_that_is_not_there_takes_nothing_away(place: str) -> None:
    rows = [{"type": "odd"}, {"type": "size"}]
    assert panel_forms.added({"rules": rows}, {"drop": place})["rules"] == rows
    pair = batch_forms.PAIRS[0]
    assert batch_forms.changed({pair: rows}, {f"drop_{pair}": place})[pair] == rows


def test_field_of_a_row_that_is_not_there_is_empty() -> None:
    form = Form({"rules": [{"type": "odd"}]})
    assert (form.value("/rules/0/type"), form.value(f"/rules/{'1' * 5000}/type")) == ("odd", None)
