"""what a request says beyond its text

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-26 11:00:00

"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# What rows that exist already hold: written once, so that no column keeps a default of the database's own.
FILLED = {"secrecy": "'internal'", "legal_basis": "''", "languages": "'[]'", "questions": "'[]'", "earlier_stages": "'[]'"}


def upgrade() -> None:
    _add_columns()
    with op.batch_alter_table("request_parties", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organisation_id", sa.String(length=36), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_request_parties_organisation_id_organisations"),
            "organisations",
            ["organisation_id"],
            ["id"],
            ondelete="SET NULL",
        )
    _list_table(
        "request_related_organisations",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("relation", sa.String(length=50), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_request_related_organisations_organisation_id_organisations"),
            ondelete="SET NULL",
        ),
    )
    _list_table(
        "request_expert_wishes",
        sa.Column("wish", sa.String(length=12), nullable=False),
        sa.Column("expert", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
    )


def _add_columns() -> None:
    with op.batch_alter_table("consultation_requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("secrecy", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("stage", sa.String(length=24), nullable=True))
        batch_op.add_column(sa.Column("legal_basis", sa.String(length=500), nullable=True))
        batch_op.add_column(sa.Column("mode", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("languages", JSON, nullable=True))
        batch_op.add_column(sa.Column("questions", JSON, nullable=True))
        batch_op.add_column(sa.Column("earlier_stages", JSON, nullable=True))
    values = ", ".join(f"{column} = {value}" for column, value in FILLED.items())
    op.execute(f"UPDATE consultation_requests SET {values}")
    with op.batch_alter_table("consultation_requests", schema=None) as batch_op:
        for column in FILLED:
            batch_op.alter_column(column, nullable=False)


def _list_table(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["consultation_requests.id"],
            name=op.f(f"fk_{name}_request_id_consultation_requests"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    with op.batch_alter_table(name, schema=None) as batch_op:
        batch_op.create_index(batch_op.f(f"ix_{name}_request_id"), ["request_id"], unique=False)


def downgrade() -> None:
    op.drop_table("request_expert_wishes")
    op.drop_table("request_related_organisations")
    with op.batch_alter_table("request_parties", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_request_parties_organisation_id_organisations"), type_="foreignkey")
        batch_op.drop_column("organisation_id")
    with op.batch_alter_table("consultation_requests", schema=None) as batch_op:
        for column in ("secrecy", "stage", "legal_basis", "mode", "languages", "questions", "earlier_stages"):
            batch_op.drop_column(column)
