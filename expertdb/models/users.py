"""People who sign in to the console: their accounts, their sessions, and how often somebody tried."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expertdb.models.base import Base, new_id
from expertdb.models.organisations import Organisation

# Sorted byte by byte on both engines, as every key that pages are cut by.
LoginName = String(64).with_variant(String(64, collation="C"), "postgresql")


class User(Base):
    """A person with a login name, a role and a password, of which only a slow hash is kept."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(LoginName, unique=True)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(16))
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    last_signed_in_at: Mapped[datetime | None]

    organisation: Mapped[Organisation | None] = relationship(lazy="selectin")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.


class UserSession(Base):
    """Somebody signed in on one device. The cookie holds the secret, this row its hash; no row, no session."""

    __tablename__ = "user_sessions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]

    user: Mapped[User] = relationship()


class SignInWindow(Base):
    """How many passwords were tried since `started_at` for one login name, address, or both; `key` is a hash of it."""

    __tablename__ = "sign_in_windows"
    __table_args__ = (Index("ix_sign_in_windows_started_at", "started_at"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    started_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
