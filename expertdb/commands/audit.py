"""audit: read the log, verify it, write its anchor, change its key."""

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import click
from flask import Flask
from rich.progress import Progress

from expertdb.anchor import Anchor, Line
from expertdb.commands import application, counted, printing
from expertdb.database import transaction
from expertdb.models.audit import AuditEntry, Head
from expertdb.numerals import whole
from expertdb.schemas.audit import AuditAnswer, AuditQuery
from expertdb.services import audit as audits
from expertdb.services import audit_chain
from expertdb.services.actors import SYSTEM
from expertdb.services.audit_chain import Verdict


@click.group()
def audit() -> None:
    """Read and verify the log of who did what."""


@audit.command("list")
@click.option("--actor", help="Id of a token or session.")
@click.option("--person", help="Id of a user, or of a token without one.")
@click.option("--action", help="Such as expert.moved.")
@click.option("--kind", help="Of the thing: expert, request, token.")
@click.option("--subject", help="Id of the thing.")
@click.option("--since", help="RFC 3339 moment, included.")
@click.option("--until", help="RFC 3339 moment, not included.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Most entries to print.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_context
def list_entries(ctx: click.Context, /, limit: int, as_json: bool, **filters: str | None) -> None:
    """Print what was done, newest first."""
    stated = {name: value for name, value in filters.items() if value is not None}
    query = printing.loaded(AuditQuery(), stated)
    with application(ctx), transaction(read_only=True) as session:
        while limit > 0:
            page = audits.find(session, query | {"limit": min(limit, 200)})
            for entry in page.items:
                click.echo(_said(entry, as_json))
            limit -= len(page.items)
            session.expunge_all()
            if page.next_cursor is None:
                break
            query["cursor"] = page.next_cursor


def _said(entry: AuditEntry, as_json: bool) -> str:
    if as_json:
        return json.dumps(AuditAnswer().dump(entry), ensure_ascii=False)
    parts = (
        entry.seq,
        f"{entry.at:%Y-%m-%dT%H:%M:%SZ}",
        entry.role,
        entry.actor,
        entry.action,
        entry.kind,
        entry.subject,
    )
    return "\t".join([*map(str, parts), entry.details])


@audit.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> None:
    """Check every entry, the chain and the anchor; ends with 1 when anything is not as it was written."""
    with application(ctx) as app:
        verdict = verified(app)
    if as_json:
        click.echo(json.dumps({"valid": verdict.valid, **asdict(verdict)}, ensure_ascii=False))
    else:
        _echo(verdict)
    if not verdict.valid:
        sys.exit(1)


def verified(app: Flask) -> Verdict:
    """What a verification of this installation's log finds."""
    anchor: Anchor | None = app.extensions["audit_anchor"]
    with Progress(transient=True, disable=not sys.stderr.isatty()) as bar, transaction(read_only=True) as session:
        head = audit_chain.head(session)
        task = bar.add_task("Verifying", total=head.seq if head else 0)
        keys = app.extensions["audit_keys"]
        return audit_chain.verify(session, keys, _lines(anchor), lambda entries: bar.update(task, completed=entries))


def _lines(anchor: Anchor | None) -> Iterable[Line | int]:
    if anchor is None:
        return ()
    if not anchor.path.exists():
        raise click.ClickException(
            f"There is no anchor at {anchor.path}. If there never was one, write it with `expertdb audit anchor`; "
            "if there was, somebody took it away."
        )
    return anchor.lines()


def _echo(verdict: Verdict) -> None:
    for one in verdict.restores:
        click.echo(f"restored\tAt {one.at} the log went back to entry {one.back}, and on with entry {one.seq}.")
    for finding in verdict.findings:
        click.echo(f"{finding.kind}\t{finding.detail}")
    if verdict.count > len(verdict.findings):
        click.echo(f"… and {verdict.count - len(verdict.findings)} more")
    state = "whole" if verdict.valid else f"NOT whole: {verdict.count} findings"
    click.echo(f"{counted(verdict.entries, 'entry', 'entries')}, {counted(verdict.anchored, 'anchor line')}: {state}.")


@audit.command("anchor")
@click.option(
    "--restored", is_flag=True, help="Own up to an older copy that was put back by other means than `restore`."
)
@click.pass_context
def write_anchor(ctx: click.Context, restored: bool) -> None:
    """Write the present state of the log to the anchor file."""
    with application(ctx) as app:
        anchor = required_anchor(app)
        back = _set_back(app, anchor) if restored else None
        head = _head()
        if head is None or not head.seq:
            raise click.ClickException("The log is empty: there is nothing to anchor yet.")
        fresh = anchored(anchor, head, app, back)
        if not fresh:
            _insist_that_it_is_ours(anchor)
    if back is not None:
        click.echo(f"The log went back to entry {back}; the log and the anchor tell of it.")
    click.echo(f"{'Anchored' if fresh else 'Anchored already'}: entry {head.seq} in {anchor.path}.")


def _head() -> Head | None:
    with transaction(read_only=True) as session:
        return audit_chain.head(session)


def _insist_that_it_is_ours(anchor: Anchor) -> None:
    """End the command where the anchor stands at an entry that the log has not reached, or that it has otherwise."""
    line, head = anchor.end(), _head()  # In this order: the service goes on and writes to both.
    if line and head and (line.seq, line.seal) != (head.seq, head.seal) and line.seq >= head.seq:
        raise click.ClickException(
            f"The anchor stands at entry {line.seq}, the log at {head.seq}: it was cut, or an older copy put back. "
            "Where that was a lawful restore by other means than `expertdb restore`, own up to it: "
            "expertdb audit anchor --restored"
        )


def _set_back(app: Flask, anchor: Anchor) -> int:
    """Record that the log went back; returns the last entry that the anchor and the log have in common."""
    verdict = verified(app)
    if verdict.valid:
        raise click.ClickException("The log is what the anchor says it is; there is no restore to own up to.")
    if any(one.kind not in ("cut", "rewritten") for one in verdict.findings):
        _echo(verdict)
        raise click.ClickException("More is wrong with the log than that it went back; nothing was changed.")
    back, line = verdict.findings[0].seq - 1, anchor.end()
    facts = {"back_to": back, "uid": person_at_the_machine(), **({"anchored_entry": line.seq} if line else {})}
    with transaction() as session:
        audits.record(session, SYSTEM, "audit.set_back", kind="audit", id=app.extensions["audit_keys"].name, **facts)
    return back


def person_at_the_machine() -> int:
    """The number of the account that somebody at the machine works with, also when they act as the service's (sudo)."""
    through = whole(os.environ.get("SUDO_UID"), digits=10)
    return os.getuid() if through is None else through


def required_anchor(app: Flask) -> Anchor:
    """The installation's anchor; ends the command when it has none."""
    anchor: Anchor | None = app.extensions["audit_anchor"]
    if anchor is None:
        raise click.ClickException(
            "EXPERTDB_AUDIT_ANCHOR is not set: name a file outside the database, best elsewhere."
        )
    return anchor


def anchored(anchor: Anchor, head: Head, app: Flask, back: int | None = None) -> bool:
    """Write the anchor, and say what is wrong when it cannot be written."""
    try:
        return anchor.write(head.seq, head.seal, app.extensions["clock"](), back)
    except OSError as error:
        raise click.ClickException(f"The anchor cannot be written: {error}") from error


@audit.command()
@click.pass_context
def rotate(ctx: click.Context) -> None:
    """Begin sealing with the key of EXPERTDB_AUDIT_KEY, once the one before stands in EXPERTDB_AUDIT_OLD_KEYS.

    Nothing is to be stopped for it: what still runs without the new key changes nothing more once that has sealed.
    """
    with application(ctx) as app:
        keys = app.extensions["audit_keys"]
        verdict = verified(app)
        others: list[Any] = [one for one in verdict.findings if one.kind != "key" or one.seq != verdict.last]
        if others or verdict.count > 1:
            _echo(verdict)
            raise click.ClickException("The log does not verify with the old keys; nothing was changed.")
        if verdict.valid:
            click.echo(f"The log is sealed with the key {keys.name} already.")
            return
        with transaction() as session:
            audits.record(session, SYSTEM, "audit.key_rotated", kind="audit", id=keys.name)
    click.echo(f"From the next entry on the log is sealed with the key {keys.name}.")


COMMANDS = (audit,)
