"""find whoever was out by status and by each end of a term

Revision ID: 0020
Revises: 0019
Create Date: 2026-11-26 18:30:00

"""

from alembic import op

# revision identifiers, used by Alembic.
revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

COLUMNS = ("status", "term_end", "term_start")


def upgrade() -> None:
    for column in COLUMNS:
        op.create_index(f"ix_expert_standings_until_{column}", "expert_standings", ["until", column])
    op.drop_index("ix_expert_standings_until_since", table_name="expert_standings")


def downgrade() -> None:
    op.create_index("ix_expert_standings_until_since", "expert_standings", ["until", "since"])
    for column in COLUMNS:
        op.drop_index(f"ix_expert_standings_until_{column}", table_name="expert_standings")
