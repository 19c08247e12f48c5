"""Days as an office in China counts them: local dates, and working days with public holidays and make-up days.

Which days are off is decided year by year (a notice of the State Council's General Office, usually in November), so it
is data: a year nobody entered has its weekends only, and `knows` says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
SATURDAY = 5


def local_day(moment: datetime) -> date:
    """The date in China at this moment: terms, periods and deadlines are days there."""
    return moment.astimezone(BEIJING).date()


@dataclass(frozen=True)
class Workdays:
    """`holidays` are days off besides weekends, `working` weekend days on which offices work, `years` those entered."""

    holidays: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether offices work on this day."""
        return day in self.working or (day.weekday() < SATURDAY and day not in self.holidays)

    def after(self, start: date, count: int) -> date:
        """The last day of `count` working days; the day on which they begin does not count (Civil Code, Art. 201)."""
        day = start
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working(day)
        return day

    def knows(self, first: date, last: date) -> bool:
        """Whether the public holidays of every year from `first` to `last` were entered."""
        return self.years.issuperset(range(first.year, last.year + 1))


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from the first to the last, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
