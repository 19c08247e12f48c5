"""prepare, demo: from an empty machine to one that can serve."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import flask_migrate
from flask import Flask
from sqlalchemy import make_url

from config.settings import ENV_FILE, IN_A_FILE, env_file, load
from expertdb.commands import application, printing
from expertdb.database import transaction
from expertdb.services import sample, shortlists
from expertdb.services.actors import SYSTEM
from expertdb.services.shown import Shown

DEMO = ("demo_zh.json", "demo_en.json")


@click.command()
@click.option(
    "--sample/--no-sample",
    "with_sample",
    default=True,
    help="Load the invented sample pool into an empty database.",
)
@click.pass_context
def prepare(ctx: click.Context, with_sample: bool) -> None:
    """Make an installation usable: secrets, schema, and the sample pool when there is nobody yet."""
    with _said(f"Settings cannot be written: {ENV_FILE} names another file, or work in another folder"):
        _write_secrets(env_file(os.environ))
    url = load().database_url
    with _said("The folder of EXPERTDB_DATABASE_URL cannot be made"):
        _make_folder(url)
    if not with_sample:
        click.echo(f"Bringing the schema of {make_url(url).render_as_string(hide_password=True)} up to date.")
    with application(ctx) as app:
        migrate_schema()
        if with_sample:
            _load_sample(app)


@contextmanager
def _said(what: str) -> Iterator[None]:
    """End with this sentence where a file or folder cannot be made."""
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"{what} ({error.strerror}: {error.filename}).") from error


def _make_folder(database_url: str) -> None:
    """The folder of an SQLite file is made; a server's database must be there."""
    if database_url.startswith("sqlite:///"):
        Path(database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)


def migrate_schema() -> None:
    """Bring the schema up to date."""
    flask_migrate.upgrade()


def _load_sample(app: Flask) -> None:
    with transaction() as session:
        count = sample.load_when_empty(session, now=app.extensions["clock"]())
    if count:
        click.echo(f"Loaded the sample pool: {count} invented experts. They are not real people.")


def _write_secrets(path: Path) -> None:
    if path.exists() or f"EXPERTDB_SECRET_KEY{IN_A_FILE}" in os.environ:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (
        "# Made by `expertdb prepare`. Keep it out of backups that others read; the environment wins over it.",
        f"EXPERTDB_SECRET_KEY={secrets.token_hex(32)}",
        f"EXPERTDB_AUDIT_KEY={secrets.token_hex(32)}",
        f"EXPERTDB_FIELD_KEYS=1:{secrets.token_hex(32)}",
        "EXPERTDB_AUDIT_ANCHOR=instance/audit-anchor.tsv",
        f"EXPERTDB_BOOTSTRAP_TOKEN=xdb_{secrets.token_urlsafe(32)}",
    )
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    click.echo(f"Wrote {path} with a fresh secret key and a bootstrap token.")


@click.command()
@click.pass_context
def demo(ctx: click.Context) -> None:
    """Match one Chinese and one English request against the pool and print the explained shortlists."""
    with application(ctx) as app:
        for name in DEMO:
            body = json.loads(Path(__file__).parent.parent.joinpath("data", name).read_text("utf-8"))
            printing.echo_request(body)
            printing.echo_shortlist(_matched(app, body), body["language"])


def _matched(app: Flask, body: dict[str, Any]) -> Shown:
    asked = {
        "title": body["title"],
        "text": body["text"],
        "kind": "consultation",
        "aspects": [],
        "filters": {},
        "diversify": 0.0,
        "size": body["size"],
    }
    with transaction(read_only=True) as session:
        return shortlists.preview(session, app.extensions["corpus"], asked, actor=SYSTEM, now=app.extensions["clock"]())


COMMANDS = (prepare, demo)
