"""Triggers that note every write of what the index and the census read, whoever writes it.

They are made after each migration, not in one: to change a table, SQLite builds it anew and drops its triggers.
"""

from sqlalchemy import Connection, inspect, text

WATCHED = {
    "experts": "id",
    "expert_items": "expert_id",
    "expert_codes": "expert_id",
    "restricted_values": "expert_id",
}
# Only whether there is a value is read of these: to seal everybody's anew under another key changes nobody.
UPDATED = {"restricted_values": "OF expert_id, field "}
EVENTS = {"insert": ("NEW",), "update": ("NEW", "OLD"), "delete": ("OLD",)}
_FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {notes}
    RETURN NULL;
END $$
"""

# By engine. Only those on our own tables: a restore stands in a schema beside the live one.
_THERE = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE relnamespace = CAST(current_schema() AS regnamespace)",
}


def name_of(table: str, event: str) -> str:
    """The name of a trigger."""
    return f"touch_{table}_{event}"


def missing(connection: Connection) -> list[str]:
    """The triggers that should be there and are not."""
    there = set(connection.execute(text(_THERE[connection.dialect.name])).scalars())
    return sorted(name for name in map(name_of, *zip(*_pairs(), strict=True)) if name not in there)


def ensure(connection: Connection) -> None:
    """Make the triggers that are not there, once their tables are."""
    if not {"corpus_touched", *WATCHED} <= set(inspect(connection).get_table_names()):
        return
    absent = set(missing(connection))
    for table, event in _pairs():
        if name_of(table, event) in absent:
            for statement in _statements(table, event, connection.dialect.name):
                connection.execute(text(statement))


def _pairs() -> list[tuple[str, str]]:
    return [(table, event) for table in WATCHED for event in EVENTS]


def _statements(table: str, event: str, dialect: str) -> list[str]:
    name = name_of(table, event)
    rows = [f"{row}.{WATCHED[table]}" for row in EVENTS[event]]
    notes = " ".join(f"INSERT INTO corpus_touched (expert_id) VALUES ({row});" for row in rows)  # noqa: S608
    of = UPDATED.get(table, "") if event == "update" else ""
    head = f"CREATE TRIGGER {name} AFTER {event.upper()} {of}ON {table} FOR EACH ROW"
    if dialect == "sqlite":
        return [f"{head} BEGIN {notes} END"]
    return [_FUNCTION.format(name=name, notes=notes), f"{head} EXECUTE FUNCTION {name}()"]
