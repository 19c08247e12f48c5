"""Fields of the wire contract that marshmallow lacks or reads too leniently.

Every string refuses NUL and lone surrogates (PostgreSQL cannot store the one, no encoder the other) and has a length;
every number means what JSON Schema means by it.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from marshmallow import ValidationError, fields

from expertdb import vocabularies
from expertdb.code_words import all_called
from expertdb.recognising import hushed
from expertdb.wording import Text, as_stored

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# Control characters besides tab, newline and carriage return have no business in names or texts.
CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
# White space, zero-width and direction marks: a name made of these alone is no name.
INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(rf"{DAY.pattern}[Tt ][0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]+)?([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})?")
LONGEST_RUN = 30


def _combines(character: str) -> bool:
    if not unicodedata.decomposition(character):  # So it is of nearly all, and they are looked at in each start.
        return bool(unicodedata.combining(character))
    return all(unicodedata.combining(part) for part in unicodedata.normalize("NFKD", character))


# Normalising sorts a run of combining marks in quadratic time: 200,000 of them would hold a worker for minutes. Thirty
# is what Unicode's stream-safe format allows (UAX #15, section 13); no language comes near.
MARKS = re.compile(f"[{''.join(filter(_combines, map(chr, range(0x300, 0x20000))))}]{{{LONGEST_RUN + 1}}}")


# Plain templates: marshmallow hands them on as they are, and they are keys of the Chinese messages.
MESSAGES: dict[str, str | list[Any] | dict[Any, Any]] = {
    "invalid": "This must be a string.",
    "null": "This may not be null.",
}


class Str(fields.String):
    """Text of `minimum` visible to `maximum` characters; surrounding white space is taken off."""

    default_error_messages = MESSAGES

    def __init__(self, *, maximum: int, minimum: int = 0, **kwargs: Any) -> None:
        metadata = {"maxLength": maximum, **({"minLength": minimum} if minimum else {})}
        super().__init__(metadata={**metadata, **kwargs.pop("metadata", {})}, **kwargs)
        self.minimum, self.maximum = minimum, maximum

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if UNSTORABLE.search(value):
            raise ValidationError([Text("This holds a NUL or a lone surrogate; remove it.")])
        if CONTROL.search(value):
            raise ValidationError([Text("This holds a control character; remove it.")])
        if MARKS.search(value):
            raise ValidationError(
                [Text("This holds more than {maximum} combining marks in a row; remove some.", maximum=LONGEST_RUN)]
            )
        text = value.strip()
        if len(value) > self.maximum:
            raise ValidationError(
                [
                    Text(
                        "This has {count} characters; at most {maximum} fit.",
                        count=len(value),
                        maximum=self.maximum,
                    )
                ]
            )
        visible = len(INVISIBLE.sub("", text)) if self.minimum else 0
        if visible < self.minimum:
            raise ValidationError(
                [
                    Text(
                        "The number of characters is {count}; it must be at least {minimum}.",
                        count=visible,
                        minimum=self.minimum,
                    )
                ]
            )
        return text


class Int(fields.Integer):
    """A whole number from `low` to `high`; 78.0 is one, "78" and true are not (JSON Schema's reading).

    In a query string, where everything is text, set `from_text`.
    """

    def __init__(self, *, low: int, high: int, from_text: bool = False, **kwargs: Any) -> None:
        super().__init__(metadata={"minimum": low, "maximum": high, **kwargs.pop("metadata", {})}, **kwargs)
        self.low, self.high, self.from_text = low, high, from_text

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if self.from_text and isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not self.low <= value <= self.high:
            raise ValidationError(
                [Text("This must be a whole number from {low} to {high}.", low=self.low, high=self.high)]
            )
        return value


class Share(fields.Float):
    """A number from 0 to 1."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"minimum": 0, "maximum": 1, **kwargs.pop("metadata", {})}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise ValidationError([Text("This must be a number from 0 to 1.")])
        return float(value)


class Bool(fields.Boolean):
    """true or false; in a query string also the words."""

    def __init__(self, *, from_text: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.from_text = from_text

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if self.from_text and value in ("true", "false"):
            return bool(value == "true")
        if not isinstance(value, bool):
            raise ValidationError([Text("This must be true or false.")])
        return value


class Choice(Str):
    """One of a fixed set of words."""

    def __init__(self, choices: tuple[str, ...], **kwargs: Any) -> None:
        enum = [*choices, None] if kwargs.get("allow_none") else list(choices)
        super().__init__(maximum=40, metadata={"enum": enum, **kwargs.pop("metadata", {})}, **kwargs)
        self.choices = choices

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text not in self.choices:
            raise ValidationError(
                [Text('"{value}" is not one of: {choices}.', value=hushed(text), choices=", ".join(self.choices))]
            )
        return text


class Code(Str):
    """A code of one of the named vocabularies; one that was merged is read as the other that stands for it.

    The error for an unknown one names the nearest valid codes.
    """

    def __init__(self, *names: str, **kwargs: Any) -> None:
        description = f"a code of the vocabulary {' or '.join(names)}"
        metadata = {"description": description, **kwargs.pop("metadata", {})}
        super().__init__(maximum=40, metadata=metadata, **kwargs)
        self.names = names

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        for name in self.names:
            if text in vocabularies.load(name):
                return vocabularies.load(name).standing_for(text)
        raise ValidationError([unknown_code(text, self.names)])


@vocabularies.per_edition  # Looking for neighbours takes 30 ms, and a file has one mistake on a thousand rows.
def unknown_code(code: str, names: tuple[str, ...]) -> Text:
    """What to say of a code that no vocabulary in `names` holds."""
    found, code = vocabularies.nearest(code, names), hushed(code)
    if not found:
        template = 'There is no code "{code}" in {names}, nor one like it: look it up in that vocabulary.'
        return Text(template, code=code, names=all_called("vocabulary", names))
    template = 'There is no code "{code}" in {names}; nearest: {nearest}.'
    return Text(template, code=code, names=all_called("vocabulary", names), nearest=", ".join(found))


class Day(fields.Date):
    """A day as RFC 3339 writes it; Python itself would also read 20260101 and 2026-W01-4."""

    default_error_messages = {"invalid": "A day is needed, as 2026-01-31."}  # noqa: RUF012 - as marshmallow has it.

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not DAY.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return super()._deserialize(value, attr, data, **kwargs)


class DayText(Day):
    """A day kept as the text it was sent as, for what is stored as JSON."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return super()._deserialize(value, attr, data, **kwargs).isoformat()

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value


class Moment(fields.AwareDateTime):
    """A moment with its zone as RFC 3339 writes it; Python itself would also read 2026-W01-4T00:00:00Z.

    Answered in UTC, in which it must exist (year 1 to 9999).
    """

    default_error_messages = dict.fromkeys(
        ("invalid", "invalid_awareness"), "A moment with its zone is needed (RFC 3339), as 2026-01-31T09:00:00+08:00."
    )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not MOMENT.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        moment = super()._deserialize(value, attr, data, **kwargs)
        try:
            return moment.astimezone(UTC)
        except OverflowError as error:
            raise ValidationError([Text("This moment lies outside the years 1 to 9999.")]) from error


class Unique(fields.List[Any]):
    """A list of at most `maximum` values, each once."""

    def __init__(self, inner: fields.Field[Any], *, maximum: int, **kwargs: Any) -> None:
        metadata = {"maxItems": maximum, "uniqueItems": True, **kwargs.pop("metadata", {})}
        super().__init__(inner, metadata=metadata, **kwargs)
        self.maximum = maximum

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        check_length(value, self.maximum)
        found: list[Any] = super()._deserialize(value, attr, data, **kwargs)
        written = [one.strip() if isinstance(one, str) else one for one in value]
        repeated = {
            index: [Text("This stands in the list twice.")]
            for index, one in enumerate(written)
            if one in written[:index]
        }
        if repeated:
            raise ValidationError(repeated)
        # Two codes may mean one, since the other was merged into it.
        return [one for index, one in enumerate(found) if one not in found[:index]]


class JsonObject(fields.Dict):
    """An object whose members somebody else reads: small, not deep, and of storable text only."""

    LARGEST = 20_000
    DEEPEST = 6

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError([Text("Invalid input type.")])
        texts = list(texts_of(value, self.DEEPEST))
        if None in texts or sum(len(text or "") for text in texts) > self.LARGEST:
            raise ValidationError([Text("This object is too large or nested too deeply.")])
        if any(UNSTORABLE.search(text or "") for text in texts):
            raise ValidationError([Text("This holds a NUL or a lone surrogate; remove it.")])
        return dict(value)


def texts_of(value: Any, depth: int) -> Iterator[str | None]:
    """Every text in a JSON value, and None where it goes deeper than it may."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        if depth == 0:
            yield None
            return
        parts = [*value, *value.values()] if isinstance(value, dict) else value
        for part in parts:
            yield from texts_of(part, depth - 1)


class Several(fields.List[Any]):
    """A list of at most `maximum` objects."""

    def __init__(self, inner: fields.Field[Any], *, maximum: int, **kwargs: Any) -> None:
        super().__init__(inner, metadata={"maxItems": maximum, **kwargs.pop("metadata", {})}, **kwargs)
        self.maximum = maximum

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        check_length(value, self.maximum)
        return super()._deserialize(value, attr, data, **kwargs)


def check_length(value: Any, maximum: int) -> None:
    """Refuse a list of more than `maximum` values before looking at any of them."""
    if not isinstance(value, list):
        raise ValidationError([Text("This must be a list.")])
    if len(value) > maximum:
        raise ValidationError(
            [Text("This list has {count} values; at most {maximum} fit.", count=len(value), maximum=maximum)]
        )


class Said(fields.String):
    """A sentence of ours in an answer: a `Text`, or one kept as JSON. The edge says it in the caller's language."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return as_stored(value) if hasattr(value, "template") else value
