"""Opinions of experts, signed and never changed, and what the office made of them."""

import hashlib
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from expertdb.models.audit import canonical
from expertdb.models.base import Base, new_id

POSITIONS = ("support", "support_with_changes", "oppose", "abstain")
SIGNED = ("engagement_id", "position", "text", "dissent")
ADOPTIONS = ("full", "partial", "none")


class Opinion(Base):
    """One signed opinion; a later one of the same expert is another row that says which it follows.

    `dissent` marks a view that differs from the panel's. `digest` is the SHA-256 of what was signed, which the audit
    log holds too. Of the name it covers `signature`, a hash with `salt`, so that an erasure, which takes name and salt,
    leaves it as it was; opinions from before have neither. `adoption` is what the office made of it, with the reason.
    """

    __tablename__ = "opinions"
    __table_args__ = (Index("ix_opinions_created_at_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    engagement_id: Mapped[str] = mapped_column(ForeignKey("engagements.id"), index=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("consultation_requests.id"), index=True)
    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id"), index=True)
    follows_id: Mapped[str | None] = mapped_column(ForeignKey("opinions.id"))
    position: Mapped[str] = mapped_column(String(24))
    text: Mapped[str] = mapped_column(Text)
    dissent: Mapped[bool] = mapped_column(default=False)
    signed_by: Mapped[str] = mapped_column(String(100))
    signature: Mapped[str | None] = mapped_column(String(64))
    salt: Mapped[str | None] = mapped_column(String(64))
    signature_erased_on: Mapped[date | None]
    digest: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime]
    adoption: Mapped[str | None] = mapped_column(String(8))
    adoption_reason: Mapped[str | None] = mapped_column(String(2000))
    adopted_by: Mapped[str | None] = mapped_column(String(36))
    adopted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.

    @property
    def is_untouched(self) -> bool | None:
        """Whether what was signed is what stands here now; None where an erasure took the name that would tell."""
        if self.signature is None and self.signature_erased_on is not None:
            return None
        is_their_name = self.salt is None or self.signature == signature_of(self)
        return is_their_name and self.digest == digest_of(self)


def digest_of(opinion: Opinion) -> str:
    """The SHA-256 of what was signed; the audit log holds it too, so that a changed text shows.

    Of an opinion from before signatures were hashed apart it covers the name itself.
    """
    name = "signed_by" if opinion.signature is None else "signature"
    return _hash({field: getattr(opinion, field) for field in (*SIGNED, name)})


def signature_of(opinion: Opinion) -> str:
    """The hash that stands for the name in what is signed."""
    return _hash([opinion.salt, opinion.signed_by])


def _hash(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()
