"""vocabulary: the controlled vocabularies, their changes, and the words that users miss."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import click
from flask import Flask
from sqlalchemy.orm import Session

from config.settings import SettingsFault
from expertdb import vocabularies as editions
from expertdb.commands import application, printing
from expertdb.database import transaction
from expertdb.schemas.shared import MAXIMUM_PAGE
from expertdb.schemas.vocabularies import SUGGESTION_STATUSES, VocabularyPatch, WordSuggestionDecision
from expertdb.services import vocabularies, vocabulary_suggestions
from expertdb.services.actors import SYSTEM

_NAME = click.argument("name", type=click.Choice(editions.NAMES))
_REASON = click.option("--reason", required=True, help="Why; the audit log keeps it.")


@click.group()
def vocabulary() -> None:
    """Look up the controlled vocabularies, change them, and decide on what users suggest."""


@contextmanager
def _reading(ctx: click.Context) -> Iterator[Session | None]:
    """A session of this installation, whose changes count; None where there is none: then the shipped files speak."""
    try:
        entered = application(ctx)
        entered.__enter__()
    except SettingsFault:
        yield None
        return
    try:
        with transaction(read_only=True) as session:
            yield session
    finally:
        entered.__exit__(None, None, None)


@vocabulary.command("list")
@click.pass_context
def list_vocabularies(ctx: click.Context) -> None:
    """List the vocabularies with their versions."""
    with _reading(ctx):
        for name in editions.NAMES:
            found = editions.load(name)
            click.echo(f"{name:<24} {found.version:<10} {len(found.terms):>5} terms")


@vocabulary.command("show")
@_NAME
@click.option("-q", default="", help="Only terms that hold this in code, label or alias.")
@click.option("--version", help="An earlier version, as a shortlist names it: 2026.1+3.")
@click.pass_context
def show_vocabulary(ctx: click.Context, name: str, q: str, version: str | None) -> None:
    """List the terms of the vocabulary NAME."""
    with _reading(ctx) as session:
        if session is None and version is not None:
            raise click.ClickException("Earlier versions are in an installation's database, and there is none here.")
        # Without a version nothing is read from the database.
        for term in vocabularies.read(cast(Session, session), name, q, version).terms:
            state = f" (now {term.merged_into})" if term.merged_into else " (out of use)" if term.deprecated else ""
            click.echo(f"{term.code:<10} {term.zh} · {term.en}{state}")


@vocabulary.command("history")
@_NAME
@click.pass_context
def show_history(ctx: click.Context, name: str) -> None:
    """List the changes of the vocabulary NAME, the latest first."""
    with application(ctx), transaction(read_only=True) as session:
        for one in vocabularies.changes(session, name, {"limit": MAXIMUM_PAGE}).items:
            details = " ".join(f"{key}={value}" for key, value in one.details.items())
            click.echo(f"{one.number}\t{one.at:%Y-%m-%d}\t{one.do} {one.code} {details}\t{one.reason}")


@vocabulary.command("change")
@_NAME
@click.argument(
    "do", type=click.Choice(["add_alias", "remove_alias", "add_code", "relabel", "deprecate", "restore", "merge"])
)
@click.argument("code")
@click.option("--alias", "alias", help="The alias to add or take away.")
@click.option("--zh", help="Chinese label.")
@click.option("--en", help="English label.")
@click.option("--parent", help="The code above a new one.")
@click.option("--into", help="The code that stands for a merged one.")
@_REASON
@click.pass_context
def change_vocabulary(ctx: click.Context, /, name: str, reason: str, **stated: Any) -> None:
    """Make one change to the vocabulary NAME; every process matches by it at once."""
    change = {key: value for key, value in stated.items() if value is not None}
    body = printing.loaded(VocabularyPatch(), {"changes": [change], "reason": reason})
    with application(ctx) as app, transaction() as session:
        now = app.extensions["clock"]()
        shown = vocabularies.change(session, name, body["changes"], reason, version=None, actor=SYSTEM, now=now)
    click.echo(f"{name} is {shown.vocabulary.version} now.")


@vocabulary.command("suggestions")
@_NAME
@click.option("--status", type=click.Choice(SUGGESTION_STATUSES), default="open", show_default=True)
@click.pass_context
def list_suggestions(ctx: click.Context, name: str, status: str) -> None:
    """List what users suggest for the vocabulary NAME."""
    with application(ctx), transaction(read_only=True) as session:
        query = {"limit": MAXIMUM_PAGE, "status": status}
        for one in vocabulary_suggestions.find(session, name, query, actor=SYSTEM).items:
            said = " · ".join(filter(None, (one.alias, one.zh, one.en)))
            click.echo(f"{one.id}\t{one.do} {one.code or '-'} {said}\t{one.note}")


@vocabulary.command("decide")
@_NAME
@click.argument("suggestion")
@click.argument("decision", type=click.Choice(["accept", "decline"]))
@click.option("--code", help="The code that a new term gets.")
@_REASON
@click.pass_context
def decide(ctx: click.Context, /, name: str, suggestion: str, **stated: str | None) -> None:
    """Accept a SUGGESTION for the vocabulary NAME, which changes it, or decline it."""
    body = printing.loaded(WordSuggestionDecision(), {key: value for key, value in stated.items() if value is not None})
    with application(ctx) as app, transaction() as session:
        found = _decided(app, session, name, suggestion, body)
    click.echo(f"{found.status}.")


def _decided(app: Flask, session: Session, name: str, id: str, body: dict[str, Any]) -> Any:
    now = app.extensions["clock"]()
    return vocabulary_suggestions.decide(session, name, id, body, actor=SYSTEM, now=now)


COMMANDS = (vocabulary,)
