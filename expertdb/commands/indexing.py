"""check-index: is the index what the database says?"""

import json

import click

from config.settings import load
from expertdb.commands import application, counted
from expertdb.database import transaction
from expertdb.services import checking

SHOWN = 20
ENGINES_OWN = (
    "EXPERTDB_INDEX is qdrant: this compares the index in memory with which commands rank, and the numbering of changes"
    " that the server follows. The server fills its collection anew when it starts."
)


@click.command("check-index")
@click.option("--repair", is_flag=True, help="Mend what differs: every process reads those experts anew.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def check_index(ctx: click.Context, repair: bool, as_json: bool) -> None:
    """Compare the index with the database and name every difference; ends with 1 when there is one left."""
    with application(ctx) as app:
        if load().index == "qdrant":
            click.echo(ENGINES_OWN, err=True)
        with transaction(read_only=True) as session:
            found = checking.check(session, app.extensions["corpus"])
        if repair and not found.is_sound:
            with transaction() as session:
                checking.mend(session, found)
    if as_json:
        click.echo(json.dumps(_plain(found, repair), ensure_ascii=False, indent=1))
    else:
        _echo(found, repair)
    if not (found.is_sound or repair):
        ctx.exit(1)


def _plain(found: checking.Check, repaired: bool) -> dict[str, object]:
    return {
        "version": found.version,
        "experts": found.experts,
        "missing": found.found.missing,
        "stale": found.found.stale,
        "extra": found.found.extra,
        "missing_triggers": found.missing_triggers,
        "unnumbered_writes": found.unnumbered,
        "sound": found.is_sound,
        "repaired": repaired and not found.is_sound,
    }


def _echo(found: checking.Check, repaired: bool) -> None:
    click.echo(f"Version {found.version}, {counted(found.experts, 'expert')} in the index.")
    for name in ("missing", "stale", "extra"):
        experts = getattr(found.found, name)
        more = f" and {len(experts) - SHOWN} more" if len(experts) > SHOWN else ""
        if experts:
            click.echo(f"{name}: {', '.join(experts[:SHOWN])}{more}")
    if found.missing_triggers:
        click.echo(f"triggers that are gone: {', '.join(found.missing_triggers)}")
    if found.unnumbered:
        click.echo("Some experts were written past the service; the next edit numbers them.")
    if found.is_sound:
        click.echo("The index is what the database says.")
    elif repaired:
        click.echo("Mended: every process reads these experts anew before it next ranks.")


COMMANDS = (check_index,)
