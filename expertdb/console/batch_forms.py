"""From the form of a batch to the body that the service takes, and its rows of rules and of pairs."""

from collections.abc import Mapping
from typing import Any

from expertdb.console.forms import Typed
from expertdb.console.panel_forms import added, rule_of
from expertdb.numerals import whole

PAIRS = ("forced", "forbidden")


def body_of(form: Mapping[str, Any]) -> Typed:
    """The body for the service."""
    return {**form, "rules": [rule_of(row) for row in form["rules"]]}


def changed(typed: Typed, form: Mapping[str, str]) -> Typed:
    """The form with a row more or less, as the button that was pressed says."""
    pairs = {name: _rows(list(typed.get(name, ())), name, form) for name in PAIRS}
    return added(typed, form) | pairs


def _rows(rows: list[Any], name: str, form: Mapping[str, str]) -> list[Any]:
    drop = whole(form.get(f"drop_{name}"))
    if drop is not None and drop < len(rows):
        rows.pop(drop)
    return [*rows, {}] if f"add_{name}" in form else rows
