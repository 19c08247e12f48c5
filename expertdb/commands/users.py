"""user: who may sign in to the console."""

import sys

import click

from expertdb.commands import application, printing
from expertdb.database import transaction
from expertdb.models.tokens import ROLES
from expertdb.schemas.shared import MAXIMUM_PAGE
from expertdb.schemas.users import UserBody
from expertdb.services import organisations, users
from expertdb.services.actors import SYSTEM


@click.group()
def user() -> None:
    """Make, list and end accounts of the console."""


@user.command("add")
@click.option("--login", required=True, help="What they type to sign in.")
@click.option("--name", required=True, help="What others see.")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--organisation", help="Id or name of the organisation they act for.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of making one.")
@click.pass_context
def add_user(ctx: click.Context, /, password_stdin: bool, **options: str | None) -> None:
    """Make an account and print the password made for it, which must be changed at the first sign-in."""
    stated = {option: value for option, value in options.items() if value}
    if password_stdin:
        stated["password"] = sys.stdin.readline().rstrip("\r\n")
    body = printing.loaded(UserBody(), stated)
    with application(ctx) as app, transaction() as session:
        note = organisations.note_of_new(session, body.get("organisation"))
        added, made = users.create(session, body, actor=SYSTEM, now=app.extensions["clock"]())
        click.echo(f"{added.id}\t{added.role}\t{added.login}\t{added.name}", err=True)
        if note:
            click.echo(note, err=True)
    if made:
        click.echo(made)


@user.command("list")
@click.pass_context
def list_users(ctx: click.Context) -> None:
    """List the accounts."""
    with application(ctx), transaction(read_only=True) as session:
        cursor = None
        while True:
            page = users.find(session, {"limit": MAXIMUM_PAGE, "cursor": cursor})
            for one in page.items:
                state = "active" if one.active else "deactivated"
                click.echo(f"{one.id}\t{one.login}\t{one.role}\t{state}\t{one.name}")
            cursor = page.next_cursor
            if cursor is None:
                break


@user.command("reset")
@click.argument("login")
@click.pass_context
def reset_user(ctx: click.Context, login: str) -> None:
    """Print a password for one use for LOGIN, and sign them out everywhere."""
    with application(ctx) as app, transaction() as session:
        found = users.named(session, login)
        _, made = users.reset_password(session, found.id, actor=SYSTEM, now=app.extensions["clock"]())
    click.echo(made)


@user.command("deactivate")
@click.argument("login")
@click.pass_context
def deactivate_user(ctx: click.Context, login: str) -> None:
    """End the account LOGIN: no more signing in, and all sessions and tokens of theirs end at once."""
    with application(ctx) as app, transaction() as session:
        found = users.named(session, login)
        users.edit(session, found.id, {"active": False}, version=None, actor=SYSTEM, now=app.extensions["clock"]())
    click.echo("Deactivated.")


COMMANDS = (user,)
