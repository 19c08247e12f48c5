"""The types of conflict, their look-back periods and effects: data, in `data/conflict_types.json`.

What a finding leads to depends on its type, on how long ago it ended, and on how sure it is: what is only probable can
be waived after somebody looked, and what is only possible is disclosed.
"""

import json
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

EXCLUDE, UNLESS_WAIVED, DISCLOSE, NONE = EFFECTS = ("exclude", "exclude_unless_waived", "disclose", "none")
CERTAIN, PROBABLE, POSSIBLE = CERTAINTIES = ("certain", "probable", "possible")


@dataclass(frozen=True)
class ConflictType:
    """One type: `look_back_months` counts from the end of the tie, None is for ever; `declared` ones can be entered."""

    code: str
    zh: str
    en: str
    effect: str
    look_back_months: int | None
    declared: bool = False


def types() -> dict[str, ConflictType]:
    """Every type by its code, the gravest first."""
    return {one["code"]: ConflictType(**one) for one in _stored()["types"]}


def declared() -> tuple[str, ...]:
    """The codes that can be entered as a tie of an expert."""
    return tuple(code for code, one in types().items() if one.declared)


def version() -> str:
    """The version of the table."""
    return str(_stored()["version"])


def effect_of(code: str, certainty: str, until: date | None, today: date) -> str:
    """What a finding leads to; `until` is the day the tie ended, None when it lasts or nobody knows."""
    kind = types()[code]
    if until is not None and kind.look_back_months is not None and _later(until, kind.look_back_months) < today:
        return NONE
    at_most: str = _stored()["at_most"][certainty]
    return max(kind.effect, at_most, key=EFFECTS.index)


def gravest(effects: list[str]) -> str:
    """The strongest of these effects; none of none."""
    return min(effects, key=EFFECTS.index, default=NONE)


def _later(day: date, months: int) -> date:
    """So many months later, on the same day or the month's last."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@cache
def _stored() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("expertdb").joinpath("data/conflict_types.json").read_text("utf-8"))
    return found
