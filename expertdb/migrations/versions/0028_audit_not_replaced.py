"""SQLite refuses to replace what is in the audit log

INSERT OR REPLACE takes the old row away without firing a trigger of DELETE (recursive_triggers is off, as by default):
an entry could be rewritten and the head set back. `expertdb audit verify` saw it; now it is refused. PostgreSQL knows
no such statement, and its ON CONFLICT DO UPDATE is an UPDATE.

Revision ID: 0028
Revises: 0027
Create Date: 2026-11-28 03:46:00

"""

from alembic import op

# revision identifiers, used by Alembic.
revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TRIGGERS = {
    "audit_entries_no_replace": "BEFORE INSERT ON audit_entries WHEN EXISTS (SELECT 1 FROM audit_entries WHERE seq = NEW.seq)"
    " BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END",
    "audit_head_no_replace": "BEFORE INSERT ON audit_head WHEN EXISTS (SELECT 1 FROM audit_head WHERE id = NEW.id)"
    " BEGIN SELECT RAISE(ABORT, 'audit_head only counts up'); END",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, body in TRIGGERS.items():
            op.execute(f"CREATE TRIGGER {name} {body}")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
