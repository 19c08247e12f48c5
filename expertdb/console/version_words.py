"""How a part of a profile changed between two versions, as markup: texts word by word, lists line by line."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from expertdb.console.diffs import changed
from expertdb.console.language import colon, comma, said
from expertdb.console.words import readable, word

LISTS = ("items", "codes", "languages", "licences")
LINE = Markup('<div class="text">{}</div>')


def part_changed(name: str, before: Any, after: Any) -> Markup:
    """What must be done to a part of the older version to get that of the newer one."""
    if name not in LISTS:
        return LINE.format(changed(_shown(name, before), _shown(name, after)))
    old, new = (list(map(str, _lines(name, value))) for value in (before, after))
    gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
    if not gone and not come:
        return LINE.format(said("The same ones, in another order."))
    pairs = [(one, _alike(one, come)) for one in gone]
    rest = [one for one in come if one not in {other for _, other in pairs}]
    shown = [LINE.format(changed(one, other or "")) for one, other in pairs]
    return Markup().join([*shown, *(LINE.format(changed("", one)) for one in rest)])


def _alike(line: str, come: list[str]) -> str | None:
    """The line that came in the place of one that went: it begins alike (kind and title)."""
    start = line.partition("\n")[0]
    return next((one for one in come if one.partition("\n")[0] == start), None)


def _lines(name: str, value: Any) -> list[Any]:
    if name == "items":
        return [_item(one) for one in value or []]
    found = readable(value or [], name)
    return found if isinstance(found, list) else []


def _item(one: Mapping[str, Any]) -> str:
    facts = [str(one["year"])] if one.get("year") else []
    facts += [said("verified")] if one.get("verified") else []
    parts = [
        f"{word('item_kind', one['kind'])}{colon()}{one['title']}",
        one.get("text"),
        one.get("source"),
        " · ".join(facts),
    ]
    return "\n".join(part for part in parts if part)


def _shown(name: str, value: Any) -> Any:
    if name == "organisation":
        return (value or {}).get("name")
    if name == "availability":
        return availability(value or {})
    return readable(value, name)


def availability(value: Mapping[str, Any]) -> list[str]:
    """How somebody can be asked, one fact a line."""
    can = readable(value)
    lines = [comma().join(can.get("modes") or [])]
    if can.get("max_load") is not None:
        lines.append(most_engagements(can["max_load"]))
    if can.get("cool_off_days"):
        lines.append(days_of_rest(can["cool_off_days"]))
    lines += [said("travels")] if can.get("travel") else []
    lines += [said("{start} to {end}", **one) for one in can.get("away") or []]
    unwanted = can.get("not_wanted") or {}
    lines += [said("Does not want") + colon() + one for one in (*unwanted.get("kinds", ()), *unwanted.get("codes", ()))]
    return [line for line in (*lines, can.get("note") or "") if line]


def most_engagements(count: int) -> str:
    """How often somebody can be asked in a year; one is an engagement, more are engagements."""
    if count == 1:
        return said("at most one engagement in 12 months")
    return said("at most {count} engagements in 12 months", count=count)


def days_of_rest(count: int) -> str:
    """How long somebody rests after an engagement."""
    if count == 1:
        return said("one day of rest after an engagement")
    return said("{count} days of rest after an engagement", count=count)


def experts_counted(count: int) -> str:
    """How many experts something has."""
    return said("one expert") if count == 1 else said("{count} experts", count=count)


FILTERS: dict[str, Any] = {}
GLOBALS: dict[str, Any] = {
    "part_changed": part_changed,
    "most_engagements": most_engagements,
    "days_of_rest": days_of_rest,
    "experts_counted": experts_counted,
}
