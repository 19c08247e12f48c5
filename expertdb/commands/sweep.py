"""sweep: what time moves, for cron or systemd to run every day."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import click
from flask import Flask

from expertdb.anchor import Anchor
from expertdb.commands import application
from expertdb.commands.audit import anchored
from expertdb.database import transaction
from expertdb.services import audit_chain, duties, sweep
from expertdb.services.sweep import Step
from expertdb.wording import Text
from expertdb.workdays import local_day


@click.command("sweep")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def sweep_command(ctx: click.Context, as_json: bool) -> None:
    """Move what time moves, list what waits for a person, anchor the audit log; safe to run twice, or twice at once."""
    with application(ctx) as app:
        done = carried_out(app, sweep.STEPS)
        with transaction() as session:
            sweep.record_run(session, done)
            waiting = duties.count(session, app.extensions["clock"]())
        said = {"done": done, "waiting": {one["kind"]: one["count"] for one in waiting}, "warnings": warnings(app)}
        click.echo(json.dumps(said, ensure_ascii=False) if as_json else _lines(said))
        _anchor(app)


def carried_out(app: Flask, steps: Iterable[Step]) -> dict[str, int]:
    """Carry these steps out to their end; how many each did, by its name."""
    return {step.name: sum(_batches(app, step)) for step in steps}


def _batches(app: Flask, step: Step) -> Iterator[int]:
    """Carry a step out batch by batch, each in a transaction of its own: others write in between."""
    more = True
    while more:
        with transaction() as session:
            done, more = step.carry_out(session, app.extensions["rules"], app.extensions["clock"]())
        yield done


def warnings(app: Flask) -> list[str]:
    """What an administrator should mend: public holidays that nobody entered."""
    today = local_day(app.extensions["clock"]())
    wanted = today.year if today.month < 12 else today.year + 1
    if wanted in app.extensions["rules"].workdays.years:
        return []
    detail = "The public holidays of {year} are not in EXPERTDB_POOL_FILE: periods count its weekends only."
    return [Text(detail, year=wanted)]


def _lines(said: dict[str, Any]) -> str:
    lines = [f"{name}: {count}" for name, count in said["done"].items() if count] or ["nothing to move"]
    lines += [f"waiting: {kind} {count}" for kind, count in said["waiting"].items() if count]
    return "\n".join([*lines, *(f"warning: {one}" for one in said["warnings"])])


def _anchor(app: Flask) -> None:
    anchor: Anchor | None = app.extensions["audit_anchor"]
    if anchor is None:
        return
    with transaction(read_only=True) as session:
        head = audit_chain.head(session)
    if head is not None:
        anchored(anchor, head, app)


COMMANDS = (sweep_command,)
