"""Restricted values of experts: contact, identity and licence numbers, sealed at rest and never read by the index."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, object_session

from expertdb.models.base import Base, new_id
from expertdb.sealing import IN_SESSION, Sealed, Sealer, Unsealable

CONTACT = ("phone", "email", "address")
FIELDS = (*CONTACT, "id_number", "licence_numbers")
HASHED = ("id_number", "licence_numbers")  # what two rows of one person share
HIDDEN = "***"
_SOLE = text("field = 'id_number' AND position = 0")


class RestrictedValue(Base):
    """One value of a restricted field; `label` names the licence of a licence number.

    `digest` is a keyed hash of the number, by which the same person is found again without opening anything. No two
    experts have one identity number; where they had before that was refused, all but one stand at a `position` above 0.
    """

    __tablename__ = "restricted_values"
    __table_args__ = (
        Index("ix_restricted_values_field_digest", "field", "digest"),
        Index("uq_restricted_values_id_number", "digest", unique=True, sqlite_where=_SOLE, postgresql_where=_SOLE),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), index=True)
    field: Mapped[str] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(default=0)
    label: Mapped[str | None] = mapped_column(String(100))
    sealed_by: Mapped[str] = mapped_column(String(16), index=True)
    box: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str | None] = mapped_column(String(64))
    updated_at: Mapped[datetime]

    def opened(self, sealer: Sealer) -> str:
        """The value in plain text; raises Unsealable."""
        return sealer.open(Sealed(self.sealed_by, self.box), context(self.expert_id, self.field))

    def masked(self, sealer: Sealer) -> str:
        """The value with all but a few characters hidden; wholly hidden where its key is not at hand."""
        try:
            return mask(self.field, self.opened(sealer))
        except Unsealable:
            return HIDDEN


class SealingState(Base):
    """The one row that names the key which identity numbers are hashed with now ("": none was yet).

    `since` is when the process that put it there came to know its keys.
    """

    __tablename__ = "sealing_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(16), default="")
    since: Mapped[datetime | None]


def masked_values(rows: list[RestrictedValue]) -> dict[str, Any]:
    """What is on record of one expert's restricted fields, masked, in the shape it came in."""
    found: dict[str, Any] = {}
    for row in rows:
        value = row.masked(object_session(row).info[IN_SESSION])  # type: ignore[union-attr]
        if row.field == "licence_numbers":
            found.setdefault(row.field, []).append({"licence": row.label, "number": value})
        else:
            found[row.field] = value
    return found


def context(expert_id: str, field: str) -> str:
    """What a sealed value is bound to."""
    return f"{expert_id} {field}"


def mask(field: str, value: str) -> str:
    """The value as a listing may show it: enough to recognise it by, too little to use it.

    A telephone number keeps its first three and last two characters, a mail address its first and its host, an address
    its first three, an identity or licence number its first and last.
    """
    if field == "phone":
        return f"{value[:3]}{HIDDEN}{value[-2:]}" if len(value) > 7 else HIDDEN
    if field == "email":
        name, _, host = value.rpartition("@")
        return f"{name[:1]}{HIDDEN}@{host}"
    if field == "address":
        return f"{value[:3]}{HIDDEN}" if len(value) > 6 else HIDDEN
    return f"{value[0]}{HIDDEN}{value[-1]}" if len(value) > 5 else HIDDEN
