"""why an expert signed no opinion

A policy is closed on signed opinions, or on the office's reason why one is missing: there was no place for it. Policies
that were closed without stay closed.

Revision ID: 0029
Revises: 0028
Create Date: 2026-11-28 06:00:00

"""

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("engagements", schema=None) as batch_op:
        batch_op.add_column(sa.Column("missing_opinion_reason", sa.String(length=1000), nullable=True))
        batch_op.add_column(sa.Column("missing_opinion_by", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("missing_opinion_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("engagements", schema=None) as batch_op:
        batch_op.drop_column("missing_opinion_at")
        batch_op.drop_column("missing_opinion_by")
        batch_op.drop_column("missing_opinion_reason")
