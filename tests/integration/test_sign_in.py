"""Signing in, on both engines.

Pinned: the limits of tries hold exactly when many try at once; a right password takes its own try back; windows end by
themselves and are forgotten; an unknown name takes as long as a wrong password; a session ends when idle, when too old,
when signed out and when its user is deactivated.
"""

import threading
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask

from expertdb.database import transaction
from expertdb.errors import TooManyAttempts
from expertdb.models.users import SignInWindow, User, UserSession
from expertdb.services import passwords, sessions, users
from expertdb.services.actors import SYSTEM
from expertdb.services.sessions import PER_ADDRESS, PER_LOGIN, PER_LOGIN_AND_ADDRESS, WINDOW, Limits
from tests.conftest import START

PASSWORD = "correct horse battery"
LIMITS = Limits(idle=timedelta(hours=1), absolute=timedelta(hours=12))


@pytest.fixture
def user(app: Flask) -> str:
    """The id of a reviewer."""
    body = {"login": "lin.lan", "name": "林岚", "role": "reviewer", "password": PASSWORD}
    with app.app_context(), transaction() as session:
        return users.create(session, body, actor=SYSTEM, now=START)[0].id


def attempt(app: Flask, login: str = "lin.lan", address: str = "192.0.2.1", after: timedelta = timedelta()) -> bool:
    """Whether a try is let through."""
    try:
        with app.app_context(), transaction() as session:
            sessions.count_attempt(session, login, address, START + after)
    except TooManyAttempts:
        return False
    return True


def signed_in(app: Flask, user: str) -> str:
    with app.app_context(), transaction() as session:
        return sessions.begin(session, session.get_one(User, user), PASSWORD, "192.0.2.1", START)[0]


def recognised(app: Flask, secret: str, after: timedelta) -> bool:
    with app.app_context(), transaction(read_only=True) as session:
        return sessions.recognise(session, secret, START + after, LIMITS) is not None


def windows(app: Flask) -> int:
    with app.app_context(), transaction(read_only=True) as session:
        return session.query(SignInWindow).count()


