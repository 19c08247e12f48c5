"""openapi, access: what stands in docs/ and is made from the code."""

import json
from pathlib import Path

import click

from config.settings import Settings
from expertdb.api import access, openapi
from expertdb.app import create_app
from expertdb.console import access as pages

_WRITE = click.option("--write", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file.")
_CHECK = click.option(
    "--check", type=click.Path(exists=True, path_type=Path), help="Fail unless this file is up to date."
)


@click.command("openapi")
@_WRITE
@_CHECK
def openapi_command(write: Path | None, check: Path | None) -> None:
    """Print the OpenAPI document, write it, or check that the committed one is up to date; needs no settings."""
    app = create_app(Settings(database_url="sqlite://"))
    with app.app_context():
        text = json.dumps(openapi.document(app), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    _put(text, write, check)


@click.command("access")
@_WRITE
@_CHECK
def access_command(write: Path | None, check: Path | None) -> None:
    """Print the table of roles, routes and pages, write it, or check the committed one; needs no settings."""
    app = create_app(Settings(database_url="sqlite://"))
    _put(access.table(app) + pages.table(app), write, check)


def _put(text: str, write: Path | None, check: Path | None) -> None:
    if write:
        write.write_text(text, encoding="utf-8")
    elif check:
        if check.read_text(encoding="utf-8") != text:
            raise click.ClickException(f"{check} is not what the code says; run `make openapi` and commit it.")
        click.echo(f"{check} is up to date.")
    else:
        click.echo(text, nl=False)


COMMANDS = (openapi_command, access_command)
