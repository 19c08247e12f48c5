"""Terms of appointment: how long they are."""

from datetime import date, timedelta

TERM_YEARS = 3
LONGEST_TERM_YEARS = 5


def last_day(start: date, years: int = TERM_YEARS) -> date:
    """The last day of a term of whole years that begins on `start`."""
    return anniversary(start, years) - timedelta(days=1)


def anniversary(day: date, years: int) -> date:
    """The same day `years` later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
