"""opinions and evaluations

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-26 12:00:00

"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

# revision identifiers, used by Alembic.
revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "evaluations",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("engagement_id", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("expert_id", sa.String(length=36), nullable=False),
        sa.Column("evaluator", sa.String(length=16), nullable=False),
        sa.Column("scores", JSON, nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("reply_by", MOMENT, nullable=False),
        sa.Column("replied_at", MOMENT, nullable=True),
        sa.Column("created_by", sa.String(length=36), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("fk_evaluations_engagement_id_engagements")
        ),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name=op.f("fk_evaluations_expert_id_experts")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["consultation_requests.id"], name=op.f("fk_evaluations_request_id_consultation_requests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluations")),
        sa.UniqueConstraint("engagement_id", "evaluator", name=op.f("uq_evaluations_engagement_id")),
    )
    with op.batch_alter_table("evaluations", schema=None) as batch_op:
        batch_op.create_index("ix_evaluations_created_at_id", ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evaluations_expert_id"), ["expert_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evaluations_request_id"), ["request_id"], unique=False)

    op.create_table(
        "opinions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("engagement_id", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("expert_id", sa.String(length=36), nullable=False),
        sa.Column("follows_id", sa.String(length=36), nullable=True),
        sa.Column("position", sa.String(length=24), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("dissent", sa.Boolean(), nullable=False),
        sa.Column("signed_by", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("adoption", sa.String(length=8), nullable=True),
        sa.Column("adoption_reason", sa.String(length=2000), nullable=True),
        sa.Column("adopted_by", sa.String(length=36), nullable=True),
        sa.Column("adopted_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name=op.f("fk_opinions_engagement_id_engagements")
        ),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name=op.f("fk_opinions_expert_id_experts")),
        sa.ForeignKeyConstraint(["follows_id"], ["opinions.id"], name=op.f("fk_opinions_follows_id_opinions")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["consultation_requests.id"], name=op.f("fk_opinions_request_id_consultation_requests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinions")),
    )
    with op.batch_alter_table("opinions", schema=None) as batch_op:
        batch_op.create_index("ix_opinions_created_at_id", ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opinions_engagement_id"), ["engagement_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opinions_expert_id"), ["expert_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opinions_request_id"), ["request_id"], unique=False)


def downgrade() -> None:
    op.drop_table("opinions")
    op.drop_table("evaluations")
