"""which key identity numbers are hashed with

Revision ID: 0023
Revises: 0022
Create Date: 2026-11-27 11:40:00

"""

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sealing_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealing_state")),
    )
    op.execute("INSERT INTO sealing_state (id, key) VALUES (1, '')")


def downgrade() -> None:
    op.drop_table("sealing_state")
