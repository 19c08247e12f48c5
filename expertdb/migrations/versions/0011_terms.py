"""confirmations, and notices to experts

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-26 13:30:00

"""

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

DATES = ("last_confirmed", "confirmation_due", "unreachable_since")
# Whoever holds an appointment already is asked a year after they were entered.
A_YEAR_ON = {"sqlite": "date(created_at, '+1 year')", "postgresql": "(created_at + interval '1 year')::date"}


def upgrade() -> None:
    for name in DATES:
        op.add_column("experts", sa.Column(name, sa.Date(), nullable=True))
    op.execute(
        f"UPDATE experts SET confirmation_due = {A_YEAR_ON[op.get_bind().dialect.name]}"
        " WHERE status IN ('active', 'on_leave', 'suspended', 'expired', 'renewed')"
    )
    op.create_index("ix_experts_term_end_status", "experts", ["term_end", "status"])
    op.create_index("ix_experts_confirmation_due_status", "experts", ["confirmation_due", "status"])
    op.create_index(op.f("ix_experts_unreachable_since"), "experts", ["unreachable_since"])
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("expert_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("about", sa.Date(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("sent_by", sa.String(length=36), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_notices_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("expert_id", "kind", "about", name=op.f("uq_notices_expert_id")),
    )
    op.create_index(op.f("ix_notices_status"), "notices", ["status"])


def downgrade() -> None:
    op.drop_table("notices")
    op.drop_index(op.f("ix_experts_unreachable_since"), table_name="experts")
    op.drop_index("ix_experts_confirmation_due_status", table_name="experts")
    op.drop_index("ix_experts_term_end_status", table_name="experts")
    for name in reversed(DATES):
        op.drop_column("experts", name)
