"""Fields for what gives a person away: restricted values, and free text that may not hold such numbers.

No message of theirs repeats the value: messages go into logs, reports and spreadsheets.
"""

import re
import unicodedata
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields

from expertdb.code_words import called
from expertdb.models.restricted import FIELDS
from expertdb.recognising import BANK_CARD, EMAIL, ID_NUMBER, Found, forbidden_in, is_card, is_id_number, plain
from expertdb.schemas.fields import Choice, JsonObject, Several, Str, Unique, texts_of
from expertdb.wording import Text

PHONE = re.compile(r"\+?[0-9(][0-9 ()-]{4,24}(?:(?:转|ext\.?|x) ?[0-9]{1,6})?")
DOCUMENT = re.compile(r"[A-Z0-9]{6,20}")
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # Its digits are no number of anybody's.
RESIDENT = re.compile(r"\d{17}[\dX]")
MASK = "*"


class FreeText(Str):
    """Text that people write, in which no bank data and no identity number may stand: it is searched and shown."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        found = forbidden_in(text)
        if found is not None:
            raise ValidationError([self.refusal(found)])
        return text

    def refusal(self, found: Found) -> Text:
        """What to say of a number that may not stand here."""
        return _refusal(found)


class Remark(FreeText):
    """A reason, a remark or a reference beside a profile: the log may keep it for ever, so it holds no such number."""

    def refusal(self, found: Found) -> Text:
        if found.kind != ID_NUMBER:
            return _refusal(found)
        template = "An identity number stands at character {place}. Remove it: this text is not sealed."
        return Text(template, place=found.place)


def _refusal(found: Found) -> Text:
    if found.kind == ID_NUMBER:
        template = 'An identity number stands at character {place}; move it to the field "{field}", where it is sealed.'
        return Text(template, place=found.place, field=called("restricted", "id_number"))
    template = "A {kind} stands at character {place}. Bank data is kept nowhere in this database: remove it."
    return Text(template, kind=Text(found.kind), place=found.place)


class Stated(JsonObject):
    """A rule or a stratum as it is stated: its name, and whatever else is written in it, is kept and shown."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        stated = super()._deserialize(value, attr, data, **kwargs)
        for text in texts_of(stated, self.DEEPEST):
            found = None if text is None or ID.fullmatch(text) else forbidden_in(text)
            if found is not None:
                raise ValidationError([_refusal(found)])
        return stated


class _Sealed(Str):
    """Text that will be sealed; a mask, as listings show it, is not taken for the value."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = unicodedata.normalize("NFKC", super()._deserialize(value, attr, data, **kwargs))
        if MASK in text:
            raise ValidationError([Text("This is masked (it holds *); send the value itself, or leave the field out.")])
        if is_card(plain(text)) and not self.may_look_like_a_card(plain(text)):
            raise ValidationError([_refusal(Found(BANK_CARD, 1))])
        return self.checked(text)

    def may_look_like_a_card(self, number: str) -> bool:
        """Whether a number may happen to have the digits of a bank card."""
        return False

    def checked(self, text: str) -> str:
        """The text as it is stored; raises ValidationError."""
        return text


class Phone(_Sealed):
    """A telephone number as people write it: digits, gaps, an extension."""

    def checked(self, text: str) -> str:
        if not PHONE.fullmatch(text) or not 5 <= len(re.findall("[0-9]", text)) <= 20:
            raise ValidationError([Text("This is not a telephone number.")])
        return text


class Email(_Sealed):
    """An e-mail address."""

    def checked(self, text: str) -> str:
        if not EMAIL.fullmatch(text):
            raise ValidationError([Text("This is not an e-mail address.")])
        return text


class Address(_Sealed):
    """A postal address."""

    def checked(self, text: str) -> str:
        found = forbidden_in(text)
        if found is not None:
            raise ValidationError([_refusal(found)])
        return text


class IdNumber(_Sealed):
    """A resident's identity number, whose check character must be right, or the number of a passport or permit."""

    def may_look_like_a_card(self, number: str) -> bool:
        return RESIDENT.fullmatch(number) is not None  # Its own check character will tell.

    def checked(self, text: str) -> str:
        number = plain(text)
        if not DOCUMENT.fullmatch(number):
            raise ValidationError([Text("An identity number has 6 to 20 letters and digits.")])
        if RESIDENT.fullmatch(number) and not is_id_number(number):
            template = "The check character or the day of birth of this identity number is wrong: a digit is mistyped."
            raise ValidationError([Text(template)])
        if re.fullmatch(r"\d{15}", number):
            _refuse_no_day(number)
        return number


def _refuse_no_day(number: str) -> None:
    """Raise ValidationError unless this identity number of the first kind (15 digits) has a day of birth."""
    try:
        date(1900 + int(number[6:8]), int(number[8:10]), int(number[10:12]))
    except ValueError as error:
        template = "The check character or the day of birth of this identity number is wrong: a digit is mistyped."
        raise ValidationError([Text(template)]) from error


class LicenceNumber(Schema):
    """The number of one licence."""

    licence = FreeText(
        maximum=100,
        minimum=1,
        allow_none=True,
        load_default=None,
        metadata={"description": "which licence: 专利代理师"},
    )
    number = _Sealed(maximum=50, minimum=1, required=True)


class Words(Str):
    """Several of a fixed set of words, separated by commas: how a query string names more than one."""

    def __init__(self, choices: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(maximum=200, metadata={"description": f"of {', '.join(choices)}; commas between"}, **kwargs)
        self.choices = choices

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:  # type: ignore[override]
        words = super()._deserialize(value, attr, data, **kwargs).split(",")
        for word in words:
            if word not in self.choices:
                choices = ", ".join(self.choices)
                raise ValidationError([Text('"{value}" is not one of: {choices}.', value=word, choices=choices)])
        return words


class RestrictedQuery(Schema):
    """Which restricted values to open, and why; the audit log keeps both."""

    fields_ = Words(FIELDS, required=True, data_key="fields")
    reason = FreeText(maximum=500, minimum=2, required=True)


class OpenForm(Schema):
    """Which restricted values somebody opens on the console, and why; the audit log keeps both."""

    values = Unique(Choice(FIELDS), maximum=len(FIELDS), required=True)
    reason = FreeText(maximum=500, minimum=2, required=True)


class Restricted(Schema):
    """What is sealed at rest, masked in every listing and read only with a reason; null takes a value away."""

    phone = Phone(maximum=50, allow_none=True)
    email = Email(maximum=200, allow_none=True)
    address = Address(maximum=300, minimum=1, allow_none=True)
    id_number = IdNumber(maximum=40, allow_none=True)
    licence_numbers = Several(fields.Nested(LicenceNumber), maximum=20, allow_none=True)


class OpenedNumber(Schema):
    """The number of one licence; masked unless it was asked for with a reason."""

    licence = fields.String(allow_none=True)
    number = fields.String()


class OpenedValues(Schema):
    """Restricted values that there are."""

    phone = fields.String()
    email = fields.String()
    address = fields.String()
    id_number = fields.String()
    licence_numbers = fields.List(fields.Nested(OpenedNumber))


class MaskedValues(OpenedValues):
    """Which restricted values there are, all but a few characters hidden."""
