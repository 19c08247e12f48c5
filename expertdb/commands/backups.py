"""backup, restore: a copy of everything while the service runs, and the way back.

A restore is made beside the live database (a second file, or a second schema of the same PostgreSQL database), migrated
to this program's schema and checked there; only what was found whole takes the live one's place, in one step. Running
processes see the old state or the new one, and notice by the lineage that their index is of another database.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace as changed
from importlib.metadata import version
from pathlib import Path

import click
import flask_migrate
from flask import Flask
from rich.progress import Progress
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from config.settings import load
from expertdb import keys
from expertdb.anchor import Anchor
from expertdb.app import create_app
from expertdb.commands import application, counted
from expertdb.commands.audit import person_at_the_machine
from expertdb.commands.places import scratch_of
from expertdb.database import db, snapshot, transaction
from expertdb.models import corpus
from expertdb.models.audit import AuditHead, Head
from expertdb.services import archives, audit, audit_chain, backups
from expertdb.services.actors import SYSTEM
from expertdb.services.archives import Archive, Manifest


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Write over a FILE that exists.")
@click.pass_context
def backup(ctx: click.Context, file: Path, force: bool) -> None:
    """Copy the whole database into FILE while the service runs, and verify the copy."""
    if file.exists() and not force:
        raise click.ClickException(f"{file} exists; --force writes over it.")
    if not file.parent.is_dir():
        raise click.ClickException(f"There is no folder {file.parent}.")
    with application(ctx) as app, _progress("Copying") as progress:
        _note_backup()
        made_at, program = app.extensions["clock"]().isoformat(), version("expertdb")
        with snapshot() as connection:
            backups.write(connection, file, _key(app), made_at=made_at, program=program, progress=progress)
        with archives.opened(file, _key(app)) as archive:
            _tell(file, archive.manifest)


def _key(app: Flask) -> bytes:
    return keys.derived(app.config["SECRET_KEY"], "backups")


def _note_backup() -> None:
    """Record that everything is copied out; a database that cannot be written is copied all the same."""
    try:
        with transaction() as session:
            state = session.get_one(corpus.CorpusState, 1)
            audit.record(session, SYSTEM, "database.backed_up", kind="database", id=state.lineage)
    except SQLAlchemyError as error:
        click.echo(f"Not recorded in the audit log: {type(error).__name__}.", err=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in the place of a database that holds something.")
@click.option("--check", is_flag=True, help="Restore to a passing place only, to see that it can be done.")
@click.option(
    "--any-seal", is_flag=True, help="Take a backup whose seals do not fit: made with other keys, or changed."
)
@click.pass_context
def restore(ctx: click.Context, file: Path, replace: bool, check: bool, any_seal: bool) -> None:
    """Put the backup FILE in the place of the database, whichever engine either is of."""
    with application(ctx) as app, archives.opened(file, None if any_seal else _key(app)) as archive:
        if not check and not replace and _holds_anything():
            raise click.ClickException("The database is not empty; --replace puts the backup in its place.")
        with scratch_of(db.engine, here=not check) as place:
            # Without the anchor: what is tried beside the live log must not be written down as its state.
            settings = changed(load(), database_url=place.url, audit_anchor="")
            beside = create_app(settings, clock=app.extensions["clock"])
            facts = {"uid": person_at_the_machine(), **_replaced()}
            head = _restore(beside, archive, facts, strict=not any_seal)
            _tell(file, archive.manifest)
            if check:
                click.echo("It can be restored; nothing was changed.")
                return
            db.engine.dispose()
            place.install()
        _anchor(app, head)
    click.echo(
        "Restored. What was changed since the backup is gone; whoever was signed in to the console signs in again."
    )
    click.echo("Tokens that were revoked since then are live again: look through `expertdb token list`.")


def _holds_anything() -> bool:
    with db.engine.connect() as connection:
        return backups.is_migrated(connection) and backups.holds_anything(connection)


def _replaced() -> dict[str, int | str]:
    """Where the log of the live database ends, which the restored one's is to tell of."""
    with db.engine.connect() as connection:
        if not backups.is_migrated(connection):
            return {}
        head = connection.execute(select(AuditHead.seq, AuditHead.seal)).one()
    return {"replaced_entry": head.seq, "replaced_seal": head.seal} if head.seq else {}


def _anchor(app: Flask, head: Head) -> None:
    """Let the anchor tell of the restore, too: what it saw behind the backup is gone, and lawfully."""
    anchor: Anchor | None = app.extensions["audit_anchor"]
    if anchor is None:
        return
    try:
        anchor.write(head.seq, head.seal, app.extensions["clock"](), back=head.seq - 1)
    except OSError as error:
        click.echo(f"The anchor cannot be written ({error}): run `expertdb audit anchor --restored`.", err=True)


def _restore(beside: Flask, archive: Archive, facts: dict[str, int | str], *, strict: bool) -> Head:
    """Fill an empty database, bring it to this program's schema, check it, and give it a lineage of its own.

    Returns the head of its audit log, whose last entry tells of the restore.
    """
    with beside.app_context():
        try:
            with _progress("Restoring") as progress:
                flask_migrate.upgrade(revision=archive.manifest.revision)
                with db.engine.begin() as connection:
                    backups.load(connection, archive, progress=progress)
            flask_migrate.upgrade()
            _check_audit_log(beside, strict)
            with transaction() as session:
                lineage = corpus.begin_anew(session)
                facts |= {"made_at": archive.manifest.made_at, "revision": archive.manifest.revision}
                audit.record(session, SYSTEM, "database.restored", kind="database", id=lineage, **facts)
            with transaction(read_only=True) as session:
                return audit_chain.head(session) or Head(0, "")
        finally:
            db.engine.dispose()


def _check_audit_log(beside: Flask, strict: bool) -> None:
    with transaction(read_only=True) as session:
        verdict = audit_chain.verify(session, beside.extensions["audit_keys"])
    if verdict.valid:
        click.echo(f"The audit log is whole: {counted(verdict.entries, 'entry', 'entries')}.")
        return
    found = f"The audit log in the backup is not whole ({verdict.count} findings): {verdict.findings[0].detail}"
    if strict:
        raise click.ClickException(f"{found} Nothing was restored; --any-seal restores it all the same.")
    click.echo(found, err=True)


@contextmanager
def _progress(what: str) -> Iterator[backups.Progress]:
    """A bar that counts rows; on a terminal only."""
    with Progress(transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=None)
        yield lambda table, rows: bar.update(task, advance=rows, description=f"{what} {table}")


def _tell(file: Path, manifest: Manifest) -> None:
    rows = sum(table.rows for table in manifest.tables.values())
    size = file.stat().st_size / 2**20
    click.echo(
        f"{file}: {rows} rows of {len(manifest.tables)} tables, {size:.1f} MB, schema {manifest.revision}, "
        f"made {manifest.made_at} on {manifest.engine}. Checksums and seal are right."
    )


COMMANDS = (backup, restore)
