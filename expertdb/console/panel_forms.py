"""From the form of a panel to the body that the service takes: rows to rules, sides by name, numbers from text."""

from collections.abc import Mapping
from typing import Any

from expertdb.code_words import SIDE
from expertdb.console.forms import Typed
from expertdb.numerals import whole
from expertdb.schemas.panel_forms import WHO
from expertdb.schemas.panels import PanelBody
from expertdb.wording import say

# The parameters that the row of each type shows, in this order.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "at_least_one": WHO,
    "at_least": ("count", *WHO),
    "at_most": ("count", *WHO),
    "min_share": ("share", *WHO),
    "max_share": ("share", *WHO),
    "cover": ("codes", "each"),
    "max_per_organisation": ("limit",),
    "max_per_city": ("limit",),
    "max_per_region": ("limit",),
    "max_per": ("by", "limit"),
    "odd": (),
    "keep_apart": ("experts",),
    "every_side": ("sides", "each"),
    "min_affinity": ("limit",),
    "max_load": ("limit",),
    "fairness": ("weight",),
}
NUMBERS = ("limit", "weight")


def body_of(form: Mapping[str, Any], **more: Any) -> Typed:
    """The body for the service: what was left blank is left out, so that it stays as the request or preset says."""
    plain = {name: value for name, value in form.items() if value not in (None, []) and name not in ("rules", "sides")}
    rules = [rule_of(row) for row in form.get("rules", ())]
    sides = {side_of(row["side"]): row.get("experts", []) for row in form.get("sides", ())}
    loaded: Typed = PanelBody().load(plain | more | ({"sides": sides} if sides else {}))
    return loaded | ({"rules": rules} if rules else {})


def rule_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The rule that a row of the form states."""
    rule = {name: _plain(name, value) for name, value in row.items() if value not in (None, [], "") and name != "who"}
    if "sides" in rule:
        rule["sides"] = [side_of(one) for one in rule["sides"]]
    return rule | ({row["who"]: True} if row.get("who") else {})


def side_of(typed: str) -> str:
    """The side that somebody named, by its code or by its words in either language."""
    known = {said: code for code, words in SIDE.items() for said in (str(words), say(words, "zh"))}
    return known.get(typed.strip(), typed)


def _plain(name: str, value: Any) -> Any:
    """A number as one; what is none stays as it was typed, and the service says what it should have been."""
    if name not in NUMBERS:
        return value
    number = whole(value)
    try:
        return float(value) if number is None else number
    except ValueError:
        return value


def added(typed: Typed, form: Mapping[str, str]) -> Typed:
    """The form with a row more or less, as the button that was pressed says."""
    rows = list(typed.get("rules", ()))
    drop = whole(form.get("drop"))
    if drop is not None and drop < len(rows):
        rows.pop(drop)
    if form.get("add") in PARAMETERS:
        rows.append({"type": form["add"]})
    sides = list(typed.get("sides", ()))
    return typed | {"rules": rows, "sides": [*sides, {}] if "add_side" in form else sides}
