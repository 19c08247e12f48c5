"""restricted values

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-26 12:00:00

"""

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "restricted_values",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("expert_id", sa.String(length=36), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=True),
        sa.Column("sealed_by", sa.String(length=16), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["expert_id"],
            ["experts.id"],
            name=op.f("fk_restricted_values_expert_id_experts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restricted_values")),
    )
    with op.batch_alter_table("restricted_values", schema=None) as batch_op:
        batch_op.create_index("ix_restricted_values_expert_id", ["expert_id"])
        batch_op.create_index("ix_restricted_values_field_digest", ["field", "digest"])
        batch_op.create_index("ix_restricted_values_sealed_by", ["sealed_by"])


def downgrade() -> None:
    op.drop_table("restricted_values")
