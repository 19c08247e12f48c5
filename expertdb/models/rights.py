"""What the people in the pool may ask for and agree to: claims on their data with the answers, and consents."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from expertdb.models.base import Base, new_id

CLAIM_KINDS = ("copy", "correction", "erasure")
CLAIM_STATES = ("open", "granted", "refused")
# Why a claim may be refused; the law asks for a reason each time (PIPL Art. 50).
REFUSALS = ("identity_not_shown", "kept_by_law", "not_shown_wrong", "repeated", "other")
CONSENT_FORMS = ("signed", "electronic", "by_mail")


class Claim(Base):
    """A claim of the person on their data, as staff record it; `due` is the last day for the answer.

    What is to be corrected to is stated when it is decided, never here: it may be a restricted value.
    """

    __tablename__ = "claims"
    __table_args__ = (Index("ix_claims_status_due", "status", "due"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text, default="")
    received_on: Mapped[date]
    due: Mapped[date]
    status: Mapped[str] = mapped_column(String(16), default="open")
    ground: Mapped[str | None] = mapped_column(String(24))
    reason: Mapped[str | None] = mapped_column(String(1000))
    recorded_by: Mapped[str] = mapped_column(String(36))
    recorded_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(36))
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.


class Consent(Base):
    """That the person agreed to one version of the privacy notice; `evidence` says where the proof is kept."""

    __tablename__ = "consents"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), index=True)
    notice: Mapped[str] = mapped_column(String(32))
    form: Mapped[str] = mapped_column(String(16))
    given_on: Mapped[date]
    evidence: Mapped[str | None] = mapped_column(String(200))
    recorded_by: Mapped[str] = mapped_column(String(36))
    recorded_at: Mapped[datetime]
    withdrawn_on: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(String(1000))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.
