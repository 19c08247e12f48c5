"""Signing in and out: sessions with an idle and an absolute limit, kept here so that signing out truly ends them.

Tries are counted in the database, so that the limits hold exactly however many processes serve: an attempt is counted
and committed before the password is looked at, and taken back when it was right.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload

from expertdb.errors import TooManyAttempts
from expertdb.models.base import new_id
from expertdb.models.tokens import SCOPES
from expertdb.models.users import SignInWindow, User, UserSession
from expertdb.names import fold
from expertdb.networks import counted_as
from expertdb.services import audit, passwords
from expertdb.services.actors import Actor

WINDOW = timedelta(minutes=15)
# An office shares one address; a login name is tried from many addresses only by attackers, who must not lock it for
# long either. Their common limit is six times the single one.
PER_LOGIN_AND_ADDRESS, PER_LOGIN, PER_ADDRESS = 5, 30, 60
SEEN_PRECISION = timedelta(minutes=1)
PURGED_AT_ONCE = 100


@dataclass(frozen=True)
class Limits:
    """How long a session lasts: without being used, and at all."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True)
class SignedIn:
    """Somebody with a live session."""

    session_id: str
    actor: Actor
    login: str
    must_change_password: bool
    is_stale: bool


def count_attempt(session: Session, login: str, address: str, now: datetime) -> None:
    """Count one try of a password; raises TooManyAttempts when no more are let through yet."""
    for key, limit in sorted(_keys(login, address).items()):  # In order, or two callers could wait for each other.
        window = _window(session, key, now)
        if window.attempts >= limit:
            raise TooManyAttempts(window.started_at + WINDOW - now)
        window.attempts += 1
    session.flush()
    _purge(session, now)


def check(session: Session, login: str, password: str) -> User | None:
    """The active user with this name and password; None, after as long a time, for anybody else."""
    user = session.scalar(select(User).where(User.login == fold(login)))
    right = passwords.matches(password, user.password_hash if user else None)
    return user if user and user.active and right else None


def begin(session: Session, user: User, password: str, address: str, now: datetime) -> tuple[str, SignedIn]:
    """Sign a checked user in; returns the session's secret, of which a hash is kept, and who holds it."""
    secret = secrets.token_urlsafe(32)
    begun = UserSession(id=new_id(), user_id=user.id, secret_hash=_hash(secret), created_at=now, seen_at=now)
    session.add(begun)
    _take_back(session, user.login, address)
    known = passwords.hashed(password) if passwords.is_outdated(user.password_hash) else user.password_hash
    # Not through the row: this is no edit, and must not make the version that an administrator is editing outdated.
    session.execute(update(User).where(User.id == user.id).values(last_signed_in_at=now, password_hash=known))
    session.flush()
    audit.record(session, actor_of(user), "session.begun", kind="user", id=user.id)
    return secret, SignedIn(begun.id, actor_of(user), user.login, user.must_change_password, is_stale=False)


def recognise(session: Session, secret: str, now: datetime, limits: Limits) -> SignedIn | None:
    """Who holds a session's secret; None when it ended, was idle too long or is too old."""
    query = select(UserSession).where(UserSession.secret_hash == _hash(secret)).options(joinedload(UserSession.user))
    found = session.scalar(query)
    if found is None or not found.user.active:
        return None
    if now - found.seen_at >= limits.idle or now - found.created_at >= limits.absolute:
        return None
    return SignedIn(
        session_id=found.id,
        actor=actor_of(found.user),
        login=found.user.login,
        must_change_password=found.user.must_change_password,
        is_stale=now - found.seen_at >= SEEN_PRECISION,
    )


def actor_of(user: User) -> Actor:
    """The caller behind a user's session, detached from the database session."""
    return Actor(user.id, user.name, user.role, frozenset(SCOPES), user.organisation_id, user.id)


def note_seen(session: Session, session_id: str, now: datetime) -> None:
    """Write when the session was last used."""
    session.execute(update(UserSession).where(UserSession.id == session_id).values(seen_at=now))


def end(session: Session, signed_in: SignedIn) -> None:
    """Sign out; doing it again changes nothing."""
    session.execute(delete(UserSession).where(UserSession.id == signed_in.session_id))
    audit.record(session, signed_in.actor, "session.ended", kind="user", id=signed_in.actor.person)


def end_everywhere(session: Session, actor: Actor) -> None:
    """Sign oneself out on every device."""
    end_all(session, actor.person)
    audit.record(session, actor, "session.ended_everywhere", kind="user", id=actor.person)


def end_all(session: Session, user_id: str) -> None:
    """End every session of a user; what that belongs to is recorded by the caller."""
    session.execute(delete(UserSession).where(UserSession.user_id == user_id))


def _window(session: Session, key: str, now: datetime) -> SignInWindow:
    """The key's present window, locked until the transaction ends."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    fresh = insert(SignInWindow).values(key=key, started_at=now, attempts=0)
    # An update that changes nothing, since doing nothing would lock nothing.
    session.execute(fresh.on_conflict_do_update(index_elements=["key"], set_={"key": key}))
    window = session.get_one(SignInWindow, key, populate_existing=True)
    if now - window.started_at >= WINDOW:
        window.started_at, window.attempts = now, 0
    return window


def _take_back(session: Session, login: str, address: str) -> None:
    """Uncount a try that was right; what was tried before for this name at this address is forgotten with it."""
    for key in sorted(_keys(login, address)):
        counted = update(SignInWindow).where(SignInWindow.key == key, SignInWindow.attempts > 0)
        session.execute(counted.values(attempts=SignInWindow.attempts - 1))
    session.execute(delete(SignInWindow).where(SignInWindow.key == _pair(login, address)))


def _purge(session: Session, now: datetime) -> None:
    """Forget windows that are over; those that somebody is just counting in are left to the next caller."""
    over = select(SignInWindow.key).where(SignInWindow.started_at <= now - WINDOW).limit(PURGED_AT_ONCE)
    keys = list(session.scalars(over.with_for_update(skip_locked=True)))
    if keys:
        session.execute(delete(SignInWindow).where(SignInWindow.key.in_(keys)))


def _keys(login: str, address: str) -> dict[str, int]:
    return {
        _pair(login, address): PER_LOGIN_AND_ADDRESS,
        _digest("login", fold(login)): PER_LOGIN,
        _digest("address", counted_as(address)): PER_ADDRESS,
    }


def _pair(login: str, address: str) -> str:
    return _digest("pair", fold(login), counted_as(address))


def _digest(*parts: str) -> str:
    # People type passwords into the field for the name: what they typed is not kept.
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _hash(secret: str) -> str:
    # 256 random bits cannot be guessed back from a plain hash.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
