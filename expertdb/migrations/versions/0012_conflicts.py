"""ties, waivers, recusals kept with a list, owners and cores of organisations

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-26 12:00:00

"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from expertdb.organisation_names import core_of

# revision identifiers, used by Alembic.
revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _organisations()
    op.create_table(
        "expert_ties",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("expert_id", sa.String(length=36), nullable=False),
        sa.Column("type", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("core", sa.String(length=200), nullable=False),
        sa.Column("other_expert_id", sa.String(length=36), nullable=True),
        sa.Column("request_id", sa.String(length=36), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_expert_ties_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_expert_id"], ["experts.id"], name=op.f("fk_expert_ties_other_expert_id_experts"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["consultation_requests.id"],
            name=op.f("fk_expert_ties_request_id_consultation_requests"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_ties")),
    )
    with op.batch_alter_table("expert_ties", schema=None) as batch_op:
        batch_op.create_index("ix_expert_ties_core", ["core"], unique=False)
        batch_op.create_index("ix_expert_ties_key", ["key"], unique=False)
        for column in ("expert_id", "other_expert_id", "request_id"):
            batch_op.create_index(batch_op.f(f"ix_expert_ties_{column}"), [column], unique=False)
    op.create_table(
        "waivers",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("expert_id", sa.String(length=36), nullable=False),
        sa.Column("type", sa.String(length=24), nullable=False),
        sa.Column("party", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("granted_by", sa.String(length=36), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("revoked_by", sa.String(length=36), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name=op.f("fk_waivers_expert_id_experts")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["consultation_requests.id"], name=op.f("fk_waivers_request_id_consultation_requests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waivers")),
    )
    with op.batch_alter_table("waivers", schema=None) as batch_op:
        batch_op.create_index("ix_waivers_created_at_id", ["created_at", "id"], unique=False)
        for column in ("expert_id", "request_id"):
            batch_op.create_index(batch_op.f(f"ix_waivers_{column}"), [column], unique=False)
    op.create_table(
        "shortlist_conflicts",
        sa.Column("shortlist_id", sa.String(length=36), nullable=False),
        sa.Column("expert_id", sa.String(length=36), nullable=False),
        sa.Column("reason", sa.String(length=48), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("affinity", sa.Double(), nullable=True),
        sa.Column("findings", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["shortlist_id"],
            ["shortlists.id"],
            name=op.f("fk_shortlist_conflicts_shortlist_id_shortlists"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("shortlist_id", "expert_id", name=op.f("pk_shortlist_conflicts")),
    )
    with op.batch_alter_table("shortlists", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unresolved", JSON, nullable=True))
    op.execute("UPDATE shortlists SET unresolved = '[]'")
    with op.batch_alter_table("shortlists", schema=None) as batch_op:
        batch_op.alter_column("unresolved", nullable=False)


def _organisations() -> None:
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parent_id", sa.String(length=36), nullable=True))
        batch_op.create_index(batch_op.f("ix_organisations_parent_id"), ["parent_id"], unique=False)
        batch_op.create_foreign_key(
            op.f("fk_organisations_parent_id_organisations"), "organisations", ["parent_id"], ["id"]
        )
    with op.batch_alter_table("organisation_names", schema=None) as batch_op:
        batch_op.add_column(sa.Column("core", sa.String(length=200), nullable=True))
    names = sa.table("organisation_names", sa.column("id"), sa.column("name"), sa.column("core"))
    connection = op.get_bind()
    for id, name in connection.execute(sa.select(names.c.id, names.c.name)).all():
        connection.execute(names.update().where(names.c.id == id).values(core=core_of(name).core))
    with op.batch_alter_table("organisation_names", schema=None) as batch_op:
        batch_op.alter_column("core", nullable=False)
        batch_op.create_index(batch_op.f("ix_organisation_names_core"), ["core"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("shortlists", schema=None) as batch_op:
        batch_op.drop_column("unresolved")
    for table in ("shortlist_conflicts", "waivers", "expert_ties"):
        op.drop_table(table)
    with op.batch_alter_table("organisation_names", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_names_core"))
        batch_op.drop_column("core")
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_organisations_parent_id_organisations"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_organisations_parent_id"))
        batch_op.drop_column("parent_id")
