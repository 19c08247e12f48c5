"""What happens in and to a pool turn by turn, by chance with a seed."""

from datetime import timedelta
from random import Random

from tests.life.office import Office

ADMINISTRATOR, COLLEAGUE, REVIEWER = 0, 2, 3
# Of the pool's size or of those in the status, each week.
ENTRIES = 0.012
SUSPENSIONS = 0.004
REMOVALS = 0.001
WITHDRAWALS = 0.0015
LEAVES = 0.006
CONFIRMATIONS = 0.02
PREFERENCES = 0.01
ERASURES = 0.02
# What an expert may come to state of when and for what they can be asked.
STATED: tuple[dict[str, list[str]], ...] = (
    {},
    {"away": []},
    {"codes": ["LG-INV"]},
    {"codes": ["PAT-INV"]},
    {"kinds": ["policy_drafting"]},
)


class Town:
    """A pool of about `size` experts, and the office that runs it and looks at it every so many `days`."""

    def __init__(self, office: Office, dice: Random, size: int, days: int) -> None:
        self.office = office
        self.dice = dice
        self.size = size
        self.days = days

    def take_over_the_roster(self) -> None:
        """Enter the roster with terms that end all through the three years to come."""
        today = self.office.now.date()
        for place in range(self.size):
            end = today + timedelta(days=10 + 1090 * place // self.size)
            self.office.enter(ADMINISTRATOR, status="active", term={"start": end - timedelta(days=1094), "end": end})

    def take_a_turn(self) -> None:
        """What happens on one day on which the office is at work."""
        self.office.send_notices()
        self._review()
        self._nominate()
        self._renew()
        self._sanction()
        for expert in self._some(LEAVES, "active"):
            until = self.office.now.date() + timedelta(days=self.dice.randrange(120))
            self.office.move(expert, "on_leave", ADMINISTRATOR, until=until)
        for expert in self._some(WITHDRAWALS, "active", "on_leave"):
            self.office.move(expert, "withdrawn", ADMINISTRATOR, ground="own_request")
        for expert in self._some(ERASURES, "withdrawn", "removed"):
            self.office.move(expert, "erased", COLLEAGUE)
        for expert in self._some(CONFIRMATIONS, "active"):
            self.office.confirm(expert, reached=self.dice.random() < 0.9)
        for expert in self._some(PREFERENCES, "active", "on_leave"):
            self.office.state(expert, self._availability())

    def _availability(self) -> dict[str, object]:
        stated = self.dice.choice(STATED)
        if "away" not in stated:
            return {"not_wanted": stated} if stated else {}
        first, last = (self.office.now.date() + timedelta(days=day) for day in (3, 3 + self.dice.randrange(40)))
        return {"away": [{"start": first.isoformat(), "end": last.isoformat()}]}

    def _some(self, share: float, *statuses: str) -> list[str]:
        """Those of a status whom chance picks at this turn, of whom so large a share are picked in a week."""
        picked = min(share * self.days / 7, 1)
        return [expert for expert in self.office.ids(*statuses) if self.dice.random() < picked]

    def _nominate(self) -> None:
        for _ in range(self.size):
            if self.dice.random() < ENTRIES * self.days / 7:
                expert = self.office.enter(ADMINISTRATOR)
                self.office.move(expert, "submitted", ADMINISTRATOR)

    def _review(self) -> None:
        for expert in self.office.ids("publicity"):
            if self.dice.random() < 0.15:
                self.office.object(expert, ADMINISTRATOR)
            elif self.dice.random() < 0.8:
                # Refused while the period runs or an objection is open.
                self.office.move(expert, "active", REVIEWER)
            outcome = "upheld" if self.dice.random() < 0.5 else "dismissed"
            self.office.decide_objections(expert, outcome, REVIEWER, self.dice.choice((None, "removed")))
        for expert in self.office.ids("under_review"):
            self.office.move(expert, "publicity", self.dice.choice((ADMINISTRATOR, REVIEWER, REVIEWER)))
        for expert in self.office.ids("submitted"):
            self.office.move(expert, "under_review", REVIEWER)

    def _renew(self) -> None:
        for expert in self._some(0.3, "expired"):
            self.office.move(expert, "renewed", COLLEAGUE)
        for expert in self._some(0.1, "active"):
            self.office.move(expert, "renewed", COLLEAGUE)  # Refused but for the last sixty days of a term.
        for expert in self.office.ids("renewed"):
            self.office.move(expert, "active", COLLEAGUE)
        for expert in self._some(0.05, "expired"):
            self.office.move(expert, "removed", ADMINISTRATOR, ground="term_end")

    def _sanction(self) -> None:
        for expert in self._some(SUSPENSIONS, "active"):
            self.office.move(expert, "suspended", ADMINISTRATOR, ground="no_shows")
        for expert in self._some(REMOVALS, "active"):
            self.office.move(expert, "removed", ADMINISTRATOR, ground="misconduct")
        for expert in self._some(0.2, "suspended"):
            self.office.move_sanctions(expert, "appealed", ADMINISTRATOR)
        for expert in self._some(0.2, "suspended"):
            self.office.move_sanctions(expert, self.dice.choice(("upheld", "dismissed")), COLLEAGUE)
        for expert in self._some(0.1, "suspended"):
            self.office.move(expert, "active", COLLEAGUE)
