"""What the audit log's details, and values that are sealed, look like to a reader."""

from collections.abc import Iterable, Mapping
from typing import Any

from expertdb.code_words import EXPERT_STATUS
from expertdb.console.language import comma, said, tongue
from expertdb.console.trace_tables import DETAIL
from expertdb.console.words import word
from expertdb.wording import Text, say

# How each detail is put into words; any other stands as it is.
STATUSES = ("before", "after", "status")
TABLE_OF = {
    "fields": "field",
    "scopes": "scope",
    "role": "role",
    "ground": "ground",
    "source": "entry_source",
    "by": "objector",
    "outcome": "objection_status",
}
# What the service notes where something moved a request or a panel by itself: the word before an id.
NOTES = {
    "shortlist": Text("A shortlist was drawn up."),
    "panel": Text("A panel moved on."),
    "draw": Text("It was drawn by lot."),
}
ID = 36


def details(found: Mapping[str, Any]) -> str:
    """The details of an entry in one line, in words where there are any."""
    known = list(DETAIL)
    ordered = sorted(found.items(), key=lambda one: known.index(one[0]) if one[0] in known else len(known))
    return "; ".join(f"{word('detail', name)}: {_value(name, value)}" for name, value in ordered if value)


def _value(name: str, value: Any) -> str:
    if isinstance(value, list):
        return comma().join(_value(name, one) for one in value)
    if isinstance(value, dict):
        return comma().join(_value(name, one) for one in value.values())
    if name in STATUSES:
        return word("expert_status" if value in EXPERT_STATUS else "request_status", value)
    if name in TABLE_OF:
        return word(TABLE_OF[name], str(value))
    if name == "reason":
        return reason(str(value))
    return said("yes") if value is True else str(value)


def reason(text: str) -> str:
    """Why something was done; what the service itself noted is said in the language of this page."""
    if text == "entry":
        return said("entry")
    what, _, id = text.partition(" ")
    if len(id) == ID and what in NOTES:
        return say(NOTES[what], tongue())
    return said("proposed") if text == "proposed" else text


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
