"""The rules of an installation's pool: how long periods are, and which days are working days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from expertdb.numerals import whole
from expertdb.workdays import Workdays, days_between

LONGEST = 3660  # days
CALENDAR = ("source", "holidays", "working")


@dataclass(frozen=True)
class Rules:
    """Periods in days; `config/pool.toml` says what each is for."""

    publicity_days: int = 5
    objection_days: int = 10
    notice_days: int = 60
    confirmation_notice_days: int = 30
    unreachable_days: int = 60
    respond_days: int = 3
    evaluation_days: int = 20
    reply_days: int = 10
    workdays: Workdays = field(default_factory=Workdays)

    def __post_init__(self) -> None:
        for name in PERIODS:
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST:
                raise ValueError(f"{name} is {value!r}; it takes a whole number of days from 0 to {LONGEST}")


PERIODS = tuple(one.name for one in fields(Rules) if one.type is int)


def read(stated: Mapping[str, Any]) -> Rules:
    """The rules of a parsed TOML file; raises ValueError that names what is wrong."""
    _refuse_unknown(stated, ("periods", "calendar"), "the file")
    periods = stated.get("periods", {})
    _refuse_unknown(periods, PERIODS, "[periods]")
    return Rules(**periods, workdays=_workdays(stated.get("calendar", {})))


def _workdays(calendar: Mapping[str, Any]) -> Workdays:
    holidays: set[date] = set()
    working: set[date] = set()
    for year, days in calendar.items():
        if whole(year) is None or not isinstance(days, Mapping):
            raise ValueError(f"[calendar.{year}] is no year with a source, holidays and working days")
        _refuse_unknown(days, CALENDAR, f"[calendar.{year}]")
        for first, last in map(_range, _listed(days, "holidays")):
            holidays.update(_in_year(int(year), days_between(first, last)))
        working.update(_in_year(int(year), _listed(days, "working")))
    return Workdays(frozenset(holidays), frozenset(working), frozenset(map(int, calendar)))


def _listed(days: Mapping[str, Any], name: str) -> list[Any]:
    listed = days.get(name, [])
    if not isinstance(listed, list):
        raise ValueError(f"{name} is no list of days")
    return listed


def _range(stated: Any) -> tuple[date, date]:
    days = stated if isinstance(stated, list) else [stated, stated]
    if len(days) != 2 or not all(type(day) is date for day in days) or days[1] < days[0]:
        raise ValueError(f"a holiday is a day or a pair of first and last day, not {stated!r}")
    return days[0], days[1]


def _in_year(year: int, days: Iterable[Any]) -> list[date]:
    found = list(days)
    if wrong := [day for day in found if type(day) is not date or day.year != year]:
        raise ValueError(f"{wrong[0]} is no day of {year}")
    return found


def _refuse_unknown(stated: Any, known: tuple[str, ...], where: str) -> None:
    if not isinstance(stated, Mapping):
        raise ValueError(f"{where} is no table")
    if unknown := sorted(set(stated) - set(known)):
        raise ValueError(f"{where} holds {unknown[0]!r}; it takes {', '.join(known)}")
