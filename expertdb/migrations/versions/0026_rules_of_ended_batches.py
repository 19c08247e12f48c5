"""no names in the rules of batches that have ended

A batch kept its rules as they were typed, with the names of experts; since now they are kept by id. Nobody reads the
rules of a batch that has ended, and an erasure would not find a name in them: the names are taken out.

Revision ID: 0026
Revises: 0025
Create Date: 2026-11-28 03:20:00

"""

from typing import Any

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
JOBS = sa.table(
    "jobs", sa.column("id", sa.String), sa.column("kind", sa.String), sa.column("status", sa.String), sa.column("input", JSON)
)


def upgrade() -> None:
    connection = op.get_bind()
    ended = (JOBS.c.kind == "batch") & JOBS.c.status.in_(("done", "failed", "cancelled"))
    for id, stated in connection.execute(sa.select(JOBS.c.id, JOBS.c.input).where(ended)).all():
        kept = stated | {"rules": _nameless(stated.get("rules") or [])}
        if kept != stated:
            connection.execute(sa.update(JOBS).where(JOBS.c.id == id).values(input=kept))


def _nameless(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _nameless(one) for name, one in value.items() if name != "experts"}
    return [_nameless(one) for one in value] if isinstance(value, list) else value


def downgrade() -> None:
    """Nothing to take back: nobody reads what was taken out."""
