"""Codes in words, in the language of the page: by table, by vocabulary, whole values."""

import re
import unicodedata
from typing import Any

from expertdb import vocabularies
from expertdb.console.language import tongue
from expertdb.console.tables import TABLES
from expertdb.names import HAN, sort_key
from expertdb.wording import say

VOCABULARY_OF = {
    "codes": vocabularies.EXPERTISE,
    "code": vocabularies.EXPERTISE,
    "kind": ("expert_kind", "organisation_kind"),
    "region": ("region",),
    "title_level": ("title_level",),
    "languages": ("language",),
}
COUNTRY = re.compile("[A-Z]{2}")
OWN = ("CN", "HK", "MO", "TW")  # Before all other countries, as the vocabulary has them.
TABLE_OF = {"modes": "mode", "kinds": "request_kind"}


def word(table: str, value: str | None) -> str:
    """What a code is called in the language of this page; an unknown one as it is, nothing for none."""
    if value is None:
        return ""
    known = TABLES[table].get(value)
    return value if known is None else say(known, tongue())


def options(table: str) -> list[tuple[str, str]]:
    """The codes of a table with their words, as a list to choose from."""
    return [(value, word(table, value)) for value in TABLES[table]]


def label(code: str | None, *names: str) -> str:
    """A vocabulary code in the language of this page, looked up in the vocabularies named (those of expertise)."""
    for name in names or vocabularies.EXPERTISE:
        term = vocabularies.load(name).terms.get(code or "")
        if term is not None:
            return term.zh if tongue() == "zh" else term.en
    return code or ""


def terms(name: str) -> list[tuple[str, str]]:
    """The codes of a vocabulary with their words, as a list to choose from."""
    return list(_terms(name, tongue()))


@vocabularies.per_edition
def _terms(name: str, language: str) -> tuple[tuple[str, str], ...]:
    """In the order of the vocabulary, countries apart: these come last, as the reader of this language seeks them."""
    found = [
        (one.code, one.zh if language == "zh" else one.en) for one in vocabularies.load(name) if not one.deprecated
    ]
    if name != "region":
        return tuple(found)
    countries = [one for one in found if COUNTRY.fullmatch(one[0]) and one[0] not in OWN]
    return tuple([one for one in found if one not in countries] + sorted(countries, key=_alphabetical))


def _alphabetical(one: tuple[str, str]) -> str:
    """By pinyin, or by letters without their marks: Åland stands under A."""
    if HAN.search(one[1]):
        return sort_key(one[1], None, person=False)
    bare = "".join(char for char in unicodedata.normalize("NFKD", one[1]) if not unicodedata.combining(char))
    return sort_key(None, bare, person=False)


def readable(value: Any, name: str = "") -> Any:
    """A value of the field `name` with words in place of codes."""
    if isinstance(value, dict):
        return {key: readable(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [readable(inner, name) for inner in value]
    if name in TABLE_OF and isinstance(value, str):
        return word(TABLE_OF[name], value)
    named = VOCABULARY_OF.get(name, ())
    return label(value, *named) if isinstance(value, str) and named else value


def person_name(name: dict[str, str]) -> str:
    """A name as wire forms hold it: in the language of this page first, the other in brackets."""
    first, second = ("zh", "en") if tongue() == "zh" else ("en", "zh")
    both = [name[language] for language in (first, second) if name.get(language)]
    return both[0] + (f" ({both[1]})" if len(both) > 1 else "") if both else "—"
