"""The `expertdb` command: reads the settings, makes the application, and runs one command inside it.

The application is imported when a command is asked for that needs it. `serve` needs none: the server imports it, and to
do so twice took half of a start.
"""

import gc
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from config.settings import ENV_FILE, SettingsFault, env_file, load
from expertdb.collecting import AFTER, nothing_collected
from expertdb.commands.serving import serve
from expertdb.errors import DomainError

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.exc import DBAPIError


class Program(click.Group):
    """A group that says what is wrong in a sentence instead of a trace, and ends with 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except SettingsFault as error:
            raise click.ClickException(f"{error}\n{_settings_file()}") from error
        except DomainError as error:
            lines = [str(error.detail), *(f"  {fault.pointer}: {fault.detail}" for fault in error.faults)]
            raise click.ClickException("\n".join(lines)) from error
        except _unusable() as error:
            # The first line says what: no such table, no such file, locked, refused.
            reason = str(error.orig).partition("\n")[0]
            raise click.ClickException(
                f"The database cannot be used: {reason}\n`expertdb prepare` brings its schema up to date."
            ) from error

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or _inside().get(cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_inside()})


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(ctx: click.Context) -> None:
    """Find the right IP experts: keep the pool, match requests, run the service."""
    gc.set_threshold(*AFTER)
    ctx.obj = _application


main.add_command(serve)


def _inside() -> Mapping[str, click.Command]:
    with nothing_collected():
        from expertdb.commands.every import COMMANDS

    return COMMANDS


def _application() -> "Flask":
    from expertdb.app import create_app

    with nothing_collected():
        return create_app(load())


def _settings_file() -> str:
    """Which file was looked for: an account's own environment may lack the variable that names it."""
    path = env_file(os.environ)
    if path.is_file():
        return f"The settings file is {path}."
    return (
        f"The settings file is {path}, which is not there; {ENV_FILE} names another. `expertdb prepare` writes one "
        "with fresh secrets, for a new installation."
    )


def _unusable() -> "tuple[type[DBAPIError], ...]":
    """The errors that say that the database cannot be used."""
    from sqlalchemy.exc import OperationalError, ProgrammingError

    return OperationalError, ProgrammingError
