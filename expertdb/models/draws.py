"""Draws by lot: what was fixed and committed to at the freeze, and the record after the reveal."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from expertdb.models.base import Base, Json, new_id
from expertdb.models.requests import ConsultationRequest

DRAW_STATES = ("frozen", "revealed", "superseded")


class Draw(Base):
    """A draw for a request. Its secret is sealed until the reveal: nobody in the office can read it.

    `terms`, `pool_hash` and `commitment` are fixed at the freeze; `record` is what is published after the reveal.
    `panel_id` is the panel that the reveal proposed; `follows_id` is the draw that this one repeats, for the `reason`
    given; the first is never deleted.
    """

    __tablename__ = "draws"
    __table_args__ = (Index("ix_draws_created_at_id", "created_at", "id"), Index("ix_draws_pool_hash", "pool_hash"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    request_id: Mapped[str] = mapped_column(ForeignKey("consultation_requests.id"), index=True)
    follows_id: Mapped[str | None] = mapped_column(ForeignKey("draws.id"))
    reason: Mapped[str | None] = mapped_column(String(1000))
    status: Mapped[str] = mapped_column(String(16))
    terms: Mapped[dict[str, Any]] = mapped_column(Json)
    pool_hash: Mapped[str] = mapped_column(String(64))
    commitment: Mapped[str] = mapped_column(String(64))
    not_before: Mapped[datetime]
    sealed_by: Mapped[str] = mapped_column(String(16))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    record: Mapped[dict[str, Any] | None] = mapped_column(Json)
    snapshot: Mapped[dict[str, Any]] = mapped_column(Json, deferred=True)
    names: Mapped[dict[str, Any]] = mapped_column(Json)
    corpus_version: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(36))
    created_at: Mapped[datetime]
    panel_id: Mapped[str | None] = mapped_column(String(36))
    revealed_by: Mapped[str | None] = mapped_column(String(36))
    revealed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    consultation_request: Mapped[ConsultationRequest] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the base class types it as an instance's.
