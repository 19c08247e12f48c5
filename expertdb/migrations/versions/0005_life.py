"""the life of the pool: entry, publicity, objections, sanctions

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-26 11:30:00

"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
DATES = ("endorsed_on", "publicity_from", "publicity_until", "leave_until")


def upgrade() -> None:
    with op.batch_alter_table("experts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entry_source", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("nominated_by_id", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("endorsement", sa.String(length=200), nullable=True))
        for name in DATES:
            batch_op.add_column(sa.Column(name, sa.Date(), nullable=True))
    op.execute("UPDATE experts SET entry_source = CASE WHEN term_start IS NULL THEN 'application' ELSE 'take_over' END")
    with op.batch_alter_table("experts", schema=None) as batch_op:
        batch_op.alter_column("entry_source", existing_type=sa.String(length=16), nullable=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_experts_nominated_by_id_organisations"), "organisations", ["nominated_by_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_experts_nominated_by_id"), ["nominated_by_id"], unique=False)
    with op.batch_alter_table("expert_transitions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("details", JSON, nullable=True))
    # Before there were users, whoever held a token was a person.
    op.execute("UPDATE expert_transitions SET person = actor, details = '{}'")
    with op.batch_alter_table("expert_transitions", schema=None) as batch_op:
        batch_op.alter_column("person", existing_type=sa.String(length=36), nullable=False)
        batch_op.alter_column("details", existing_type=JSON, nullable=False)
    op.create_table(
        "objections",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("expert_id", sa.String(length=36), nullable=False),
        sa.Column("lodged_by", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=True),
        sa.Column("lodged_on", sa.Date(), nullable=False),
        sa.Column("ground", sa.String(length=24), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(length=36), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_objections_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
    )
    op.create_index(op.f("ix_objections_expert_id"), "objections", ["expert_id"])
    op.create_index(op.f("ix_objections_status"), "objections", ["status"])
    op.create_table(
        "sanctions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("expert_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("ground", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("imposed_by", sa.String(length=36), nullable=False),
        sa.Column("imposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("appealed_on", sa.Date(), nullable=True),
        sa.Column("appeal", sa.Text(), nullable=True),
        sa.Column("decision", sa.String(length=1000), nullable=True),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_sanctions_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanctions")),
    )
    op.create_index(op.f("ix_sanctions_expert_id"), "sanctions", ["expert_id"])
    op.create_index(op.f("ix_sanctions_status"), "sanctions", ["status"])


def downgrade() -> None:
    op.drop_table("sanctions")
    op.drop_table("objections")
    with op.batch_alter_table("expert_transitions", schema=None) as batch_op:
        batch_op.drop_column("details")
        batch_op.drop_column("person")
    with op.batch_alter_table("experts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_experts_nominated_by_id"))
        batch_op.drop_constraint(batch_op.f("fk_experts_nominated_by_id_organisations"), type_="foreignkey")
        for name in (*reversed(DATES), "endorsement", "nominated_by_id", "entry_source"):
            batch_op.drop_column(name)
