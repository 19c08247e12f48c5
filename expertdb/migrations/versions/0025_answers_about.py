"""whom and what a stored answer is about

An erasure forgot only the answers whose body held the expert's id; those to ties, consents and appeals hold none.
Answers from before have nothing here, and go with the next erasure, whoever's it is.

Revision ID: 0025
Revises: 0024
Create Date: 2026-11-28 03:15:00

"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("idempotent_answers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("about", JSON, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("idempotent_answers", schema=None) as batch_op:
        batch_op.drop_column("about")
