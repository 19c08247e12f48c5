"""Days as an office in China counts them: local dates, and working days with public holidays and make-up days.

Which days are off is decided year by year (a notice of the State Council's General Office, usually in November), so it
is data: a year nobody entered has its weekends only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
SATURDAY = 5


def local_day(moment: datetime) -> date:
    """The date in China at this moment: terms, periods and deadlines are days there."""
    return moment.astimezone(BEIJING).date()


def local_time(moment: datetime) -> str:
    """The day and minute that clocks in China show at this moment; one without a zone is in UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def end_of_day(shown: str) -> str:
    """A moment until which something may be done: the end of a day is that day's, not the beginning of the next."""
    if not shown.endswith(" 00:00"):
        return shown
    return f"{date.fromisoformat(shown.partition(' ')[0]) - timedelta(days=1)} 24:00"


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

    def end_after(self, moment: datetime, count: int) -> datetime:
        """The end, in China, of the last of `count` working days after a moment; in UTC."""
        day = self.after(local_day(moment), count)
        return datetime(day.year, day.month, day.day, tzinfo=BEIJING).astimezone(UTC) + timedelta(days=1)


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from the first to the last, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
