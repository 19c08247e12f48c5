"""Who may be ranked while the pool changes: pool and counts are of the one state that a transaction sees."""

from threading import Thread

from flask import Flask

from expertdb.database import transaction
from expertdb.services.eligibility import Eligible, sift
from tests.api.people import expert, moved
from tests.callers import Caller
from tests.conftest import START


def sifted(app: Flask, meanwhile: Thread | None = None) -> tuple[list[str], Eligible]:
    """Who may be ranked, and what was counted, in a transaction during which something may happen."""
    with app.app_context(), transaction(read_only=True) as session:
        pool = app.extensions["corpus"].refresh(session)
        if meanwhile:
            meanwhile.start()
            meanwhile.join()
        eligible = sift(session, pool, {}, START.date())
        return pool.index.who(eligible.allowed, type(eligible.allowed)(only=frozenset())), eligible


def test_who_is_suspended_meanwhile_is_ranked_as_of_the_state_that_is_seen(app: Flask, administrator: Caller) -> None:
    one, other = expert(administrator), expert(administrator, "乙某")
    suspending = Thread(target=lambda: moved(administrator, f"/experts/{one['id']}", "suspended"))
    allowed, before = sifted(app, suspending)
    assert (allowed, before.n_allowed, before.counts) == ([one["id"], other["id"]], 2, {})
    allowed, after = sifted(app)
    assert (allowed, after.n_allowed, after.counts) == ([other["id"]], 1, {"suspended": 1})
