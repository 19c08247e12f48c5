"""token: who may call."""

import click

from expertdb.commands import application, printing
from expertdb.database import transaction
from expertdb.models.tokens import ROLES
from expertdb.schemas.shared import MAXIMUM_PAGE
from expertdb.schemas.tokens import TokenBody
from expertdb.services import organisations, tokens
from expertdb.services.actors import SYSTEM


@click.group()
def token() -> None:
    """Make, list and revoke access tokens."""


@token.command("create")
@click.option("--name", required=True, help="What people tell it by.")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--organisation", help="Id or name of the organisation it acts for.")
@click.option("--scope", "scopes", multiple=True, help="read or write; both when left out.")
@click.option("--expires-at", help="RFC 3339 moment; never when left out.")
@click.pass_context
def create_token(ctx: click.Context, /, **options: str | tuple[str, ...] | None) -> None:
    """Make a token and print it; it is never shown again."""
    stated = {name: list(value) if isinstance(value, tuple) else value for name, value in options.items() if value}
    body = printing.loaded(TokenBody(), stated)
    with application(ctx) as app, transaction() as session:
        note = organisations.note_of_new(session, body.get("organisation"))
        made, secret = tokens.create(session, body, actor=SYSTEM, now=app.extensions["clock"]())
        click.echo(f"{made.id}\t{made.role}\t{made.name}", err=True)
        if note:
            click.echo(note, err=True)
    click.echo(secret)


@token.command("list")
@click.pass_context
def list_tokens(ctx: click.Context) -> None:
    """List the tokens without their secrets."""
    with application(ctx), transaction(read_only=True) as session:
        cursor = None
        while True:
            page = tokens.find(session, {"limit": MAXIMUM_PAGE, "cursor": cursor})
            for one in page.items:
                state = "revoked" if one.revoked_at else "live"
                click.echo(f"{one.id}\t{one.prefix}…\t{one.role}\t{state}\t{one.name}")
            cursor = page.next_cursor
            if cursor is None:
                break


@token.command("revoke")
@click.argument("token_id")
@click.pass_context
def revoke_token(ctx: click.Context, token_id: str) -> None:
    """End the token TOKEN_ID at once."""
    with application(ctx) as app, transaction() as session:
        tokens.revoke(session, token_id, actor=SYSTEM, now=app.extensions["clock"]())
    click.echo("Revoked.")


COMMANDS = (token,)
