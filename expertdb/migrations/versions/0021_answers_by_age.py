"""find the answers that are to be forgotten by their age

Revision ID: 0021
Revises: 0020
Create Date: 2026-11-26 20:45:00

"""

from alembic import op

# revision identifiers, used by Alembic.
revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_idempotent_answers_created_at", "idempotent_answers", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_idempotent_answers_created_at", table_name="idempotent_answers")
