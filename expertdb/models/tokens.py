"""Access tokens and the answers that idempotency keys replay."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expertdb.models.base import Base, Json, new_id
from expertdb.models.organisations import Organisation
from expertdb.models.users import User

ROLES = ("administrator", "reviewer", "agency", "policy_office", "auditor")
SCOPES = ("read", "write")


class AccessToken(Base):
    """A bearer token: its secret is shown once and kept only as a hash; `prefix` is for people to tell it by."""

    __tablename__ = "access_tokens"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(16))
    scopes: Mapped[list[str]] = mapped_column(default=lambda: list(SCOPES))
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"))
    prefix: Mapped[str] = mapped_column(String(16))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    # Whose token it is, when somebody made it for themselves on the console: it ends with their account.
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"), index=True)

    organisation: Mapped[Organisation | None] = relationship()
    user: Mapped[User | None] = relationship()


class IdempotentAnswer(Base):
    """The answer a POST with an Idempotency-Key got, written in the same transaction as its effect.

    `about` are the ids of whatever the call dealt with, whether the answer says them or not: an erasure goes by them.
    """

    __tablename__ = "idempotent_answers"

    token_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(default=0)
    headers: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    body: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    created_at: Mapped[datetime] = mapped_column(index=True)
    about: Mapped[list[str] | None] = mapped_column(Json)
