"""import-items: an expert's works from their record in ORCID or OpenAlex."""

from pathlib import Path

import click

from expertdb import strict_json
from expertdb.commands import application, printing
from expertdb.database import transaction
from expertdb.schemas.item_imports import ItemImportBody
from expertdb.services import item_imports
from expertdb.services.actors import SYSTEM


@click.command("import-items")
@click.argument("expert")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would come in; store nothing.")
@click.option("--same-person", is_flag=True, help="The record's author is the expert, though the names differ.")
@click.option("--since", type=int, help="Only works of this year and later.")
@click.pass_context
def import_items(
    ctx: click.Context, expert: str, file: Path, dry_run: bool, same_person: bool, since: int | None
) -> None:
    """Add the works of an ORCID record or an OpenAlex list (JSON) in FILE to the items of EXPERT, an id."""
    try:
        record = strict_json.loads(file.read_bytes())
    except ValueError as error:
        raise click.ClickException(f"This cannot be read as JSON: {error}") from error
    stated = {"record": record, "same_person": same_person} | ({} if since is None else {"since": since})
    body = printing.loaded(ItemImportBody(), stated)
    with application(ctx) as app, transaction(read_only=dry_run) as session:
        now = app.extensions["clock"]()
        found = item_imports.take(session, expert, body, dry_run=dry_run, actor=SYSTEM, now=now)
    for one in found.added:
        click.echo(f"{one['kind']:<12} {one['year'] or '':<5} {one['title']}")
    left = ", ".join(f"{count} {kind}" for kind, count in sorted(found.left_out.items())) or "nothing"
    click.echo(f"{len(found.added)} new, {found.known} known; left out: {left}.")
    if dry_run:
        click.echo("Nothing was stored.")


COMMANDS = (import_items,)
