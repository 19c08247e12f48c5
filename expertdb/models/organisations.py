"""Organisations: employers of experts and senders of requests."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expertdb.models.base import Base, SortKey, new_id


class OrganisationName(Base):
    """One name an organisation goes by: official (zh or en), former, short or bracketed.

    `key` is the normalised form that look-ups compare; two organisations may not share one. `core` is what remains
    without legal form and place (`expertdb/organisation_names.py`): variants of one name share it.
    """

    __tablename__ = "organisation_names"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    core: Mapped[str] = mapped_column(String(200), index=True)
    is_alias: Mapped[bool] = mapped_column(default=False)


class Organisation(Base):
    """A body that employs experts, asks for them, or both; `parent` is the body that owns or governs it."""

    __tablename__ = "organisations"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name_zh: Mapped[str | None] = mapped_column(String(200))
    name_en: Mapped[str | None] = mapped_column(String(200))
    name_sort: Mapped[str] = mapped_column(SortKey, index=True)
    kind: Mapped[str] = mapped_column(String(16), index=True)
    region: Mapped[str | None] = mapped_column(String(16), index=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    parent: Mapped["Organisation | None"] = relationship(remote_side=[id])
    names: Mapped[list[OrganisationName]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by=OrganisationName.id
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.

    @property
    def aliases(self) -> list[str]:
        """The names besides the official ones, in the order they were given."""
        return [name.name for name in self.names if name.is_alias]
