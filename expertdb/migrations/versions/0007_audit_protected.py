"""the audit log refuses to be changed, and names its keys

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-26 12:30:00

"""

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Whoever owns the tables can drop these; `expertdb audit verify` finds what is done then. They stop mistakes, scripts,
# and every role that is not the owner. A migration that makes audit_entries anew on SQLite must make them anew too.
INDEXED = ("action", "person")
SQLITE = {
    "audit_entries_no_update": "BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END",
    "audit_entries_no_delete": "BEFORE DELETE ON audit_entries BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END",
    "audit_head_only_forward": "BEFORE UPDATE ON audit_head WHEN NEW.seq < OLD.seq OR NEW.id <> OLD.id"
    " BEGIN SELECT RAISE(ABORT, 'audit_head only counts up'); END",
    "audit_head_no_delete": "BEFORE DELETE ON audit_head BEGIN SELECT RAISE(ABORT, 'audit_head only counts up'); END",
}
POSTGRESQL = {
    "audit_entries_no_change": "BEFORE UPDATE OR DELETE ON audit_entries FOR EACH ROW",
    "audit_entries_no_truncate": "BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT",
    "audit_head_only_forward": "BEFORE UPDATE ON audit_head FOR EACH ROW WHEN (NEW.seq < OLD.seq OR NEW.id <> OLD.id)",
    "audit_head_no_delete": "BEFORE DELETE ON audit_head FOR EACH ROW",
    "audit_head_no_truncate": "BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT",
}
REFUSAL = """CREATE FUNCTION expertdb_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"""


def upgrade() -> None:
    op.add_column("audit_entries", sa.Column("key", sa.String(length=8), nullable=True))
    for name in INDEXED:
        op.create_index(f"ix_audit_entries_{name}_seq", "audit_entries", [name, "seq"])
    if op.get_bind().dialect.name == "sqlite":
        for name, body in SQLITE.items():
            op.execute(f"CREATE TRIGGER {name} {body}")
        return
    op.execute(REFUSAL)
    for name, body in POSTGRESQL.items():
        op.execute(f"CREATE TRIGGER {name} {body} EXECUTE FUNCTION expertdb_refuse_change()")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in SQLITE:
            op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute("DROP FUNCTION expertdb_refuse_change() CASCADE")
    for name in INDEXED:
        op.drop_index(f"ix_audit_entries_{name}_seq", table_name="audit_entries")
    op.drop_column("audit_entries", "key")
