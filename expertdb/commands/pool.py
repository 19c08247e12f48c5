"""import, export: the pool into and out of files."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import click
from flask import Flask
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from expertdb.commands import application, counted, printing
from expertdb.database import transaction
from expertdb.schemas.exports import FORMATS, ExportQuery
from expertdb.schemas.imports import POLICIES, PREFERENCES, ImportAnswer, ImportForm
from expertdb.services import experts, exports, imports
from expertdb.services.actors import SYSTEM
from expertdb.services.decisions import Choices, Decision
from expertdb.services.imports import Options, Phase, Report
from expertdb.services.rosters import Upload

PHASES = {"reading": "Reading", "checking": "Checking", "writing": "Writing"}


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Report every fault and store nothing.")
@click.option(
    "--map", "mapped", multiple=True, metavar="HEADING=FIELD", help="What a heading means; HEADING= reads it not."
)
@click.option("--sheet", help="The sheet of a workbook to read.")
@click.option(
    "--duplicates", type=click.Choice(POLICIES), help="What becomes of rows about people who are there already."
)
@click.option(
    "--prefer", type=click.Choice(PREFERENCES), default="pool", show_default=True, help="Whose value wins in a merge."
)
@click.option(
    "--decisions", type=click.File("rb"), help='JSON: row number to "new", "merge", "skip" or {"merge": "<id>"}.'
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as the API answers it.")
@click.pass_context
def import_command(ctx: click.Context, /, file: Path, dry_run: bool, as_json: bool, **stated: Any) -> None:
    """Import experts from a CSV, XLSX or JSON Lines FILE: all of them, or none when any row has a fault."""
    options = _options(**stated)
    with application(ctx) as app, _progress() as bar, file.open("rb") as opened:
        report = _imported(app, Upload(file.name, opened), options, dry_run, _shown_by(bar))
    if as_json:
        click.echo(json.dumps(ImportAnswer().dump(report), ensure_ascii=False, indent=1))
    else:
        printing.echo_import(report)
    if report.faults:
        raise click.ClickException(
            f"{counted(report.rows, 'row')} read, {counted(len(report.faults), 'fault')}; nothing was stored."
        )


def _options(mapped: tuple[str, ...], decisions: Any, sheet: str | None, duplicates: Any, prefer: Any) -> Options:
    headings = dict(one.rpartition("=")[::2] for one in mapped)
    form = printing.loaded(
        ImportForm(),
        {
            "mapping": {heading: target or None for heading, target in headings.items()},
            "decisions": decisions.read().decode("utf-8", "replace") if decisions else "{}",
        },
    )
    rows = {row: Decision(do, into) for row, (do, into) in form["decisions"].items()}
    return Options(form["mapping"], sheet, Choices(duplicates, prefer, rows))


def _imported(
    app: Flask, upload: Upload, options: Options, dry_run: bool, progress: Callable[[Phase, int], None]
) -> Report:
    now = app.extensions["clock"]()
    with transaction(read_only=True) as session:
        plan = imports.examine(session, upload, options, dry_run=dry_run, actor=SYSTEM, now=now, progress=progress)
    try:
        if plan.report.faults or dry_run:
            return plan.report
        with transaction() as session:
            return imports.store(session, plan, actor=SYSTEM, now=now, progress=progress)
    finally:
        plan.close()


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, transient=True, disable=not sys.stderr.isatty())


def _shown_by(bar: Progress) -> Callable[[Phase, int], None]:
    """Progress of each phase as a bar of its own; how many rows there are is known once they are read."""
    tasks: dict[str, Any] = {}
    rows = 0

    def show(phase: Phase, done: int) -> None:
        nonlocal rows
        rows = max(rows, done)
        if phase not in tasks:
            tasks[phase] = bar.add_task(PHASES[phase], total=None if phase == "reading" else rows)
        bar.update(tasks[phase], completed=done)

    return show


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--format", type=click.Choice(FORMATS), help="As the name of FILE ends when left out.")
@click.option(
    "--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Of headings and labels."
)
@click.option("--restricted", is_flag=True, help="With contact, identity and licence numbers in plain text.")
@click.option("--reason", help="Why restricted values go out; the audit log keeps it.")
@click.option(
    "--filter", "filters", multiple=True, metavar="NAME=VALUE", help="As the list of experts: status, kind, region, q …"
)
@click.pass_context
def export_command(
    ctx: click.Context, /, file: Path, filters: tuple[str, ...], format: str | None, **stated: Any
) -> None:
    """Export experts to FILE, as CSV, XLSX or JSON Lines that `import` reads back."""
    asked = dict(one.partition("=")[::2] for one in filters)
    asked |= {"format": format or file.suffix.lstrip(".").lower(), "language": stated["language"]}
    asked |= {"restricted": "true", "reason": stated["reason"]} if stated["restricted"] else {}
    query = printing.loaded(ExportQuery(), {name: value for name, value in asked.items() if value is not None})
    with application(ctx) as app:
        export = _exported(query, app.extensions["clock"]())
    try:
        _put(export.file, file)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}.") from error
    click.echo(f"{counted(export.rows, 'expert')} exported to {file}.")


def _put(source: BinaryIO, file: Path) -> None:
    """Write a file that nobody else may read, in the place of one that others may have been able to; raises OSError."""
    if file.exists() and not file.is_file():  # A pipe or a terminal.
        with file.open("wb") as target:
            shutil.copyfileobj(source, target)
        return
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as target:  # of mode 600
        try:
            shutil.copyfileobj(source, target)
            target.flush()
            os.replace(target.name, file)
        except OSError:
            os.unlink(target.name)
            raise


def _exported(query: dict[str, Any], now: datetime) -> exports.Export:
    options = exports.Options(**{name: query.pop(name) for name in tuple(query) if name in exports.OPTIONS})
    with transaction(read_only=True) as session:
        export = exports.write(session, query, options, *experts.of_day(query, now))
    with transaction() as session:
        exports.record(session, export, query, actor=SYSTEM)
    return export


COMMANDS = (import_command, export_command)
