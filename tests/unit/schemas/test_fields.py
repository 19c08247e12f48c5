"""Fields of the wire contract: strings that can be stored, numbers as JSON Schema reads them, moments that exist."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError, fields

from expertdb.schemas.fields import Bool, Choice, Code, Int, Moment, Several, Str, Unique


def refused(field: fields.Field[Any], value: Any) -> str:
    """The first message with which a value is refused."""
    with pytest.raises(ValidationError) as caught:
        field.deserialize(value)
    messages = caught.value.messages
    return str(messages[0] if isinstance(messages, list) else messages)


@pytest.mark.parametrize("value", ["a\x00b", "a\ud800", "\udfff", "a\x1b[31m", "\x7f"])
def test_text_that_cannot_be_stored_or_shown_is_refused(value: str) -> None:
    assert "remove it" in refused(Str(maximum=100), value)


@pytest.mark.parametrize("value", ["line\nline", "tab\tstop", "mac\r\n", "岚😀𬱖"])
def test_ordinary_white_space_and_every_plane_is_text(value: str) -> None:
    assert Str(maximum=100).deserialize(value) == value.strip()


@pytest.mark.parametrize("value", [1, True, [], {}, b"bytes"])
def test_only_strings_are_text(value: Any) -> None:
    assert refused(Str(maximum=100), value) == "This must be a string."


def test_length_counts_characters_both_ends_included() -> None:
    field = Str(maximum=3, minimum=2)
    assert [field.deserialize(text) for text in ("专利", "专利法")] == ["专利", "专利法"]
    assert refused(field, "知识产权") == "This has 4 characters; at most 3 fit."
    assert refused(field, " 专 ") == "The number of characters is 1; it must be at least 2."


@pytest.mark.parametrize(("value", "number"), [(7, 7), (7.0, 7), (1, 1), (9, 9)])
def test_whole_numbers_are_read_as_json_schema_reads_them(value: Any, number: int) -> None:
    assert Int(low=1, high=9).deserialize(value) == number


@pytest.mark.parametrize("value", ["7", True, 7.5, 0, 10, 1e300, float("inf"), float("nan"), [], {}, 10**400])
def test_everything_else_is_no_whole_number(value: Any) -> None:
    assert refused(Int(low=1, high=9), value) == "This must be a whole number from 1 to 9."


@pytest.mark.parametrize("value", ["7.0", "٧", " 7", "1e3", "", "9" * 400])
def test_number_in_a_query_string_is_plain_digits(value: str) -> None:
    assert Int(low=1, high=9, from_text=True).deserialize("7") == 7
    assert "whole number" in refused(Int(low=1, high=9, from_text=True), value)


@pytest.mark.parametrize("value", ["true", 1, 0, "yes", [], {}])
def test_only_true_and_false_are_booleans(value: Any) -> None:
    assert refused(Bool(), value) == "This must be true or false."


@pytest.mark.parametrize("value", [["true"], {}, "True", 1])
def test_boolean_in_a_query_string_is_one_of_two_words(value: Any) -> None:
    assert Bool(from_text=True).deserialize("true") is True
    assert Bool(from_text=True).deserialize("false") is False
    assert "true or false" in refused(Bool(from_text=True), value)


def test_unknown_choice_names_the_choices() -> None:
    assert refused(Choice(("must", "nice")), "perhaps") == '"perhaps" is not one of: must, nice.'


def test_unknown_code_names_the_nearest() -> None:
    assert "nearest: 350200" in refused(Code("region"), "350201")


def test_list_holds_each_value_once() -> None:
    field = Unique(Str(maximum=9), maximum=3)
    assert field.deserialize(["a", "b"]) == ["a", "b"]
    assert "1: ['This stands in the list twice.']" in refused(field, ["a", " a"])


@pytest.mark.parametrize("field", [Unique(Str(maximum=9), maximum=2), Several(Str(maximum=9), maximum=2)])
def test_long_list_is_refused_before_its_values_are_read(field: fields.Field[Any]) -> None:
    assert refused(field, [object()] * 3) == "This list has 3 values; at most 2 fit."
    assert refused(field, "ab") == "This must be a list."


def test_moment_is_answered_in_utc() -> None:
    assert Moment().deserialize("2026-11-23T17:00:00+08:00") == datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00"])
def test_moment_that_does_not_exist_in_utc_is_refused(value: str) -> None:
    assert refused(Moment(), value) == "This moment lies outside the years 1 to 9999."


@pytest.mark.parametrize("value", ["2026-11-23T17:00:00", "2026-11-23", "now", 1.5, True, [], {}])
def test_moment_needs_a_date_a_time_and_a_zone(value: Any) -> None:
    assert refused(Moment(), value).startswith("A moment with its zone is needed")


@given(st.text())
def test_whatever_passes_can_be_stored(text: str) -> None:
    try:
        kept = Str(maximum=1000).deserialize(text)
    except ValidationError:
        return
    kept.encode("utf-8")
    assert "\x00" not in kept


@pytest.mark.parametrize("mark", ["\u0300", "\u0344", "\u0f73", "\uff9e", "\u20dd\u0301", "\U0001d165"])
def test_run_of_combining_marks_is_as_long_as_unicode_allows(mark: str) -> None:
    field = Str(maximum=100)
    assert field.deserialize("a" + mark * 15) == "a" + mark * 15
    if len(mark) == 1:
        assert "30 combining marks" in refused(field, "a" + mark * 31)


@pytest.mark.parametrize("moment", ["2026-11-23T09:00:00Z", "2026-11-23T09:00:00.123456+08:00", "2026-11-23 09:00:00Z"])
def test_moment_may_have_any_zone_and_fraction(moment: str) -> None:
    assert Moment().deserialize(moment).tzinfo == UTC
