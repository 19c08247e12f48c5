"""What changes of a profile replaced: with them, every earlier version can be read again."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from expertdb.models.base import Base, Json, new_id


class ExpertRevision(Base):
    """One change of a profile: `before` holds what it replaced, by field, as version `version` had it.

    What came instead is what the next change replaced, or what the profile holds today. Restricted values are in none.
    """

    __tablename__ = "expert_revisions"
    __table_args__ = (Index("ix_expert_revisions_expert_id_version_id", "expert_id", "version", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    expert_id: Mapped[str] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"))
    version: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(Json)
    actor: Mapped[str] = mapped_column(String(36))
    person: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime]
