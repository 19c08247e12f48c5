"""Terms of appointment and the yearly confirmation: how long they hold."""

from datetime import date, timedelta

from expertdb.models.experts import Expert

TERM_YEARS = 3
LONGEST_TERM_YEARS = 5
CONFIRMED_YEARS = 1


def last_day(start: date, years: int = TERM_YEARS) -> date:
    """The last day of a term of whole years that begins on `start`."""
    return anniversary(start, years) - timedelta(days=1)


def anniversary(day: date, years: int) -> date:
    """The same day `years` later; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def confirm(expert: Expert, day: date) -> None:
    """The expert stood by their data on this day: they are asked again a year later."""
    expert.last_confirmed, expert.unreachable_since = day, None
    ask_again(expert, day)


def ask_again(expert: Expert, day: date) -> None:
    """Let the confirmation fall due a year after `day`."""
    expert.confirmation_due = anniversary(day, CONFIRMED_YEARS)
