"""stamps of corpus versions, writes without a version, and where experts stood

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-26 13:10:00

"""

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("corpus_state") as batch:
        batch.add_column(sa.Column("stamp", sa.String(length=16), nullable=False, server_default="0"))
    with op.batch_alter_table("corpus_state") as batch:
        batch.alter_column("stamp", server_default=None)
    op.create_table(
        "corpus_versions",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_corpus_versions")),
    )
    op.create_table(
        "corpus_touched",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("expert_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_corpus_touched")),
    )
    op.create_table(
        "expert_standings",
        sa.Column("expert_id", sa.String(length=36), nullable=False),
        sa.Column("since", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("term_start", sa.Date(), nullable=True),
        sa.Column("term_end", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("expert_id", "since", name=op.f("pk_expert_standings")),
    )
    op.create_index("ix_expert_standings_until_since", "expert_standings", ["until", "since"])
    op.execute(
        "INSERT INTO expert_standings (expert_id, since, status, term_start, term_end)"
        " SELECT experts.id, corpus_state.version, experts.status, experts.term_start, experts.term_end"
        " FROM experts, corpus_state"
    )


def downgrade() -> None:
    # The triggers on other tables write into one that goes; those on restricted values came later.
    drop = "TRIGGER IF EXISTS {}" if op.get_bind().dialect.name == "sqlite" else "FUNCTION IF EXISTS {}() CASCADE"
    for table in ("experts", "expert_items", "expert_codes", "restricted_values"):
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP {drop.format(f'touch_{table}_{event}')}")
    op.drop_table("expert_standings")
    op.drop_table("corpus_touched")
    op.drop_table("corpus_versions")
    with op.batch_alter_table("corpus_state") as batch:
        batch.drop_column("stamp")
