"""Access tokens: who is calling, and making, listing and revoking tokens."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.orm import Session, selectinload

from expertdb.errors import Fault, InvalidInput, NotFound
from expertdb.models.organisations import Organisation
from expertdb.models.tokens import SCOPES, AccessToken
from expertdb.models.users import User
from expertdb.services import audit, organisations, paging
from expertdb.services.actors import SYSTEM, Actor
from expertdb.wording import Text

PREFIX_LENGTH = 12
LAST_USE_PRECISION = timedelta(minutes=1)


# Columns alone, by a connection alone: every call begins with this, and a session and its objects would take as long
# again as the row.
_BEARER = (
    select(
        AccessToken.id,
        AccessToken.name,
        AccessToken.role,
        AccessToken.scopes,
        AccessToken.organisation_id,
        AccessToken.user_id,
        AccessToken.expires_at,
        AccessToken.revoked_at,
        AccessToken.last_used_at,
        User.active,
        User.role.label("user_role"),
        User.organisation_id.label("user_organisation"),
    )
    .outerjoin(User, AccessToken.user_id == User.id)
    .where(AccessToken.secret_hash == bindparam("hash"))
)


def _hash(secret: str) -> str:
    # The secret has 256 random bits, so a plain hash cannot be guessed back; no slow hash is needed.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def create(
    session: Session, body: dict[str, Any], *, actor: Actor, now: datetime, secret: str | None = None
) -> tuple[AccessToken, str]:
    """Make a token; returns its row and its secret, which is not kept.

    Raises InvalidInput when it would have expired already.
    """
    expires_at = body.get("expires_at")
    if expires_at is not None and expires_at <= now:
        raise InvalidInput(Fault("/expires_at", Text("This moment has passed already.")))
    secret = secret or f"xdb_{secrets.token_urlsafe(32)}"
    token = AccessToken(
        name=body["name"],
        role=body["role"],
        scopes=body.get("scopes", list(SCOPES)),
        organisation=_organisation(session, body.get("organisation"), actor, now),
        prefix=secret[:PREFIX_LENGTH],
        secret_hash=_hash(secret),
        created_by=actor.id,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    audit.record(session, actor, "token.created", kind="token", id=token.id, role=token.role, scopes=token.scopes)
    return token, secret


def create_own(session: Session, body: dict[str, Any], *, actor: Actor, now: datetime) -> tuple[AccessToken, str]:
    """Make a token for the user who calls, valid for some days; it ends with their account."""
    stated = {"name": body["name"], "scopes": body["scopes"], "role": actor.role} | _lasting(body["days"], now)
    token, secret = create(session, stated, actor=actor, now=now)
    token.user_id, token.organisation_id = actor.person, actor.organisation_id
    session.flush()
    return token, secret


def create_lasting(session: Session, body: dict[str, Any], *, actor: Actor, now: datetime) -> tuple[AccessToken, str]:
    """Make a token for a program, valid for some days; raises InvalidInput for an unknown organisation id."""
    stated = {name: value for name, value in body.items() if name != "days"} | _lasting(body["days"], now)
    return create(session, stated, actor=actor, now=now)


def _lasting(days: int, now: datetime) -> dict[str, datetime]:
    return {"expires_at": now + timedelta(days=days)}


def _organisation(session: Session, named: str | None, actor: Actor, now: datetime) -> Organisation | None:
    return organisations.resolve(session, named, "/organisation", actor=actor, now=now) if named else None


@dataclass(frozen=True)
class Bearer:
    """Whoever holds a live token, and when it was last used."""

    actor: Actor
    last_used_at: datetime | None


def authenticate(connection: Connection, secret: str, now: datetime) -> Bearer | None:
    """Who has the live token with this secret, if there is one; a user's token does what the user may do today."""
    row = connection.execute(_BEARER, {"hash": _hash(secret)}).first()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    role, organisation = row.role, row.organisation_id
    if row.user_id is not None:
        if not row.active:
            return None
        role, organisation = row.user_role, row.user_organisation
    actor = Actor(row.id, row.name, role, frozenset(row.scopes), organisation, user_id=row.user_id)
    return Bearer(actor, row.last_used_at)


def is_same(secret: str, expected: str) -> bool:
    """Whether two secrets are the same, in a time that does not tell how much of them is."""
    return bool(expected) and hmac.compare_digest(_hash(secret), _hash(expected))


def bootstrap(session: Session, secret: str, now: datetime) -> AccessToken | None:
    """Make the first administrator token of the bootstrap secret; None when there is any token already."""
    if session.scalar(select(AccessToken.id).limit(1)) is not None:
        return None
    body = {"name": "bootstrap", "role": "administrator"}
    return create(session, body, actor=SYSTEM, now=now, secret=secret)[0]


def is_stale(token: Bearer, now: datetime) -> bool:
    """Whether the token's last use is so long ago that it should be written again."""
    return token.last_used_at is None or now - token.last_used_at >= LAST_USE_PRECISION


def note_use(session: Session, token_id: str, now: datetime) -> None:
    """Write when the token was last used."""
    session.execute(update(AccessToken).where(AccessToken.id == token_id).values(last_used_at=now))


def find(session: Session, query: dict[str, Any]) -> paging.Page:
    """The tokens, oldest first."""
    statement = select(AccessToken).options(selectinload(AccessToken.organisation))
    for field in ("role", "user_id"):
        if field in query:
            statement = statement.where(getattr(AccessToken, field) == query[field])
    return paging.fetch(session, statement, (AccessToken.id,), query["limit"], query.get("cursor"))


def revoke(session: Session, token_id: str, *, actor: Actor, now: datetime) -> None:
    """End a token; ending it again changes nothing. Raises NotFound, also for whoever may end their own only."""
    token = session.get(AccessToken, token_id)
    if token is None or (actor.role != "administrator" and token.user_id != actor.person):
        raise NotFound("token", token_id)
    token.revoked_at = token.revoked_at or now
    session.flush()
    audit.record(session, actor, "token.revoked", kind="token", id=token.id)
