"""What the audit log's details, and values that are sealed, look like to a reader."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from expertdb import matter_words
from expertdb.console.language import colon, comma, said, semicolon, tongue
from expertdb.console.panel_words import conflict_label
from expertdb.console.tables import TABLES
from expertdb.console.trace_tables import DETAIL
from expertdb.console.words import label, word
from expertdb.wording import say

# The tables that have words for the values of a detail, those of the thing itself first; any other stands as it is.
STATUSES = ("before", "after", "status")
WORDS_OF = {
    "about": ("claim_kind", "notice_kind"),
    "by": ("objector",),
    "choice": ("choice",),
    "do": ("vocabulary_deed",),
    "done": ("swept",),
    "fields": ("field", "restricted", "detail"),
    "filters": ("filter", "field", "detail"),
    "form": ("consent_form",),
    "format": ("export_format",),
    "ground": ("ground", "objection_ground", "refusal"),
    "how": ("declaring",),
    "outcome": ("objection_status", "claim_status"),
    "result": ("adoption",),
    "role": ("role",),
    "scopes": ("scope",),
    "scores": ("criterion",),
    "source": ("entry_source", "tie_source"),
    "vocabulary": ("vocabulary",),
    "work": ("job_kind",),
}
LONGEST_HASH = 40
AN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOBODY: Mapping[str, str] = {}


def details(entry: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The details of an entry in one line, in words where there are any, with names for ids."""
    known = list(DETAIL)
    found = sorted(entry["details"].items(), key=lambda one: known.index(one[0]) if one[0] in known else len(known))
    return semicolon().join(
        f"{word('detail', name)}{colon()}{_value(entry['kind'], name, value, names)}"
        for name, value in found
        if value not in (None, "", [], {})
    )


def _value(kind: str, name: str, value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return comma().join(_value(kind, name, one, names) for one in value)
    if isinstance(value, dict):
        return comma().join(f"{_word(kind, name, key)} {_value(kind, '', one, names)}" for key, one in value.items())
    if isinstance(value, bool):
        return said("yes") if value else said("no")
    if name == "reason":
        return reason(str(value))
    if name in ("type", "types"):
        return conflict_label(str(value))
    return _word(kind, name, str(value), names)


def _word(kind: str, name: str, value: str, names: Mapping[str, str] = NOBODY) -> str:
    """What a value is called: by a table, as the name of what has this id, or as it is; ids and hashes cut short."""
    tables = (f"{kind}_status", "expert_status", "request_status") if name in STATUSES else WORDS_OF.get(name, ())
    table = next((one for one in tables if value in TABLES.get(one, ())), None)
    if table is not None:
        return word(table, value)
    if name == "language":
        return label(value, "language")
    if value in names:
        return names[value]
    if AN_ID.fullmatch(value):
        return value[-12:]
    return f"{value[:12]}…" if len(value) > LONGEST_HASH and " " not in value else value


def ids_in(details: Any) -> Iterator[str]:
    """Every id among the details of an entry."""
    if isinstance(details, str) and AN_ID.fullmatch(details):
        yield details
    elif isinstance(details, list | dict):
        for one in details.values() if isinstance(details, dict) else details:
            yield from ids_in(one)


def reason(text: str) -> str:
    """Why something was done; what the service itself noted is said in the language of this page."""
    return say(matter_words.reason(text), tongue())


def restricted_value(value: Any) -> str:
    """A restricted value, masked or open, in one line."""
    if isinstance(value, list):
        return comma().join(f"{one.get('licence') or ''} {one['number']}".strip() for one in value)
    return str(value)


def restricted_options(on_record: Mapping[str, Any], among: Iterable[str]) -> list[tuple[str, str]]:
    """Those of the fields that are on record, to choose from."""
    return [(name, word("restricted", name)) for name in among if on_record.get(name)]


def sanction_options(ways: Iterable[str]) -> list[tuple[str, str]]:
    """What may happen to a sanction, to choose from."""
    return [(to, word("sanction_move", to)) for to in ways]


FILTERS: dict[str, Any] = {"details": details, "reason": reason, "restricted_value": restricted_value}
GLOBALS: dict[str, Any] = {"restricted_options": restricted_options, "sanction_options": sanction_options}
