"""panels, draws, engagements, wishes for a panel

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-26 12:00:00

"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "draws",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("follows_id", sa.String(length=36), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("terms", JSON, nullable=False),
        sa.Column("pool_hash", sa.String(length=64), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("sealed_by", sa.String(length=16), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("record", JSON, nullable=True),
        sa.Column("snapshot", JSON, nullable=False),
        sa.Column("names", JSON, nullable=False),
        sa.Column("corpus_version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("panel_id", sa.String(length=36), nullable=True),
        sa.Column("revealed_by", sa.String(length=36), nullable=True),
        sa.Column("revealed_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["follows_id"], ["draws.id"], name=op.f("fk_draws_follows_id_draws")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["consultation_requests.id"], name=op.f("fk_draws_request_id_consultation_requests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draws")),
    )
    with op.batch_alter_table("draws", schema=None) as batch_op:
        batch_op.create_index("ix_draws_created_at_id", ["created_at", "id"], unique=False)
        batch_op.create_index("ix_draws_pool_hash", ["pool_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_draws_request_id"), ["request_id"], unique=False)

    op.create_table(
        "panels",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("shortlist_id", sa.String(length=36), nullable=True),
        sa.Column("draw_id", sa.String(length=36), nullable=True),
        sa.Column("replaces_id", sa.String(length=36), nullable=True),
        sa.Column("choice", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("preset", sa.String(length=32), nullable=True),
        sa.Column("rules", JSON, nullable=False),
        sa.Column("solver", JSON, nullable=False),
        sa.Column("snapshot", JSON, nullable=False),
        sa.Column("names", JSON, nullable=False),
        sa.Column("corpus_version", sa.Integer(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=100), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("created_by", sa.String(length=36), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["draws.id"], name=op.f("fk_panels_draw_id_draws")),
        sa.ForeignKeyConstraint(["replaces_id"], ["panels.id"], name=op.f("fk_panels_replaces_id_panels")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["consultation_requests.id"], name=op.f("fk_panels_request_id_consultation_requests")
        ),
        sa.ForeignKeyConstraint(["shortlist_id"], ["shortlists.id"], name=op.f("fk_panels_shortlist_id_shortlists")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panels")),
    )
    with op.batch_alter_table("panels", schema=None) as batch_op:
        batch_op.create_index("ix_panels_created_at_id", ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_panels_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_panels_status"), ["status"], unique=False)

    op.create_table(
        "engagements",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("panel_id", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("expert_id", sa.String(length=36), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("respond_by", MOMENT, nullable=False),
        sa.Column("promoted_from", sa.String(length=36), nullable=True),
        sa.Column("link", sa.Integer(), nullable=False),
        sa.Column("declaration", JSON, nullable=True),
        sa.Column("declared_at", MOMENT, nullable=True),
        sa.Column("created_by", sa.String(length=36), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name=op.f("fk_engagements_expert_id_experts")),
        sa.ForeignKeyConstraint(["panel_id"], ["panels.id"], name=op.f("fk_engagements_panel_id_panels")),
        sa.ForeignKeyConstraint(
            ["promoted_from"], ["engagements.id"], name=op.f("fk_engagements_promoted_from_engagements")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["consultation_requests.id"], name=op.f("fk_engagements_request_id_consultation_requests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagements")),
    )
    with op.batch_alter_table("engagements", schema=None) as batch_op:
        batch_op.create_index("ix_engagements_created_at_id", ["created_at", "id"], unique=False)
        batch_op.create_index("ix_engagements_expert_id_status", ["expert_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_engagements_panel_id"), ["panel_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_engagements_request_id"), ["request_id"], unique=False)
        batch_op.create_index("ix_engagements_status_respond_by", ["status", "respond_by"], unique=False)

    op.create_table(
        "panel_seats",
        sa.Column("panel_id", sa.String(length=36), nullable=False),
        sa.Column("expert_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("affinity", sa.Double(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("deviation", sa.String(length=1000), nullable=False),
        sa.Column("replaces", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["panel_id"], ["panels.id"], name=op.f("fk_panel_seats_panel_id_panels"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("panel_id", "expert_id", name=op.f("pk_panel_seats")),
    )
    with op.batch_alter_table("panel_seats", schema=None) as batch_op:
        batch_op.create_index("ix_panel_seats_expert_id", ["expert_id"], unique=False)

    op.create_table(
        "panel_transitions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("panel_id", sa.String(length=36), nullable=False),
        sa.Column("from_status", sa.String(length=16), nullable=True),
        sa.Column("to_status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("actor", sa.String(length=36), nullable=False),
        sa.Column("person", sa.String(length=36), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["panel_id"], ["panels.id"], name=op.f("fk_panel_transitions_panel_id_panels"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_transitions")),
    )
    with op.batch_alter_table("panel_transitions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_transitions_panel_id"), ["panel_id"], unique=False)

    with op.batch_alter_table("consultation_requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("panel", JSON, nullable=True))
    op.execute("UPDATE consultation_requests SET panel = '{}'")
    with op.batch_alter_table("consultation_requests", schema=None) as batch_op:
        batch_op.alter_column("panel", nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("consultation_requests", schema=None) as batch_op:
        batch_op.drop_column("panel")

    op.drop_table("panel_transitions")
    op.drop_table("panel_seats")
    op.drop_table("engagements")
    op.drop_table("panels")
    op.drop_table("draws")
