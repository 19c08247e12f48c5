"""Three years of a pool: entries, objections, leaves, suspensions, appeals, expiries, renewals, exits and erasures.

`make test` lives through them with a few experts whose office looks at them every four weeks, on SQLite; `make soak`
with 500 week by week, on both engines. Time is swept once, or by two sweeps at once. The rules of the pool hold
throughout, a list names exactly those who may be asked, the audit log is whole at the end, and of its thousands of
entries the one that is tampered with is found.
"""

from random import Random

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from expertdb.database import db, transaction
from expertdb.models.audit import AuditEntry
from expertdb.models.corpus import ExpertStanding
from expertdb.models.experts import Expert, ExpertTransition
from expertdb.services import audit_chain, statistics
from tests.conftest import ENGINES
from tests.life import soak
from tests.life.office import Office
from tests.life.town import Town

DAYS = soak.pick(28, 7)  # from one turn to the next
TURNS = 3 * 365 // DAYS + 1
LOOKS = 13  # turns between two looks at all rules
MATTERS = (("consultation", "PAT-INV"), ("policy_drafting", "LG-INV"))


@pytest.fixture
def office(app: Flask) -> Office:
    return Office(app)


@pytest.mark.parametrize("engine", soak.pick(("sqlite",), ENGINES), indirect=True)
def test_pool_lives_through_three_years(office: Office) -> None:
    town = Town(office, Random(20261123), soak.pick(24, 500), DAYS)
    town.take_over_the_roster()
    for turn in range(TURNS):
        office.wait(DAYS, sweeps=1 + (turn % LOOKS == 0))
        town.take_a_turn()
        if turn % LOOKS == 0:
            assert office.broken(swept=False) == {}, turn
            lists_name_who_may_be_asked(office)
    office.wait(1, sweeps=2)
    assert office.broken(swept=True) == {}
    assert office.ranked() == set(office.ids("active"))
    lists_name_who_may_be_asked(office)
    everything_happened(office)
    figures_agree_with_the_rows(office)
    if soak.ASKED:
        print(*told(office), sep="\n")
    tampering_is_found(office)


def lists_name_who_may_be_asked(office: Office) -> None:
    for kind, code in MATTERS:
        assert office.listed(kind, code) == office.may_be_asked(kind, code)


def everything_happened(office: Office) -> None:
    """A simulation that nobody lived through proves nothing."""
    with office.app.app_context(), transaction(read_only=True) as session:
        ways = (ExpertTransition.from_status, ExpertTransition.to_status)
        made = {(before, after) for before, after, _ in session.execute(select(*ways, func.count()).group_by(*ways))}
    wanted = {
        ("publicity", "active"),
        ("publicity", "under_review"),
        ("publicity", "removed"),
        ("active", "on_leave"),
        ("on_leave", "active"),
        ("active", "suspended"),
        ("suspended", "active"),
        ("active", "expired"),
        ("expired", "renewed"),
        ("active", "renewed"),
        ("renewed", "active"),
        ("active", "removed"),
        ("active", "withdrawn"),
        ("withdrawn", "erased"),
    }
    assert wanted - made == set()
    assert office.refused > 0


def figures_agree_with_the_rows(office: Office) -> None:
    with office.app.app_context(), transaction(read_only=True) as session:
        census = office.app.extensions["directory"].refresh(session)
        counted = statistics.by_status(census)
        held = sum(cell.count for cell in statistics.cells(census, "ip_subject"))
        noted = select(ExpertStanding.expert_id, ExpertStanding.status).where(ExpertStanding.until.is_(None))
        history = dict(session.execute(noted).all())
        now = dict(session.execute(select(Expert.id, Expert.status)).all())
    assert history == now
    assert counted["active"] == len(office.ids("active")) == held
    assert sum(counted.values()) == len(office.ids())


def told(office: Office) -> list[str]:
    """What came of the three years, for docs/pool-life.md."""
    with office.app.app_context(), transaction(read_only=True) as session:
        engine = session.get_bind().dialect.name
        moves = session.execute(select(ExpertTransition.to_status, func.count()).group_by(ExpertTransition.to_status))
        entries = session.scalar(select(func.count()).select_from(AuditEntry))
        counted = statistics.by_status(office.app.extensions["directory"].refresh(session))
    made = ", ".join(f"{to} {count:,}" for to, count in sorted(moves))
    return [
        f"{engine}: {TURNS} turns of {DAYS} days, {office.done:,} deeds done, {office.refused:,} refused",
        f"  {entries:,} audit entries; entered or moved to: {made}",
        f"  now {sum(counted.values()):,}: " + ", ".join(f"{status} {count:,}" for status, count in counted.items()),
    ]


def tampering_is_found(office: Office) -> None:
    with office.app.app_context():
        with transaction(read_only=True) as session:
            whole = audit_chain.verify(session, office.app.extensions["audit_keys"])
            middle = whole.last // 2
            actor = session.scalar(select(AuditEntry.actor).where(AuditEntry.seq == middle))
        assert (whole.valid, whole.entries) == (True, whole.last)
        assert whole.entries >= office.done
        with db.engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.execute(text("DROP TRIGGER audit_entries_no_update"))
            else:
                connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
            connection.execute(text("UPDATE audit_entries SET actor = 'x' WHERE seq = :seq"), {"seq": middle})
        assert actor != "x"
        with transaction(read_only=True) as session:
            found = audit_chain.verify(session, office.app.extensions["audit_keys"]).findings
    assert [(one.kind, one.seq) for one in found] == [("edited", middle)]
