"""no names in the rules of batches that ended after 0026

0026 took names out of the rules of batches that had ended, and left those that waited as they were typed: a worker had
to find out whom they mean. Of these too nobody reads the rules once they have ended. Ids stay.

Revision ID: 0030
Revises: 0029
Create Date: 2026-11-28 05:40:00

"""

import re
from typing import Any

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
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
        return {name: _ids(one) if name == "experts" else _nameless(one) for name, one in value.items()}
    return [_nameless(one) for one in value] if isinstance(value, list) else value


def _ids(named: Any) -> Any:
    return [one for one in named if isinstance(one, str) and ID.fullmatch(one)] if isinstance(named, list) else named


def downgrade() -> None:
    """Nothing to take back: nobody reads what was taken out."""
