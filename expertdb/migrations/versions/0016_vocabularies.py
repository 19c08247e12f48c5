"""changes of vocabularies, and suggestions

Revision ID: 0016
Revises: 0015
Create Date: 2026-11-26 15:00:00

"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vocabulary_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vocabulary_state")),
    )
    op.execute("INSERT INTO vocabulary_state (id, number, stamp) VALUES (1, 0, '')")
    op.create_table(
        "vocabulary_changes",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("do", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("details", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("actor", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_vocabulary_changes")),
    )
    with op.batch_alter_table("vocabulary_changes", schema=None) as batch_op:
        batch_op.create_index("ix_vocabulary_changes_name_number", ["name", "number"])
    op.create_table(
        "vocabulary_suggestions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("do", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=True),
        sa.Column("alias", sa.String(length=100), nullable=True),
        sa.Column("zh", sa.String(length=100), nullable=True),
        sa.Column("en", sa.String(length=100), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("person", sa.String(length=36), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("change", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vocabulary_suggestions")),
    )
    with op.batch_alter_table("vocabulary_suggestions", schema=None) as batch_op:
        batch_op.create_index("ix_vocabulary_suggestions_name_status_id", ["name", "status", "id"])
        batch_op.create_index("ix_vocabulary_suggestions_person", ["person"])


def downgrade() -> None:
    op.drop_table("vocabulary_suggestions")
    op.drop_table("vocabulary_changes")
    op.drop_table("vocabulary_state")
