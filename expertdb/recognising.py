"""Numbers that give a person away: bank cards and accounts, identity numbers, telephone numbers, e-mail addresses.

Numbers are recognised as people type them: in any digits (full-width ones too), in groups, in the midst of a sentence.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

BANK_CARD, BANK_ACCOUNT, ID_NUMBER = "bank card number", "bank account number", "identity number"

_GAP = r"[ \u00a0\u2002-\u200a–-]?"
_LONG = re.compile(rf"(?<![A-Za-z\d.])\d(?:{_GAP}\d){{8,29}}[XxＸｘ]?(?![A-Za-z\d])")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
_MOMENT = re.compile(r"(19|20)\d\d-[01]\d-[0-3]\d(?!\d)")  # A bank has more in its sentences than accounts.
_OF_A_BANK = re.compile(
    r"(?:银行|開戶|开户|卡号|卡號|收款|对公|bank|account\s*(?:no|number|#)|iban|a/c)[^\d\n]{0,20}$", re.I
)
_ACCOUNT = re.compile(r"(?:账|帐|賬|帳)(?:号|號|户|戶)[^\d\n]{0,6}$")
# Lengths of card numbers by their first digits (ISO/IEC 7812 ranges as issuers publish them, and older Chinese ones).
_CARDS = (
    (re.compile(r"62|60|68|69|81|9[4-9]"), range(16, 20)),
    (re.compile(r"4"), (13, 16, 19)),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"35(?:2[89]|[3-8])"), range(16, 20)),
    (re.compile(r"30[0-5]|36|3[89]"), range(14, 20)),
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_CHECKS = "10X98765432"
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
REVEALING = re.compile(rf"{EMAIL.pattern}|\d(?:{_GAP}\d){{6,}}[XxＸｘ]?")  # No code has seven digits.


@dataclass(frozen=True)
class Found:
    """What kind of number begins at character `place` (from 1) of a text."""

    kind: str
    place: int


def forbidden_in(text: str) -> Found | None:
    """The first number in a text that may not stand in one: of a bank card, a bank account or a person's identity."""
    return next(_forbidden(text), None)


def hushed(text: str) -> str:
    """The text as a message may repeat it: columns get mixed up, and where a code is wanted an identity number stands.

    Messages go into reports, screenshots and stored answers.
    """
    return REVEALING.sub("***", text)


def _forbidden(text: str) -> Iterator[Found]:
    for match in _LONG.finditer(text):
        kind = _kind(plain(match[0]), text[max(0, match.start() - 40) : match.start()])
        if kind and not (kind == BANK_ACCOUNT and _MOMENT.match(match[0])):
            yield Found(kind, match.start() + 1)
    for match in _IBAN.finditer(text):
        if is_iban(match[0]):
            yield Found(BANK_ACCOUNT, match.start() + 1)


def _kind(number: str, before: str) -> str | None:
    if is_id_number(number):
        return ID_NUMBER
    if is_card(number):
        return BANK_CARD
    if _OF_A_BANK.search(before) or (len(number) >= 12 and _ACCOUNT.search(before)):
        return BANK_ACCOUNT
    return None


def plain(number: str) -> str:
    """The number without gaps, in ASCII digits and capitals: the form that hashes and checks are made over."""
    return "".join(char for char in unicodedata.normalize("NFKC", number).upper() if char.isalnum())


def compared(field: str, number: str) -> str:
    """The form in which two numbers of a field are compared: an identity number of 15 digits as its 18 (GB 11643).

    Until 2013 both were valid; the longer one has the century of the birth, and a check character.
    """
    bare = plain(number)
    if field != "id_number" or not re.fullmatch(r"\d{15}", bare):
        return bare
    body = f"{bare[:6]}19{bare[6:]}"
    return body + _check_of(body)


def is_card(number: str) -> bool:
    """Whether this is a bank card number: an issuer's first digits, a length it uses, and Luhn's check digit."""
    if not re.fullmatch(r"\d+", number):
        return False
    return any(first.match(number) and len(number) in lengths for first, lengths in _CARDS) and _luhn(number)


def _luhn(number: str) -> bool:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def is_iban(text: str) -> bool:
    """Whether this is an International Bank Account Number: ISO 13616 length, ISO 7064 check digits."""
    packed = text.replace(" ", "")
    if not 15 <= len(packed) <= 34:
        return False
    return int("".join(str(int(char, 36)) for char in packed[4:] + packed[:4])) % 97 == 1


def is_id_number(number: str) -> bool:
    """Whether this is a resident's identity number of 18 characters: a day of birth, and the check character."""
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", number):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return number[17] == _check_of(number[:17])


def _check_of(digits: str) -> str:
    """The check character of the first 17 digits of an identity number."""
    return _CHECKS[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11]
