"""every database has a name of its own, and a restored one a new one

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-26 13:30:00

"""

import uuid

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("corpus_state") as batch:
        batch.add_column(sa.Column("lineage", sa.String(length=36), nullable=True))
    state = sa.table("corpus_state", sa.column("lineage"))
    op.execute(state.update().values(lineage=str(uuid.uuid4())))
    with op.batch_alter_table("corpus_state") as batch:
        batch.alter_column("lineage", existing_type=sa.String(length=36), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("corpus_state") as batch:
        batch.drop_column("lineage")
