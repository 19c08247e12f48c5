"""no time of an answer where nobody answered

Silence, and leaving before an acceptance, were stored as answered at the moment at which they ended. Whoever accepted
and left later ended later than they answered; cancelled requests and panels that were replaced set no time of an answer.

Revision ID: 0024
Revises: 0023
Create Date: 2026-11-28 02:35:00

"""

from alembic import op

# revision identifiers, used by Alembic.
revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    left = "status = 'silent' OR (status = 'withdrawn' AND answered_at = ended_at)"
    op.execute(f"UPDATE engagements SET answered_at = NULL WHERE {left}")


def downgrade() -> None:
    """Nothing to take back: a release before this one reads such rows as well."""
