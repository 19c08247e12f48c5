"""find experts by their English names without a look at everybody

Revision ID: 0031
Revises: 0030
Create Date: 2026-11-28 07:45:00

"""

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_experts_name_en_lower", "experts", [sa.text("lower(name_en)")])


def downgrade() -> None:
    op.drop_index("ix_experts_name_en_lower", table_name="experts")
