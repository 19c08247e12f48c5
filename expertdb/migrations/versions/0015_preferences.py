"""what experts do not want to be asked for, and when they are away

Revision ID: 0015
Revises: 0014
Create Date: 2026-11-26 13:40:00

"""

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "expert_preferences",
        sa.Column("expert_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=16), nullable=False),
        sa.Column("last", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_expert_preferences_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("expert_id", "kind", "value", name=op.f("pk_expert_preferences")),
    )
    op.create_index("ix_expert_preferences_kind_value", "expert_preferences", ["kind", "value"])


def downgrade() -> None:
    op.drop_table("expert_preferences")
