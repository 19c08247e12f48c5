"""The `expertdb` command: reads the settings, makes the application, and runs one command inside it."""

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from config.settings import SettingsFault, load
from expertdb.app import create_app
from expertdb.commands import (
    administration,
    audit,
    backups,
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
from expertdb.errors import DomainError


class Program(click.Group):
    """A group that says what is wrong in a sentence instead of a trace, and ends with 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SettingsFault as error:
            raise click.ClickException(
                f"{error}\n`expertdb prepare` writes a settings file with fresh secrets."
            ) from error
        except DomainError as error:
            lines = [str(error.detail), *(f"  {fault.pointer}: {fault.detail}" for fault in error.faults)]
            raise click.ClickException("\n".join(lines)) from error
        except (OperationalError, ProgrammingError) as error:
            # The first line says what: no such table, no such file, locked, refused.
            reason = str(error.orig).partition("\n")[0]
            raise click.ClickException(
                f"The database cannot be used: {reason}\n`expertdb prepare` brings its schema up to date."
            ) from error


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(ctx: click.Context) -> None:
    """Find the right IP experts: keep the pool, match requests, run the service."""
    ctx.obj = lambda: create_app(load())


PARTS = (
    installation,
    documents,
    pool,
    matching,
    indexing,
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

for part in PARTS:
    for command in part.COMMANDS:
        main.add_command(command)