def test_limit_is_exact_when_many_try_at_once(app: Flask) -> None:
    gate, let_through = threading.Barrier(12), []

    def knock() -> None:
        gate.wait()
        let_through.append(attempt(app))

    threads = [threading.Thread(target=knock) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(let_through) == PER_LOGIN_AND_ADDRESS


def test_refused_try_is_not_counted(app: Flask) -> None:
    assert [attempt(app) for _ in range(8)] == [True] * 5 + [False] * 3
    with app.app_context(), transaction(read_only=True) as session:
        assert sorted(row.attempts for row in session.query(SignInWindow)) == [5, 5, 5]


def test_window_ends_by_itself(app: Flask) -> None:
    assert [attempt(app) for _ in range(6)][-1] is False
    assert not attempt(app, after=WINDOW - timedelta(seconds=1))
    assert attempt(app, after=WINDOW)


def test_wait_is_what_is_left_of_the_window(app: Flask) -> None:
    for _ in range(5):
        attempt(app)
    with pytest.raises(TooManyAttempts) as caught, app.app_context(), transaction() as session:
        sessions.count_attempt(session, "lin.lan", "192.0.2.1", START + timedelta(minutes=4, seconds=30))
    assert caught.value.wait == timedelta(minutes=10, seconds=30)
    assert "11 min" in caught.value.detail


def test_many_addresses_together_have_a_limit_for_one_name(app: Flask) -> None:
    tried = [attempt(app, address=f"192.0.2.{place}") for place in range(PER_LOGIN + 3)]
    assert sum(tried) == PER_LOGIN


def test_one_address_has_a_limit_for_all_names(app: Flask) -> None:
    tried = [attempt(app, login=f"user{place}") for place in range(PER_ADDRESS + 3)]
    assert sum(tried) == PER_ADDRESS
    assert attempt(app, address="192.0.2.2")


def test_name_is_counted_however_it_is_typed(app: Flask) -> None:
    tried = [
        attempt(app, login=login) for login in ("lin.lan", "LIN.LAN", "Lin.Lan", " lin.lan", "ｌｉｎ.lan", "lin.Lan")
    ]
    assert sum(tried) == PER_LOGIN_AND_ADDRESS


def test_right_password_takes_its_try_back(app: Flask, user: str) -> None:
    for _ in range(20):
        assert attempt(app)
        signed_in(app, user)
    with app.app_context(), transaction(read_only=True) as session:
        assert [row.attempts for row in session.query(SignInWindow)] == [0, 0]


def test_windows_that_are_over_are_forgotten(app: Flask) -> None:
    for place in range(20):
        attempt(app, login=f"user{place}", address=f"192.0.2.{place}")
    assert windows(app) == 60
    attempt(app, after=WINDOW)
    assert windows(app) == 3


def test_addresses_of_one_network_of_version_6_have_one_limit(app: Flask) -> None:
    tried = [attempt(app, address=f"2001:db8:0:1::{place}") for place in range(1, PER_LOGIN_AND_ADDRESS + 3)]
    assert tried == [True] * PER_LOGIN_AND_ADDRESS + [False] * 2
    assert attempt(app, address="2001:db8:0:2::1")
    mapped = [attempt(app, "wang.yi", address) for address in ("192.0.2.9", "::ffff:192.0.2.9") * PER_LOGIN_AND_ADDRESS]
    assert mapped.count(True) == PER_LOGIN_AND_ADDRESS


def test_neither_names_nor_addresses_are_kept(app: Flask) -> None:
    attempt(app, login="my password, by mistake")
    with app.app_context(), transaction(read_only=True) as session:
        assert all(len(row.key) == 64 and "mistake" not in row.key for row in session.query(SignInWindow))


def test_password_is_right_for_its_user_only(app: Flask, user: str) -> None:
    with app.app_context(), transaction(read_only=True) as session:
        assert sessions.check(session, "Lin.Lan", PASSWORD).id == user
        assert sessions.check(session, "lin.lan", PASSWORD + " ") is None
        assert sessions.check(session, "nobody", PASSWORD) is None
        assert sessions.check(session, "", "") is None


def test_unknown_name_has_a_hash_checked_too(monkeypatch: pytest.MonkeyPatch, app: Flask, user: str) -> None:
    checked = []
    verify = type(passwords._hasher).verify
    monkeypatch.setattr(
        type(passwords._hasher),
        "verify",
        lambda self, known, typed: checked.append(known) or verify(self, known, typed),
    )
    with app.app_context(), transaction(read_only=True) as session:
        sessions.check(session, "nobody", "x")
        sessions.check(session, "lin.lan", "x")
    assert len(checked) == 2
    assert checked[0].split("$")[:4] == checked[1].split("$")[:4]  # The same algorithm with the same parameters.


@pytest.mark.writes_rows_itself
def test_deactivated_user_is_nobody(app: Flask, user: str) -> None:
    secret = signed_in(app, user)
    with app.app_context(), transaction() as session:
        session.get_one(User, user).active = False
    assert not recognised(app, secret, timedelta(minutes=1))
    with app.app_context(), transaction(read_only=True) as session:
        assert sessions.check(session, "lin.lan", PASSWORD) is None


def test_session_ends_when_idle(app: Flask, user: str) -> None:
    secret = signed_in(app, user)
    assert recognised(app, secret, timedelta(minutes=59))
    assert not recognised(app, secret, timedelta(minutes=60))


def test_session_ends_when_old_however_busy(app: Flask, user: str) -> None:
    secret = signed_in(app, user)
    for hours in range(1, 12):
        with app.app_context(), transaction() as session:
            sessions.note_seen(session, session.query(UserSession).one().id, START + timedelta(hours=hours))
    assert recognised(app, secret, timedelta(hours=11, minutes=59))
    assert not recognised(app, secret, timedelta(hours=12))


def test_signing_out_ends_one_session_and_everywhere_ends_all(app: Flask, user: str) -> None:
    first, second, third = (signed_in(app, user) for _ in range(3))
    with app.app_context(), transaction() as session:
        sessions.end(session, sessions.recognise(session, first, START, LIMITS))
    assert [recognised(app, secret, timedelta()) for secret in (first, second, third)] == [False, True, True]
    with app.app_context(), transaction() as session:
        sessions.end_everywhere(session, sessions.actor_of(session.get_one(User, user)))
    assert not recognised(app, second, timedelta())
    assert not recognised(app, third, timedelta())


@pytest.mark.writes_rows_itself
def test_outdated_hash_is_made_anew_at_the_next_sign_in(app: Flask, user: str) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with app.app_context(), transaction() as session:
        session.get_one(User, user).password_hash = weak
    signed_in(app, user)
    with app.app_context(), transaction(read_only=True) as session:
        renewed = session.get_one(User, user).password_hash
    assert renewed != weak
    assert passwords.matches(PASSWORD, renewed)
