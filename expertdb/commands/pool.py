"""import, vocabulary: what stands in the pool and in which words."""

import sys
from pathlib import Path

import click
from rich.progress import Progress

from expertdb import vocabularies
from expertdb.commands import application
from expertdb.database import transaction
from expertdb.services import imports
from expertdb.services.actors import SYSTEM
from expertdb.services.vocabularies import read


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Report every fault and store nothing.")
@click.pass_context
def import_command(ctx: click.Context, file: Path, dry_run: bool) -> None:
    """Import experts from a JSON Lines FILE: all of them, or none when any line has a fault."""
    with (
        application(ctx) as app,
        Progress(transient=True, disable=not sys.stderr.isatty()) as bar,
    ):
        lines = file.read_bytes().splitlines()
        task = bar.add_task("Importing", total=len(lines))
        with transaction() as session:
            report = imports.take_over(
                session,
                lines,
                dry_run=dry_run,
                actor=SYSTEM,
                now=app.extensions["clock"](),
                progress=lambda row: bar.update(task, completed=row),
            )
            if report.faults:
                session.rollback()
    for fault in report.faults:
        click.echo(f"{fault.pointer}: {fault.detail}", err=True)
    if report.faults:
        raise click.ClickException(f"{report.rows} rows read, {len(report.faults)} faults; nothing was stored.")
    click.echo(f"{report.rows} rows read, {report.created} experts entered{' (dry run)' if dry_run else ''}.")


@click.group()
def vocabulary() -> None:
    """Look up the controlled vocabularies."""


@vocabulary.command("list")
def list_vocabularies() -> None:
    """List the vocabularies with their versions."""
    for name in vocabularies.NAMES:
        found = vocabularies.load(name)
        click.echo(f"{name:<24} {found.version:<8} {len(found.terms):>5} terms")


@vocabulary.command("show")
@click.argument("name", type=click.Choice(vocabularies.NAMES))
@click.option("-q", default="", help="Only terms that hold this in code, label or alias.")
def show_vocabulary(name: str, q: str) -> None:
    """List the terms of the vocabulary NAME."""
    for term in read(name, q)["items"]:
        click.echo(f"{term.code:<10} {term.zh} · {term.en}")


COMMANDS = (import_command, vocabulary)
