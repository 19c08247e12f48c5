"""The commands that work inside the application: all but `serve`."""

from expertdb.commands import (
    administration,
    audit,
    backups,
    benches,
    documents,
    indexing,
    installation,
    items,
    jobs,
    keys,
    matching,
    pool,
    sweep,
    users,
    vocabularies,
)

PARTS = (
    installation,
    documents,
    pool,
    matching,
    indexing,
    benches,
    administration,
    users,
    keys,
    audit,
    backups,
    jobs,
    sweep,
    vocabularies,
    items,
)
COMMANDS = {str(command.name): command for part in PARTS for command in part.COMMANDS}
