"""no two experts with one identity number

Two who had one before that was refused both keep it: all rows but the first stand at a position above 0, where the
index does not look, and are found by their hash as ever.

Revision ID: 0022
Revises: 0021
Create Date: 2026-11-27 08:00:00

"""

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

VALUES = sa.table(
    "restricted_values", sa.column("id"), sa.column("field"), sa.column("digest"), sa.column("position", sa.Integer)
)
SOLE = sa.text("field = 'id_number' AND position = 0")


def upgrade() -> None:
    connection, column = op.get_bind(), VALUES.c
    numbers = sa.select(column.digest).where(column.field == "id_number").group_by(column.digest)
    for digest in connection.scalars(numbers.having(sa.func.count(column.digest) > 1)).all():
        shared = sa.select(column.id).where(column.field == "id_number", column.digest == digest)
        for place, id in enumerate(connection.scalars(shared.order_by(column.id)).all()):
            connection.execute(VALUES.update().where(column.id == id).values(position=place))
    op.create_index(
        "uq_restricted_values_id_number",
        "restricted_values",
        ["digest"],
        unique=True,
        sqlite_where=SOLE,
        postgresql_where=SOLE,
    )


def downgrade() -> None:
    op.drop_index("uq_restricted_values_id_number", table_name="restricted_values")
    op.execute("UPDATE restricted_values SET position = 0 WHERE field = 'id_number'")
