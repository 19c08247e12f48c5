"""Codes in words, in the language of the page: by table, by vocabulary, whole values."""

from typing import Any

from expertdb import vocabularies
from expertdb.console.language import tongue
from expertdb.console.tables import TABLES
from expertdb.wording import say

VOCABULARY_OF = {
    "codes": vocabularies.EXPERTISE,
    "code": vocabularies.EXPERTISE,
    "kind": ("expert_kind", "organisation_kind"),
    "region": ("region",),
    "title_level": ("title_level",),
    "languages": ("language",),
}
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
    return [(term.code, label(term.code, name)) for term in vocabularies.load(name) if not term.deprecated]


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
