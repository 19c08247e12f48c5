"""Whatever people try, in whatever order and over years: the rules of the pool hold, on both engines.

Hypothesis tries moves, lawful or not, by any of four logins of three people, objections, appeals, confirmations,
preferences, erasures and the passing of time, swept once, not at all or twice at once, and shrinks whatever breaks a
rule to the few steps that matter.
"""

from datetime import timedelta

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from expertdb.models.experts import STATUSES
from expertdb.services.lifecycle import EXPERT_WAYS
from tests.life import soak
from tests.life.office import PEOPLE, Office

LARGEST = 6
DEEDS = (
    "lodge_an_objection",
    "decide_objections",
    "bring_to_publicity",
    "suspend",
    "appeal",
    "decide_appeals",
    "remove",
    "go_on_leave",
    "renew",
    "confirm",
    "leave_for_good",
    "state_preferences",
    "try_any_move",
)
number = st.integers(0, 11)
person = st.integers(0, len(PEOPLE) - 1)


class Pool(RuleBasedStateMachine):
    """An office at work on a handful of people, fresh ones in each example; `office` is set by the test below.

    One rule with many deeds, not many rules: Hypothesis would leave most rules out of an example, and nobody would get
    as far as an appeal. Most deeds pick somebody in a status in which they make sense.
    """

    office: Office

    def __init__(self) -> None:
        super().__init__()
        self.known: list[str] = []
        self.swept = True

    @initialize()
    def roster(self) -> None:
        today = self.office.now.date()
        term = {"start": today - timedelta(days=700), "end": today + timedelta(days=40)}
        self.known = [self.office.enter(0, status=status, term=term) for status in ("active", "expired")]
        self.bring_to_publicity(0, 3)

    @rule(deed=st.sampled_from(DEEDS), number=number, who=person)
    def act(self, deed: str, number: int, who: int) -> None:
        getattr(self, deed)(number, who)

    @rule(deeds=st.lists(st.tuples(number, number, person), min_size=3, max_size=6))
    def try_ways_there_are(self, deeds: list[tuple[int, int, int]]) -> None:
        for number, way, who in deeds:
            expert = self.known[number % len(self.known)]
            ways = EXPERT_WAYS[self.office.status(expert)]
            if ways:
                self.office.move(expert, ways[way % len(ways)], who)

    @rule(days=st.sampled_from((8, 1, 30, 400)), sweeps=st.sampled_from((1, 0, 2)))
    def let_time_pass(self, days: int, sweeps: int) -> None:
        self.swept = sweeps > 0
        if sweeps:
            self.office.wait(days, sweeps=sweeps)
            self.office.send_notices()
            assert self.office.broken(self.known, swept=True) == {}
        else:
            self.office.app.extensions["clock"].forward(days=days)

    def teardown(self) -> None:
        # What was done stays in the records, so one look at the end sees every step.
        assert self.office.broken(self.known, swept=self.swept) == {}

    def one(self, number: int, *statuses: str) -> str | None:
        """One of those who stand in these statuses."""
        among = set(self.office.ids(*statuses))
        found = [expert for expert in self.known if expert in among]
        return found[number % len(found)] if found else None

    def bring_to_publicity(self, number: int, who: int) -> None:
        if len(self.known) < LARGEST:
            self.known.append(self.office.enter(0))
            for to, mover in (("submitted", 0), ("under_review", who), ("publicity", 3)):
                self.office.move(self.known[-1], to, mover)

    def try_any_move(self, number: int, who: int) -> None:
        self.office.move(self.known[number % len(self.known)], STATUSES[number % len(STATUSES)], who)

    def lodge_an_objection(self, number: int, who: int) -> None:
        if expert := self.one(number, "publicity"):
            self.office.object(expert, who)

    def decide_objections(self, number: int, who: int) -> None:
        if expert := self.one(number, "publicity", "under_review"):
            then = ("under_review", "removed", None)[number % 3]
            self.office.decide_objections(expert, "upheld" if number % 2 else "dismissed", who, then)

    def suspend(self, number: int, who: int) -> None:
        if expert := self.one(number, "active", "on_leave"):
            self.office.move(expert, "suspended", who)

    def remove(self, number: int, who: int) -> None:
        if expert := self.one(number, "active", "suspended", "publicity", "under_review"):
            self.office.move(expert, "removed", who)

    def appeal(self, number: int, who: int) -> None:
        if expert := self.one(number, "suspended", "removed", "expired"):
            self.office.move_sanctions(expert, "appealed", who)

    def decide_appeals(self, number: int, who: int) -> None:
        if expert := self.one(number, "suspended", "removed", "expired"):
            self.office.move_sanctions(expert, ("upheld", "dismissed", "lifted")[number % 3], who)

    def go_on_leave(self, number: int, who: int) -> None:
        if expert := self.one(number, "active"):
            self.office.move(expert, "on_leave", who, until=self.office.now.date() + timedelta(days=number))

    def leave_for_good(self, number: int, who: int) -> None:
        if expert := self.one(number, "withdrawn", "removed"):
            self.office.move(expert, "erased", who)
        elif expert := self.one(number, "active", "on_leave", "expired"):
            self.office.move(expert, "withdrawn", who)

    def state_preferences(self, number: int, who: int) -> None:
        if expert := self.one(number, "active"):
            first, last = (self.office.now.date() + timedelta(days=day) for day in (number - 5, number + 5))
            away = [{"start": first.isoformat(), "end": last.isoformat()}]
            self.office.state(expert, ({"away": away}, {"not_wanted": {"codes": ["PAT-INV"]}}, {})[number % 3])

    def renew(self, number: int, who: int) -> None:
        if expert := self.one(number, "expired", "active"):
            self.office.move(expert, "renewed", who)
            self.office.move(expert, "active", who)

    def confirm(self, number: int, who: int) -> None:
        self.office.confirm(self.known[number % len(self.known)], reached=bool(who % 2))


def test_rules_hold_whatever_people_try(app: Flask) -> None:
    office = Office(app)
    machine = type("PoolOfThisEngine", (Pool,), {"office": office})
    limits = settings(
        max_examples=soak.pick(8, 1000),
        stateful_step_count=soak.pick(20, 60),
        derandomize=soak.pick(True, False),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=limits)
    assert office.audit_is_whole()
    assert office.ranked() == set(office.ids("active"))
    assert office.listed("consultation", "PAT-INV") == office.may_be_asked("consultation", "PAT-INV")
    assert office.broken(swept=False) == {}
