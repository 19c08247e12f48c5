"""signatures of opinions are hashed apart from what was signed

The digest covered the name that was signed with: once that was erased, nobody could reckon the digest of an untouched
opinion again. New ones cover a salted hash of the name, which stays. Of older ones it is noted that the name is gone.

Revision ID: 0027
Revises: 0026
Create Date: 2026-11-28 03:30:00

"""

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

DAYS = {
    "sqlite": "date(experts.updated_at, '+8 hours')",
    "postgresql": "CAST(experts.updated_at AT TIME ZONE 'Asia/Shanghai' AS DATE)",
}


def upgrade() -> None:
    with op.batch_alter_table("opinions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("signature", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("salt", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("signature_erased_on", sa.Date(), nullable=True))
    of_erased = "FROM experts WHERE experts.id = opinions.expert_id AND experts.status = 'erased'"
    day = DAYS[op.get_bind().dialect.name]
    op.execute(f"UPDATE opinions SET signature_erased_on = (SELECT {day} {of_erased})")


def downgrade() -> None:
    with op.batch_alter_table("opinions", schema=None) as batch_op:
        batch_op.drop_column("signature_erased_on")
        batch_op.drop_column("salt")
        batch_op.drop_column("signature")
