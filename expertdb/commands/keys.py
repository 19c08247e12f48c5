"""keys: the keys that seal restricted fields."""

import secrets
import sys

import click
from rich.progress import Progress

from expertdb.commands import application, counted
from expertdb.database import transaction
from expertdb.sealing import IN_SESSION
from expertdb.services import restricted
from expertdb.services.actors import SYSTEM


@click.group()
def keys() -> None:
    """Make, list and rotate the keys that seal contact, identity and licence numbers."""


@keys.command("new")
@click.argument("id")
def new_key(id: str) -> None:
    """Print a fresh key with the id ID; put it before the others in EXPERTDB_FIELD_KEYS, then run `keys rotate`."""
    click.echo(f"{id}:{secrets.token_hex(32)}")


@keys.command("list")
@click.pass_context
def list_keys(ctx: click.Context) -> None:
    """List the keys at hand, the current one first, and how many values each seals."""
    with application(ctx), transaction(read_only=True) as session:
        sealer, counts = session.info[IN_SESSION], restricted.by_key(session)
    for id in sealer.known:
        click.echo(f"{id}\t{counted(counts.pop(id, 0), 'value')}{' (current)' if id == sealer.current else ''}")
    for id, count in sorted(counts.items()):
        click.echo(f"{id}\t{counted(count, 'value')} (the key is missing: they cannot be opened)")


@keys.command("rotate")
@click.pass_context
def rotate_keys(ctx: click.Context) -> None:
    """Seal every value anew under the current key, a few hundred at a time; older keys can be taken away afterwards."""
    with application(ctx) as app, Progress(transient=True, disable=not sys.stderr.isatty()) as bar:
        with transaction(read_only=True) as session:
            counts = restricted.by_key(session)
        left = sum(counts.values()) - counts.get(app.extensions["sealer"].current, 0)
        task, done = bar.add_task("Sealing", total=left), 0
        while count := _one_batch():
            done += count
            bar.update(task, completed=done)
    click.echo(f"{counted(done, 'value')} sealed anew under {app.extensions['sealer'].current}.")


def _one_batch() -> int:
    with transaction() as session:
        return restricted.reseal(session, actor=SYSTEM)


COMMANDS = (keys,)
