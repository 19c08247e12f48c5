"""Users: people with an account on the console. Nobody is deleted: who leaves is deactivated and stays on record."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from expertdb.errors import AlreadyExists, Fault, InvalidInput, LastAdministrator, NotFound
from expertdb.models.base import new_id
from expertdb.models.users import User
from expertdb.services import audit, edits, organisations, paging, passwords, racing, sessions, versions
from expertdb.services.actors import Actor
from expertdb.wording import Text

ADMINISTRATOR = "administrator"


def create(session: Session, body: dict[str, Any], *, actor: Actor, now: datetime) -> tuple[User, str | None]:
    """Make an account; returns it with the password made for it, None when the body brought one.

    A password chosen by somebody else must be changed at the first sign-in. Raises AlreadyExists for a login name that
    is taken, InvalidInput for a weak password or an unknown organisation id.
    """
    refuse = partial(_refuse_taken, session, body["login"])
    refuse()
    made = None if "password" in body else passwords.random(body["login"])
    user = User(
        id=new_id(),
        login=body["login"],
        name=body["name"],
        role=body["role"],
        organisation_id=_organisation(session, body, actor, now),
        password_hash=_fit(made or body["password"], body["login"]),
        must_change_password=body.get("must_change_password", True),
        created_at=now,
        updated_at=now,
    )
    with racing.refused_by(session, refuse):
        session.add(user)
    audit.record(session, actor, "user.created", kind="user", id=user.id, role=user.role)
    return user, made


def is_first(session: Session, *, lock: bool = False) -> bool:
    """Whether there is no user yet.

    With `lock`, nobody else makes one until the transaction ends, and who is making one at this moment is waited for:
    two first visitors have different login names, so no unique index would know of both. SQLite has one writer anyway.
    """
    found = session.scalar(select(User.id).limit(1)) is None
    if found and lock and session.connection().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE"))
        return is_first(session)
    return found


def get(session: Session, user_id: str) -> User:
    """The user with this id; raises NotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("user", user_id)
    return user


def named(session: Session, login: str) -> User:
    """The user with this login name; raises NotFound."""
    user = session.scalar(select(User).where(User.login == login))
    if user is None:
        raise NotFound("user", login)
    return user


def find(session: Session, query: dict[str, Any]) -> paging.Page:
    """The users that meet every filter, by login name."""
    statement = select(User)
    for field in ("role", "active"):
        if field in query:
            statement = statement.where(getattr(User, field) == query[field])
    return paging.fetch(session, statement, (User.login, User.id), query["limit"], query.get("cursor"))


def edit(
    session: Session, user_id: str, body: dict[str, Any], *, version: int | None, actor: Actor, now: datetime
) -> User:
    """Change what `body` names, if it changes anything; whoever loses a role or the account is signed out everywhere.

    Raises NotFound, EditedMeanwhile, LastAdministrator.
    """
    user = get(session, user_id)
    versions.check(user.version, version)
    if user.role == ADMINISTRATOR and (
        body.get("role", ADMINISTRATOR) != ADMINISTRATOR or not body.get("active", True)
    ):
        _keep_an_administrator(session, user)
    if "organisation" in body:
        body = body | {"organisation": organisations.known(session, body["organisation"])}
    there = {"name": user.name, "role": user.role, "active": user.active, "organisation": user.organisation_id}
    body = edits.changes(body, there)
    if not body:
        return user
    before = (user.role, user.organisation_id, user.active)
    for field in ("name", "role", "active"):
        if field in body:
            setattr(user, field, body[field])
    if "organisation" in body:
        user.organisation_id = _organisation(session, body, actor, now)
    if before != (user.role, user.organisation_id, user.active):
        sessions.end_all(session, user.id)
    versions.touch(user, now)
    session.flush()
    details = {"fields": sorted(body), "role": user.role, "active": user.active}
    audit.record(session, actor, "user.edited", kind="user", id=user.id, **details)
    return user


def reset_password(session: Session, user_id: str, *, actor: Actor, now: datetime) -> tuple[User, str]:
    """Give the user a password for one use, which is returned and not kept; ends their sessions. Raises NotFound."""
    user = get(session, user_id)
    made = passwords.random(user.login)
    _set_password(session, user, made, now)
    user.must_change_password = True
    session.flush()
    audit.record(session, actor, "user.password_reset", kind="user", id=user.id)
    return user, made


def change_password(session: Session, body: dict[str, Any], *, actor: Actor, now: datetime) -> User:
    """Change one's own password, knowing the present one; ends all sessions, the caller begins a new one.

    Raises InvalidInput for a wrong present password or a weak new one.
    """
    user = get(session, actor.person)
    if not passwords.matches(body["present"], user.password_hash):
        raise InvalidInput(Fault("/present", Text("This is not your present password.")))
    if body["password"] == body["present"]:
        raise InvalidInput(Fault("/password", Text("The new password is the present one.")))
    _set_password(session, user, body["password"], now)
    user.must_change_password = False
    session.flush()
    audit.record(session, actor, "user.password_changed", kind="user", id=user.id)
    return user


def _set_password(session: Session, user: User, password: str, now: datetime) -> None:
    user.password_hash = _fit(password, user.login)
    sessions.end_all(session, user.id)
    versions.touch(user, now)


def _fit(password: str, login: str) -> str:
    passwords.check(password, login)
    return passwords.hashed(password)


def _organisation(session: Session, body: dict[str, Any], actor: Actor, now: datetime) -> str | None:
    stated = body.get("organisation")
    return organisations.resolve(session, stated, "/organisation", actor=actor, now=now).id if stated else None


def _refuse_taken(session: Session, login: str) -> None:
    if session.scalar(select(User.id).where(User.login == login)) is not None:
        detail = Text('The login name "{login}" is taken.', login=login)
        raise AlreadyExists(detail, (Fault("/login", detail),))


def _keep_an_administrator(session: Session, leaving: User) -> None:
    """Raise LastAdministrator unless another active one stays.

    Locked, so that of two administrators who deactivate each other at once one is refused.
    """
    administrators = select(User.id).where(User.role == ADMINISTRATOR, User.active).order_by(User.id).with_for_update()
    if set(session.scalars(administrators)) <= {leaving.id}:
        raise LastAdministrator(Text("This is the last active administrator; make another one first."))
